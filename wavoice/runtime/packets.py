"""What a person is given to go on from: made by rules from journal and records, never invented. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import (
    Figures,
    Form,
    HandOff,
    Inbound,
    Line,
    Modality,
    Pending,
    Proposal,
)

Said = Sequence[tuple[Inbound, Sequence[Event]]]
"""The last messages, oldest first, each with the journal of its turn."""
_NOBODY_SPOKE = frozenset({Form.OFFER, Form.IDENTITY})

WHY: Mapping[HandOff, str] = {
    HandOff.ASKED_FOR_A_PERSON: "The customer asked for a person.",
    HandOff.PAYMENT_DISPUTE: "The customer disputes a payment.",
    HandOff.FRAUD_FLAG: "The customer speaks of fraud, or of a stolen card or account.",
    HandOff.POLICY_EXCEPTION: "The customer asks for an exception from the rules.",
    HandOff.DUPLICATE_ORDER: "The customer says that something was ordered or charged twice.",
    HandOff.DISTRESS: "The customer is in distress or danger.",
    HandOff.LEGAL_THREAT: "The customer threatens with the law.",
    HandOff.ABUSE: "The customer abuses the shop.",
    HandOff.NOT_UNDERSTOOD: "The bot failed to understand the customer twice in a row.",
    HandOff.TURN_FAILED: "The bot failed on a message again and again.",
    HandOff.JOB_FAILED: "The bot's own code for what the customer wants broke.",
    HandOff.UNKNOWN_OUTCOME: "A write was made or not: the shop has not said.",
    HandOff.NO_WAY_BACK: "The customer wants something undone that the bot cannot undo.",
    HandOff.OVER_THE_CAP: "The customer wants more money moved than the bot may move.",
    HandOff.IDENTITY_NONE: "The shop has no record of this sender.",
    HandOff.IDENTITY_MANY: "The shop has more than one record of this sender.",
    HandOff.ANOTHER_IDENTITY: "Another WhatsApp identity answered than the one that was asked.",
    HandOff.IDENTITY_CHANGED: "The WhatsApp identity changed while money was asked about.",
    HandOff.PAUSED: "The bot is paused: an operator has said so.",
    HandOff.SHADOW: "The customer agreed to something that the bot may not do itself yet.",
}


def counted(events: Iterable[Event]) -> Mapping[HandOff, int]:
    """How often a person was called, by reason; what another version called them for counts as `OTHER`."""
    reasons = (event.body.reason for event in events if isinstance(event.body, journal.HandedOff))
    return Counter(HandOff.named(reason) for reason in reasons)


def pending_of(proposal: Proposal | None) -> Pending | None:
    """What of a proposal a person has to know."""
    if proposal is None:
        return None
    return Pending(
        proposal=proposal.id,
        version=proposal.version,
        action=proposal.action,
        args=dict(proposal.args),
        tier=str(proposal.tier),
        state=str(proposal.state),
        read_back=proposal.read_back,
        digest=proposal.digest,
    )


def transcript(said: Said, recordings: frozenset[str]) -> tuple[Line, ...]:
    """Both sides in order, as the journal may keep them; `recordings`: turns whose note is kept."""
    lines: list[Line] = []
    for message, events in said:
        if message.form in _NOBODY_SPOKE:
            continue
        lines.append(_line_of(message, events, message.turn if message.turn in recordings else None))
        lines.extend(_answers(events))
    return tuple(lines)


def _line_of(message: Inbound, events: Sequence[Event], recording: str | None) -> Line:
    heard = next((event.body for event in events if isinstance(event.body, journal.HeardNote)), None)
    by = "staff" if message.form is Form.ECHO else "customer"
    if message.modality is not Modality.VOICE:
        return Line(message.received_at, by, message.text or "", str(message.modality))
    text = heard.text if heard else ""
    return Line(message.received_at, by, text, str(message.modality), figures_of(heard), recording)


def figures_of(heard: journal.HeardNote | None) -> Figures | None:
    """How surely it was heard."""
    if heard is None:
        return None
    last = heard.decodes[-1] if heard.decodes else None
    measured = last if last is not None and last.measured else None
    return Figures(
        note_seconds=heard.note_seconds,
        speech_seconds=heard.speech_seconds,
        avg_logprob=measured.avg_logprob if measured else None,
        no_speech=measured.no_speech if measured else None,
        language=last.language if last else "",
        decodes=len(heard.decodes),
    )


def _answers(events: Sequence[Event]) -> Iterator[Line]:
    for event in events:
        body = event.body
        if isinstance(body, journal.Replied | journal.Noticed):
            voice = Modality.VOICE if "voice" in body.form else Modality.TEXT
            yield Line(event.at, "bot", body.spoken or body.text, str(voice))  # a code is told to nobody else


def tried(said: Said) -> tuple[str, ...]:
    """What the bot did with these messages, in order."""
    events = sorted((event for _, turn in said for event in turn), key=lambda event: event.at)
    return tuple(step for event in events if (step := _step(event.body)) is not None)


def _step(body: object) -> str | None:
    match body:
        case journal.LookedUp():
            return f"looked up: {body.customers} records, {len(body.orders)} orders"
        case journal.Proposed():
            return f"asked: {body.read_back}"
        case journal.Reprompted():
            return f"asked again: {body.read_back}"
        case journal.Confirmed():
            return f"yes taken ({body.row}): {body.action}"
        case journal.Intended():
            return f"write tried{' again' if body.again else ''}: {body.action}, key {body.key}"
        case journal.Committed():
            return f"done: {body.action}, reference {body.reference or 'none'}"
        case journal.Shadowed():
            return f"not written, for a person to do: {body.action}"
        case journal.Unknown():
            return f"not answered: {body.action}, key {body.key}"
        case journal.Failed():
            return f"failed: {body.action}"
        case journal.Held() | journal.Cancelled() | journal.Superseded() | journal.Expired():
            return f"{body.kind}: {body.action}"
        case journal.Trouble():
            return f"trouble: {body.stage}, {body.code}"
    return None


def summary(reason: HandOff, said: Said, lines: Sequence[Line], pending: Pending | None) -> str:
    """One paragraph: why, the last words, what is open, what was written."""
    parts = [WHY.get(reason, f"Handed over: {reason}."), _last_words(lines)]
    if pending is None:
        parts.append("Nothing waits for an answer.")
    else:
        parts.append(f"Open: {pending.action}, {pending.state}: “{pending.read_back}”")
    parts.append(_written(said))
    return " ".join(part for part in parts if part)


def _last_words(lines: Sequence[Line]) -> str:
    last = next((line for line in reversed(lines) if line.by == "customer"), None)
    if last is None:
        return ""
    if last.text:
        return f"Last words: “{last.text}”."
    return "The last message was a voice note whose words are not kept."


def _written(said: Said) -> str:
    bodies = [event.body for _, events in said for event in events]
    done = [body for body in bodies if isinstance(body, journal.Committed)]
    known = {body.key for body in bodies if isinstance(body, journal.Committed | journal.Failed)}
    open_ = [body for body in bodies if isinstance(body, journal.Intended) and body.key not in known]
    told = [f"Done in these messages: {body.action}, reference {body.reference or 'none'}." for body in done]
    told += [f"Not known whether it was done: {key}." for key in dict.fromkeys(body.key for body in open_)]
    return " ".join(told) or "Nothing was written in these messages."
