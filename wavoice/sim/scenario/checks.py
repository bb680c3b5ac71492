"""Assertions: what a scenario expects, held against what its run left behind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Consent, ConsentStatus, Micros, Stage
from wavoice.sim.scenario.audit import audit
from wavoice.sim.scenario.check_replies import check_group
from wavoice.sim.scenario.check_tickets import compare_tickets
from wavoice.sim.scenario.expect import ConsentExpect, Expect, LogExpect, ProposalExpect, Then
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.format import Scenario
from wavoice.sim.scenario.record import Record, StepRun, proposal_after
from wavoice.sim.scenario.values import as_text, dated
from wavoice.sim.shop import Applied
from wavoice.sim.wer import word_error_rate

CONFIDENCE_TOLERANCE = 0.01
MAX_WORD_ERROR_RATE = 0.5
"""Of a note through real ears; above it, it was not heard at all."""


def check(scenario: Scenario, record: Record, *, listened: bool = False) -> list[Failure]:
    """Everything that the scenario expects and that did not hold, in the order of its steps.

    `listened`: real ears heard the notes, so their words are compared too.
    """
    failures: list[Failure] = []
    for run in record.steps:
        if record.broken is not None and run.number == record.broken.step:
            return [*failures, record.broken]
        step = _Step(record, run)
        failures += [*(step.hearing() if listened else ()), *step.check(run.step.expect)]
    return [*failures, *record.noticed, *_check_end(scenario.then, record)]


class _Step:
    """Checks of one step."""

    def __init__(self, record: Record, run: StepRun) -> None:
        self.record, self.run = record, run
        self.events = [event for event in record.of_step(run) if event.where.contact == run.contact]

    def check(self, expect: Expect) -> Iterator[Failure]:
        if expect.acts is not None:
            yield from self._acts([str(act) for act in expect.acts])
        if expect.proposal is not None:
            yield from self._proposal(expect.proposal)
        for kind, wanted, body in (
            ("reply", expect.reply, journal.Replied),
            ("notice", expect.notice, journal.Noticed),
        ):
            if wanted is not None:
                groups = [event for event in self.events if isinstance(event.body, body)]
                shown = self.record.messages[self.run.contact]
                yield from (self._failed(kind, *problem) for problem in check_group(wanted, groups, shown))
        if expect.writes is not None:
            yield from self._writes(expect.writes)
        if expect.events is not None:
            yield from self._events(expect.events)
        if expect.absent is not None:
            yield from self._absent(expect.absent)
        if expect.within is not None:
            yield from self._within({str(name): limit for name, limit in expect.within.items()})
        if expect.consents is not None:
            yield from self._consents(expect.consents)
        if expect.handoff is not None:
            yield from self._handoff(expect.handoff)

    def hearing(self) -> Iterator[Failure]:
        """A note that was heard too differently from what is said in it, and from what should be heard."""
        heard = [event.body.text for event in self.events if isinstance(event.body, journal.HeardNote)]
        step = self.run.step
        if step.note is None or step.audio is None or not heard:
            return
        written = [step.note, *([step.heard.text] if step.heard and step.heard.text is not None else [])]
        rate = min(word_error_rate(words, heard[-1]) for words in written)
        if rate > MAX_WORD_ERROR_RATE:
            yield self._failed("heard", f"word error rate {rate:.2f}", step.note, heard[-1])

    def _failed(self, kind: str, reason: str, expected: object = "", got: object = "") -> Failure:
        return Failure(self.run.number, kind, reason, str(expected), str(got), turn=self.run.turn)

    def _acts(self, expected: list[str]) -> Iterator[Failure]:
        reads = [event.body for event in self.events if isinstance(event.body, journal.Read)]
        if not reads:
            yield self._failed("acts", "no message was read in this step", _list(expected), "none")
        elif list(reads[-1].acts) != expected:
            yield self._failed(
                "acts", "other dialogue acts were read", _list(expected), _list(reads[-1].acts)
            )

    def _proposal(self, expected: ProposalExpect | str) -> Iterator[Failure]:
        end = max(self.run.end.events, self.run.decided or 0)
        view = proposal_after(self.record.events[:end], self.run.contact)
        if isinstance(expected, str):
            if view is not None:
                yield self._failed("proposal", "there is a proposal", "none", f"{view.action} {view.state}")
            return
        if view is None:
            yield self._failed("proposal", "there is no proposal", expected.state or "a proposal", "none")
            return
        if expected.state is not None and view.state is not expected.state:
            yield self._failed("proposal", "it is in another state", expected.state, view.state)
        if expected.action is not None and view.action != expected.action:
            yield self._failed("proposal", "it is about something else", expected.action, view.action)
        args = dated(expected.args, self.record.today)
        if not contains(view.args, args):
            yield self._failed("proposal", "it has other arguments", _fields(args), _fields(view.args))

    def _writes(self, expected: Sequence[Mapping[str, Any]]) -> Iterator[Failure]:
        ledger = self.record.ledger[self.run.began.writes : self.run.end.writes]
        yield from (self._failed(*problem) for problem in compare_writes(expected, ledger, self.record))

    def _events(self, expected: Sequence[str]) -> Iterator[Failure]:
        kinds = iter([event.kind for event in self.events])
        for wanted in expected:
            if wanted not in kinds:  # consumes up to and including the first that fits
                got = [event.kind for event in self.events if event.kind in journal.SCENARIO_EVENTS]
                yield self._failed(
                    "events", f"{wanted} did not happen in that order", _list(expected), _list(got)
                )
                return

    def _absent(self, forbidden: Sequence[str]) -> Iterator[Failure]:
        found = sorted({event.kind for event in self.events} & set(forbidden))
        if found:
            yield self._failed(
                "absent", f"{_list(found)} happened", f"none of {_list(forbidden)}", _list(found)
            )

    def _within(self, limits: Mapping[str, Micros]) -> Iterator[Failure]:
        mine = [event for event in self.record.events if event.where.turn == self.run.turn]
        took = stage_times(mine)
        for name, limit in limits.items():
            if name not in took:
                yield self._failed("within", f"there was no {name}", f"{name} ≤ {as_text(limit)}", "none")
            elif took[name] > limit:
                yield self._failed(
                    "within", f"{name} took longer", f"≤ {as_text(limit)}", as_text(took[name])
                )

    def _consents(self, expected: Sequence[ConsentExpect]) -> Iterator[Failure]:
        lines = [line for event in self.events if (line := _ledger_line(event.body))]
        fits = len(lines) == len(expected) and all(
            (line.purpose, line.status) == (wanted.purpose, wanted.status)
            and wanted.source in (None, line.source)
            for line, wanted in zip(lines, expected, strict=True)
        )
        if not fits:
            yield self._failed(
                "consents", "the consent ledger gained other lines", _entries(expected), _entries(lines)
            )

    def _handoff(self, expected: str) -> Iterator[Failure]:
        yield from (self._failed(*problem) for problem in _compare_handoff(expected, self.events))


def _ledger_line(body: object) -> ConsentExpect | None:
    match body:
        case journal.ConsentShown():
            status = ConsentStatus.SHOWN
        case journal.ConsentChanged():
            status = ConsentStatus(body.status)
        case _:
            return None
    return ConsentExpect(purpose=Consent(body.purpose), status=status, source=body.source)


def _entries(lines: Iterable[ConsentExpect]) -> str:
    return _list([" ".join((line.purpose, line.status, line.source or "")).strip() for line in lines])


def _check_end(then: Then, record: Record) -> Iterator[Failure]:
    def failed(kind: str, reason: str, expected: object = "", got: object = "") -> Failure:
        return Failure(None, kind, reason, str(expected), str(got))

    yield from (failed(*problem) for problem in compare_writes(then.writes, record.ledger, record))
    if then.world is not None:
        yield from (failed("world", *problem) for problem in _compare_world(then.world, record))
    if then.log is not None:
        yield from (failed("log", *problem) for problem in _compare_log(then.log, record))
    if then.handoff is not None:
        yield from (failed(*problem) for problem in _compare_handoff(then.handoff, record.events))
    if then.tickets is not None:
        yield from (failed("tickets", *problem) for problem in compare_tickets(then.tickets, record))
    if then.absent is not None:
        found = sorted({event.kind for event in record.events} & set(then.absent))
        if found:
            yield failed("absent", f"{_list(found)} happened", f"none of {_list(then.absent)}", _list(found))


def compare_writes(
    expected: Sequence[Mapping[str, Any]], ledger: Sequence[Applied], record: Record
) -> Iterator[tuple[str, str, str, str]]:
    """(kind, reason, expected, got) unless the ledger is exactly this, field by field of what is said."""
    wanted = [dated(write, record.today) for write in expected]
    found = [{"action": applied.action, **applied.args} for applied in ledger]
    same = len(wanted) == len(found) and all(map(contains, found, wanted))
    if not same:
        said = (
            f"{len(found)} written instead of {len(wanted)}" if len(found) != len(wanted) else "another write"
        )
        yield "writes", said, _rows(wanted), _rows(found)


def _compare_handoff(expected: str, events: Iterable[Event]) -> Iterator[tuple[str, str, str, str]]:
    reasons = [event.body.reason for event in events if isinstance(event.body, journal.HandedOff)]
    if expected == "none":
        if reasons:
            yield "handoff", "it was handed over to a person", "none", _list(reasons)
    elif expected not in reasons:
        yield "handoff", "it was not handed over for this reason", expected, _list(reasons) or "none"


def _compare_world(
    expected: Mapping[str, Mapping[str, Mapping[str, Any]]], record: Record
) -> Iterator[tuple[str, str, str]]:
    """The shop's own records, under the names that the format uses."""
    for section, rows in dated(expected, record.today).items():
        if section != "orders":
            yield f"the shop has no {section}", section, "orders"
            continue
        for number, fields in rows.items():
            order = record.orders.get(number)
            if order is None:
                yield f"there is no order {number}", number, _list(list(record.orders)) or "none"
                continue
            found = {**order.record(), "address": order.address}
            got = {name: found.get(name) for name in fields}
            if not contains(found, fields):
                yield f"order {number} is not like this", _fields(fields), _fields(got)


def _compare_log(expected: Sequence[LogExpect], record: Record) -> Iterator[tuple[str, str, str]]:
    lines = audit(record.events)
    found = [{**_audit_fields(line), "by": record.names.get(line.contact)} for line in lines]
    wanted = [one.model_dump(exclude_none=True) for one in expected]
    if len(found) != len(wanted):
        yield f"{len(found)} lines instead of {len(wanted)}", _rows(wanted), _rows(found)
        return
    for want, got in zip(wanted, found, strict=True):
        if not all(_same_in_log(name, value, got.get(name)) for name, value in want.items()):
            yield "a line of the log is not like this", _fields(want), _fields(got)


def _audit_fields(line: Any) -> dict[str, Any]:
    names = ("action", "outcome", "words", "confidence", "row", "reason")
    return {name: getattr(line, name) for name in names}


def _same_in_log(name: str, wanted: Any, got: Any) -> bool:
    if name == "confidence":
        return got is not None and abs(float(wanted) - float(got)) <= CONFIDENCE_TOLERANCE
    if name == "words":
        return got is not None and str(wanted).casefold() == str(got).casefold()
    return str(wanted) == str(got)


def contains(found: Any, wanted: Any) -> bool:
    """True if everything that is wanted is there; numbers are compared as they are written."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and contains(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(found) == len(wanted)
            and all(map(contains, found, wanted))
        )
    if wanted is None or isinstance(wanted, bool):
        return found is wanted
    return str(found) == str(wanted)


def stage_times(events: Iterable[Event]) -> dict[str, Micros]:
    """How long each stage of a turn ran; `turn` is its wall time without the settle window."""
    times: dict[str, Micros] = {}
    for event in events:
        body = event.body
        if isinstance(body, journal.SpanEvent):
            times[str(body.stage)] = times.get(str(body.stage), 0) + body.end - body.start
        elif isinstance(body, journal.TurnEnded):
            times["turn"] = body.ended_at - body.started_at
    if "turn" in times:
        times["turn"] -= times.get(str(Stage.SETTLE), 0)
    return times


def _list(items: Iterable[object]) -> str:
    return ", ".join(str(item) for item in items)


def _fields(values: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in values.items() if value is not None)


def _rows(rows: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(_fields(row) for row in rows) or "none"
