"""Labelled wishes through interpreters: what each is taken for, how surely, and how long that took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.interpret.meaning import OUT_OF_SCOPE, known_jobs
from wavoice.runtime.model import Reading
from wavoice.runtime.ports import Interpreter, Situation
from wavoice.runtime.settings import Settings
from wavoice.runtime.vocabulary import Vocabulary
from wavoice.sim.intents.rows import Wish

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""A Monday; what "Friday" is counted from where no other day is named."""
MILLISECONDS = 1_000_000
"""Nanoseconds in one."""

Shown = Callable[[str, Sequence[Wish]], Iterable[Wish]]
"""Goes through the wishes, and may show how far the work is."""


@runtime_checkable
class Pays(Protocol):
    """An interpreter that has to be paid for."""

    paid: float
    """So far."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A wish, and what one interpreter made of it."""

    wish: Wish
    text: str
    reading: Reading
    wall_ms: float
    cpu_ms: float
    paid: float = 0.0
    """In the currency of the settings' prices."""

    @property
    def predicted(self) -> str:
        """One of our intents; out of scope where nothing was found."""
        return self.reading.intent or OUT_OF_SCOPE

    @property
    def right(self) -> bool:
        """Taken for what it is."""
        return self.predicted == self.wish.intent

    @property
    def in_scope(self) -> float:
        """How much speaks for its being any job at all, 0 to 1; what a threshold is put on."""
        if not self.reading.likely:
            return self.reading.sure if self.reading.intent else 0.0
        return 1 - dict(self.reading.likely).get(OUT_OF_SCOPE, 0.0)

    @property
    def sure(self) -> float:
        """How sure it is of what was predicted."""
        return self.reading.sure

    def slot_hits(self) -> Mapping[str, bool]:
        """Of each labelled slot, whether its value was found; a slot that nobody labelled counts as wrong."""
        expected = self.wish.slots or {}
        found = {name: _plain(value) for name, value in self.reading.slots.items()}
        hits = {name: found.get(name) == _plain(value) for name, value in expected.items()}
        return hits | {name: False for name in found if name not in expected}


def _plain(value: str) -> str:
    return " ".join(value.casefold().split())


@dataclass(frozen=True, slots=True)
class Listener:
    """In what situation wishes are read: nothing is asked, and all of our jobs can be asked for."""

    now: datetime = NOW
    catalogue: Catalogue = field(default_factory=Catalogue)

    @classmethod
    def of(cls, settings: Settings, now: datetime) -> Listener:
        """With the names of things that the settings know."""
        return cls(now, Catalogue(settings.catalogue.words))

    def situation(self, language: str) -> Situation:
        """What the interpreter is told."""
        return Situation(
            now=self.now,
            language=language,
            catalogue=self.catalogue,
            vocabulary=Vocabulary(sample=known_jobs()),
        )


def understand(
    name: str,
    interpreter: Interpreter,
    said: Mapping[str, str],
    wishes: Sequence[Wish],
    listener: Listener,
    shown: Shown,
) -> list[Understood]:
    """Read every wish with one interpreter; `said` holds the words of each by its place."""
    warm = listener.situation("en")
    interpreter.read("warm up", warm)
    return [
        _one(interpreter, said[wish.where], wish, listener.situation(wish.language))
        for wish in shown(name, wishes)
    ]


def _one(interpreter: Interpreter, text: str, wish: Wish, situation: Situation) -> Understood:
    before = interpreter.paid if isinstance(interpreter, Pays) else 0.0
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    reading = interpreter.read(text, situation)
    spent, burnt = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    paid = interpreter.paid - before if isinstance(interpreter, Pays) else 0.0
    return Understood(wish, text, reading, spent / MILLISECONDS, burnt / MILLISECONDS, paid)
