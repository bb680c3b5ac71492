"""Hand-off: what is said of those who take over, and what they are given, stored with the turn itself."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    Address,
    Consent,
    Conversation,
    HandedPacket,
    HandOff,
    Line,
    Micros,
    Modality,
    Packet,
    PacketState,
    Proposal,
    Reply,
    Tier,
    TimerKind,
    WithPerson,
)
from wavoice.runtime.packets import Said, pending_of, summary, transcript, tried
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.replies import english
from wavoice.runtime.steps import Step

TIMED_OUT = "timed_out"
RELEASED = "released"


def timer_of(address: Address, why: str) -> str:
    """Subject of the timer that gives a chat back, for one of the two reasons above."""
    return f"{why}.{address.number}.{address.contact}"


def silence(kit: Kit, reason: str) -> Micros:
    """For how long the bot keeps still after the last word of staff."""
    grave = HandOff.named(reason).is_grave
    return kit.policy.release_after_grave if grave else kit.policy.release_after


def with_person(before: Conversation, step: Step, now: Micros, *, staff: bool = False) -> WithPerson | None:
    """Since when a person has the chat once this turn is over; `staff`: staff wrote in it."""
    if step.releases and step.hand_off is None:
        return None
    since = before.with_person
    if step.hand_off is not None:
        grave = since is not None and HandOff.named(since.reason).is_grave
        return WithPerson(since.reason if since and grave else step.hand_off, now)
    return replace(since, since=now) if since is not None and staff else since


def reads_on(kit: Kit, conversation: Conversation, now: Micros) -> bool:
    """True if a person has the chat, nobody is there, and the reason lets the bot answer what only reads."""
    parted = conversation.with_person
    if parted is None or not conversation.handed_off or not HandOff.named(parted.reason).lets_read:
        return False
    return kit.people is not None and kit.people.until(kit.local(now)) is None


def with_hours(turn: Turn, step: Step) -> Step:
    """The step with when somebody will be there, where a reply hands over and the hours are known."""
    kit = turn.kit
    if step.hand_off is None or not step.text or kit.people is None:
        return step
    now = kit.local(turn.trace.now())
    until = kit.people.until(now)
    if until is not None:
        return replace(step, text=f"{step.text} {english.people_until(until, now)}")
    back = kit.people.back(now)
    if back is None:
        return step
    meanwhile = _meanwhile(turn) if step.hand_off.lets_read else ""
    return replace(step, text=f"{step.text} {english.people_back(back, now)}{meanwhile}")


def _meanwhile(turn: Turn) -> str:
    can = [job.can for job in turn.jobs if job.tier is Tier.R0 and job.can and turn.jobs.offered(job.name)]
    return f" {english.UNTIL_THEN} {english.i_can(can)}" if can else ""


async def hand_over(
    turn: Turn, tx: UnitOfWork, conversation: Conversation, step: Step, reply: Reply | None
) -> None:
    """Store what a person needs to go on, and when the bot is back. Call it once the journal is written.

    What staff took over themselves needs no packet: they have read what they answered.
    """
    reason, kit, now = step.hand_off, turn.kit, turn.trace.now()
    if reason is None:
        return
    address = turn.address
    parted = conversation.with_person
    due = now + silence(kit, parted.reason if parted else reason)
    await tx.timers.set(kit.timer(address, TimerKind.RELEASE, due, timer_of(address, TIMED_OUT)))
    if reason is HandOff.STAFF_WROTE:
        return
    packet = await _packet(turn, tx, conversation, step, reply)
    if kit.tickets is None:
        await tx.hand_offs.save(HandedPacket(packet, PacketState.KEPT))
        return
    await tx.hand_offs.save(HandedPacket(packet, PacketState.WAITING))
    await tx.timers.set(kit.timer(address, TimerKind.TICKET, now, packet.key))


async def _packet(
    turn: Turn, tx: UnitOfWork, conversation: Conversation, step: Step, reply: Reply | None
) -> Packet:
    kit, now, reason = turn.kit, turn.trace.now(), step.hand_off or HandOff.OTHER
    since = now - kit.policy.business_clock
    recent = await tx.inbox.recent(turn.address, since, kit.policy.memory)
    said = [(message, await tx.journal.read(message.turn)) for message in recent]
    proposal = await tx.proposals.open(turn.address) or (step.proposals[-1:] or (None,))[0]
    agreed = await tx.consents.given(turn.address, Consent.VOICE_DATA) is True
    kept = _recordings(kit, said, now) if agreed else frozenset()
    lines = _without_code(kit, proposal, (*transcript(said, kept), *_last(now, reply)))
    pending = pending_of(proposal)
    return Packet(
        key=kit.ids.new("h"),
        thread=turn.address.thread,
        reason=str(reason),
        at=now,
        address=turn.address,
        alias=conversation.alias,
        turn=turn.id,
        summary=summary(reason, said, lines, pending),
        pending=pending,
        transcript=lines,
        tried=tried(said),
    )


def _without_code(kit: Kit, proposal: Proposal | None, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The code that would move money is the customer's alone, and as long as it is asked for it counts."""
    if proposal is None or proposal.tier is not Tier.R3:
        return lines
    code = kit.codes.of(proposal)
    if code is None:
        return lines
    return tuple(replace(line, text=line.text.replace(code, "****")) for line in lines)


def _recordings(kit: Kit, said: Said, now: Micros) -> frozenset[str]:
    """Turns whose recording is kept: by consent, spoken words in it, and not due to be deleted yet."""
    if kit.media is None:
        return frozenset()
    return frozenset(
        message.turn
        for message, events in said
        if now - message.received_at < kit.policy.keep_recordings
        and any(isinstance(event.body, journal.HeardNote) and event.body.text for event in events)
        and not any(
            isinstance(event.body, journal.Trouble) and event.body.stage == "keep" for event in events
        )
    )


def _last(now: Micros, reply: Reply | None) -> tuple[Line, ...]:
    """The words of the hand-off itself, which are on their way."""
    if reply is None:
        return ()
    return (
        Line(
            now, "bot", reply.spoken or reply.text, str(Modality.VOICE if reply.by_voice else Modality.TEXT)
        ),
    )
