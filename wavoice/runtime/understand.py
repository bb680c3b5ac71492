"""What a message means here: task state recalled, words read, evidence gathered for the gate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from wavoice.runtime import journal, session
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.budget import voice_left
from wavoice.runtime.confirm import Case
from wavoice.runtime.consent import Consents, standing
from wavoice.runtime.errors import OverBudgetError
from wavoice.runtime.failures import chosen
from wavoice.runtime.hand_over import reads_on
from wavoice.runtime.hear import Words
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    Act,
    Binding,
    Conversation,
    Evidence,
    Form,
    Inbound,
    Mark,
    Modality,
    Proposal,
    Reading,
    Tier,
)
from wavoice.runtime.ports import Situation, UnitOfWork
from wavoice.runtime.redact import was_redacted


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
    amended_by: str | None = None
    """Turn of an unread edit or unsend of this message."""
    rivals: int = 0
    """Other open questions beside this one; there should never be any (D69)."""
    joined: tuple[Inbound, ...] = ()
    """Typed messages that were stored already and belong to the same thought."""
    voice_left: float = math.inf
    """Seconds of voice notes that may still be listened to today; counted only where a note came."""
    reads_on: bool = False
    """A person has the chat, nobody is there for now, and what only reads may be answered."""
    meant: bool = True
    """The message holds words: it starts a session and its clock."""


async def recall(kit: Kit, tx: UnitOfWork, message: Inbound, conversation: Conversation) -> Known:
    """Read task state; the inbox is counted so that nothing received is overlooked."""
    address, policy = message.address, kit.policy
    rivals = await tx.proposals.rivals(address)
    proposal = await tx.proposals.open(address)
    if proposal is None:
        proposal = await tx.proposals.latest(address, message.received_at - policy.business_clock)
    now = message.received_at
    consents = standing(await tx.consents.lines(address), now, policy)
    unread = await tx.inbox.unread(address) - 1
    amended = await tx.inbox.amended(message) if unread else None
    return Known(
        conversation=session.first_heard_in(session.awaken(conversation, now, policy), kit.tongues.first),
        proposal=proposal,
        consents=consents,
        unread=unread,
        stored=conversation,
        amended_by=amended.turn if amended else None,
        rivals=rivals,
        voice_left=await voice_left(kit, tx, message) if message.media else math.inf,
        reads_on=conversation.handed_off and reads_on(kit, conversation, now),
    )


def join(kit: Kit, message: Inbound, known: Known, rest: Sequence[Inbound]) -> Known:
    """Take in what is stored already and goes on with the same thought; nothing is waited for.

    Only typed words are joined, and only while nothing is asked: a veto, a wish of its own, or an answer
    to an open question is always read by itself, in its own turn. So is what was edited or unsent.
    """
    if known.proposal is not None and known.proposal.is_open:
        return known
    if any(part.form is not Form.MESSAGE or part.offer is not None for part in (message, *rest)):
        return known
    read = lambda part: kit.interpreter.read(part.text or "", situation_of(kit, kit.jobs, part, known))  # noqa: E731
    parts = session.one_thought(message, rest, read, kit.policy, kit.jobs)
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
        if (choice := chosen(message.button)) is not None:
            return Reading(text=message.text or "", acts=(Act.REQUEST,), marks=(), intent=choice), None
    if message.form in (Form.REVOKE, Form.REACTION_REMOVED):
        return _taken_back(message, known.proposal), None
    situation = situation_of(turn.kit, turn.jobs, message, known)
    read = turn.kit.interpreter.read
    other = read(words.other, situation) if words.other is not None else None
    reading = read(words.text, situation)
    if (
        message.form is Form.EDIT
        and _retracts_yes(message, known.proposal)
        and not (_agrees(reading) or reading.vetoes)
    ):
        reading = replace(reading, marks=(*reading.marks, Mark.HOLD))  # the yes is no longer there
    return reading, other


def situation_of(kit: Kit, jobs: Jobs, message: Inbound, known: Known) -> Situation:
    """What an interpreter may know of the conversation."""
    proposal = known.proposal if known.proposal and known.proposal.is_open else None
    asking = known.conversation.asking
    return Situation(
        now=kit.local(message.received_at),
        language=known.conversation.language,
        asked=asking.missing if asking else None,
        open_action=proposal.action if proposal else None,
        prompt=proposal.read_back if proposal else "",
        catalogue=kit.catalogue,
        vocabulary=jobs.vocabulary,
        half_said=asking.intent if asking else None,
        wants_code=proposal is not None and proposal.tier is Tier.R3,
    )


def _taken_back(message: Inbound, proposal: Proposal | None) -> Reading:
    """An unsent yes is a retraction of it; a reaction that is gone is a doubt about what it was on."""
    mark = None
    if _retracts_yes(message, proposal):
        mark = Mark.CANCEL if message.form is Form.REVOKE else Mark.HOLD
    elif message.form is Form.REACTION_REMOVED and proposal is not None and proposal.is_open:
        mark = Mark.HOLD if message.target in proposal.prompts else None
    return Reading(
        text=message.text or "",
        acts=(Act.RETRACT,) if mark else (),
        marks=(mark,) if mark else (),
    )


def _agrees(reading: Reading) -> bool:
    return Mark.YES in reading.marks or Mark.WEAK in reading.marks


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
    asks_to_read = _only_reads(turn, reading.intent)
    turn.flow = reading.intent or (proposal.action if proposal and proposal.is_open else None)
    turn.log(
        journal.Read(
            acts=tuple(reading.acts),
            marks=tuple(reading.marks),
            intent=reading.intent,
            decided_by=reading.decided_by,
            slots=dict(reading.slots),
            sure=reading.sure,
            likely=dict(reading.likely),
            llm=dict(reading.llm),
        )
    )
    evidence = _evidence(message, proposal, words)
    return Case(
        reading=reading,
        evidence=replace(evidence, code_fits=_code_fits(turn, proposal, message, reading)),
        now=turn.trace.now(),
        proposal=proposal,
        other=other,
        unread=known.unread,
        unreadable=words.trouble is not None,
        over_budget=words.trouble == OverBudgetError.code,
        card=was_redacted(message.text, words.text, words.other),
        rivals=known.rivals,
        retracts_yes=_retracts_yes(message, proposal),
        handed_off=known.conversation.handed_off,
        language=known.conversation.language,
        reads_on=known.reads_on and message.form is Form.MESSAGE and _goes_on(turn, known, reading),
        reads_only=asks_to_read,
    )


def _only_reads(turn: Turn, intent: str | None) -> bool:
    job = turn.jobs.get(intent)
    return job is not None and job.tier is Tier.R0


def _goes_on(turn: Turn, known: Known, reading: Reading) -> bool:
    """True for a question that only reads, or for what such a question still lacked."""
    asking = known.conversation.asking
    lacked = asking is not None and reading.intent is None and asking.missing in reading.slots
    return not reading.vetoes and _only_reads(turn, asking.intent if asking and lacked else reading.intent)


def _on(message: Inbound) -> str | None:
    """The message of ours that this one quotes or reacts to."""
    reacts = message.form in (Form.REACTION, Form.REACTION_REMOVED)
    return message.target if reacts else message.quotes


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
        prompt=(_on(message) or (proposal.prompts[-1] if proposal and proposal.prompts else None)),
        digest=bound.digest if bound else None,
        event_at=message.sent_at,
        received_at=message.received_at,
        note_seconds=words.audio.seconds if words.audio else 0.0,
        speech_seconds=heard.speech_seconds if heard else 0.0,
        decodes=heard.decodes if heard else (),
        background=heard is not None and heard.background,
        forwarded=message.forwarded or (message.media is not None and not message.media.voice),
        form=message.form,
        contact=message.address.contact,
        identity=message.identity,
    )


def _code_fits(turn: Turn, proposal: Proposal | None, message: Inbound, reading: Reading) -> bool | None:
    """Only typed digits are looked at: what is spoken can be overheard, and is heard wrongly."""
    asked = proposal is not None and proposal.is_open and proposal.tier is Tier.R3
    if proposal is None or not asked or reading.code is None or message.modality is not Modality.TEXT:
        return None
    return turn.kit.codes.fits(proposal, reading.code)


def _retracts_yes(message: Inbound, proposal: Proposal | None) -> bool:
    """True if this takes back the very message, or reaction, that approved the proposal (D51, D53, D27)."""
    evidence = proposal.evidence if proposal else None
    if evidence is None or message.target is None:
        return False
    if message.form is Form.REACTION_REMOVED:
        return evidence.form is Form.REACTION and evidence.prompt == message.target
    return message.form in (Form.EDIT, Form.REVOKE) and evidence.message == message.target


def _binding(message: Inbound, proposal: Proposal) -> Binding:
    """A button is bound by the digest in its id, a quote or a reaction by the message that it is on."""
    if message.form in (Form.REACTION, Form.REACTION_REMOVED):
        return Binding.QUOTE if message.target in proposal.prompts else Binding.STALE
    if message.button is not None:
        if chosen(message.button) is not None:  # a wish of its own, whatever is open
            return Binding.SOLE_OPEN
        if ":" not in message.button:  # a quick reply of a template, which asked something of its own
            return Binding.SOLE_OPEN if message.quotes is None else Binding.STALE
        current = message.button.partition(":")[2] == proposal.digest
        asked_now = message.quotes is None or message.quotes in proposal.prompts
        return Binding.BUTTON if current and asked_now else Binding.STALE
    if message.quotes is not None:
        return Binding.QUOTE if message.quotes in proposal.prompts else Binding.STALE
    return Binding.SOLE_OPEN
