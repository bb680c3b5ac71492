"""What a message means here: task state recalled, words read, evidence gathered for the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wavoice.runtime import journal, session
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.confirm import Case
from wavoice.runtime.consent import Consents, standing
from wavoice.runtime.hear import Words
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    Binding,
    Conversation,
    Evidence,
    Inbound,
    Mark,
    Proposal,
    Reading,
    Tier,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Situation, UnitOfWork


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says when a message is taken up."""

    conversation: Conversation
    proposal: Proposal | None
    """The open proposal, else the latest one."""
    consents: Consents
    unread: int
    stored: Conversation
    """As it was before the clocks were looked at: kept for a message without words."""
    joined: tuple[Inbound, ...] = ()
    """Typed messages that were stored already and belong to the same thought."""
    meant: bool = True
    """The message holds words: it starts a session and its clock."""


async def recall(tx: UnitOfWork, message: Inbound, conversation: Conversation, policy: Policy) -> Known:
    """Read task state; the inbox is counted so that nothing received is overlooked."""
    address = message.address
    proposal = await tx.proposals.open(address)
    if proposal is None:
        proposal = await tx.proposals.latest(address, message.received_at - policy.business_clock)
    now = message.received_at
    consents = standing(await tx.consents.lines(address), now, policy)
    unread = await tx.inbox.unread(address) - 1
    awake = session.awaken(conversation, now, policy)
    return Known(awake, proposal, consents, unread, conversation)


def join(kit: Kit, message: Inbound, known: Known, rest: Sequence[Inbound]) -> Known:
    """Take in what is stored already and goes on with the same thought; nothing is waited for.

    Only typed words are joined, and only while nothing is asked: a veto, a wish of its own, or an answer
    to an open question is always read by itself, in its own turn.
    """
    if known.proposal is not None and known.proposal.is_open:
        return known
    read = lambda part: kit.interpreter.read(part.text or "", _situation(kit, part, known))  # noqa: E731
    parts = session.one_thought(message, rest, read, kit.policy)
    return replace(known, joined=parts, unread=known.unread - len(parts))


def joined(message: Inbound, known: Known) -> Inbound:
    """The message with the words of all that were joined to it."""
    words = (message.text, *(part.text for part in known.joined))
    return replace(message, text=" ".join(word for word in words if word)) if known.joined else message


def interpret(turn: Turn, message: Inbound, known: Known, words: Words) -> tuple[Reading, Reading | None]:
    """Read what was said in both decodes; a button says what its id says."""
    if message.button is not None:
        mark = {"yes": Mark.YES, "no": Mark.NO}.get(message.button.partition(":")[0])
        if mark is not None and ":" in message.button:
            return Reading(text=message.text or "", acts=(), marks=(mark,)), None
    situation = _situation(turn.kit, message, known)
    read = turn.kit.interpreter.read
    other = read(words.other, situation) if words.other is not None else None
    return read(words.text, situation), other


def _situation(kit: Kit, message: Inbound, known: Known) -> Situation:
    proposal = known.proposal if known.proposal and known.proposal.is_open else None
    asking = known.conversation.asking
    return Situation(
        now=kit.local(message.received_at),
        language=known.conversation.language,
        asked=asking.missing if asking else None,
        open_action=proposal.action if proposal else None,
        prompt=proposal.read_back if proposal else "",
    )


def make_case(
    turn: Turn,
    message: Inbound,
    known: Known,
    words: Words,
    readings: tuple[Reading, Reading | None],
) -> Case:
    """Gather what the gate decides on; from here on the turn belongs to a job."""
    reading, other = readings
    proposal = known.proposal
    turn.flow = reading.intent or (proposal.action if proposal and proposal.is_open else None)
    turn.log(
        journal.Read(
            acts=tuple(reading.acts),
            marks=tuple(reading.marks),
            intent=reading.intent,
            decided_by=reading.decided_by,
            slots=dict(reading.slots),
        )
    )
    return Case(
        reading=reading,
        evidence=_evidence(message, proposal, words),
        now=turn.trace.now(),
        proposal=proposal,
        other=other,
        unread=known.unread,
        unreadable=words.trouble is not None,
        reads_only=(job := JOBS.get(reading.intent or "")) is not None and job.tier is Tier.R0,
    )


def _evidence(message: Inbound, proposal: Proposal | None, words: Words) -> Evidence:
    heard = words.heard
    binding = Binding.NONE
    if proposal is not None and proposal.is_open:
        binding = _binding(message, proposal)
    bound = proposal if binding not in (Binding.NONE, Binding.STALE) else None
    return Evidence(
        message=message.id,
        modality=message.modality,
        binding=binding,
        prompt=(message.quotes or (proposal.prompts[-1] if proposal and proposal.prompts else None)),
        digest=bound.digest if bound else None,
        event_at=message.sent_at,
        received_at=message.received_at,
        note_seconds=words.audio.seconds if words.audio else 0.0,
        speech_seconds=heard.speech_seconds if heard else 0.0,
        decodes=heard.decodes if heard else (),
        forwarded=message.forwarded or (message.media is not None and not message.media.voice),
    )


def _binding(message: Inbound, proposal: Proposal) -> Binding:
    """A button is bound by the digest in its id, a quote by the message that it quotes."""
    if message.button is not None:
        if ":" not in message.button:
            return Binding.SOLE_OPEN
        current = message.button.partition(":")[2] == proposal.digest
        asked_now = message.quotes is None or message.quotes in proposal.prompts
        return Binding.BUTTON if current and asked_now else Binding.STALE
    if message.quotes is not None:
        return Binding.QUOTE if message.quotes in proposal.prompts else Binding.STALE
    return Binding.SOLE_OPEN
