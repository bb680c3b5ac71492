"""Scenarios in the making: what was carried over, and what was not, at its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from wavoice.runtime.errors import ScenarioError
from wavoice.runtime.model import Micros
from wavoice.sim.scenario.foreign.source import Item, Source
from wavoice.sim.scenario.foreign.write import (
    DOLLAR,
    Note,
    Plain,
    Remarked,
    Value,
    one_line,
    to_yaml,
    without_holes,
)
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.values import as_text

NOTHING_SAID = "the source says nothing of writes: check this line"
SAID_IN_PART = "these the source names, and rules out no others: check this line"


@dataclass(frozen=True, slots=True)
class Draft:
    """One scenario file to be."""

    name: str
    """Name of the scenario, and of its file without the ending: lower case, digits and underscores."""
    text: str
    """The YAML text, complete."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something of the source that was not carried over, or only in a weaker form."""

    line: int
    """Line of the source, from 1; of what it includes, the line that includes it."""
    what: str
    """What stands there."""
    reason: str
    """Why, in words; where a weaker form was carried over, what is lost."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file of another tool."""

    format: str
    """Name of the format, for people."""
    scenarios: tuple[Draft, ...]
    """In the order of the file."""
    refused: tuple[Refusal, ...]
    """In the order of their lines."""


@dataclass(slots=True)
class StepDraft:
    """One step, and what is expected of it."""

    action: str
    said: str
    after: Micros | None = None
    audio: str | None = None
    replied: bool = False
    """Some reply must come."""
    quiet: bool = False
    """Nothing may come."""
    contains: list[str] = field(default_factory=list)
    excludes: list[str] = field(default_factory=list)
    buttons: list[str] | None = None
    proposal: dict[str, Value] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    no_writes: bool = False
    within: Micros | None = None
    judge: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def checks(self) -> bool:
        """True if anything is expected of it."""
        return bool(self._expect())

    def table(self) -> Value:
        """The step as the file says it."""
        table: dict[str, Value] = {self.action: Plain(self.said) if self.action == "wait" else self.said}
        if self.after is not None:
            table["after"] = Plain(as_text(self.after))
        if self.audio is not None:
            table["audio"] = self.audio
        table.update({f"note {number}": note for number, note in enumerate(self.notes)})
        if self.checks:
            table["expect"] = self._expect()
        return table

    def _expect(self) -> dict[str, Value]:
        expect: dict[str, Value] = {}
        if self.proposal:
            expect["proposal"] = self.proposal
        if self.quiet:
            expect.update(reply="none", notice="none")
        elif self.replied:
            expect["reply"] = self._reply()
        if self.no_writes:
            expect["writes"] = []
        if self.events:
            expect["events"] = self.events
        if self.within is not None:
            expect["within"] = {"turn": Plain(as_text(self.within))}
        if self.judge:
            expect["judge"] = " And: ".join(self.judge)
        return expect

    def _reply(self) -> dict[str, Value]:
        reply: dict[str, Value] = {}
        if self.contains:
            reply["contains"] = list(dict.fromkeys(self.contains))
        if self.excludes:
            reply["excludes"] = list(dict.fromkeys(self.excludes))
        if self.buttons is not None:
            reply["buttons"] = self.buttons
        return reply


@dataclass(slots=True)
class CaseDraft:
    """One test case on its way to a scenario."""

    title: str
    item: Item
    steps: list[StepDraft | Note] = field(default_factory=list)
    writes: list[Value] = field(default_factory=list)
    now: str = "2026-11-23T10:00:00"
    notes: list[Note] = field(default_factory=list)
    """What is lost of what holds before."""
    refused: list[Refusal] = field(default_factory=list)

    @property
    def spoken(self) -> bool:
        """True once a customer has said something."""
        return any(isinstance(step, StepDraft) and step.action != "wait" for step in self.steps)

    def refuse(self, item: Item, what: str, reason: str, step: StepDraft | None = None) -> None:
        """Say of something in the case that it is not carried over, at the step or after the last one."""
        refusal = refusal_of(item, what, reason)
        self.refused.append(refusal)
        note = Note(f"lost from line {refusal.line}: {refusal.what}: {refusal.reason}")
        (self.steps if step is None else step.notes).append(note)

    def text(self, name: str, format_: str) -> str:
        """The scenario file."""
        source = self.item.source.file.name
        title = one_line(self.title).rstrip(".")
        remark = SAID_IN_PART if self.writes else NOTHING_SAID
        table: dict[str, Value] = {
            "from": Note(f"Read from {source}, line {self.item.line}, a file of {format_}."),
            "version": Plain("1"),
            "scenario": name,
            "about": f"{title} (from {source}).",
            "tags": ["imported"],
            "given": {
                "now": Plain(self.now),
                "zone": "UTC",
                **{f"note {number}": note for number, note in enumerate(self.notes)},
            },
            "steps": [step.table() if isinstance(step, StepDraft) else step for step in self.steps],
            "then": {"writes": Remarked(self.writes, remark)},
        }
        filled, holes = without_holes(table)
        assert isinstance(filled, dict)  # noqa: S101 -- a table stays a table
        if holes:
            filled["matrix"] = {DOLLAR: ["$"]}
        return to_yaml(filled)


@dataclass(slots=True)
class Import:
    """A whole file under way."""

    source: Source
    format: str
    refused: list[Refusal] = field(default_factory=list)
    _drafts: dict[str, Draft] = field(default_factory=dict)

    def refuse(self, item: Item, what: str, reason: str) -> None:
        """Say of something outside of the cases that it is not carried over."""
        self.refused.append(refusal_of(item, what, reason))

    def add(self, case: CaseDraft) -> None:
        """Take a case that has been read, or refuse it as a whole."""
        what = f"the case {one_line(case.title, 80)!r}"
        if not case.spoken:
            self.refuse(case.item, what, "no line of a customer could be carried over")
            return
        name = self._free(slug(case.title))
        text = case.text(name, self.format)
        try:
            load_cases(Path(f"{name}.yaml"), text)
        except ScenarioError as error:
            self.refuse(case.item, what, f"what came of it is no scenario: {one_line(error.problems[0][1])}")
            return
        self._drafts[name] = Draft(name, text)
        self.refused.extend(case.refused)

    def done(self) -> Imported:
        """The result. Raises `ScenarioError` if the file broke the rules of its format."""
        self.source.check()
        refused = sorted(dict.fromkeys(self.refused), key=lambda one: one.line)
        return Imported(self.format, tuple(self._drafts.values()), tuple(refused))

    def _free(self, name: str) -> str:
        number, free = 2, name
        while free in self._drafts:
            number, free = number + 1, f"{name}_{number}"
        return free


def refusal_of(item: Item, what: str, reason: str) -> Refusal:
    """A refusal at an item's line."""
    where = f"{item.origin}: " if item.origin else ""
    return Refusal(item.line, where + one_line(what, 100), reason)


def slug(title: str) -> str:
    """A name for a file: what is left of a title in small ASCII letters, digits and underscores."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_only.casefold())
    return "_".join(words)[:80].rstrip("_") or "imported"
