"""Replies on their way: sent again where their sending was cut off, or given up for a stated reason."""

from __future__ import annotations

from dataclasses import replace

import structlog

from wavoice.runtime import journal
from wavoice.runtime.arrivals import where_of
from wavoice.runtime.backoff import behind, limit_wait
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.deliver import Delivery, end_turn, keep_delivery, keep_held, send
from wavoice.runtime.errors import AuthError, ChannelError
from wavoice.runtime.keep import wake
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    Consent,
    ConsentStatus,
    Conversation,
    Micros,
    Modality,
    OutboxGroup,
    OutboxState,
    Outgoing,
    Stage,
    Timer,
    TimerKind,
)
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.speaking import speak
from wavoice.runtime.trace import Trace

_REFUSED = frozenset({ConsentStatus.DENIED, ConsentStatus.WITHDRAWN})


async def record(kit: Kit, tx: UnitOfWork, *events: journal.Event) -> None:
    """Append to the journal, and show the live sink once it is durable."""
    await tx.journal.add(events)

    def show() -> None:
        for event in events:
            kit.sink.write(event)

    tx.after_commit(show)


def begin(kit: Kit, turn: str, conversation: Conversation, modality: Modality, started: Micros) -> Turn:
    """A turn, or the next stretch of one, that began at `started`; what is logged from here on names it."""
    structlog.contextvars.bind_contextvars(turn=turn)
    return Turn(
        id=turn,
        address=conversation.address,
        modality=modality,
        trace=Trace(kit.clock, started, kit.until),
        kit=kit,
    )


async def resend(kit: Kit, timer: Timer, conversation: Conversation) -> None:
    """A reply whose sending was cut off, put off or held: a status says that it arrived, or it goes out."""
    async with kit.store.begin() as tx:
        group = await tx.outbox.get(timer.subject)
        if group is None or (group.state is OutboxState.FAILED and group.held_at is None):
            await tx.timers.clear(timer.subject)
            return
        reason = await _no_longer_wanted(tx, group, conversation, kit.clock.now())
        if reason is None and group.held_at is not None:
            reason = _held_too_long(kit, group)
        if reason and group.state is not OutboxState.SENT:
            await drop(kit, tx, group, reason)
            return
        queued = await tx.outbox.queued(group.address)
        if group.state is OutboxState.QUEUED and group.held_at is None:
            # Should this process die in the middle, WhatsApp has a whole lease again to say that it arrived.
            due = kit.clock.now() + kit.policy.send_lease
            await tx.timers.set(kit.timer(group.address, TimerKind.OUTBOX, due, group.id, timer.attempts))
    if group.held_at is not None:
        await _call(kit, timer, group, conversation)
        return
    if group.state is OutboxState.QUEUED:
        older = [one for one in queued if (one.created_at, one.id) < (group.created_at, group.id)]
        group = replace(group, not_before=behind(older, kit.clock.now()) or group.not_before)
    await _again(kit, timer, group, conversation)


async def _again(kit: Kit, timer: Timer, group: OutboxGroup, conversation: Conversation) -> None:
    # A first sending that was cut off belongs to its turn; a later one is a turn of its own.
    turn_id = group.turn if group.untried else kit.ids.new("t")
    turn = begin(kit, turn_id, conversation, Modality.OTHER, timer.due_at)
    try:
        if group.state is OutboxState.SENT:
            how, delivery = "known from its status", Delivery.known_from_status(group, turn.trace.now())
        else:
            how = "sent again"
            speech = turn.ahead(speak(turn, group.reply))
            delivery = await send(turn, group, speech)
        if delivery.retry and delivery.group.attempts > kit.policy.max_sends:
            failed = replace(delivery.group, state=OutboxState.FAILED, not_before=None)
            delivery = replace(delivery, group=failed, retry=False)
            turn.log(journal.Trouble(stage="send", code="not_sent", detail="it could not be sent"))
        end_turn(turn, delivery, how, turn.trace.started)
        async with kit.store.begin() as tx:
            await keep_delivery(turn, tx, delivery)
            if delivery.retry and delivery.again_at is None:
                due = kit.clock.now() + kit.policy.send_lease * 2**group.attempts
                await wake(turn, tx, TimerKind.OUTBOX, due, group.id)
            await turn.write_journal(tx)
    finally:
        await turn.close()


async def _call(kit: Kit, timer: Timer, group: OutboxGroup, conversation: Conversation) -> None:
    """Ask a customer outside WhatsApp's window to write again, once for all that is held."""
    now, template = kit.clock.now(), kit.template
    async with kit.store.begin() as tx:
        others = await tx.outbox.held(group.address)
        if template is None or any(one.called_at is not None for one in others):
            await keep_held(kit, tx, replace(group, called_at=group.called_at or now))
            return
    turn = begin(kit, kit.ids.new("t"), conversation, Modality.OTHER, timer.due_at)
    try:
        called = replace(group, called_at=now)
        try:
            with turn.trace.span(Stage.SEND):
                reference = f"call.{group.id}"  # no part of the group: its status says nothing of the reply
                accepted = await kit.channel_of(conversation.address).send(
                    Outgoing(to=conversation.alias, reference=reference, template=template)
                )
        except (ChannelError, AuthError) as error:
            turn.log(journal.Trouble(stage="template", code=error.code, detail=error.message))
            if (error.retryable or isinstance(error, AuthError)) and timer.attempts < kit.policy.max_sends:
                wait = limit_wait(error, timer.attempts) or kit.policy.send_lease * 2**timer.attempts
                async with kit.store.begin() as tx:
                    await wake(turn, tx, TimerKind.OUTBOX, now + wait, group.id, timer.attempts + 1)
                    await turn.write_journal(tx)
                return
            how = "undelivered"
        else:
            words, wamids = f"[template {template.name}]", (accepted.message,)
            turn.log(journal.Noticed(group.id, "template", wamids, accepted_at=accepted.at, text=words))
            how = "answered"
        turn.ended(how, "called back", turn.trace.started, turn.trace.now())
        async with kit.store.begin() as tx:
            if (stored := await tx.outbox.get(group.id)) is not None and stored.held_at is not None:
                await keep_held(kit, tx, called)
            await turn.write_journal(tx)
    finally:
        await turn.close()


def _held_too_long(kit: Kit, group: OutboxGroup) -> str | None:
    """Why a held reply is given up: the customer has not written for so long that it may not be true now."""
    since = group.held_at
    late = since is not None and kit.clock.now() >= since + kit.policy.hold_replies
    return "the customer did not write again in time" if late else None


async def drop(kit: Kit, tx: UnitOfWork, group: OutboxGroup, reason: str) -> None:
    """Give a waiting reply up, and note why."""
    await tx.outbox.save(replace(group, state=OutboxState.FAILED, held_at=None, not_before=None))
    await tx.timers.clear(group.id)
    now, where = kit.clock.now(), where_of(group)
    bodies: list[journal.Body] = [journal.Trouble(stage="send", code="not_sent", detail=reason)]
    if group.untried:  # its first sending was cut off, and with it the end of its turn
        bodies.append(journal.TurnEnded("undelivered", reason, started_at=now, ended_at=now))
    await record(kit, tx, *(journal.Event(now, where, body) for body in bodies))


async def _no_longer_wanted(
    tx: UnitOfWork, group: OutboxGroup, conversation: Conversation, now: Micros
) -> str | None:
    """Why a waiting reply must not go out any more: silence was asked for, or its question is void."""
    withdrawn = await _withdrawn_at(tx, group)
    silenced = withdrawn is not None or conversation.handed_off
    last_word = group.reply.final and (withdrawn is None or group.held_at is None)
    if (silenced and not last_word) or group.created_at < (withdrawn or 0):
        return "the customer is not to be written to any more"
    if group.reply.proposal is None:
        return None
    asked = await tx.proposals.get(group.reply.proposal)
    current = asked is not None and asked.digest == group.reply.digest and can_hold(asked)
    current = current and asked is not None and now < asked.expires_at
    return None if current else "its question is void"


async def _withdrawn_at(tx: UnitOfWork, group: OutboxGroup) -> Micros | None:
    """When the customer asked for silence; None if it may be written to.

    Even the last word of a hand-off is not sent once a STOP after it was acknowledged.
    """
    if await tx.consents.given(group.address, Consent.MESSAGES) is not False:
        return None
    lines = await tx.consents.lines(group.address)
    return max(line.at for line in lines if line.purpose is Consent.MESSAGES and line.status in _REFUSED)
