"""Numbers and days as people write and say them, by hand, in eight languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from wavoice.runtime.interpret.slots import find_slots
from wavoice.runtime.ports import Situation

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ROWS = [
    line.split("\t") for line in Path(__file__).with_name("said.tsv").read_text(encoding="utf-8").splitlines()
]


def test_what_was_said_is_understood() -> None:
    missed = [
        (language, text, value, dict(found))
        for language, slot, value, text in ROWS
        if (found := find_slots(text, Situation(now=NOW, language=language)).values).get(slot) != value
    ]
    assert len(missed) <= 0.02 * len(ROWS), "\n".join(map(str, missed))
