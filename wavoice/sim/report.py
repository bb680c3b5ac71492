"""What a rehearsal came to, read from the journal alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Stage
from wavoice.sim.wer import word_error_rate

_OUTCOMES: tuple[tuple[type[Any], str], ...] = (
    (journal.Committed, "committed"),
    (journal.Unknown, "unknown"),
    (journal.Failed, "failed"),
    (journal.HandedOff, "handed_off"),
    (journal.Superseded, "superseded"),
    (journal.Held, "held"),
    (journal.Cancelled, "cancelled"),
    (journal.Reprompted, "reprompted"),
    (journal.Proposed, "proposed"),
)
"""The first of these that happened in a turn is its outcome."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What the manifest says of one note that was sent."""

    fixture: str
    dialogue: str
    message: str
    """wamid under which it was sent."""
    said: str | None = None
    """None: nobody wrote down what is said."""
    outcome: str | None = None
    writes: tuple[Mapping[str, str], ...] | None = None


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage of a turn, in milliseconds."""

    ms: float
    """How long it ran, overlap included."""
    on_path: float
    """How long everybody waited for it."""


@dataclass(frozen=True, slots=True)
class NoteResult:
    """One line of the report; field names are those of `--json`."""

    fixture: str
    dialogue: str
    said: str | None
    heard: str | None
    wer: float | None
    evidence: Mapping[str, Any]
    acts: tuple[str, ...]
    intent: str | None
    proposal: Mapping[str, Any] | None
    row: str
    """Row of the decision table."""
    outcome: str
    writes: tuple[Mapping[str, str], ...]
    reply_kind: str | None
    reply_text: str | None
    stages: Mapping[str, StageTime]
    queue_ms: float
    settle_ms: float
    turn_ms: float
    """Webhook to the end of the turn without the settle window."""
    customer_wait_ms: float | None
    """Webhook to the reply that WhatsApp accepted, settle window included; None without a reply."""
    trouble: str | None = None
    """What went wrong and was survived, e.g. `not_audio`."""
    expected: str | None = None
    problems: tuple[str, ...] = field(default=())
    """Why this note did not come to what the manifest says."""

    @property
    def ok(self) -> bool:
        """True if nothing is wrong."""
        return not self.problems


def results(events: Sequence[Event], references: Iterable[Reference]) -> list[NoteResult]:
    """One result a note that was sent, in the order of `references`."""
    by_turn: dict[str, list[Event]] = defaultdict(list)
    turn_of: dict[str, str] = {}
    for event in events:
        by_turn[event.where.turn].append(event)
        if isinstance(event.body, journal.Received):
            turn_of[event.body.message] = event.where.turn
    return [_result(reference, by_turn[turn_of.get(reference.message, "")]) for reference in references]


def _result(reference: Reference, events: Sequence[Event]) -> NoteResult:
    heard = _last(events, journal.HeardNote)
    read = _last(events, journal.Read)
    reply = _last(events, journal.Replied)
    decided = _last(events, journal.Decided)
    ended = _last(events, journal.TurnEnded)
    gaps = [event.body for event in events if isinstance(event.body, journal.Waited)]
    spans = [event.body for event in events if isinstance(event.body, journal.SpanEvent)]
    settle = sum(span.end - span.start for span in spans if span.stage is Stage.SETTLE)
    wall = ended.ended_at - ended.started_at if ended else 0
    trouble = _last(events, journal.Trouble)
    outcome, writes = _outcome(events), _writes(events)
    wer = word_error_rate(reference.said, heard.text) if heard and reference.said is not None else None
    return NoteResult(
        fixture=reference.fixture,
        dialogue=reference.dialogue,
        said=reference.said,
        heard=heard.text if heard else None,
        wer=None if wer is None else round(wer, 3),
        evidence=_evidence(heard),
        acts=tuple(read.acts) if read else (),
        intent=read.intent if read else None,
        proposal=_proposal(events),
        row=decided.row if decided else "",
        outcome=outcome,
        writes=writes,
        reply_kind=reply.form if reply else None,
        reply_text=reply.text if reply else None,
        stages=_stages(spans),
        queue_ms=_ms(sum(gap.end - gap.start for gap in gaps)),
        settle_ms=_ms(settle),
        turn_ms=_ms(wall - settle),
        customer_wait_ms=_ms(wall) if reply else None,
        trouble=trouble.code if trouble else None,
        expected=reference.outcome,
        problems=tuple(_problems(reference, outcome, writes)),
    )


def _outcome(events: Sequence[Event]) -> str:
    bodies = [event.body for event in events]
    ended = _last(events, journal.TurnEnded)
    if ended is not None and ended.how in ("overtaken", "stopped"):
        return str(ended.how)
    for kind, name in _OUTCOMES:
        if any(isinstance(body, kind) for body in bodies):
            return name
    if any(isinstance(body, journal.Confirmed) for body in bodies):
        return "settled"
    read = _last(events, journal.Read)
    if ended is None or read is None:
        return "unfinished"
    if _last(events, journal.Trouble) or (set(read.acts) <= {"unclear"} and read.intent is None):
        return "unclear"
    return str(ended.how)


def _problems(reference: Reference, outcome: str, writes: tuple[Mapping[str, str], ...]) -> Iterable[str]:
    if outcome == "stopped":
        return
    if reference.outcome is not None and outcome != reference.outcome:
        yield f"expected {reference.outcome}, got {outcome}"
    if reference.writes is not None and [dict(write) for write in writes] != [
        dict(write) for write in reference.writes
    ]:
        yield f"expected writes {_say(reference.writes)}, got {_say(writes)}"


def _say(writes: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(" ".join(write.values()) for write in writes) or "none"


def _evidence(heard: journal.HeardNote | None) -> Mapping[str, Any]:
    if heard is None:
        return {}
    decodes = [
        {
            "prompt": decode.prompt,
            "beam": decode.beam,
            "text": decode.text,
            "avg_logprob": round(decode.avg_logprob, 3),
            "no_speech": round(decode.no_speech, 3),
            "min_word_p": None if decode.min_word_p is None else round(decode.min_word_p, 3),
        }
        for decode in heard.decodes
    ]
    return {
        "speech_seconds": round(heard.speech_seconds, 2),
        "note_seconds": round(heard.note_seconds, 2),
        "decodes": decodes,
    }


def _proposal(events: Sequence[Event]) -> Mapping[str, Any] | None:
    body = _last(events, journal.ProposalEvent)
    if body is None:
        return None
    return {
        "id": body.proposal,
        "version": body.version,
        "action": body.action,
        "args": dict(body.args),
        "event": body.kind,
        "digest": body.digest,
    }


def _writes(events: Sequence[Event]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {"action": event.body.action, **event.body.args}
        for event in events
        if isinstance(event.body, journal.Committed)
    )


def _stages(spans: Sequence[journal.SpanEvent]) -> Mapping[str, StageTime]:
    times: dict[str, StageTime] = {}
    for stage in Stage:
        own = [span for span in spans if span.stage is stage]
        if own:
            times[str(stage)] = StageTime(
                ms=_ms(sum(span.end - span.start for span in own)),
                on_path=_ms(sum(span.on_path for span in own)),
            )
    return times


def _last(events: Sequence[Event], kind: type[Any]) -> Any:
    return next((event.body for event in reversed(events) if isinstance(event.body, kind)), None)


def _ms(micros: int) -> float:
    return round(micros / 1000, 3)
