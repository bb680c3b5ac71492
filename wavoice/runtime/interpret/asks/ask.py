"""How a job is asked for, and how its own values are said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

THING = r"(?:order|parcel|package|delivery|stuff|shipment|it)"
COMES = r".*\b(?:arrive|come|coming|get|here|delivered|deliver)\b"


@dataclass(frozen=True, slots=True)
class Said:
    """A value that was said, and where in the text."""

    value: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finds:
    """A slot that is looked for only where its job is asked for, half said or open."""

    slot: str
    find: Callable[[str], Iterable[Said]]
    """In any message about the job; of several the last one counts."""
    answer: Callable[[str], Iterable[Said]] | None = None
    """In the answer to a question for it, where that holds no yes, no or stop; None: as in any message."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The words of one job. A request begins where the pattern is found first."""

    job: str
    pattern: re.Pattern[str]
    """Looked for in the text with number words as digits and every word of a product as "order"."""
    rank: int
    """Where several jobs are found, the one with the lowest is meant."""
    finds: tuple[Finds, ...] = ()
    """Values beside those that every message is searched for."""


def choices(**ways: str) -> Callable[[str], Iterable[Said]]:
    """Find one of a few values, each by its pattern."""
    patterns = {value: re.compile(pattern, re.IGNORECASE) for value, pattern in ways.items()}

    def find(text: str) -> Iterable[Said]:
        found = [Said(value, match.span()) for value, one in patterns.items() for match in one.finditer(text)]
        return sorted(found, key=lambda said: said.span)

    return find
