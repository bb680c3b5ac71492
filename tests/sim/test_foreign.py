"""Tests of other tools: texts come through as they are, and what is no such file is an error by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.foreign_files import ACTIONS, loaded, read, write
from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario.foreign import read_foreign

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
# fmt: off
HARD = st.sampled_from([
    "yes", "No", "on", "10:30", "0042", "true", "null", "~", "${x}", "$${a ${b}", "dollar", "a: b", "- a",
    "# a", "a #b", "one\ntwo\n", " padded ", "'", '"', "\\n", "!include x", "&a", "*a", "%", "@", "`", "|",
    "{", "[]", "<<", "...", "---", "=", "1e3", "?", ",", "", "\u2028", "\ufeff", "\x85", "\x00", "\r\n", "😀",
    "नहीं", "👩\u200d🚒",
])
# fmt: on
WORDS = HARD | TEXTS


def as_yaml(data: Any) -> str:
    return yaml.dump(data, allow_unicode=True, default_style='"', Dumper=yaml.SafeDumper)


@settings(max_examples=150, deadline=None)
@given(said=st.lists(WORDS.filter(str.strip), min_size=1, max_size=4), expected=WORDS, title=WORDS)
def test_our_loader_reads_what_a_user_says(
    tmp_path_factory: pytest.TempPathFactory, said: list[str], expected: str, title: str
) -> None:
    data = {
        "name": title or "untitled",
        "turns": [
            {"user": words, "expect": [{"event": "response", "text_contains": expected}]} for words in said
        ],
    }
    file = write(tmp_path_factory.mktemp("evals"), "")
    file.write_text(as_yaml(data), encoding="utf-8")
    (draft,) = read_foreign(file).scenarios
    needle = " ".join(expected.split())
    read_back = [(step.text, step.expect.reply) for step in loaded(draft).scenario.steps]
    assert [text for text, _ in read_back] == said
    for _, reply in read_back:
        assert reply is not None
        assert reply != "none"
        assert reply.contains == ((needle,) if needle else ())


@settings(max_examples=100, deadline=None)
@given(args=st.dictionaries(WORDS, WORDS, max_size=4))
def test_arguments_come_through_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, args: dict[str, str]
) -> None:
    args = {key: value for key, value in args.items() if key != "action"}
    calls = [{"name": "f", "args": args}]
    turns = [{"user": "x", "expect": [{"event": "function_call", "calls": calls}]}]
    file = write(tmp_path_factory.mktemp("evals"), "")
    file.write_text(as_yaml({"name": "n", "turns": turns}), encoding="utf-8")
    imported = read_foreign(file, {"f": "reschedule_delivery"})
    assert loaded(imported.scenarios[0]).scenario.then.writes == ({"action": "reschedule_delivery", **args},)


def problems(folder: Path, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ScenarioError) as caught:
        read(folder, text)
    assert caught.value.file == folder / "theirs.yaml"
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, "is empty")),
        ("- a\n- b\n", (1, "is of no known format: its top is not a table of keys")),
        ("name: x\nturns: [\n", (3, "is not YAML")),
        ("steps: []\n", (1, "is of no format that is known here: Pipecat's evals have `turns`")),
        ("name: a\nname: b\nturns: []\n", (2, "has the key 'name' twice")),
        ("turns: !!python/object:os.system x\n", (1, "has the tag")),
        ("a: &a [*a]\n", (1, "is nested too deeply")),
        ("turns: " + "[" * 5000, (1, "is not YAML: exceeded maximum nesting depth")),
        ("turns:\n" + "- {}\n" * 60_000, (50_000, "holds too many values")),
        ("x: " + "y" * 5_000_000, (None, "is larger than 4 MiB")),
        ("name: x\nturns: !include /etc/shadow.yaml\n", (2, "includes '/etc/shadow.yaml': only YAML")),
        ("name: x\nturns: !include notes.txt\n", (2, "includes 'notes.txt': only YAML")),
        ("name: x\nturns: !include none.yaml\n", (2, "includes 'none.yaml': there is no such file")),
        ("name: x\nturns: !include theirs.yaml\n", (2, "includes 'theirs.yaml': only YAML")),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, text: str, expected: tuple[int | None, str]) -> None:
    (line, problem) = problems(tmp_path, text)[0]
    assert (line, problem[: len(expected[1])]) == expected


def test_a_file_that_is_not_there_or_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no such file"):
        read_foreign(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="is not a file"):
        read_foreign(tmp_path)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="is not UTF-8 text"):
        read_foreign(tmp_path / "bytes.yaml")


def test_every_mistake_of_an_eval_is_named_by_line(tmp_path: Path) -> None:
    text = """\
        turns:
          - user: [hello]
            expct: []
          - user: hi
            dtmf: "1"
          - send_after: {delay_ms: soon}
          - user: hi
            audio: hi.ogg
            send_after: {}
            expect:
              - text_contains: x
              - event: response
                absent: maybe
                within_ms: -1
              - event: response
                absent: true
                eval: x
              - event: function_call
                calls: [{nme: x}]
        judge: {}
        name: 1
        user: {modality: loud}
        """
    assert problems(tmp_path, text) == [
        (2, "user should be a text; put it in quotes"),
        (3, "expct is not a key here; the nearest is expect"),
        (4, "a turn has user or dtmf, not both"),
        (6, "send_after needs a user or dtmf that is sent"),
        (8, "audio needs `user: {modality: audio}`"),
        (9, "send_after needs an event or a delay_ms"),
        (11, "lacks the key event"),
        (13, "absent should be true or false"),
        (14, "within_ms should be a whole number"),
        (15, "absent goes with no eval"),
        (19, "nme is not a key here; the nearest is name"),
        (22, "modality should be audio or text"),
    ]


def test_every_mistake_of_a_test_case_is_named_by_line(tmp_path: Path) -> None:
    text = """\
        version: 3
        fixtures:
          - winter: [{mocked_datetime: soon}, x]
          - y
        stub_custom_actions: []
        test_cases:
          - steps:
              - user: hello
                assertions:
                  - bot_uterred: {text_matches: x}
                  - bot_uttered: {}
                  - flow_cancelled: {}
                  - action_executed: []
                  - bot_uttered: {buttons: [{payload: x}]}
              - assertions: []
              - {}
              - bot: []
          - test_case: x
            fixtures: [winter, {}]
            steps:
          - 3
        """
    assert problems(tmp_path, text) == [
        (1, "version is not a key here; the nearest is stub_custom_actions"),
        (3, "mocked_datetime should be a date and time such as 2026-11-23T10:00:00+00:00"),
        (3, "a fixture should set slots"),
        (4, "fixtures should be a list of names with their values"),
        (5, "stub_custom_actions should be a table of keys"),
        (7, "lacks the key test_case"),
        (10, "bot_uterred is not a key here; the nearest is bot_uttered"),
        (11, "bot_uttered needs one of utter_name, text_matches, buttons"),
        (12, "lacks the key flow_id"),
        (13, "action_executed should be the name of an action"),
        (14, "lacks the key title"),
        (15, "assertions belongs to a step with a user"),
        (16, "a step should have a user, bot, utter, slot_was_set or slot_was_not_set"),
        (19, "a fixture is named by a text"),
        (20, "steps should be a list"),
        (21, "should be a table of keys"),
    ]


# fmt: off
KEYS = st.sampled_from([
    "turns", "scenarios", "name", "user", "expect", "event", "absent", "calls", "args", "send_after",
    "modality", "speech", "audio", "dtmf", "delay_ms", "within_ms", "judge", "response", "test_cases",
    "test_case", "steps", "bot", "assertions", "bot_uttered", "text_matches", "buttons", "title", "fixtures",
    "metadata", "slot_was_set", "flow_cancelled", "flow_id",
])
# fmt: on
SHAPES = st.recursive(
    st.none() | st.booleans() | HARD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)
TURNS = st.fixed_dictionaries({"name": st.just("n"), "turns": st.lists(SHAPES, max_size=3)})
TESTS = st.fixed_dictionaries({"test_cases": st.lists(SHAPES, max_size=3)})


@pytest.mark.bulk
@settings(max_examples=300, deadline=None)
@given(data=SHAPES | TURNS | TESTS)
def test_whatever_stands_there_it_is_read_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    file = write(tmp_path_factory.getbasetemp(), "")
    file.write_text(as_yaml(data), encoding="utf-8")
    try:
        imported = read_foreign(file, ACTIONS)
    except ScenarioError:
        return
    for draft in imported.scenarios:
        loaded(draft)
