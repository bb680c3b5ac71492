"""The schema that editors read, and the scenario files of this repository that it is for."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario.load import Case, find_files, load_cases
from wavoice.sim.scenario.schema import schema, schema_file, schema_text
from wavoice.sim.scenario.yaml_lines import parse_yaml, read_yaml

ROOT = Path(__file__).parents[2]
FILES = find_files([ROOT / "scenarios"])
FIRST_LINE = "# yaml-language-server: $schema="
FOLDERS = (
    "audio", "burst", "confirmation", "correction", "fault", "handoff", "refund", "session", "stop",
)  # fmt: skip
SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
WELL = """\
version: 1
scenario: talk
about: What a test is about.
tags: [D01]
given:
  now: 2026-11-23T10:00:00
  zone: Asia/Kolkata
  world: {orders: {"1842": {day: Thursday}}}
steps:
  - note: yes
    heard: {logprob: -0.3, took: 3s}
    expect: {reply: {contains: [Done], max_words: 14}, absent: [held]}
  - wait: 5s
    expect: {reply: none}
then: {writes: []}
"""


def names_of_numbers(node: Any) -> set[str]:
    """Keys of the format that hold numbers."""
    if isinstance(node, list):
        return set().union(*map(names_of_numbers, node))
    if not isinstance(node, dict):
        return set()
    own = {key for key, one in node.get("properties", {}).items() if _is_number(one)}
    return own | names_of_numbers(list(node.values()))


def _is_number(node: Mapping[str, Any]) -> bool:
    return node.get("type") in ("integer", "number") or any(map(_is_number, node.get("anyOf", ())))


NUMBERS = names_of_numbers(SCHEMA) | {"version"}


def seen(value: Any, key: str = "") -> Any:
    """What an editor sees where our reader leaves the text: a number where the format has one."""
    if isinstance(value, dict):
        return {name: seen(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [seen(one, key) for one in value]
    return json.loads(value) if key in NUMBERS and isinstance(value, str) and "$" not in value else value


def points(data: Mapping[str, Any]) -> Iterator[Any]:
    """The file with every combination of its matrix filled in, as it reads then."""
    matrix = data.get("matrix", {})
    whole = {key: value for key, value in data.items() if key != "matrix"}
    for combination in itertools.product(*matrix.values()):
        text = json.dumps(whole)
        for name, value in zip(matrix, combination, strict=True):
            text = text.replace(f"${{{name}}}", json.dumps(value)[1:-1])
        yield seen(json.loads(text))


def errors(data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def errors_of(text: str) -> list[str]:
    return errors(seen(parse_yaml(text, Path("talk.yaml")).data))


class TestSchema:
    def test_the_file_is_what_the_format_says(self) -> None:
        assert schema_file().read_text(encoding="utf-8") == schema_text(), (
            "The format has changed. Run: uv run python -m wavoice.sim.scenario.schema"
        )

    def test_it_is_a_schema(self) -> None:
        Draft202012Validator.check_schema(SCHEMA)
        assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"

    def test_every_key_is_explained(self) -> None:
        """Editors show it."""
        tables = {"": SCHEMA, **SCHEMA["$defs"]}
        bare = [
            f"{table}.{key}"
            for table, node in tables.items()
            for key, one in node.get("properties", {}).items()
            if not one.get("description") and "$ref" not in one
        ]
        assert bare == []

    def test_every_default_may_stand_in_a_file(self) -> None:
        wrong = [
            f"{table}.{key}"
            for table, node in SCHEMA["$defs"].items()
            for key, one in node.get("properties", {}).items()
            if not _fits(one)
        ]
        assert wrong == []

    def test_a_scenario_fits(self) -> None:
        assert errors_of(WELL) == []

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("tags:", "tag:"),
            ("zone:", "zoen:"),
            ("orders:", "order:"),
            ("{day:", "{dya:"),
            ("note:", "notes:"),
            ("heard:", "haerd:"),
            ("took:", "tokk:"),
            ("contains:", "contain:"),
            ("absent:", "absnet:"),
            ("then:", "than:"),
            ("writes:", "write:"),
        ],
    )
    def test_a_misspelt_key_does_not(self, right: str, wrong: str) -> None:
        assert errors_of(WELL.replace(right, wrong, 1))

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("version: 1", "version: 2"),
            ("took: 3s", "took: 3"),
            ("wait: 5s", "wait: soon"),
            ("[held]", "[hold]"),
            ("logprob: -0.3", "logprob: 0.3"),
            ("max_words: 14", "max_words: 0"),
            ("reply: none", "reply: nothing"),
            ("- note: yes", "- note: yes\n    text: yes"),
            ("- wait: 5s", "- after: 5s"),
            ("then: {writes: []}", "then: {}"),
            ("then: {writes: []}", ""),
            ("steps:", "steps: []\nsteppes:"),
        ],
    )
    def test_a_wrong_value_does_not(self, right: str, wrong: str) -> None:
        assert errors_of(WELL.replace(right, wrong, 1))

    @pytest.mark.parametrize(("many", "one"), [("contains: [Done]", "contains: Done"), ("[D01]", "D01")])
    def test_one_text_instead_of_a_list_fits(self, many: str, one: str) -> None:
        assert load_cases(Path("talk.yaml"), WELL.replace(many, one))
        assert errors_of(WELL.replace(many, one)) == []


def _fits(node: Mapping[str, Any]) -> bool:
    default = node.get("default")
    return default is None or Draft202012Validator({**node, "$defs": SCHEMA["$defs"]}).is_valid(default)


def loads(file: Path) -> list[Case] | ScenarioError:
    try:
        return load_cases(file)
    except ScenarioError as error:
        return error


@pytest.fixture(scope="module")
def loaded() -> Mapping[Path, list[Case] | ScenarioError]:
    return {file.relative_to(ROOT): loads(file) for file in FILES}


@pytest.fixture
def cases(loaded: Mapping[Path, list[Case] | ScenarioError]) -> Mapping[Path, list[Case]]:
    """All files that load; a test of its own is about the others."""
    return {file: found for file, found in loaded.items() if not isinstance(found, ScenarioError)}


class TestFilesOfThisRepository:
    def test_there_are_many_in_every_folder(self) -> None:
        counts = Counter(file.relative_to(ROOT / "scenarios").parts[0] for file in FILES)
        assert len(FILES) >= 60
        assert [folder for folder in FOLDERS if not counts[folder]] == []

    def test_they_load(self, loaded: Mapping[Path, list[Case] | ScenarioError]) -> None:
        assert [str(found) for found in loaded.values() if isinstance(found, ScenarioError)] == []

    def test_their_names_are_those_of_their_files(self, cases: Mapping[Path, list[Case]]) -> None:
        assert [file for file, (case, *_) in cases.items() if case.scenario.scenario != file.stem] == []

    def test_no_name_is_used_twice(self, cases: Mapping[Path, list[Case]]) -> None:
        """Journals and results go by it."""
        assert [name for name, times in Counter(file.stem for file in cases).items() if times > 1] == []

    def test_they_say_in_a_sentence_why_they_matter(self, cases: Mapping[Path, list[Case]]) -> None:
        assert [file for file, (case, *_) in cases.items() if len(case.scenario.about.split()) < 5] == []

    def test_they_can_be_selected_by_tag(self, cases: Mapping[Path, list[Case]]) -> None:
        assert [str(file) for file, (case, *_) in cases.items() if not case.scenario.tags] == []

    def test_their_first_line_tells_editors_the_schema(self) -> None:
        wrong = []
        for file in FILES:
            first, *_ = file.read_text(encoding="utf-8").splitlines()
            named = file.parent / first.removeprefix(FIRST_LINE)
            if not first.startswith(FIRST_LINE) or named.resolve() != schema_file().resolve():
                wrong.append(str(file.relative_to(ROOT)))
        assert wrong == []

    @pytest.mark.bulk
    def test_they_fit_the_schema_with_their_matrix_filled_in(self) -> None:
        wrong = {
            str(file.relative_to(ROOT)): found
            for file in FILES
            if (found := [one for data in points(read_yaml(file).data) for one in errors(data)])
        }
        assert wrong == {}

    def test_they_fit_the_schema_as_they_stand(self) -> None:
        assert [file.stem for file in FILES if errors(seen(read_yaml(file).data))] == []
