"""What a voice note says, with its silences and its quiet parts, as one line of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_MARK = re.compile(r"\[(?:pause (?P<pause>[^\]]+)|level (?P<level>-?\d+(?:\.\d+)?)dB)\]")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words said in one breath."""

    text: str
    pause_before: float = 0.0
    """Seconds."""
    gain_db: float = 0.0
    """Relative to the level of the note."""


def seconds(value: object) -> float:
    """Read '1.2s' or '400ms'. Raises `ValueError`."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a duration with its unit, such as '1.2s' or '400ms'")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def segments(text: str) -> tuple[Segment, ...]:
    """Cut a line at its marks: `[pause 2.5s]` is a silence, `[level -25dB]` holds until the next level.

    Raises `ValueError` for another mark, a pause with nothing after it, or a line without words.
    """
    found = tuple(_cut(text))
    if not found:
        raise ValueError("nothing is said")
    return found


def _cut(text: str) -> Iterator[Segment]:
    pause, gain, position = 0.0, 0.0, 0
    for mark in (*_MARK.finditer(text), None):
        words = text[position : mark.start() if mark else None].strip()
        if "[" in words or "]" in words:
            raise ValueError(f"{words!r}: the marks are [pause 2.5s] and [level -25dB]")
        if words:
            yield Segment(words, pause, gain)
            pause = 0.0
        if mark is None:
            break
        position = mark.end()
        if mark["pause"]:
            pause += seconds(mark["pause"])
        else:
            gain = float(mark["level"])
    if pause:
        raise ValueError("a pause with nothing after it: use `tail` instead")
