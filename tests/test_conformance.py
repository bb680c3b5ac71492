"""The checklist and its marks agree: no row without a test or a reason, no mark without a row."""

from __future__ import annotations

import re

from tests.conformance import page, proofs, rows


def test_every_mark_names_a_row() -> None:
    assert {proof.row for proof in proofs()} <= {row.number for row in rows()}


def test_every_row_is_held_or_says_why_not() -> None:
    held = {proof.row for proof in proofs()}
    assert [row.number for row in rows() if row.number not in held and row.why is None] == []


def test_no_reason_outlives_its_need() -> None:
    held = {proof.row for proof in proofs()}
    assert [row.number for row in rows() if row.number in held and row.why is not None] == []


def test_the_checklist_is_whole() -> None:
    numbers = [row.number for row in rows()]
    assert [number[1:] for number in numbers] == [str(count) for count in range(1, 67)]
    assert re.findall(r"^\| ([ST]\d+) \|", page(), re.MULTILINE) == numbers
