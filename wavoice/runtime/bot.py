"""The bot of one tenant: what it does when something arrives, and when it is woken.

Per contact everything is serial: a drain takes the conversation's epoch, empties the inbox in order
of arrival, and only then runs due timers, so that a "no wait" which has arrived beats the commit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from wavoice.runtime.commit import finish
from wavoice.runtime.consent import standing
from wavoice.runtime.erasing import erase_now
from wavoice.runtime.errors import FencedError, GoneError, StoreError, UserInputError, facts_of
from wavoice.runtime.filing import file_ticket
from wavoice.runtime.giving_up import failed_before, note_failure
from wavoice.runtime.hand_over import RELEASED, timer_of
from wavoice.runtime.intake import Intake
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Arrived,
    Conversation,
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
from wavoice.runtime.operated import replay, withdraw
from wavoice.runtime.outcome import Woken
from wavoice.runtime.outgoing import begin, drop, resend
from wavoice.runtime.paused import take_paused
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.releases import release
from wavoice.runtime.trace import StageReached
from wavoice.runtime.turn import take
from wavoice.runtime.understand import Known, join, recall

log = structlog.get_logger("wavoice")


_FRESH: Mapping[TimerKind, Callable[[Turn, Timer, Conversation], Awaitable[None]]] = {
    TimerKind.OFFER: ask_offer,
    TimerKind.RELEASE: release,
    TimerKind.WITHDRAW: withdraw,
    TimerKind.REPLAY: replay,
    TimerKind.ERASE: erase_now,
}
"""Wakes that are turns of their own."""


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

        False for an offer that is stored already, and for one to a person who was erased, had refused
        messages and has not asked for them since. Raises `UserInputError` for what cannot be offered.
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
        except GoneError:
            log.info("drain_of_nobody", contact=address.contact)

    async def _next(self, address: Address) -> bool:
        """Carry out one message, else one due timer; False if there is neither."""
        try:
            conversation, message, known, timer = await self._look(address)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 -- a message that cannot be looked at is a poison turn, too
            return await self._count(address, error)
        if message is not None and known is not None:
            await self._take(message, known)
        elif timer is not None:
            await self._wake(timer, conversation)
        return message is not None or timer is not None

    async def _look(
        self, address: Address
    ) -> tuple[Conversation, Inbound | None, Known | None, Timer | None]:
        """Take the conversation, and see what is to be done."""
        now = self.kit.clock.now()
        async with self.kit.store.begin() as tx:
            conversation = await tx.conversations.take(address)
            message = await tx.inbox.next(address, now)
            known = await recall(self.kit, tx, message, conversation) if message else None
            if message and known and known.unread:
                known = join(self.kit, message, known, await tx.inbox.rest(message))
            unread = 0 if message else await tx.inbox.unread(address)
            timer = None if message or unread else await tx.timers.due(address, now)
        return conversation, message, known, timer

    async def _count(self, address: Address, error: Exception) -> bool:
        """Nothing of the look was kept, its try neither: count it, and give up what was tried too often."""
        now = self.kit.clock.now()
        async with self.kit.store.begin() as tx:
            conversation = await tx.conversations.take(address)
            failing = await tx.inbox.next(address, now)
            if failing is None:
                raise error
            consents = standing(await tx.consents.lines(address), now, self.kit.policy)
            proposal = await tx.proposals.open(address)
            known = Known(conversation, proposal, consents, unread=0, stored=conversation)
        turn = begin(self.kit, failing.turn, conversation, failing.modality, failing.received_at)
        try:
            if not await failed_before(turn, failing, known):
                await note_failure(turn, failing, error)
        finally:
            await turn.close()
        return True

    async def _take(self, message: Inbound, known: Known) -> None:
        turn = begin(self.kit, message.turn, known.conversation, message.modality, message.received_at)
        try:
            await self.kit.lanes.admit(turn.id, note=message.media is not None)
            if self.ending or await failed_before(turn, message, known):
                return
            does = take if known.conversation.paused_at is None else take_paused
            await does(turn, message, known)
        except FencedError:
            raise
        except StageReached:
            await self._end_here(turn, message)
        except Exception as error:  # noqa: BLE001 -- a poison turn must not stop its customer's other turns
            await note_failure(turn, message, error)
        finally:
            self.kit.lanes.leave(turn.id)
            await turn.close()

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
            elif timer.kind in _FRESH:
                await self._fresh(_FRESH[timer.kind], timer, conversation)
            elif timer.kind is TimerKind.TICKET:
                await file_ticket(self.kit, timer)
            elif timer.kind is TimerKind.NOTE:
                await file_note(self.kit, timer)
            else:
                await self._finish(timer, conversation)
        except (FencedError, GoneError):
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
