"""`wavoice eval replies`: labelled replies put to the gate, and what it says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import NOTES, Shell, needs_weights

ROWS: list[dict[str, Any]] = [
    {"id": "a", "prompt": "Move it to Friday?", "reply": "yes please", "label": "yes"},
    {"id": "b", "prompt": "Move it to Friday?", "reply": "no, leave it", "label": "no"},
    {"id": "c", "prompt": "Move it to Friday?", "reply": "yes but Saturday", "label": "yes_but_change"},
    {"id": "d", "prompt": "Move it to Friday?", "reply": "Saturday", "label": "change"},
    {"id": "e", "prompt": "Move it to Friday?", "reply": "how much is it?", "label": "question"},
    {
        "id": "f",
        "prompt": "Move it to Friday?",
        "reply": "yes... no wait",
        "label": "wait",
        "hard": ["repair"],
    },
    {"id": "g", "prompt": "Move it to Friday?", "reply": "blue elephants", "label": "other"},
    {"id": "h", "prompt": "Move it to Friday?", "asr": "yes", "label": "yes"},
    {"id": "i", "prompt": "Move it to Friday?", "reply": "ok", "label": "yes"},
    {"id": "j", "prompt": "É na sexta?", "reply": "sim", "label": "yes", "language": "pt"},
]


def written(shell: Shell, rows: list[dict[str, Any]]) -> Path:
    file = shell.folder / "replies.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def figures(shell: Shell, rows: list[dict[str, Any]], *options: str) -> tuple[int, dict[str, Any]]:
    done = shell("eval", "replies", written(shell, rows), "--json", "-", *options)
    return done.code, json.loads(done.out)


def test_counts_what_was_read(shell: Shell) -> None:
    code, found = figures(shell, ROWS)
    assert code == 0
    assert found["n"] == len(ROWS)
    assert found["unsafe_yes"] == 0
    assert found["strict"] == found["lenient"] == found["yes_recall"] == 1.0
    assert found["by_label"]["yes"]["predicted"] == {"yes": 4}
    assert found["by_hard"]["repair"]["n"] == 1
    assert found["by_language"]["pt"]["n"] == 1


def test_has_the_keys_that_were_promised(shell: Shell) -> None:
    _, found = figures(shell, ROWS)
    promised = {"n", "strict", "lenient", "unsafe_yes", "yes_recall", "reask_rate", "by_label", "by_hard"}
    assert set(found) == promised | {"unsafe_examples", "by_language", "tier", "spec_wins"}


def test_a_weak_yes_and_an_unreviewed_language_are_asked_again_at_r2_and_not_at_r1(shell: Shell) -> None:
    _, costly = figures(shell, ROWS)
    _, cheap = figures(shell, ROWS, "--tier", "R1")
    assert costly["reask_rate"] == 0.5
    assert cheap["reask_rate"] == 0.0
    assert [each["id"] for each in costly["spec_wins"]] == ["i"]


def test_an_unsafe_yes_fails_and_is_shown(shell: Shell) -> None:
    rows = [{"id": "mislabelled", "reply": "yes", "label": "no"}]
    code, found = figures(shell, rows)
    assert code == 1
    assert found["unsafe_yes"] == 1
    assert found["unsafe_examples"][0]["id"] == "mislabelled"
    shown = shell("eval", "replies", written(shell, rows))
    assert "1 unsafe yes" in shown.out
    assert "mislabelled" in shown.out


def test_a_heard_yes_needs_more_than_a_typed_one(shell: Shell) -> None:
    code, found = figures(shell, [{"asr": "yes know", "label": "no"}, {"asr": "no wait", "label": "wait"}])
    assert code == 0
    assert found["unsafe_yes"] == 0


@pytest.mark.bulk
@needs_weights
def test_recordings_are_heard_by_the_ears_of_the_runtime(shell: Shell) -> None:
    note = next(NOTES.glob("no_wait*10db.ogg"))
    code, found = figures(shell, [{"path": str(note), "label": "wait", "accept": ["wait", "no"]}])
    assert code == 0
    assert found["lenient"] == 1.0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "replies.jsonl:1 is not JSON."),
        ("[]", "replies.jsonl:1 is no JSON object."),
        ('{"reply": "yes"}', "replies.jsonl:1: None is no label. Labels are yes, no,"),
        ('{"label": "yes"}', "replies.jsonl:1 holds no reply."),
        ('{"label": "yes", "reply": "y", "accept": ["si"]}', "'si' is no label"),
        ('{"label": "yes", "reply": "y", "accept": "yes"}', "accept is no list"),
        ('{"label": "yes", "reply": 1}', "reply is no text"),
        ('{"label": "yes", "reply": "y", "hard": [1]}', "hard is no list"),
        ('{"label": "yes", "reply": "y", "channel": "fax"}', "'fax' is no channel"),
        ('{"label": "yes", "path": "none.ogg"}', "replies.jsonl:1: there is no file"),
        ('{"label": "yes", "reply": "y", "acept": ["yes"]}', "replies.jsonl:1: there is no key 'acept'."),
        ('{"lable": "yes", "reply": "y"}', "replies.jsonl:1: there is no key 'lable'. Do you mean label?"),
        ('{"label": "yes", "reply": "y", "langauge": "pt"}', "Do you mean language?"),
        ('{"label": "yes", "reply": "y", "language": "xx"}', "replies.jsonl:1: there is no language 'xx'."),
        ('{"label": "yes", "reply": "y", "language": "english"}', "See: wavoice languages"),
        ("", "holds no replies"),
    ],
)
def test_says_which_line_is_wrong_and_what_to_do(shell: Shell, line: str, says: str) -> None:
    (shell.folder / "replies.jsonl").write_text(line + "\n", encoding="utf-8")
    assert says in shell.refuses("eval", "replies", "replies.jsonl")


def test_refuses_a_tier_a_language_and_a_target_that_are_none(shell: Shell) -> None:
    file = written(shell, ROWS)
    assert "one of R1, R2, R3" in shell.refuses("eval", "replies", file, "--tier", "R9")
    assert "wavoice languages" in shell.refuses("eval", "replies", file, "--language", "xx")
    assert "Name another file" in shell.refuses("eval", "replies", file, "--json", file)
    assert "cannot be read" in shell.refuses("eval", "replies", "missing.jsonl")


def test_a_file_that_is_no_voice_note_is_named_before_any_is_listened_to(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("ears were made before all recordings were opened")

    monkeypatch.setattr("wavoice.sim.eval_notes.production_ears", never)
    (shell.folder / "note.ogg").write_bytes(b"not a note")
    good = str(next(NOTES.glob("no_wait*10db.ogg")))
    file = written(shell, [{"audio": good, "label": "wait"}, {"audio": "note.ogg", "label": "yes"}])
    said = shell.refuses("eval", "replies", file)
    assert "replies.jsonl:2: " in said
    assert "note.ogg is no voice note" in said


def test_a_recording_that_cannot_be_opened_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "note.ogg").write_bytes(b"")
    file = written(shell, [{"reply": "yes", "label": "yes"}, {"audio": "note.ogg", "label": "yes"}])
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.name == "note.ogg":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse)
    said = shell.refuses("eval", "replies", file)
    assert "replies.jsonl:2: " in said
    assert "note.ogg cannot be opened: Permission denied." in said


def test_keys_of_others_and_languages_without_words_are_left_alone(shell: Shell) -> None:
    others = {"acts": ["AFFIRM"], "prompt_type": "x", "dialogue_id": "1", "uid": "2", "labels": 3}
    rows = [
        {**ROWS[0], **others},
        {"reply": "sim", "label": "yes", "language": "pt-BR"},
        {"reply": "ja", "label": "yes", "language": "nl"},
    ]
    code, found = figures(shell, rows)
    assert (code, found["n"]) == (0, 3)
    note = str(next(NOTES.glob("no_wait*10db.ogg")))
    file = written(shell, [{"path": note, "label": "wait", "language": "nl"}])
    assert "ears are not prepared for language 'nl'" in shell.refuses("eval", "replies", file)


def test_what_became_of_each_row_as_lines(shell: Shell) -> None:
    done = shell("eval", "replies", written(shell, ROWS), "--rows", "rows.jsonl")
    assert "10 replies at R2" in done.out
    lines = [json.loads(line) for line in Path("rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [row["id"] for row in ROWS]
    assert lines[0] == {
        "id": "a", "predicted": "yes", "row": "D02", "effect": "settle", "settles": True, "unsafe": False,
    }  # fmt: skip
    assert (lines[1]["row"], lines[1]["settles"]) == ("D04", False)
    shown = shell("eval", "replies", "replies.jsonl", "--rows", "-").out
    assert shown == Path("rows.jsonl").read_text(encoding="utf-8")


def test_rows_of_an_unsafe_yes_are_written_all_the_same(shell: Shell) -> None:
    file = written(shell, [{"reply": "yes", "label": "no"}])
    assert shell("eval", "replies", file, "--rows", "rows.jsonl").code == 1
    assert json.loads(Path("rows.jsonl").read_text())["unsafe"] is True


def test_figures_and_rows_need_places_of_their_own(shell: Shell) -> None:
    file = written(shell, ROWS)
    assert "Name two files" in shell.refuses("eval", "replies", file, "--json", "-", "--rows", "-")
    assert "Name two files" in shell.refuses("eval", "replies", file, "--json", "a", "--rows", "./a")
    assert "another file for --rows" in shell.refuses("eval", "replies", file, "--rows", file)
