"""`wavoice audit`: what it says of a store that the runtime has written, and of a doctored one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import Shell
from tests.journals import written
from tests.sim.scenario.scripts import MOVE, play
from wavoice.sim.trace_file import Trace, write_trace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with three writes."""
    file = tmp_path_factory.mktemp("store") / "made.sqlite"
    written(file)
    return file


@pytest.fixture
def shell(shell: Shell, made: Path) -> Shell:
    """An empty folder with a copy of that store in it."""
    shutil.copy(made, shell.folder / "bot.sqlite")
    return shell


def tamper(statement: str) -> None:
    with closing(sqlite3.connect("bot.sqlite")) as database, database:
        database.execute(statement)


def test_a_store_whose_writes_are_proved(shell: Shell) -> None:
    before = Path("bot.sqlite").read_bytes()
    done = shell("audit", "bot.sqlite")
    records = len(written()[1])
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"bot.sqlite: {records} records, the chain is whole",
        "3 writes: 3 proved, 0 not",
    ]
    assert Path("bot.sqlite").read_bytes() == before


def test_the_store_of_the_settings(shell: Shell) -> None:
    Path("wavoice.toml").write_text('[store]\npath = "bot.sqlite"\n')
    assert shell("audit").out.startswith("bot.sqlite: ")
    Path("wavoice.toml").write_text('[store]\npath = "gone.sqlite"\n')
    done = shell("audit")
    assert done.code == 2
    assert "There is no store gone.sqlite yet." in done.err


def test_where_nothing_was_run_yet(shell: Shell) -> None:
    said = shell.refuses("audit")
    assert said.startswith("There is no store wavoice.db yet. ")
    assert "wavoice test --journal DIR" in said


def test_a_folder_of_journals(shell: Shell) -> None:
    events = play(MOVE).events
    Path("kept").mkdir()
    assert "kept holds no journals (*.jsonl)." in shell.refuses("audit", "kept")
    for name in ("one", "two"):
        write_trace(Path("kept", f"{name}.jsonl"), Trace(events))
    done = shell("audit", "kept")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"kept: 2 journals, {2 * len(events)} records, no chain",
        "2 writes: 2 proved, 0 not",
    ]
    lines = Path("kept/two.jsonl").read_text().splitlines()
    Path("kept/two.jsonl").write_text("\n".join(line for line in lines if '"confirmed"' not in line))
    done = shell("audit", "kept", "--json", "report.json")
    assert done.code == 1
    assert "2 writes: 1 proved, 1 not" in done.out
    assert "✗ two.jsonl p_" in done.out
    found = json.loads(Path("report.json").read_text())
    assert [one["ok"] for one in found["journals"]] == [True, False]
    assert "no head" in shell.refuses("audit", "kept", "--print-head")


def test_a_record_that_was_deleted(shell: Shell) -> None:
    tamper("DELETE FROM journal WHERE seq = 40")
    done = shell("audit", "bot.sqlite")
    assert done.code == 1
    assert "records, not whole" in done.out
    assert "✗ record 40 deleted: record 40 is missing" in done.out


def test_a_write_that_lost_its_yes_in_json(shell: Shell) -> None:
    tamper("DELETE FROM journal WHERE kind = 'confirmed'")
    done = shell("audit", "bot.sqlite", "--json", "report.json")
    assert done.code == 1
    report: dict[str, Any] = json.loads(Path("report.json").read_text())
    assert (report["ok"], report["effects"], report["proved"]) == (False, 3, 0)
    first = report["violations"][0]
    assert (first["proposal"], first["invariant"]) == ("p_000001", "I1")
    assert first["said"] == "no yes is recorded before the write"
    assert f"✗ p_000001 I1 record {first['seq']}: {first['said']}" in done.out
    assert json.loads(shell("audit", "bot.sqlite", "--json", "-").out) == report


def test_a_journal_in_lines_has_no_chain(shell: Shell) -> None:
    run = play(MOVE)
    write_trace(Path("trace.jsonl"), Trace(run.events))
    done = shell("audit", "trace.jsonl")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"trace.jsonl: {len(run.events)} records, no chain",
        "1 write: 1 proved, 0 not",
    ]
    lines = [line for line in Path("trace.jsonl").read_text().splitlines() if '"confirmed"' not in line]
    Path("trace.jsonl").write_text("\n".join(lines))
    assert "I1" in shell("audit", "trace.jsonl").out


@pytest.mark.parametrize(
    ("since", "writes"),
    [("2026-11-23", 3), ("2026-11-23T12:00", 0), ("2027-01-01", 0), ("9999w", 3), ("9999W", 3)],
)
def test_since(shell: Shell, since: str, writes: int) -> None:
    assert f"{writes} writes: {writes} proved" in shell("audit", "bot.sqlite", "--since", since).out


def test_a_head_that_was_noted(shell: Shell) -> None:
    noted = shell("audit", "bot.sqlite", "--print-head")
    assert noted.code == 0
    head = noted.out.strip()
    assert head.startswith(f"{len(written()[1])}:")
    assert shell("audit", "bot.sqlite", "--anchor", head).code == 0
    done = shell("audit", "bot.sqlite", "--anchor", head[:-1] + ("1" if head[-1] == "0" else "0"))
    assert done.code == 1
    assert "the journal is not the one whose head was noted" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.sqlite"], "gone.sqlite cannot be read: No such file or directory."),
        (["other.sqlite"], "other.sqlite cannot be read as a store: no such table: journal."),
        (["damaged.sqlite"], "damaged.sqlite cannot be read as a store: "),
        (["words.txt"], "words.txt:1 is no journal event."),
        (["bot.sqlite", "--since", "yesterday"], "'yesterday' is no date and no duration."),
        (["bot.sqlite", "--anchor", "12"], "'12' is no head."),
        (["bot.sqlite", "--json", "gone/report.json"], "gone/report.json cannot be written."),
        (["trace.jsonl", "--print-head"], "This journal has no chain, so it has no head."),
    ],
)
def test_what_cannot_be_audited(shell: Shell, arguments: list[str], said: str) -> None:
    with closing(sqlite3.connect("other.sqlite")) as database, database:
        database.execute("CREATE TABLE another (a)")
    Path("damaged.sqlite").write_bytes(Path("bot.sqlite").read_bytes()[:5_000])
    Path("words.txt").write_text("hello\n")
    write_trace(Path("trace.jsonl"), Trace(play(MOVE).events))
    done = shell("audit", *arguments)
    assert done.code == 2
    assert said in done.err
