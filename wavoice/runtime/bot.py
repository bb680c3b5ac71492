"""The bot of one tenant: what it does when something arrives, and when it is woken.

Per contact everything is serial: a drain takes the conversation's epoch, empties the inbox in order
of arrival, and only then runs due timers, so that a "no wait" which has arrived beats the commit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog

from wavoice.runtime import journal
from wavoice.runtime.commit import finish
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.consent import standing
from wavoice.runtime.deliver import (
    end_turn,
    keep_delivery,
    send,
)
from wavoice.runtime.errors import FencedError, StoreError, UserInputError, facts_of
from wavoice.runtime.filing import file_ticket
from wavoice.runtime.hand_over import RELEASED, timer_of, with_hours
from wavoice.runtime.hear import Words
from wavoice.runtime.intake import Intake
from wavoice.runtime.keep import keep, reply_to
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Arrived,
    Conversation,
    HandOff,
    Inbound,
    Micros,
    Modality,
    Offered,
    ProposalState,
    Stage,
    StatusUpdate,
    Timer,
    TimerKind,
)
from wavoice.runtime.noting import file_note
from wavoice.runtime.offers import ask_offer
from wavoice.runtime.outcome import Woken
from wavoice.runtime.outgoing import begin, drop, record, resend
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.proposals import hold
from wavoice.runtime.releases import release
from wavoice.runtime.replies import english
from wavoice.runtime.speaking import speak
from wavoice.runtime.steps import Step, about
from wavoice.runtime.trace import StageReached
from wavoice.runtime.turn import take
from wavoice.runtime.understand import Known, join, recall

log = structlog.get_logger("wavoice")


@dataclass(slots=True)
class Bot:
    """`intake` stores what a webhook brought; `drain` does the work."""

    kit: Kit
    tenant: str
    numbers: frozenset[str]
    """Business numbers that this bot answers for."""
    nudge: Callable[[Address, UnitOfWork], Awaitable[None]]
    """Asks the engine to drain a contact soon after a transaction (`ports.Engine.nudge`)."""
    ending: bool = field(default=False, kw_only=True)
    """The process is about to end: a drain stops after the turn that is under way."""

    @property
    def intake(self) -> Intake:
        """Makes durable what webhooks bring."""
        return Intake(self.kit, self.tenant, self.numbers, self.nudge)

    async def receive(self, message: Arrived, received_at: Micros) -> bool:
        """Store a message durably; False for one that is stored already, or for another number.

        Acknowledge only after this.
        """
        return await self.intake.take((message,), received_at) == 1

    async def status(self, update: StatusUpdate) -> None:
        """Note what became of one of our messages; a question that was seen binds from then on."""
        await self.intake.take((update,), update.at)

    async def offer(self, number: str, to: Alias, offered: Offered) -> bool:
        """Let the shop's own system raise a question: stored durably, asked once nothing else is open.

        False for an offer that is stored already. Raises `UserInputError` for what cannot be offered.
        """
        job = self.kit.jobs.offered(offered.action)
        if job is None or job.words is None or number not in self.numbers:
            known = ", ".join(job.name for job in self.kit.jobs if job.words is not None)
            raise UserInputError(
                f"{offered.action!r} cannot be offered on this number.", remedy=f"Offer one of {known}."
            )
        return await self.intake.offer(number, to, offered)

    async def release(self, address: Address) -> bool:
        """Give the bot a chat back that a person has: durable, and done after what the customer wrote before.

        False if no person has it. Nothing is said; what was asked before the hand-off is closed.
        """
        async with self.kit.store.begin() as tx:
            conversation = await tx.conversations.get(address)
            if conversation is None or not conversation.handed_off:
                return False
            now, subject = self.kit.clock.now(), timer_of(address, RELEASED)
            await tx.timers.set(self.kit.timer(address, TimerKind.RELEASE, now, subject))
            await self.nudge(address, tx)
        return True

    async def drain(self, address: Address) -> None:
        """Do all that is due for one contact; what fails is kept and tried again later."""
        structlog.contextvars.bind_contextvars(contact=address.contact)
        try:
            while not self.ending and await self._next(address):
                pass
        except FencedError:
            log.info("drain_fenced", contact=address.contact)

    async def _next(self, address: Address) -> bool:
        """Carry out one message, else one due timer; False if there is neither."""
        now = self.kit.clock.now()
        async with self.kit.store.begin() as tx:
            conversation = await tx.conversations.take(address)
            message = await tx.inbox.next(address, now)
            known = await recall(self.kit, tx, message, conversation) if message else None
            if message and known and known.unread:
                known = join(self.kit, message, known, await tx.inbox.rest(message))
            unread = 0 if message else await tx.inbox.unread(address)
            timer = None if message or unread else await tx.timers.due(address, now)
        if message is not None and known is not None:
            await self._take(message, known)
        elif timer is not None:
            await self._wake(timer, conversation)
        return message is not None or timer is not None

    async def _take(self, message: Inbound, known: Known) -> None:
        turn = begin(self.kit, message.turn, known.conversation, message.modality, message.received_at)
        try:
            if message.attempts >= self.kit.policy.max_turn_attempts:
                await self._give_up(turn, message, replace(known, joined=()))
            else:
                await take(turn, message, known)
        except FencedError:
            raise
        except StageReached:
            await self._end_here(turn, message)
        except Exception as error:  # noqa: BLE001 -- a poison turn must not stop its customer's other turns
            facts = facts_of(error)
            log.error("turn_failed", turn=turn.id, attempt=message.attempts, **facts)
            await self._note_failure(turn, facts)
        finally:
            await turn.close()

    async def _note_failure(self, turn: Turn, facts: dict[str, str]) -> None:
        """What a failed try did is not kept; that it failed, and where, is."""
        address = turn.address
        where = journal.Where(address.tenant, address.number, address.contact, turn.id, turn.modality)
        trouble = journal.Trouble(stage="turn", code=facts["error"], detail=facts["at"])
        with suppress(StoreError):  # the store may be what failed; the log has said so
            async with self.kit.store.begin() as tx:
                await record(self.kit, tx, journal.Event(self.kit.clock.now(), where, trouble))

    async def _end_here(self, turn: Turn, message: Inbound) -> None:
        """A rehearsal wanted no more than this stage: nothing is decided, said or written."""
        turn.ended("stopped", f"after {self.kit.until}", message.received_at, turn.trace.now())
        async with self.kit.store.begin() as tx:
            await tx.inbox.done(message)
            await turn.write_journal(tx)

    async def _wake(self, timer: Timer, conversation: Conversation) -> None:
        structlog.contextvars.unbind_contextvars("turn")
        try:
            if timer.kind is TimerKind.OUTBOX:
                await resend(self.kit, timer, conversation)
            elif timer.kind is TimerKind.OFFER:
                await self._fresh(ask_offer, timer, conversation)
            elif timer.kind is TimerKind.RELEASE:
                await self._fresh(release, timer, conversation)
            elif timer.kind is TimerKind.TICKET:
                await file_ticket(self.kit, timer)
            elif timer.kind is TimerKind.NOTE:
                await file_note(self.kit, timer)
            else:
                await self._finish(timer, conversation)
        except FencedError:
            raise
        except Exception as error:  # noqa: BLE001 -- the timer is set again, so nothing is lost
            log.error("wake_failed", kind=timer.kind, subject=timer.subject, **facts_of(error))
            await self._later(timer)

    async def _fresh(
        self,
        does: Callable[[Turn, Timer, Conversation], Awaitable[None]],
        timer: Timer,
        conversation: Conversation,
    ) -> None:
        """A wake that is a turn of its own."""
        turn = begin(self.kit, self.kit.ids.new("t"), conversation, Modality.OTHER, timer.due_at)
        try:
            await does(turn, timer, conversation)
        finally:
            await turn.close()

    async def _later(self, timer: Timer) -> None:
        """Wake again with growing gaps; a reply that cannot be sent is given up after `max_sends`."""
        later = self.kit.clock.now() + min(2**timer.attempts, 60) * SECOND
        async with self.kit.store.begin() as tx:
            group = await tx.outbox.get(timer.subject) if timer.kind is TimerKind.OUTBOX else None
            if group is not None and timer.attempts >= self.kit.policy.max_sends:
                await drop(self.kit, tx, group, "it could not be sent")
                return
            await tx.timers.set(replace(timer, due_at=later, attempts=timer.attempts + 1))

    async def _finish(self, timer: Timer, conversation: Conversation) -> None:
        """The settle window of a yes has passed, or an unanswered write is due to be looked up."""
        address = conversation.address
        async with self.kit.store.begin() as tx:
            proposal = await tx.proposals.get(timer.subject)
            consents = standing(await tx.consents.lines(address), self.kit.clock.now(), self.kit.policy)
            evidence = proposal.evidence if proposal else None
            if proposal is None or evidence is None or proposal.settle_at is None or not proposal.is_open:
                await tx.timers.clear(timer.subject)
                return
        unknown = proposal.state is ProposalState.UNKNOWN
        notice = unknown and proposal.checking_at is not None
        turn_id = self.kit.ids.new("t") if notice else proposal.approved_by or proposal.turn
        started = timer.due_at if unknown else proposal.settle_at
        turn = begin(self.kit, turn_id, conversation, evidence.modality, started)
        muted = consents.messages is False or conversation.handed_off or self.kit.until is Stage.COMMIT
        woken = Woken(proposal, evidence, proposal.settle_at, conversation, consents, muted, timer.attempts)
        try:
            await finish(turn, woken)
        except StageReached:
            turn.ended("stopped", f"after {self.kit.until}", evidence.received_at, turn.trace.now())
            async with self.kit.store.begin() as tx:
                await tx.timers.clear(timer.subject)
                await turn.write_journal(tx)
        finally:
            await turn.close()

    async def _give_up(self, turn: Turn, message: Inbound, known: Known) -> None:
        """A turn that failed again and again: apologise, hold what is open, let a person look."""
        held = known.proposal if known.proposal and can_hold(known.proposal) else None
        frozen = hold(held, turn.trace.now()) if held else None
        anew = frozen is not None and held is not None and held.state is not ProposalState.HELD
        told = (about(journal.Held, frozen),) if frozen and anew else ()
        step = Step(
            text=english.TROUBLE,
            hand_off=HandOff.TURN_FAILED,
            proposals=(frozen,) if frozen else (),
            events=(*told, journal.HandedOff(reason=HandOff.TURN_FAILED)),
        )
        turn.step = step.name
        turn.log(*step.events)
        step = with_hours(turn, step)
        group = await keep(
            turn, message, known, Words(text=""), step, reply_to(step, self.kit.codes, by_voice=False)
        )
        if group is None:
            return
        speech = turn.ahead(speak(turn, group.reply))
        delivery = await send(turn, group, speech)
        end_turn(turn, delivery, "turn_failed", message.received_at)
        async with self.kit.store.begin() as tx:
            await keep_delivery(turn, tx, delivery)
            await turn.write_journal(tx)
