"""Replies on their way: sent again where their sending was cut off, or given up for a stated reason."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.arrivals import where_of
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.deliver import Delivery, end_turn, keep_delivery, send, speak
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
    Timer,
    TimerKind,
)
from wavoice.runtime.ports import UnitOfWork
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
    """A turn, or the next stretch of one, that began at `started`."""
    return Turn(
        id=turn,
        address=conversation.address,
        modality=modality,
        trace=Trace(kit.clock, started, kit.until),
        kit=kit,
    )


async def resend(kit: Kit, timer: Timer, conversation: Conversation) -> None:
    """A reply whose sending was interrupted: a status says that it arrived, or it is sent again."""
    async with kit.store.begin() as tx:
        group = await tx.outbox.get(timer.subject)
        if group is None or group.state is OutboxState.FAILED:
            await tx.timers.clear(timer.subject)
            return
        reason = await _no_longer_wanted(tx, group, conversation)
        if reason and group.state is OutboxState.QUEUED:
            await drop(kit, tx, group, reason)
            return
    # A first sending that was cut off belongs to its turn; a later one is a turn of its own.
    turn_id = group.turn if group.attempts == 0 else kit.ids.new("t")
    turn = begin(kit, turn_id, conversation, Modality.OTHER, timer.due_at)
    try:
        if group.state is OutboxState.SENT:
            how, delivery = "known from its status", Delivery.known_from_status(group, turn.trace.now())
        else:
            how = "sent again"
            speech = turn.begin(speak(turn, group.reply, conversation.language))
            delivery = await send(turn, group, speech)
        if delivery.retry and group.attempts >= kit.policy.max_sends:
            failed = replace(delivery.group, state=OutboxState.FAILED)
            delivery = replace(delivery, group=failed, retry=False)
        end_turn(turn, delivery, how, turn.trace.started)
        async with kit.store.begin() as tx:
            await keep_delivery(turn, tx, delivery)
            if delivery.retry:
                due = kit.clock.now() + kit.policy.send_lease * 2**group.attempts
                await wake(turn, tx, TimerKind.OUTBOX, due, group.id)
            await turn.write_journal(tx)
    finally:
        await turn.close()


async def drop(kit: Kit, tx: UnitOfWork, group: OutboxGroup, reason: str) -> None:
    """Give a waiting reply up, and note why."""
    await tx.outbox.save(replace(group, state=OutboxState.FAILED))
    await tx.timers.clear(group.id)
    now, where = kit.clock.now(), where_of(group)
    bodies: list[journal.Body] = [journal.Trouble(stage="send", code="not_sent", detail=reason)]
    if group.attempts == 0:  # its first sending was cut off, and with it the end of its turn
        bodies.append(journal.TurnEnded("undelivered", reason, started_at=now, ended_at=now))
    await record(kit, tx, *(journal.Event(now, where, body) for body in bodies))


async def _no_longer_wanted(tx: UnitOfWork, group: OutboxGroup, conversation: Conversation) -> str | None:
    """Why a waiting reply must not go out any more: silence was asked for, or its question is void."""
    withdrawn = await _withdrawn_at(tx, group)
    silenced = withdrawn is not None or conversation.handed_off
    if (silenced and not group.reply.final) or group.created_at < (withdrawn or 0):
        return "the customer is not to be written to any more"
    if group.reply.proposal is None:
        return None
    asked = await tx.proposals.get(group.reply.proposal)
    current = asked is not None and asked.digest == group.reply.digest and can_hold(asked)
    return None if current else "its question is void"


async def _withdrawn_at(tx: UnitOfWork, group: OutboxGroup) -> Micros | None:
    """When the customer asked for silence; None if it may be written to.

    Even the last word of a hand-off is not sent once a STOP after it was acknowledged.
    """
    if await tx.consents.given(group.address, Consent.MESSAGES) is not False:
        return None
    lines = await tx.consents.lines(group.address)
    return max(line.at for line in lines if line.purpose is Consent.MESSAGES and line.status in _REFUSED)
