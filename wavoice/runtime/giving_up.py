"""A message on which the bot fails again and again: tried later and later, then a person's to answer.

Tries are counted by the inbox, each with a longer wait (`ports.Inbox.next`). After `policy.max_turn_attempts`
the customer is told, and a person is. If even that fails, `LAST_TRIES` later, the message is put aside with
nothing said: one message must not keep a customer waiting for ever.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog

from wavoice.runtime import journal
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.errors import StoreError, facts_of
from wavoice.runtime.hand_over import TIMED_OUT, silence, timer_of, with_hours
from wavoice.runtime.hear import Words
from wavoice.runtime.keep import keep, reply_to
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import (
    HandedPacket,
    HandOff,
    Inbound,
    Packet,
    PacketState,
    TimerKind,
    WithPerson,
)
from wavoice.runtime.outgoing import record
from wavoice.runtime.packets import WHY
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.replies import english
from wavoice.runtime.speaking import speak
from wavoice.runtime.steps import freezing
from wavoice.runtime.understand import Known

LAST_TRIES: Final = 3
"""Of the apology."""

log = structlog.get_logger("wavoice")


async def failed_before(turn: Turn, message: Inbound, known: Known) -> bool:
    """Give the message up if it has been tried often enough; False: it is to be tried."""
    most = turn.kit.policy.max_turn_attempts
    if message.attempts < most:
        return False
    if message.attempts >= most + LAST_TRIES:
        await _put_aside(turn, message, known)
    else:
        await _apologise(turn, message, replace(known, joined=()))
    return True


async def note_failure(turn: Turn, message: Inbound, error: Exception) -> None:
    """What a failed try did is not kept; that it failed, and where, is."""
    facts = facts_of(error)
    log.error("turn_failed", turn=turn.id, attempt=message.attempts, **facts)
    address = turn.address
    where = journal.Where(address.tenant, address.number, address.contact, turn.id, turn.modality)
    trouble = journal.Trouble(stage="turn", code=facts["error"], detail=facts["at"])
    with suppress(StoreError):  # the store may be what failed; the log has said so
        async with turn.kit.store.begin() as tx:
            await record(turn.kit, tx, journal.Event(turn.kit.clock.now(), where, trouble))


async def _apologise(turn: Turn, message: Inbound, known: Known) -> None:
    """Hold what is open and let a person look; nobody is written to who has left or has a person already."""
    step = freezing(known.proposal, turn.trace.now())
    away = known.consents.messages is False or known.conversation.handed_off
    step = replace(
        step,
        text=None if away else english.TROUBLE,
        hand_off=HandOff.TURN_FAILED,
        events=(*step.events, journal.HandedOff(reason=HandOff.TURN_FAILED)),
    )
    turn.step = step.name
    turn.log(*step.events)
    step = with_hours(turn, step)
    reply = None if step.text is None else reply_to(step, turn.kit.codes, by_voice=False)
    if reply is None:
        turn.ended("silent", "turn_failed", message.received_at, turn.trace.now())
    group = await keep(turn, message, known, Words(text=""), step, reply)
    if group is None:
        return
    speech = turn.ahead(speak(turn, group.reply))
    delivery = await send(turn, group, speech)
    end_turn(turn, delivery, "turn_failed", message.received_at)
    async with turn.kit.store.begin() as tx:
        await keep_delivery(turn, tx, delivery)
        await turn.write_journal(tx)


async def _put_aside(turn: Turn, message: Inbound, known: Known) -> None:
    """As little as can be: the message is done, what is open is held, and a person is told."""
    kit, address, now = turn.kit, turn.address, turn.trace.now()
    step = freezing(known.proposal, now)
    parted = replace(
        known.stored,
        epoch=known.conversation.epoch,
        handed_off=True,
        with_person=WithPerson(HandOff.TURN_FAILED, now),
    )
    turn.log(*step.events, journal.HandedOff(reason=HandOff.TURN_FAILED))
    turn.log(journal.TurnEnded("undelivered", "turn_failed", message.received_at, now))
    async with kit.store.begin() as tx:
        await tx.conversations.save(parted)
        await tx.inbox.done(message)
        for frozen in step.proposals:
            await tx.proposals.save(frozen)
            await tx.timers.clear(frozen.id)
        due = now + silence(kit, HandOff.TURN_FAILED)
        await tx.timers.set(kit.timer(address, TimerKind.RELEASE, due, timer_of(address, TIMED_OUT)))
        await _tell_a_person(turn, tx, message)
        await turn.write_journal(tx)
    log.error("message_put_aside", turn=turn.id, attempt=message.attempts)


async def _tell_a_person(turn: Turn, tx: UnitOfWork, message: Inbound) -> None:
    kit = turn.kit
    packet = Packet(
        key=kit.ids.new("h"),
        thread=turn.address.thread,
        reason=HandOff.TURN_FAILED,
        at=turn.trace.now(),
        address=turn.address,
        alias=message.alias,
        turn=turn.id,
        summary=f"{WHY[HandOff.TURN_FAILED]} Nothing could be said to the customer.",
        pending=None,
        transcript=(),
        tried=(),
    )
    state = PacketState.KEPT if kit.tickets is None else PacketState.WAITING
    await tx.hand_offs.save(HandedPacket(packet, state))
    if kit.tickets is not None:
        await tx.timers.set(kit.timer(turn.address, TimerKind.TICKET, packet.at, packet.key))
