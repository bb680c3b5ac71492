"""The chain of the journal: any single record that is edited, deleted, added or moved is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.journals import Journal, event_of, written
from wavoice.runtime import journal
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.audit import audit
from wavoice.runtime.audit.chain_check import Stored, check_anchor, check_chain
from wavoice.runtime.chain import Head, Record
from wavoice.runtime.journal import Event, Where
from wavoice.sim.clock import CountingIds

COLUMNS = [spec.name for spec in fields(Record)]


@pytest.fixture
def whole() -> Journal:
    (stored, head), _ = written()
    return list(stored), head


def edited(value: Any) -> Iterator[Any]:
    """Other values of the same type, one of them hardly another."""
    if isinstance(value, int):
        yield from (value + 1, value + 10_000)
    else:
        yield f"{value} "


def test_what_the_runtime_writes_is_whole(whole: Journal) -> None:
    told: list[int] = []
    checked = check_chain(*whole, told.append)
    assert (checked.breaks, checked.not_chained, checked.redacted) == ([], 0, frozenset())
    assert told == [0]


@pytest.mark.parametrize("step", [41, pytest.param(1, marks=pytest.mark.bulk(seconds=20))])
def test_any_column_of_any_record_that_was_edited_is_found(whole: Journal, step: int) -> None:
    stored, head = whole
    for n, one in list(enumerate(stored))[::step]:
        changes = [
            replace(one, record=replace(one.record, **{name: value}))
            for name in COLUMNS
            for value in edited(getattr(one.record, name))
        ]
        changes += [replace(one, pii=one.pii + " "), replace(one, salt=""), replace(one, seal="0" * 64)]
        changes.append(replace(one, seal=None))
        for change in changes:
            doctored = sorted([*stored[:n], change, *stored[n + 1 :]], key=lambda each: each.record.seq)
            breaks = check_chain(doctored, head).breaks
            assert breaks, (one.record.seq, change)
            if change.record.seq == one.record.seq:
                assert (breaks[0].seq, breaks[0].kind) == (
                    one.record.seq,
                    "edited" if change.seal else "added",
                )
                assert len(breaks) == 1


def test_any_record_that_was_deleted_is_found(whole: Journal) -> None:
    stored, head = whole
    for n, one in enumerate(stored):
        (broken,) = check_chain([*stored[:n], *stored[n + 1 :]], head).breaks
        assert (broken.seq, broken.kind) == (one.record.seq, "deleted")


def test_any_two_neighbours_that_changed_places_are_found(whole: Journal) -> None:
    stored, head = whole
    for n, (one, other) in enumerate(pairwise(stored)):
        swapped = [
            replace(pair, record=replace(pair.record, seq=n + at)) for at, pair in ((1, other), (2, one))
        ]
        first, *_ = check_chain([*stored[:n], *swapped, *stored[n + 2 :]], head).breaks
        assert (first.seq, first.kind) == (n + 1, "order")


def test_what_was_deleted_at_the_end_is_found(whole: Journal) -> None:
    stored, head = whole
    for kept in range(len(stored)):
        (broken,) = check_chain(stored[:kept], head).breaks
        assert (broken.seq, broken.kind) == (kept + 1, "deleted")


def test_a_record_that_was_copied_or_made_up_is_found(whole: Journal) -> None:
    stored, head = whole
    more = replace(stored[-1], record=replace(stored[-1].record, seq=head.last + 1))
    assert check_chain([*stored, more], head).breaks
    assert check_chain([*stored, replace(more, seal=None)], head).breaks[0].kind == "added"
    forged = replace(more, seal=more.record.seal(head.seal))
    assert check_chain([*stored, forged], head).breaks[0].kind == "head"


def test_the_head_is_part_of_the_chain(whole: Journal) -> None:
    stored, head = whole
    others = [
        None,
        replace(head, first=2),
        replace(head, first=0),
        replace(head, last=head.last - 1),
        replace(head, last=head.last + 1),
        replace(head, seal="0" * 64),
    ]
    for other in others:
        assert check_chain(stored, other).breaks


def test_the_last_record_resealed_is_found_by_the_head(whole: Journal) -> None:
    stored, head = whole
    record = replace(stored[-1].record, at=1)
    resealed = replace(stored[-1], record=record, seal=record.seal(str(stored[-2].seal)))
    (broken,) = check_chain([*stored[:-1], resealed], head).breaks
    assert broken.kind == "head"


def test_a_journal_written_anew_as_a_whole_is_found_by_a_head_that_was_noted(whole: Journal) -> None:
    stored, _ = whole
    noted = Head(0, 40, str(stored[39].seal))
    assert check_anchor(stored, noted) is None
    assert check_anchor(stored[:30], noted) is not None
    assert check_anchor(stored, replace(noted, seal="0" * 64)) is not None


# --- in a real file ---------------------------------------------------------------------------------

WHERE = Where("shop", "100", "c_1", "t_1")


def said(text: str) -> Event:
    return Event(1, WHERE, journal.Typed("wamid.1", text=text))


async def add(file: Path, *events: Event) -> None:
    store = await SqliteStore.open(file, ids=CountingIds())
    async with store.begin() as unit:
        await unit.journal.add(events)
    await store.close()


def run(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(statement)


def breaks(file: Path) -> list[tuple[int, str]]:
    return [(one.seq, one.kind) for one in audit(*read_journal(file)).breaks]


async def test_a_rollback_and_another_process_keep_the_chain_whole(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    one = await SqliteStore.open(file, ids=CountingIds())
    other = await SqliteStore.open(file, ids=CountingIds())

    async def fail() -> None:
        async with one.begin() as unit:
            await unit.journal.add([said("never")])
            raise ZeroDivisionError

    for store in (one, other, other, one):
        async with store.begin() as unit:
            await unit.journal.add([said("a"), said("b")])
            await unit.journal.add([said("c")])
        with pytest.raises(ZeroDivisionError):
            await fail()
    await one.close()
    await other.close()
    stored, head = read_journal(file)
    assert [one.record.seq for one in stored] == list(range(1, 13))
    assert head == Head(1, 12, str(stored[-1].seal))
    assert breaks(file) == []


async def test_the_same_words_twice_do_not_look_the_same(tmp_path: Path) -> None:
    await add(tmp_path / "bot.sqlite", said("4071"), said("4071"))
    (one, other), _ = read_journal(tmp_path / "bot.sqlite")
    assert one.pii == other.pii
    assert one.record.pii_hash != other.record.pii_hash


async def test_a_redaction_is_accepted_for_the_records_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    await add(file, said("my card is 4111"), said("hello"), said("1111 1111 1111"))
    store = await SqliteStore.open(file, ids=CountingIds())

    def hide(event: Event) -> Event:
        digits = any(sign.isdecimal() for sign in event.body.text)
        return replace(event, body=replace(event.body, text="[card]")) if digits else event

    why = Event(2, WHERE, journal.Redacted("card", (), ()))
    async with store.begin() as unit:
        assert await unit.journal.redact(why, "t_1", hide) == 2
        assert [event.body.text for event in (await unit.journal.read())[:3]] == ["[card]", "hello", "[card]"]
        assert await unit.journal.redact(why, "t_2", hide) == 0
        with pytest.raises(ValueError, match="nothing else"):
            await unit.journal.redact(why, "t_1", lambda event: replace(event, at=7))
    await store.close()
    stored, head = read_journal(file)
    (named,) = [event_of(one).body.records for one in stored if one.record.kind == "redacted"]
    assert named == (1, 3)
    assert audit(stored, head).redacted == 2
    assert breaks(file) == []
    assert b"my card is" not in file.read_bytes()
    for seq in (1, 2, 3):  # what the redaction left is covered as well, and what it does not name still is
        before = read_journal(file)[0][seq - 1].pii
        run(file, f'UPDATE journal SET pii = \'{{"text":"no"}}\' WHERE seq = {seq}')
        assert breaks(file) == [(seq, "edited")]
        run(file, f"UPDATE journal SET pii = '{before}' WHERE seq = {seq}")
    run(file, "UPDATE journal SET line = replace(line, 'card', 'jest') WHERE kind = 'redacted'")
    assert breaks(file) == [(1, "edited"), (3, "edited"), (4, "edited")]


async def test_records_from_before_the_chain_are_counted_and_not_called_broken(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    await add(file, said("old"), said("older"))
    for statement in (
        *(f"DROP TABLE {name}" for name in ("controls", "erasures", "account_news", "tool_questions")),
        "DROP TABLE hand_offs",
        "DROP TABLE voice_use",
        "DROP TABLE oddities",
        "DROP INDEX inbox_contact",
        "DROP INDEX outbox_held",
        "ALTER TABLE outbox DROP COLUMN held_at",
        "DROP TABLE consents_shown",
        *(f"ALTER TABLE consents DROP COLUMN {name}" for name in ("status", "wording", "proof", "shown_in")),
        "DROP TABLE journal_heads",
        "DROP INDEX effects_evidence",
        "ALTER TABLE effects DROP COLUMN evidence",
        *(f"ALTER TABLE journal DROP COLUMN {name}" for name in ("seal", "pii_hash", "pii_salt")),
        "UPDATE wavoice_schema SET version_num = '0001'",
    ):
        run(file, statement)
    report = audit(*read_journal(file))
    assert (report.records, report.not_chained, report.breaks) == (2, 2, [])
    await add(file, said("new"))
    report = audit(*read_journal(file))
    assert (report.records, report.not_chained, report.breaks) == (3, 2, [])
    run(file, "DELETE FROM journal WHERE seq = 3")
    assert breaks(file) == [(3, "deleted")]


async def test_a_program_from_before_the_chain_may_still_write_and_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    await add(file, said("one"))
    columns = "tenant, number, contact, turn, kind, at, line, pii, retention, version"
    run(file, f"INSERT INTO journal ({columns}) SELECT {columns} FROM journal")
    await add(file, said("three"))
    assert breaks(file) == [(2, "added")]


def test_a_head_of_nothing() -> None:
    assert check_chain([], None).breaks == []
    assert check_chain([Stored(Record(1, "", "", "", "", "", 0, "", 1, "", ""))], None).not_chained == 1
