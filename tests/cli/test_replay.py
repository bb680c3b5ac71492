"""`wavoice replay` with the real models on real notes: what it says, writes down and compares."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import NOTES, WHERE, Done, needs_weights, script
from wavoice.runtime.model import Stage

pytestmark = [needs_weights, pytest.mark.timeout(180)]

QUIET = NOTES / "yes_then_quiet_no_wait__quiet_room.ogg"
"""Second note of its dialogue; the first asks for Friday."""
KEYS = {
    "fixture", "dialogue", "said", "heard", "wer", "evidence", "intent", "proposal", "outcome", "writes",
    "reply_kind", "reply_text", "stages", "turn_ms", "customer_wait_ms",
}  # fmt: skip

Line = dict[str, Any]


def lines_of(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


def baseline(folder: Path, *lines: Line) -> str:
    """Write an earlier result; return its path."""
    file = folder / "earlier.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)


def regressions(done: Done) -> list[str]:
    said = "worse than the baseline: "
    return [line.removeprefix(said) for line in done.err.splitlines() if line.startswith(said)]


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's one long run left its `--json`."""
    return tmp_path_factory.mktemp("replay") / "before.jsonl"


@pytest.fixture(scope="module")
def run(before: Path) -> Done:
    """A question and the dialogue of a quiet "no wait", named by one file each."""
    return script("replay", str(WHERE), str(QUIET), "--json", str(before), folder=before.parent)


@pytest.fixture
def lines(run: Done, before: Path) -> dict[str, Line]:
    assert run.code == 0, run.err
    return {line["fixture"]: line for line in lines_of(before.read_text())}


def test_all_came_out_as_their_manifest_says(run: Done) -> None:
    assert run.code == 0, run.err
    assert "3 notes, 3 of 3 as expected" in run.out
    assert run.err.startswith("ears: Whisper base on cpu. voice: ")
    assert "where the time went (ms)" in run.out


def test_a_single_file_brings_its_dialogue(lines: dict[str, Line]) -> None:
    assert list(lines) == [WHERE.stem, "move_with_pauses__quiet_room", QUIET.stem]


def test_every_line_has_its_keys(lines: dict[str, Line]) -> None:
    for line in lines.values():
        assert line.keys() >= KEYS
        assert line["stages"].keys() <= set(Stage)
        assert all(stage.keys() == {"ms", "on_path"} for stage in line["stages"].values())
        assert line["reply_kind"] is not None
        assert line["reply_text"]
        assert 0 <= line["wer"] <= 0.3


def test_stages_and_queue_add_up_to_the_turn(lines: dict[str, Line]) -> None:
    for line in lines.values():
        total = sum(stage["on_path"] for stage in line["stages"].values()) + line["queue_ms"]
        assert total == pytest.approx(line["turn_ms"], abs=1)
        assert line["customer_wait_ms"] == pytest.approx(line["turn_ms"] + line["settle_ms"], abs=1)
        assert line["stages"]["transcribe"]["on_path"] > 0


def test_a_question_is_answered_and_nothing_is_written(lines: dict[str, Line]) -> None:
    line = lines[WHERE.stem]
    assert (line["outcome"], line["intent"], line["writes"]) == ("answered", "track_order", [])
    assert line["reply_text"] == "Order 1842 is packed. It arrives on Thursday."
    assert line["proposal"] is None


def test_a_quiet_no_wait_after_a_yes_writes_nothing(lines: dict[str, Line]) -> None:
    asked, taken_back = lines["move_with_pauses__quiet_room"], lines[QUIET.stem]
    assert (asked["outcome"], asked["proposal"]["event"]) == ("proposed", "proposed")
    assert (taken_back["outcome"], taken_back["proposal"]["id"]) == ("held", asked["proposal"]["id"])
    assert asked["writes"] == taken_back["writes"] == []
    assert len(asked["evidence"]["decodes"]) == 1
    assert len(taken_back["evidence"]["decodes"]) == 2
    assert "wait" in taken_back["heard"].lower()


@pytest.mark.bulk
def test_until_transcribe_hears_and_decides_nothing(tmp_path: Path) -> None:
    done = script("replay", str(WHERE), "--until", "transcribe", "--json", "-", folder=tmp_path)
    assert done.code == 0, done.err
    (line,) = lines_of(done.out)
    assert "order" in line["heard"].lower()
    assert line["outcome"] == "stopped"
    assert (line["intent"], line["proposal"], line["row"], line["reply_kind"]) == (None, None, "", None)
    assert line["writes"] == []
    assert line["stages"].keys() & {"interpret", "decide", "settle", "commit", "speak", "send"} == set()


@pytest.mark.bulk
def test_the_same_again_is_not_worse(lines: dict[str, Line], tmp_path: Path) -> None:
    earlier = baseline(tmp_path, lines[WHERE.stem])
    done = script("replay", str(WHERE), "--baseline", earlier, folder=tmp_path)
    assert (done.code, regressions(done)) == (0, [])


@pytest.mark.bulk
def test_more_errors_and_fewer_notes_are_worse(lines: dict[str, Line], tmp_path: Path) -> None:
    """An earlier rate below zero: whatever is heard now has more errors."""
    earlier = baseline(tmp_path, {**lines[WHERE.stem], "wer": -0.1}, lines[QUIET.stem])
    done = script("replay", str(WHERE), "--baseline", earlier, folder=tmp_path)
    assert done.code == 1
    rate, missing = regressions(done)
    assert rate.startswith(f"{WHERE.stem}: word error rate was -0.1, is ")
    assert missing == f"{QUIET.stem} was not replayed"


@pytest.mark.bulk
def test_a_folder_without_manifest(lines: dict[str, Line], tmp_path: Path) -> None:
    """Nothing is expected of loose notes, but another outcome than before is worse."""
    (tmp_path / "notes").mkdir()
    shutil.copy(WHERE, tmp_path / "notes")
    earlier = baseline(tmp_path, {**lines[WHERE.stem], "wer": None, "expected": None, "outcome": "held"})
    done = script("replay", "notes", "--baseline", earlier, "--json", "now.jsonl", folder=tmp_path)
    (line,) = lines_of((tmp_path / "now.jsonl").read_text())
    assert (line["fixture"], line["dialogue"], line["said"], line["wer"]) == (WHERE.stem,) * 2 + (None,) * 2
    assert (line["outcome"], line["problems"]) == ("answered", [])
    assert (done.code, regressions(done)) == (1, [f"{WHERE.stem}: was held, is answered"])
