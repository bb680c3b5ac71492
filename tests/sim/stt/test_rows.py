"""Manifests of recordings: what is read, and which line is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import NOTES
from tests.sim.stt.making import voice, written
from wavoice.runtime.errors import UserInputError
from wavoice.sim.eval_rows import Label
from wavoice.sim.stt.rows import load_samples, read_kinds


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path / "a.wav", voice())
    return tmp_path


def rows(folder: Path, *data: Any) -> Path:
    file = folder / "notes.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in data), encoding="utf-8")
    return file


def test_reads_what_datasets_call_their_labels(folder: Path) -> None:
    first, second, third = load_samples(
        rows(
            folder,
            {
                "path": "a.wav",
                "transcript": "Hello.",
                "text": "no",
                "speaker": "x",
                "language": "pt-BR",
                "sr": 1,
            },
            {"path": "a.wav", "text": "Hi.", "noise": "traffic", "snr": 5, "slots": {"size": "small"}},
            {"path": "a.wav", "label": "wait", "accept": ["wait", "no"], "id": "b", "orders": ["1842"]},
        ),
        "en",
    )
    assert (first.words, first.language, first.id, first.clean) == ("Hello.", "pt", "a.wav", True)
    assert (second.words, second.snr, second.clean, second.slots) == ("Hi.", 5.0, False, {"size": "small"})
    assert (third.label, third.accept, third.orders) == (Label.WAIT, (Label.WAIT, Label.NO), ("1842",))
    assert all(each.scored for each in (first, second, third))


def test_a_row_without_labels_measures_nothing(folder: Path) -> None:
    (row,) = load_samples(rows(folder, {"path": "a.wav", "transcript": None, "slots": None}), "en")
    assert not row.scored


def test_reads_the_manifest_of_fixtures() -> None:
    samples = load_samples(NOTES / "manifest.toml", "en")
    noisy = next(each for each in samples if each.id == "no_wait__street_10db")
    assert (noisy.words, noisy.noise, noisy.snr, noisy.orders) == ("No, wait.", "street", 10.0, ("1842",))
    assert len({each.id for each in samples}) == len(samples)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"text": "x"}, "names no recording"),
        ({"path": "b.wav"}, "there is no file"),
        ({"path": "a.wav", "transcipt": "x"}, "there is no key 'transcipt'. Do you mean transcript?"),
        ({"path": "a.wav", "label": "perhaps"}, "'perhaps' is no label"),
        ({"path": "a.wav", "language": "xx"}, "there is no language 'xx'"),
        ({"path": "a.wav", "slots": ["x"]}, "slots are no object of texts"),
        ({"path": "a.wav", "slots": {"size": 1}}, "slots are no object of texts"),
        ({"path": "a.wav", "entities": "x"}, "entities is no list of texts"),
        ({"path": "a.wav", "snr": "5"}, "snr is no number"),
        ({"path": "a.wav", "text": 5}, "text is no text"),
    ],
)
def test_says_which_line_is_wrong(folder: Path, row: dict[str, Any], says: str) -> None:
    with pytest.raises(UserInputError, match=r"notes\.jsonl:1") as wrong:
        load_samples(rows(folder, row), "en")
    assert says in str(wrong.value)


def test_noises_say_what_they_are(folder: Path) -> None:
    file = rows(folder, {"path": "a.wav", "kind": "car horn (burst)"}, {"path": "a.wav"})
    assert [kind for _, kind in read_kinds(file)] == ["car horn (burst)", "a"]
