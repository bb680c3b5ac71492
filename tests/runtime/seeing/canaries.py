"""Fifty made-up customers, and scenarios in which one of them writes: where do their values turn up?"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import to_json
from wavoice.runtime.seeing.metrics import Metrics
from wavoice.runtime.seeing.seen import Seen
from wavoice.runtime.seeing.spans import open_traces
from wavoice.runtime.serving.logs import LogSink, open_log
from wavoice.runtime.settings_observe import Observe
from wavoice.runtime.settings_serve import Serve
from wavoice.sim.clock import VirtualClock
from wavoice.sim.rehearsal import Ear
from wavoice.sim.scenario import cast, stage
from wavoice.sim.scenario.cast import start_of
from wavoice.sim.scenario.given import WorldSpec
from wavoice.sim.scenario.load import Case, load_cases
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.stage import Models, Stage, open_stage
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually

_FIRST = ("Zofia", "Quentin", "Ximena", "Bartholomew", "Yevgenia")
_LAST = ("Przybylski", "Featherstonehaugh", "Quispe", "Mkrtchyan", "Vandersloot")
_STREETS = ("Quillwort", "Brambleknot", "Oxbowen", "Thistledown", "Wexcombe")
_WORDS = ("marmalade zeppelin", "velvet crowbar", "gooseberry sextant", "pewter trombone", "lilac turbine")


@dataclass(frozen=True, slots=True)
class Canary:
    """A made-up customer of whom every value can be recognised."""

    name: str
    phone: str
    bsuid: str
    address: str
    card: str
    said: str
    """What the customer says in a voice note."""

    @property
    def marks(self) -> dict[str, re.Pattern[str]]:
        """What is looked for, in lower case, by what it is. Digits may stand in groups."""
        words = {
            "name": self.name,
            "last name": self.name.split()[-1],
            "said": self.said,
            "bsuid": self.bsuid,
        }
        words["street"] = self.address.split()[1]
        found = {what: re.compile(re.escape(word.lower())) for what, word in words.items()}
        digits = {"phone": self.phone, "phone without country": self.phone[2:], "card": self.card}
        return found | {what: re.compile(r"[\s.-]?".join(word)) for what, word in digits.items()}


def canary(number: int) -> Canary:
    """One of fifty."""
    first, last = _FIRST[number % 5], _LAST[number // 5 % 5]
    word = _WORDS[(number + number // 5) % 5]
    return Canary(
        name=f"{first} {last}{number}",
        phone=f"9177{number:02d}314159",
        bsuid=f"IN.27182818284{number:04d}",
        address=f"{number + 11} {_STREETS[(number + number // 25) % 5]} Row",
        card=_with_check_digit(f"4{number:02d}271828182845"),
        said=f"the {word} number {number} is mine",
    )


def _with_check_digit(digits: str) -> str:
    """The number with the last digit that makes it one of a card (Luhn)."""
    doubled = [int(digit) * (2 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits))]
    return digits + str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)


@dataclass(frozen=True, slots=True)
class Found:
    """What a run came to."""

    leaks: tuple[str, ...]
    logged: int
    spans: int
    said: int
    """Records of the journal that hold a value of the canary where it belongs: under `pii`."""


def run(file: Path, number: int) -> Found:
    """Carry a scenario out with a canary for its customer, and look through all that a stranger may see."""
    one = canary(number)
    case = load_cases(file, _with_words(file.read_text(encoding="utf-8"), one))[0]
    given, world = case.scenario.given, _moved_in(case.world, one)
    clock = VirtualClock(start_of(given))
    exporter = InMemorySpanExporter()
    seen = Seen(Metrics(clock), open_traces(Observe(traces="http://127.0.0.1:1/"), exporter))
    named = lambda _, name: one.name if name == given.contact else name.capitalize()  # noqa: E731
    with (
        _logged() as log,
        patch.multiple(cast, SAMPLE_PHONE=one.phone, SAMPLE_BSUID=one.bsuid, name_of=named),
    ):
        with patch.object(stage, "name_of", named):
            events = run_virtually(clock, lambda loop: _run(replace(case, world=world), seen, loop))
        assert seen.traces is not None
        assert seen.metrics is not None
        seen.traces.close()
        metrics, lines = seen.metrics.text(), log.lines()
    spans = [span.to_json() for span in exporter.get_finished_spans()]
    public = [json.dumps({**to_json(event), "pii": None}, ensure_ascii=False) for event in events]
    places = {"log": lines, "span": spans, "metrics": [metrics], "journal outside pii": public}
    leaks = tuple(
        f"{file.stem}: {what} of canary {number} in {place}: {mark.pattern}"
        for place, texts in places.items()
        for what, mark in one.marks.items()
        if any(mark.search(text.lower()) for text in texts)
    )
    private = [json.dumps(to_json(event)["pii"], ensure_ascii=False).lower() for event in events]
    said = sum(any(mark.search(text) for mark in one.marks.values()) for text in private)
    return Found(leaks, len(lines), len(spans), said)


def _with_words(text: str, one: Canary) -> str:
    """The scenario, in which the customer first tells everything that he should not."""
    said = (
        f'text: "I am {one.name}, {one.address}, my number is +{one.phone}"',
        f'text: "please change the address to {one.address}"',
        'text: "no"',
        f'text: "my card number is {one.card}"',
        f'note: "{one.said}"',
    )
    return text.replace("\nsteps:\n", "\nsteps:\n" + "".join(f"  - {line}\n" for line in said), 1)


def _moved_in(world: WorldSpec | None, one: Canary) -> WorldSpec | None:
    """The shop, whose orders go to the canary's address."""
    if world is None:
        return None
    orders = {
        number: order.model_copy(update={"address": one.address}) for number, order in world.orders.items()
    }
    return world.model_copy(update={"orders": orders})


async def _run(case: Case, seen: Seen, loop: VirtualLoop) -> Sequence[Event]:
    given, names = case.scenario.given, case.scenario.contacts
    async with open_stage(given, case.world, names, Models(), loop) as opened:
        opened.parts = replace(opened.parts, sink=_Both(opened.ear, seen))
        await opened.restart()
        play = Play(case, opened)
        for index, step in enumerate(case.scenario.steps):
            await play.step(index, step)
        await play.end()
        return [*opened.events]


@dataclass(frozen=True, slots=True)
class _Both:
    """The ear of the stage, and the sinks of a serving process."""

    ear: Ear
    seen: Seen
    log: LogSink = field(default_factory=LogSink)

    def write(self, event: Event) -> None:
        for sink in (self.ear, self.log, self.seen):
            sink.write(event)


class _logged:  # noqa: N801 -- reads as a verb, like those of contextlib
    """Everything that a serving process would log meanwhile, from DEBUG on, as lines."""

    def __init__(self) -> None:
        self._stream = io.StringIO()

    def __enter__(self) -> _logged:
        root = logging.getLogger()
        self._before, self._level, self._handlers = structlog.get_config(), root.level, [*root.handlers]
        open_log(Serve(log="json", log_level="debug"), self._stream)
        return self

    def __exit__(self, *_: object) -> None:
        root = logging.getLogger()
        root.handlers[:] = self._handlers
        root.setLevel(self._level)
        structlog.configure(**self._before)

    def lines(self) -> list[str]:
        """What was logged; what stands under the key `pii` of a line is where it belongs."""
        return [*map(_public, self._stream.getvalue().splitlines())]


def _public(line: str) -> str:
    try:
        told: Any = json.loads(line)
    except ValueError:
        return line
    return json.dumps({**told, "pii": None}, ensure_ascii=False) if isinstance(told, dict) else line


def runs(pairs: Sequence[tuple[Path, int]]) -> list[Found]:
    """Several of them, in one process."""
    return [run(file, number) for file, number in pairs]


def pairs_of(files: Sequence[Path], count: int) -> Iterator[tuple[Path, int]]:
    """So many runs: every file in turn, every canary in turn."""
    return ((files[number % len(files)], number % 50) for number in range(count))


__all__ = ["Found", "Stage", "canary", "pairs_of", "runs"]
