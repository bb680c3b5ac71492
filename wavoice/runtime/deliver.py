"""Speak → send: a stored reply group to messages that WhatsApp accepted."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from wavoice.runtime import journal
from wavoice.runtime.backoff import limit_wait
from wavoice.runtime.consent import wording_id
from wavoice.runtime.errors import AuthError, ChannelError, WavoiceError
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    ConsentRecord,
    ConsentStatus,
    Micros,
    OutboxGroup,
    OutboxState,
    Outgoing,
    PromptState,
    Stage,
    TimerKind,
)
from wavoice.runtime.ports import Accepted, News, UnitOfWork
from wavoice.runtime.speaking import NOT_ACCEPTED, VOICE_MIME, Spoken

_RANK = tuple(
    PromptState(name) for name in ("queued", "accepted", "sent", "failed", "delivered", "read", "played")
)
"""Delivered, read or played beats failed: a customer may have several devices."""
RE_ENGAGEMENT = 131047
"""WhatsApp's code: more than 24 hours since the customer's last message."""
WINDOW_CLOSED = "window_closed"
GRAPH_ACCESS = "access_token"
"""Field under which it is kept whether the token is taken."""
HELD = "held until the customer writes again"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a group."""

    group: OutboxGroup
    form: str
    asked_at: Micros | None
    """When WhatsApp accepted the first part: from here on a question stands; None if nothing was."""
    ended_at: Micros
    """When the last part that was due had been accepted, or given up."""
    fallback: str | None = None
    retry: bool = False
    reason: str = ""
    """Why it was given up, where that is known."""
    again_at: Micros | None = None
    """When it is tried again, where WhatsApp's limits say so; None: once its lease is over."""

    @classmethod
    def known_from_status(cls, group: OutboxGroup, now: Micros) -> Delivery:
        """A group that WhatsApp accepted although its answer never reached us."""
        form = "buttons" if group.reply.buttons else "voice" if group.reply.by_voice else "text"
        return cls(group, form, now, now, "known from its status")


async def send(turn: Turn, group: OutboxGroup, speech: Awaitable[Spoken]) -> Delivery:
    """Send the parts of a group. A question's buttons go at once, before its words are spoken.

    Nothing is tried outside WhatsApp's window, before the group's own `not_before`, or while a limit
    that all share is in force.
    """
    now = turn.trace.now()
    if group.window_ends_at is not None and now >= group.window_ends_at:
        return _window_closed(turn, group)
    due = max(group.not_before or 0, turn.kit.throttle.turn(now) or 0)
    if due > now:
        waiting = replace(group, waits=group.waits + 1, not_before=due)
        return Delivery(waiting, "text", None, now, retry=True, again_at=due)
    reply, accepted = group.reply, list[Accepted]()
    form, fallback = ("buttons" if reply.buttons else "text"), None
    try:
        if reply.buttons:
            accepted.append(await _send(turn, _message(group, 0)))
            turn.kit.failpoints.reach("part_sent")
        spoken = await speech
        fallback = spoken.fallback
        if spoken.ogg is not None:
            accepted.append(await _send_note(turn, group, spoken, len(accepted)))
            form = "voice+buttons" if reply.buttons else "voice"
        elif not reply.buttons:
            accepted.append(await _send(turn, _message(group, 0)))
    except (ChannelError, AuthError) as error:
        turn.log(journal.Trouble(stage="send", code=error.code, detail=error.message))
        wait = limit_wait(error, group.attempts)
        turn.kit.throttle.refused(error, turn.trace.now(), wait)
        if not accepted:
            return _not_sent(turn, group, form, fallback, error)
        fallback = NOT_ACCEPTED
    turn.kit.throttle.accepted()
    wamids = tuple(part.message for part in accepted)
    sent = replace(group, state=OutboxState.SENT, messages=wamids, not_before=None)
    return Delivery(sent, form, accepted[0].at, turn.trace.now(), fallback)


async def _send(turn: Turn, message: Outgoing) -> Accepted:
    with turn.trace.span(Stage.SEND):
        return await turn.kit.channel_of(turn.address).send(message)


def _not_sent(
    turn: Turn, group: OutboxGroup, form: str, fallback: str | None, error: WavoiceError
) -> Delivery:
    """A refused token is an operator's matter: the reply waits for it, like for a lost network."""
    if isinstance(error, ChannelError) and error.graph_code == RE_ENGAGEMENT:
        return _window_closed(turn, group)
    retry = error.retryable or isinstance(error, AuthError)
    state = OutboxState.QUEUED if retry else OutboxState.FAILED
    now, wait = turn.trace.now(), limit_wait(error, group.attempts) if retry else None
    again_at = None if wait is None else now + wait
    if isinstance(error, AuthError):  # no try of the reply: it waits, however long it takes
        failed = replace(group, state=state, waits=group.waits + 1, not_before=again_at)
    else:
        failed = replace(group, state=state, attempts=group.attempts + 1, not_before=again_at)
    return Delivery(failed, form, None, now, fallback, retry=retry, again_at=again_at)


def _window_closed(turn: Turn, group: OutboxGroup) -> Delivery:
    """Only a template could be sent now, and none says this: it is held until the customer writes."""
    now = turn.trace.now()
    turn.log(journal.Trouble(stage="send", code=WINDOW_CLOSED, detail=HELD))
    return Delivery(held(group, now), "text", None, now, reason=WINDOW_CLOSED)


def held(group: OutboxGroup, now: Micros) -> OutboxGroup:
    """The group, kept from now on until the customer writes again."""
    return replace(
        group,
        state=OutboxState.FAILED,
        attempts=group.attempts + 1,
        held_at=now,
        not_before=None,
    )


async def keep_held(kit: Kit, tx: UnitOfWork, group: OutboxGroup) -> None:
    """Store a held group. Its timer calls the customer, if a template can, or ends the holding."""
    await tx.outbox.save(group)
    now = kit.clock.now()
    call = kit.template is not None and group.called_at is None
    due = now if call else (group.held_at or now) + kit.policy.hold_replies
    await tx.timers.set(kit.timer(group.address, TimerKind.OUTBOX, due, group.id))


async def _send_note(turn: Turn, group: OutboxGroup, spoken: Spoken, part: int) -> Accepted:
    channel = turn.kit.channel_of(turn.address)
    with turn.trace.span(Stage.SEND):
        if spoken.refused is not None:
            raise spoken.refused
        media = spoken.media or await channel.upload(spoken.ogg or b"", VOICE_MIME)
        return await channel.send(Outgoing(to=group.to, reference=f"{group.id}/{part}", media=media))


def _message(group: OutboxGroup, part: int) -> Outgoing:
    reply = group.reply
    return Outgoing(to=group.to, reference=f"{group.id}/{part}", text=reply.text, buttons=reply.buttons)


def end_turn(turn: Turn, delivery: Delivery, reason: str, started: Micros) -> None:
    """Close the turn with what became of its reply; one that will be sent again is a turn of its own."""
    if delivery.retry:
        turn.ended("delayed", reason, started, delivery.ended_at)
        return
    how = "undelivered" if delivery.asked_at is None else "answered"
    turn.ended(how, delivery.reason or reason, started, delivery.ended_at)


async def keep_delivery(turn: Turn, tx: UnitOfWork, delivery: Delivery) -> None:
    """Store what became of the group; a question counts as asked from its acceptance on."""
    group = delivery.group
    if turn.kit.throttle.unsaid:
        await _tell_of_the_token(turn, tx)
    if delivery.retry:
        stored = await tx.outbox.get(group.id)
        if stored is None or stored.state is OutboxState.QUEUED:
            await tx.outbox.save(group)
            if delivery.again_at is not None:
                again = turn.kit.timer(group.address, TimerKind.OUTBOX, delivery.again_at, group.id)
                await tx.timers.set(again)
        return  # a status may have said meanwhile that it arrived: then the wake finds it sent
    if group.held_at is not None:
        await keep_held(turn.kit, tx, group)
        return
    stored = await tx.outbox.get(group.id)
    if stored is not None and stored.attempts > group.attempts:
        # A status was faster than the answer, and said that it failed: what that began goes on.
        await tx.outbox.save(replace(stored, messages=group.messages))
    else:
        await tx.outbox.save(group)
        await tx.timers.clear(group.id)
    if delivery.asked_at is None:
        return
    await bind_prompt(tx, group, delivery.asked_at, PromptState.ACCEPTED)
    for shown in group.reply.shows:
        line = ConsentRecord(
            address=group.address,
            purpose=shown.purpose,
            status=ConsentStatus.SHOWN,
            at=delivery.asked_at,
            source=shown.source,
            wording=shown.wording,
            proof=group.messages[0] if group.messages else "",
        )
        await enter(turn, tx, line)
    body = journal.Noticed if group.reply.notice else journal.Replied
    turn.log(
        body(
            group=group.id,
            form=delivery.form,
            messages=group.messages,
            fallback=delivery.fallback,
            proposal=group.reply.proposal,
            digest=group.reply.digest,
            accepted_at=delivery.asked_at,
            text=group.reply.text,
            spoken=group.reply.spoken if "voice" in delivery.form else None,
        )
    )


async def _tell_of_the_token(turn: Turn, tx: UnitOfWork) -> None:
    """Whether WhatsApp takes the access token, for whoever operates the bot."""
    throttle, address = turn.kit.throttle, turn.address
    state = "refused" if throttle.token_refused else "accepted"
    throttle.unsaid = False
    await tx.operations.hear(address.tenant, News(GRAPH_ACCESS, address.number, state, turn.trace.now()))


async def enter(turn: Turn, tx: UnitOfWork, line: ConsentRecord) -> None:
    """Add a line to the consent ledger; the journal says so without the words."""
    await tx.consents.add(line)
    wording = wording_id(line)
    if line.status is ConsentStatus.SHOWN:
        turn.log(journal.ConsentShown(line.purpose, line.source, wording, line.proof))
        return
    turn.log(
        journal.ConsentChanged(
            purpose=line.purpose,
            given=line.status is ConsentStatus.GRANTED,
            status=line.status,
            source=line.source,
            wording=wording,
            proof=line.proof,
            shown_in=line.shown_in,
        )
    )


async def bind_prompt(tx: UnitOfWork, group: OutboxGroup, at: Micros, state: PromptState) -> None:
    """Tie the messages of a question to the proposal version that it asks about."""
    if group.reply.proposal is None:
        return
    proposal = await tx.proposals.get(group.reply.proposal)
    if proposal is None or proposal.digest != group.reply.digest:
        return
    if proposal.held_at is not None and group.created_at < proposal.held_at:
        return  # the question before the veto: it must be put again
    prompts = tuple(dict.fromkeys((*proposal.prompts, *group.messages)))
    fresh = state is PromptState.ACCEPTED
    asked_at = at if fresh or proposal.prompted_at is None else proposal.prompted_at
    # A question that is put again begins anew. But a status may say that this very message failed
    # before we have noted that it was accepted: then nobody was asked.
    known = proposal.prompt_state
    if fresh and known is PromptState.FAILED and not set(group.messages) & set(proposal.prompts):
        known = PromptState.ACCEPTED
    best = max(known, state, key=_RANK.index)
    bound = replace(proposal, prompts=prompts, prompted_at=asked_at, prompt_state=best)
    if bound != proposal:
        await tx.proposals.save(bound)
