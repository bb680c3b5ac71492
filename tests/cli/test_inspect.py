"""`wavoice inspect`: plain lines, one turn, JSON, and what it refuses."""

from __future__ import annotations

import json

import pytest

from tests.cli.commands import Shell
from tests.journals import talk
from tests.sim.chat.views.folding import have
from wavoice.runtime.journal_lines import to_json
from wavoice.sim.trace_file import Trace, write_trace


@pytest.fixture
def shell(shell: Shell) -> Shell:
    """A folder with a journal of three writes."""
    events = have(talk)
    names = {events[0].where.contact: "customer"}
    write_trace(shell.folder / "t.jsonl", Trace(events, "Asia/Kolkata", names))
    return shell


def test_prints_a_line_an_event_and_a_sum_a_turn(shell: Shell) -> None:
    done = shell("inspect", "t.jsonl")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert len([line for line in lines if not line.startswith("     = ")]) == len(have(talk))
    sums = [line for line in lines if line.startswith("     = ")]
    assert len(sums) == 7
    assert "answered · turn 0 ms · customer waits 1500 ms · row D02 · path settle 1500" in sums[2]
    assert "15:30:05.000 received         message" in lines[0], "the shop's own time"


def test_shows_all_that_is_known_of_one_turn(shell: Shell) -> None:
    out = shell("inspect", "t.jsonl", "--turn", "2").out
    assert "“no wait”" in out
    assert "Held" in out or "held" in out
    assert "Nothing was written." in out, "as it stood when that turn had ended"
    assert "Friday" in out
    assert "14 Lake Road" not in out


def test_says_it_to_programs_in_one_object(shell: Shell) -> None:
    whole = json.loads(shell("inspect", "t.jsonl", "--json").out)
    assert (whole["version"], whole["events"], whole["skipped"]) == (1, len(have(talk)), 0)
    (contact,) = whole["contacts"]
    assert contact["name"] == "customer"
    assert [write["approval"]["words"] for write in contact["writes"]] == ["yes", "Yes", "yes"]
    for turn in contact["turns"]:
        assert sum(bar["on_path"] for bar in turn["bars"]) == turn["ended_at"] - turn["started_at"]
    (only,) = json.loads(shell("inspect", "t.jsonl", "--turn", "3", "--json").out)["contacts"]
    assert [turn["words"] for turn in only["turns"]] == ["yes"]


def test_passes_over_what_a_newer_program_wrote_and_says_so(shell: Shell) -> None:
    line = {**to_json(have(talk)[0]), "kind": "dreamt"}
    with (shell.folder / "t.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    done = shell("inspect", "t.jsonl")
    assert done.code == 0
    assert "dreamt           skipped: dreamt is not known to this wavoice" in done.out
    assert done.err == "1 events of a newer wavoice were skipped.\n"


def test_words_of_customers_do_not_steer_the_terminal(shell: Shell) -> None:
    text = (shell.folder / "t.jsonl").read_text(encoding="utf-8")
    (shell.folder / "t.jsonl").write_text(text.replace("no wait", "[bold]no\\u001b[2J"), encoding="utf-8")
    out = shell("inspect", "t.jsonl").out
    assert "\x1b" not in out
    assert "[bold]no␛[2J" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.jsonl"], "none.jsonl cannot be read"),
        (["t.jsonl", "--turn", "9"], "t.jsonl has 7 turns. Name one of them."),
        (["t.jsonl", "--theme", "pink"], "There is no theme 'pink'"),
        (["."], ""),
    ],
)
def test_refuses_in_one_sentence(shell: Shell, arguments: list[str], said: str) -> None:
    if arguments == ["."]:
        (shell.folder / "u.jsonl").write_text("{}\n", encoding="utf-8")
        said = "holds several journals: t.jsonl, u.jsonl"
    assert said in shell.refuses("inspect", *arguments)
