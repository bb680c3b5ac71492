"""`wavoice eval stt`: labelled recordings heard in noise, and what that would have come to."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import NOTES, Shell, needs_weights
from tests.sim.stt.making import ScriptedEars, Tick, voice, written
from wavoice.sim.stt import measure

SHARED = Path(__file__).parents[3] / "shared" / "data" / "audio"
needs_recordings = pytest.mark.skipif(not SHARED.is_dir(), reason=f"needs the recordings of {SHARED}")


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> ScriptedEars:
    """Ears that hear by the length of a note, and a clock that counts looks."""
    scripted = ScriptedEars({1000: "Yes.", 1500: "Move order 1842 to Monday", 2000: "four iced coffees"})

    async def made(_: object) -> ScriptedEars:
        return scripted

    monkeypatch.setattr(measure, "production_ears", made)
    monkeypatch.setattr(measure, "SystemClock", Tick)
    return scripted


def manifest(shell: Shell, *rows: dict[str, Any]) -> Path:
    for seconds in (1.0, 1.5, 2.0):
        written(shell.folder / f"{seconds:g}.wav", voice(seconds))
    file = shell.folder / "notes.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


ROWS: list[dict[str, Any]] = [
    {"id": "yes", "path": "1.wav", "label": "wait", "text": "No wait."},
    {"id": "move", "path": "1.5.wav", "transcript": "Move order eighteen forty-two to Friday"},
    {"id": "coffee", "path": "2.wav", "slots": {"drink": "iced coffee"}, "language": "pt-BR"},
    {"id": "nothing", "path": "2.wav"},
]


def test_hears_each_recording_at_each_ratio(shell: Shell, ears: ScriptedEars) -> None:
    file = manifest(shell, *ROWS)
    done = shell(
        "eval", "stt", file, "--noise", "wind", "--snr", "10,0", "--json", "-", "--rows", "rows.jsonl"
    )
    found = json.loads(done.out)
    assert done.code == 0
    assert (found["version"], found["unlabelled"], found["all"]["n"]) == (1, 1, 9)
    assert list(found["by_snr"]) == ["clean", "10 dB", "0 dB"]
    assert found["by_snr"]["0 dB"]["acts"] == {
        "n": 3, "wrong": 2, "error_rate": 0.6667, "error_interval": [0.2077, 0.9385], "unsafe_yes": 1,
        "missed_rate": 0.3333,
    }  # fmt: skip
    assert found["all"]["ms"] == {"p50": 50.0, "p90": None, "p95": None, "p99": None}
    assert found["options"]["noises"] == ["wind"]
    assert found["heard_by"] == {"scripted": 9}
    assert found["machine"]["cores"] > 0
    assert len(found["manifest"]["sha256"]) == 64
    lines = [json.loads(line) for line in Path("rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(line["id"], line["snr"], line["act"]) for line in lines[:4]] == [
        ("yes", None, "wrong"), ("yes", 10.0, "wrong"), ("yes", 0.0, "wrong"), ("move", None, "wrong"),
    ]  # fmt: skip
    assert lines[3]["why"] == "day 2026-11-30 for 2026-11-27"


def test_the_runtime_s_hints_are_given(
    shell: Shell, ears: ScriptedEars, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVOICE_CATALOGUE__WORDS", "Xylora, iced coffee")
    done = shell("eval", "stt", manifest(shell, *ROWS), "--json", "-")
    names = ("Xylora", "iced coffee")
    assert [(hint.awaiting_yes, hint.language, hint.words) for hint in ears.hints] == [
        (True, "en", ()), (False, "en", names), (False, "pt", names),
    ]  # fmt: skip
    assert json.loads(done.out)["catalogue"] == list(names)


def test_with_a_question_open_everything_is_put_to_the_gate(shell: Shell, ears: ScriptedEars) -> None:
    request = {"path": "1.wav", "text": "Move order eighteen forty-two to Friday"}
    found = json.loads(shell("eval", "stt", manifest(shell, request), "--asked", "--json", "-").out)
    assert [hint.awaiting_yes for hint in ears.hints] == [True]
    assert found["all"]["acts"]["unsafe_yes"] == 1
    assert found["options"]["asked"] is True


def test_noise_is_really_mixed_in_and_the_same_for_a_seed(shell: Shell, ears: ScriptedEars) -> None:
    file = manifest(shell, ROWS[1])
    for seed in ("1", "1", "2"):
        assert shell("eval", "stt", file, "--noise", "street", "--snr", "0", "--seed", seed).code == 0
    clean, first, _, again, _, other = [audio.pcm for audio in ears.audio]
    assert clean != first
    assert first == again
    assert first != other


@pytest.mark.bulk
def test_prints_tables_and_bars_and_draws_charts(shell: Shell, ears: ScriptedEars) -> None:
    done = shell(
        "eval", "stt", manifest(shell, *ROWS), "--noise", "wind", "--opus", "16k", "--plots", "charts"
    )
    assert done.code == 0
    assert "15 notes heard" in done.out
    assert "10 of 15 acts wrong, 5 of them an unsafe yes" in done.out
    assert "by signal to noise" in done.out
    assert "█" in done.out
    assert "calibration error" in done.out
    assert "p50 50, p90 50, p95 -" in done.out
    assert "1 rows left out" in done.out
    assert "wait taken for a yes" in done.out
    assert {path.suffix for path in Path("charts").iterdir()} == {".png", ".svg"}
    assert {audio.codec for audio in ears.audio} == {"opus"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--snr", "10"), "--snr needs a noise"),
        (("--noise", "rain"), "There is no noise 'rain'"),
        (("--noise", "wind", "--snr", "loud"), "no list of decibels"),
        (("--opus", "1"), "no bit rate"),
        (("--language", "xx"), "no language 'xx'"),
        (("--rir", "hall.wav"), "There is no noise 'hall.wav'"),
        (("--json", "notes.jsonl"), "is what is read"),
        (("--json", "a", "--rows", "a"), "Name two files"),
        (("--noise", "babble"), "Babble takes 3"),
        (("--plots", "notes.jsonl"), "is no folder"),
    ],
)
def test_says_what_is_wrong_with_an_option(shell: Shell, options: tuple[str, ...], says: str) -> None:
    assert says in shell.refuses("eval", "stt", manifest(shell, ROWS[0]), *options)


def test_refuses_a_manifest_without_labels(shell: Shell) -> None:
    assert "has no labels" in shell.refuses("eval", "stt", manifest(shell, ROWS[3]))
    assert "cannot be read" in shell.refuses("eval", "stt", "missing.jsonl")


def test_a_file_that_cannot_be_heard_is_named_before_any_is_listened_to(
    shell: Shell, ears: ScriptedEars
) -> None:
    (shell.folder / "bad.ogg").write_bytes(b"not a note")
    file = manifest(shell, ROWS[0], {"path": "bad.ogg", "text": "hi"})
    assert "notes.jsonl:2: " in shell.refuses("eval", "stt", file)
    assert not ears.hints


@pytest.mark.bulk
@needs_weights
def test_committed_notes_are_heard_by_the_ears_of_the_runtime(shell: Shell) -> None:
    note = next(NOTES.glob("no_wait*10db.ogg"))
    row = {"path": str(note), "text": "No, wait.", "noise": "street", "snr": 10}
    done = shell("eval", "stt", manifest(shell, row), "--json", "-")
    found = json.loads(done.out)["all"]
    assert (found["wer"], found["acts"]["wrong"], found["failed"]) == (0.0, 0, 0)
    assert found["real_time_factor"] > 0


@needs_weights
@needs_recordings
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_development_recordings(shell: Shell) -> None:
    """What docs/evidence.md says of them: no yes that was none, at any ratio."""
    noises = SHARED / "noise_manifest.jsonl"
    for name in ("speech", "spoken"):
        recordings = SHARED / f"{name}_manifest.jsonl"
        done = shell("eval", "stt", recordings, "--noise", noises, "--opus", "16k", "--json", "-")
        found = json.loads(done.out)
        assert found["all"]["acts"]["unsafe_yes"] == 0
        assert found["by_snr"]["clean"]["wer"] < 0.2


@needs_weights
@needs_recordings
@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_short_window_costs_at_most_one_and_a_half_points(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of words on the development notes, at every ratio, against the 30 s that Whisper was trained with."""
    rates: list[dict[str, float]] = []
    for window in ("10", "30"):
        monkeypatch.setenv("WAVOICE_EARS__WINDOW_SECONDS", window)
        errors: Counter[str] = Counter()
        words: Counter[str] = Counter()
        for name in ("speech", "spoken"):
            recordings, noises = SHARED / f"{name}_manifest.jsonl", SHARED / "noise_manifest.jsonl"
            done = shell("eval", "stt", recordings, "--noise", noises, "--every-noise", "--json", "-")
            for level, group in json.loads(done.out)["by_snr"].items():
                errors[level] += group["substitutions"] + group["deletions"] + group["insertions"]
                words[level] += group["words"]
        rates.append({level: 100 * errors[level] / words[level] for level in words})
    short, full = rates
    assert {level: short[level] - full[level] for level in full if short[level] > full[level] + 1.5} == {}
