"""What a webhook brought, made durable: messages, statuses, and a count of what was not understood.

Up to a thousand updates come in one webhook. They are stored in one transaction, not in a thousand:
WhatsApp counts a webhook as delivered once it is answered, and expects that within 250 ms. Each update
is also recognised by its own id, so a process that dies before its answer loses and doubles nothing: the
webhook comes again, and what is stored already changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from wavoice.runtime import journal
from wavoice.runtime.arrivals import is_first_part, received, where_of
from wavoice.runtime.consent import standing
from wavoice.runtime.deliver import HELD, RE_ENGAGEMENT, WINDOW_CLOSED, bind_prompt, held, keep_held
from wavoice.runtime.halves import without_half
from wavoice.runtime.kit import Kit
from wavoice.runtime.model import (
    Address,
    Alias,
    Arrived,
    Conversation,
    Form,
    Inbound,
    Micros,
    Modality,
    Offered,
    OutboxGroup,
    OutboxState,
    PromptState,
    StatusUpdate,
    TimerKind,
)
from wavoice.runtime.outgoing import record
from wavoice.runtime.ports import News, UnitOfWork
from wavoice.runtime.redact import has_digits

CHUNK = 1000
"""Updates in one transaction: as many as WhatsApp puts into one webhook, so that it is stored as a whole."""

log = structlog.get_logger("wavoice")


@dataclass(slots=True)
class _Open:
    """One transaction: who wrote in it is looked up once, and its journal is written at once."""

    tx: UnitOfWork
    events: list[journal.Event] = field(default_factory=list)
    known: dict[tuple[str, Alias], Conversation] = field(default_factory=dict)
    new: int = 0
    woken: dict[Address, None] = field(default_factory=dict)
    """Whom there is work for now; each once, in order."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Stores what arrives for one tenant, and nudges the engine once it is durable."""

    kit: Kit
    tenant: str
    numbers: frozenset[str]
    nudge: Callable[[Address, UnitOfWork], Awaitable[None]]

    async def take(
        self,
        updates: Sequence[Arrived | StatusUpdate],
        at: Micros,
        odd: Mapping[str, int] | None = None,
        outlines: Mapping[str, str] | None = None,
    ) -> int:
        """Store a whole webhook durably and return how many of its messages are new.

        Acknowledge only after this. Messages for another number are passed over. `odd`: how often
        what was not understood came, by kind; `outlines`: what they are made of. Raises `StoreError`.
        """
        ours = [one for one in updates if isinstance(one, StatusUpdate) or one.number in self.numbers]
        if len(ours) < len(updates):
            log.warning("messages_for_another_number", count=len(updates) - len(ours))
        new = 0
        for start in range(0, len(ours), CHUNK):
            new += await self._store(ours[start : start + CHUNK], at)
        if odd:
            async with self.kit.store.begin() as tx:
                await tx.oddities.count(self.tenant, odd, outlines or {}, at)
        return new

    async def hear(self, news: Iterable[News]) -> None:
        """Keep what WhatsApp says of account, numbers and templates, durably. Raises `StoreError`."""
        async with self.kit.store.begin() as tx:
            for one in news:
                await tx.operations.hear(self.tenant, one)

    async def offer(self, number: str, to: Alias, offered: Offered) -> bool:
        """Store a question of the shop's own system; False for one that is stored already, or unwelcome."""
        kit, now = self.kit, self.kit.clock.now()
        async with kit.store.begin() as tx:
            if await self._is_unwelcome(tx, number, to, now):
                log.info("offer_to_an_erased_refusal", offer=offered.id)
                return False
            conversation = await tx.contacts.find_or_add(self.tenant, number, to, now)
            inbound = Inbound(
                id=f"offer.{offered.id}",
                turn=kit.ids.new("t"),
                address=conversation.address,
                alias=to,
                seq=0,
                modality=Modality.OTHER,
                sent_at=now,
                received_at=now,
                form=Form.OFFER,
                offer=offered,
                stored_at=now,
            )
            opened = _Open(tx)
            await self._add(opened, inbound, {"type": "offer"})
            await self._end(opened)
        return opened.new == 1

    async def _is_unwelcome(self, tx: UnitOfWork, number: str, to: Alias, now: Micros) -> bool:
        """Whoever was erased had refused messages, and has not asked for them since: nothing is stored."""
        names = [name for name in (to.phone, to.bsuid) if name]
        refused = [await tx.persons.erased_with_refusal(self.tenant, self.kit.keyed(name)) for name in names]
        if not any(refused):
            return False
        found = [await tx.persons.find(self.tenant, name) for name in names]
        for contact in {one for one in found if one is not None}:
            lines = await tx.consents.lines(Address(self.tenant, number, contact))
            if standing(lines, now, self.kit.policy).messages:
                return False
        return True

    async def _store(self, updates: Sequence[Arrived | StatusUpdate], at: Micros) -> int:
        brings = any(isinstance(update, Arrived) for update in updates)
        if brings:
            self.kit.failpoints.reach("receiving")
        async with self.kit.store.begin() as tx:
            opened = _Open(tx)
            if len(updates) > 1:
                await tx.of_several()
            for update in updates:
                if isinstance(update, Arrived):
                    await self._message(opened, update, at)
                else:
                    await self._status(opened, update)
            await self._end(opened)
        if brings:
            self.kit.failpoints.reach("received")
        return opened.new

    async def _write(self, opened: _Open) -> None:
        events, opened.events = opened.events, []
        if events:
            await record(self.kit, opened.tx, *events)

    async def _end(self, opened: _Open) -> None:
        """All is written: what is left is to have it read."""
        await self._write(opened)
        for address in opened.woken:
            await self.nudge(address, opened.tx)

    async def _message(self, opened: _Open, message: Arrived, at: Micros) -> None:
        names = [self.kit.keyed(name) for name in (message.alias.phone, message.alias.bsuid) if name]
        if names and await opened.tx.persons.erased_after(self.tenant, names, message.sent_at):
            log.info("message_from_before_an_erasure")  # WhatsApp sends again for seven days
            return
        conversation = await self._whose(opened, message, at)
        if conversation is None:
            log.info("change_of_an_unknown_contact", type=message.type)
            return
        if message.text and has_digits(message.text):  # an earlier half may have to be cut out of the journal
            await self._write(opened)
            message = await without_half(opened.tx, self.kit, conversation.address, message, at)
        inbound = _inbound(message, conversation, self.kit.ids.new("t"), at)
        await self._add(opened, replace(inbound, stored_at=self.kit.clock.now()), message.body)

    async def _add(self, opened: _Open, inbound: Inbound, body: Mapping[str, object]) -> None:
        stored = await opened.tx.inbox.add(inbound, body)
        if stored is None:
            return
        opened.new += 1
        opened.events += received(stored)
        opened.woken[stored.address] = None

    async def _whose(self, opened: _Open, message: Arrived, at: Micros) -> Conversation | None:
        """The sender's conversation; None for news about somebody who never wrote."""
        contacts, where = opened.tx.contacts, (self.tenant, message.number)
        if message.form is Form.IDENTITY:
            opened.known.clear()
            return await contacts.move(*where, (message.alias, message.becomes or message.alias), at)
        name = (message.number, message.alias)
        if name not in opened.known:
            opened.known[name] = await contacts.find_or_add(*where, message.alias, at)
        return opened.known[name]

    async def _status(self, opened: _Open, update: StatusUpdate) -> None:
        """A question that was seen binds from then on; a reply that failed is said otherwise, or held."""
        kit, state, tx = self.kit, update.status, opened.tx
        group = await tx.outbox.saw_status(update.reference, update.message, state)
        if group is None:
            return
        if state is not PromptState.FAILED and group.state is not OutboxState.SENT:
            group = replace(group, state=OutboxState.SENT, held_at=None, not_before=None)
            await tx.outbox.save(group)
        # The text with the buttons is the question: if only its voice note fails, it still stands,
        # and a note that has arrived stands for it only once it was played (D56).
        if is_first_part(update, group) or state is PromptState.PLAYED:
            await bind_prompt(tx, group, kit.clock.now(), state)
        where, asked = where_of(group), group.reply
        if state is PromptState.FAILED and update.error_code == RE_ENGAGEMENT:
            first = group.held_at is None
            trouble = journal.Trouble(stage="send", code=WINDOW_CLOSED, detail=HELD if first else "")
            opened.events.append(journal.Event(kit.clock.now(), where, trouble))
            if first:
                await self._hold(opened, group)
        elif state is PromptState.FAILED and asked.by_voice and not asked.buttons:
            await self._say_in_text(opened, group)
        seen = journal.StatusSeen(update.message, state, asked.proposal, asked.digest)
        opened.events.append(journal.Event(kit.clock.now(), where, seen))

    async def _hold(self, opened: _Open, group: OutboxGroup) -> None:
        """WhatsApp took a reply and found later that its window was closed: as if it had said so at once."""
        await keep_held(self.kit, opened.tx, held(group, self.kit.clock.now()))
        opened.woken[group.address] = None

    async def _say_in_text(self, opened: _Open, group: OutboxGroup) -> None:
        """WhatsApp took a voice note and failed it later: its words go out as text, once."""
        in_text = replace(group, state=OutboxState.QUEUED, attempts=group.attempts + 1)
        await opened.tx.outbox.save(replace(in_text, reply=replace(group.reply, by_voice=False)))
        kind, now = TimerKind.OUTBOX, self.kit.clock.now()
        await opened.tx.timers.set(self.kit.timer(group.address, kind, now, group.id))
        opened.woken[group.address] = None


def _inbound(message: Arrived, conversation: Conversation, turn: str, at: Micros) -> Inbound:
    return Inbound(
        id=message.id,
        turn=turn,
        address=conversation.address,
        alias=message.alias,
        seq=0,
        modality=message.modality,
        sent_at=message.sent_at,
        received_at=at,
        text=_words(message),
        media=message.media,
        button=message.button,
        quotes=message.quotes,
        forwarded=message.forwarded,
        form=message.form,
        target=message.target,
        identity=message.identity,
        referral=message.referral,
    )


def _words(message: Arrived) -> str | None:
    """What is there to be read; of what holds no words, only its type."""
    if message.text is None and message.modality is Modality.OTHER:
        return f"[{message.type}]"
    return message.text
