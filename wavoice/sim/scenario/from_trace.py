"""A recorded journal becomes a scenario: the bug report that replays.

What was said, when, and how it was heard goes into the steps; what came of it into `expect` and
`then`. Nobody guesses: words that were redacted, or kinds of messages whose content the journal does
not hold, make the scenario pending, with the reason.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from wavoice.runtime import journal
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Form, Micros, Stage
from wavoice.sim.scenario.codes import codes_in, with_names, without_code
from wavoice.sim.scenario.foreign.write import DOLLAR, Plain, Value, to_yaml, without_holes
from wavoice.sim.scenario.recorded_given import Broken, consent_of, faults_of, world_of
from wavoice.sim.scenario.values import as_text
from wavoice.sim.trace_file import Trace

SCHEMA = "# yaml-language-server: $schema=../../wavoice/schema/scenario-1.json\n"
REDACTED = "(redacted)"
_TOLD = frozenset(
    {"proposed", "reprompted", "confirmed", "held", "cancelled", "superseded", "expired", "handed_off"}
)
"""Events of a turn that say what was decided; a later commit is in `then.writes`."""


@dataclass(frozen=True, slots=True)
class FromTrace:
    """A scenario made of a journal."""

    name: str
    text: str
    audio: Mapping[str, Path] = field(default_factory=dict)
    """Files to be copied, by the name under which the scenario refers to them."""
    missing: tuple[str, ...] = ()
    """What the journal does not hold, in words."""


def from_trace(
    trace: Trace,
    name: str,
    recordings: Mapping[str, Path],
    home: Path | None = None,
    broken: Sequence[Broken] = (),
) -> FromTrace:
    """Make a scenario called `name`; `recordings` are voice notes by the sha256 of their bytes in hex.

    `home` is the project's folder, if not the current one. What a journal does not tell can be said in
    `broken`; what was broken after the last message is left out.
    Raises `UserInputError` if nobody says anything in the journal.
    """
    turns = list(_turns(trace))
    if not turns:
        raise UserInputError("Nobody says anything in this journal.", remedy="Record a conversation.")
    writer = _Writer(trace, name, turns, recordings)
    writer.home, writer.broken = (home or Path()).resolve(), broken
    table, holes = without_holes(writer.table())
    if holes and isinstance(table, dict):
        table = {**table, "matrix": {DOLLAR: ["$"]}}
    text = SCHEMA + to_yaml(cast("Mapping[str, Value]", table))
    return FromTrace(name, text, writer.audio, tuple(dict.fromkeys(writer.missing)))


def recordings_in(folders: Sequence[Path]) -> dict[str, Path]:
    """Voice notes below these folders, by their hash; the first of several that are the same."""
    found: dict[str, Path] = {}
    for folder in folders:
        for file in sorted(folder.rglob("*.ogg")) if folder.is_dir() else ():
            if file.is_file():
                found.setdefault(hashlib.sha256(file.read_bytes()).hexdigest(), file)
    return found


@dataclass(frozen=True, slots=True)
class _Turn:
    received: Event
    events: Sequence[Event]

    def last(self, kind: type[object]) -> Event | None:
        found = [event for event in self.events if isinstance(event.body, kind)]
        return found[-1] if found else None


def _turns(trace: Trace) -> Iterator[_Turn]:
    """Inbound messages in the order in which they were received."""
    for event in trace.events:
        if isinstance(event.body, journal.Received):
            own = [other for other in trace.events if other.where.turn == event.where.turn]
            yield _Turn(event, own)


class _Writer:
    """Writes one scenario, and notes what it could not know."""

    def __init__(
        self, trace: Trace, name: str, turns: Sequence[_Turn], recordings: Mapping[str, Path]
    ) -> None:
        self.audio: dict[str, Path] = {}
        self.missing: list[str] = []
        self.home = Path().resolve()
        self.broken: Sequence[Broken] = ()
        self._trace, self._name, self._turns, self._recordings = trace, name, turns, recordings
        self._began = turns[0].received.at // SECOND * SECOND
        self._contacts = list(dict.fromkeys(turn.received.where.contact for turn in turns))
        self._asked: dict[str, str] = {}
        self._codes: list[str] = []

    def table(self) -> dict[str, Value]:
        said = [step for number, turn in enumerate(self._turns) for step in self._step(number, turn)]
        steps: list[Value] = [*said, *self._rest()]
        then = self._then()
        about = f"Recorded on {self._local(self._began):%d %B %Y}: say here why it matters."
        head: dict[str, Value] = {
            "version": Plain("1"),
            "scenario": self._name,
            "about": about,
            "tags": ["recorded"],
        }
        if self.missing:
            head["pending"] = "; ".join(dict.fromkeys(self.missing))
        return {**head, "given": self._given(), "steps": steps, "then": then}

    def _local(self, at: Micros) -> datetime:
        return datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(self._trace.zone))

    def _who(self, contact: str) -> str:
        number = self._contacts.index(contact) + 1 if contact in self._contacts else 0
        fallback = "customer" if number == 1 else f"customer_{number}"
        return self._trace.names.get(contact, fallback)

    def _given(self) -> dict[str, Value]:
        given: dict[str, Value] = {
            "now": Plain(self._local(self._began).replace(tzinfo=None).isoformat()),
            "zone": self._trace.zone,
            "contact": self._who(self._contacts[0]),
            "world": world_of(self._trace, {one: self._who(one) for one in self._contacts}, self.missing),
        }
        spoken = {turn.received.where.turn for turn in self._turns if turn.last(journal.HeardNote)}
        if consent := consent_of(self._trace, spoken):
            given["consent"] = consent
        if faults := list(faults_of(self.broken, [turn.received.at for turn in self._turns])):
            given["faults"] = faults
        return given

    def _step(self, number: int, turn: _Turn) -> Iterator[dict[str, Value]]:
        received = turn.received
        step = self._said(turn)
        if received.where.contact != self._contacts[0]:
            step["from"] = self._who(received.where.contact)
        if number:
            step["after"] = Plain(as_text(received.at - self._turns[number - 1].received.at))
        elif received.at > self._began:
            yield {"wait": Plain(as_text(received.at - self._began))}
            step["after"] = Plain("0s")
        step["id"] = f"said_{number + 1}"
        self._remember_questions(turn, f"said_{number + 1}")
        if expect := self._expect(turn):
            step["expect"] = expect
        yield step

    def _remember_questions(self, turn: _Turn, step: str) -> None:
        for event in turn.events:
            if isinstance(event.body, journal.Replied | journal.Noticed):
                self._codes.extend(codes_in(event.body.text))
                self._asked.update(dict.fromkeys(event.body.messages, step))

    def _said(self, turn: _Turn) -> dict[str, Value]:
        heard, typed = turn.last(journal.HeardNote), turn.last(journal.Typed)
        form = turn.received.body.form
        if form != Form.MESSAGE:
            return self._formed(turn.received.body, typed.body.text if typed else "")
        if typed is not None:
            return self._typed(typed.body)
        step: dict[str, Value] = {"note": REDACTED}
        if heard is None:
            self.missing.append("a voice note could not be heard, and what was said in it is not known")
            return step
        if heard.body.text or not heard.body.speech_seconds:
            step["note"] = heard.body.text
        else:
            self.missing.append("the words of a voice note were redacted")
        if turn.received.body.forwarded:
            step["forwarded"] = Plain("true")
        if recording := self._recording(turn):
            step["audio"] = recording
        step["heard"] = self._heard(turn, heard.body)
        step["lasts"] = Plain(as_text(round(heard.body.note_seconds * 1000) * 1000))
        return step

    def _typed(self, body: journal.Typed) -> dict[str, Value]:
        if not body.text or (body.text.startswith("[") and body.text.endswith("]")):
            self.missing.append(
                f"the journal does not hold the content of a message: {body.text or 'redacted'}"
            )
            return {"text": body.text or REDACTED}
        said = body.text if body.button else with_names(body.text, self._codes)
        step: dict[str, Value] = {"button" if body.button else "text": said}
        if body.quotes is not None and body.quotes in self._asked:
            step["quotes"] = self._asked[body.quotes]
        if body.forwarded:
            step["forwarded"] = Plain("true")
        return step

    def _formed(self, body: journal.Received, words: str) -> dict[str, Value]:
        """Something done to a message, or written by somebody else than the customer."""
        mine = {turn.received.body.message: f"said_{n}" for n, turn in enumerate(self._turns, start=1)}
        target = self._asked.get(body.target or "") or mine.get(body.target or "")
        quotes: dict[str, Value] = {"quotes": target} if target else {}
        match body.form:
            case Form.REACTION:
                return {"reaction": words or REDACTED, **quotes}
            case Form.REACTION_REMOVED:
                return {"reaction": "removed", **quotes}
            case Form.EDIT:
                return {"edit": words or REDACTED, **quotes}
            case Form.REVOKE:
                return {"revoke": Plain("true"), **quotes}
        self.missing.append(f"the journal does not hold the content of a message: [{body.form}]")
        return {"staff" if body.form == Form.ECHO else "text": f"[{body.form}]"}

    def _heard(self, turn: _Turn, body: journal.HeardNote) -> dict[str, Value]:
        """Only what differs from what the words alone would say."""
        last, first = body.decodes[-1], body.decodes[0]
        took = sum(
            event.body.end - event.body.start
            for event in turn.events
            if isinstance(event.body, journal.SpanEvent) and event.body.stage is Stage.TRANSCRIBE
        )
        heard: dict[str, Value] = {
            "logprob": Plain(f"{min(0.0, first.avg_logprob):.3f}"),
            "no_speech": Plain(f"{last.no_speech:.3f}"),
            "took": Plain(as_text(took // 1000 * 1000)),
        }
        if not (first.measured and last.measured):
            heard["figures"] = Plain("false")
        if first.text and first.text != last.text:
            heard["second"] = first.text
        return heard

    def _recording(self, turn: _Turn) -> str | None:
        """Where the scenario finds the note: its own place, or the place to which it is copied."""
        kept = turn.last(journal.MediaKept)
        file = None if kept is None else self._recordings.get(_hex(kept.body.sha256))
        if file is None:
            return None
        here = self.home
        if file.resolve().is_relative_to(here / "fixtures"):
            return file.resolve().relative_to(here).as_posix()
        numbered = (f"fixtures/audio/{self._name}_{number}.ogg" for number in itertools.count(1))
        name = next(name for name in numbered if name not in self.audio and not (here / name).exists())
        self.audio[name] = file
        return name

    def _expect(self, turn: _Turn) -> dict[str, Value]:
        expect: dict[str, Value] = {}
        if read := turn.last(journal.Read):
            expect["acts"] = [str(act) for act in read.body.acts]
        if events := [event.kind for event in turn.events if event.kind in _TOLD]:
            expect["events"] = events
        settled = any(isinstance(event.body, journal.Confirmed) for event in turn.events)
        replies = [event.body for event in turn.events if isinstance(event.body, journal.Replied)]
        if self._others_answered(turn):
            return expect  # the late answer to a yes comes here too: how they fall is not known
        if settled:
            expect["reply"] = "none"
        elif replies and replies[0].text:
            expect["reply"] = {"contains": [without_code(replies[0].text)]}
        return expect

    def _others_answered(self, turn: _Turn) -> bool:
        """True if the customer heard an answer to an earlier message before the next one was sent."""
        later = [other.received.at for other in self._turns if other.received.at > turn.received.at]
        start, end = turn.received.at, min(later, default=self._trace.events[-1].at + 1)
        where = turn.received.where
        return any(
            isinstance(event.body, journal.Replied)
            and event.where.contact == where.contact
            and event.where.turn != where.turn
            and start <= event.at < end
            for event in self._trace.events
        )

    def _rest(self) -> list[Value]:
        """What came after the last message came by itself."""
        last = self._turns[-1].received.at
        after = [event.at for event in self._trace.events if event.kind in journal.SCENARIO_EVENTS]
        rest = max(after) - last
        return [{"wait": Plain(as_text(-(-rest // SECOND) * SECOND))}] if rest > 0 else []

    def _then(self) -> dict[str, Value]:
        writes: list[Value] = []
        for event in self._trace.events:
            if isinstance(event.body, journal.Committed):
                if not event.body.args:
                    self.missing.append("the arguments of a write were redacted")
                writes.append({"action": event.body.action, **event.body.args})
        handed = [e.body.reason for e in self._trace.events if isinstance(e.body, journal.HandedOff)]
        then: dict[str, Value] = {"writes": writes}
        return {**then, "handoff": handed[-1]} if handed else then


def _hex(digest: str) -> str:
    """Hashes travel in hex or in base64; both occur on the wire."""
    if len(digest) == 64:
        return digest.lower()
    try:
        return base64.b64decode(digest, validate=True).hex()
    except binascii.Error:
        return ""
