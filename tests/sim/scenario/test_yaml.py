"""What stands in a file is what is read: no yes becomes true, nothing is guessed, errors have lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario import yaml_lines
from wavoice.sim.scenario.yaml_lines import MOST_VALUES, Document, parse_yaml, read_yaml

FILE = Path("talk.yaml")


def parse(text: str) -> Any:
    return parse_yaml(text, FILE).data


def problem(text: str) -> tuple[int | None, str]:
    """The one thing that is wrong with the text."""
    with pytest.raises(ScenarioError) as caught:
        parse_yaml(text, FILE)
    (found,) = caught.value.problems
    assert str(caught.value).startswith(str(FILE))
    return found


@pytest.mark.parametrize(
    "written",
    [
        *("yes", "no", "on", "off", "Yes", "NO", "y", "n", "True", "FALSE", "Null", "NULL"),
        *("10:30", "0042", "+15550100", "1842", "1_000", "0x1F", "0o17", "1e3", "1.50", "-0.2", ".inf"),
        *("2026-11-23", "2026-11-23T10:00:00", "2026-11-23 10:00:00", "800ms", "<<", "=", "1842.0"),
    ],
)
def test_a_plain_value_is_the_text_as_written(written: str) -> None:
    assert parse(f"say: {written}\nlist: [{written}]\nblock:\n  - {written}\n{written}: key") == {
        "say": written,
        "list": [written],
        "block": [written],
        written: "key",
    }


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("false", False), ("null", None), ("~", None), ("", None)]
)
def test_only_true_false_and_null_are_more_than_text(written: str, meant: bool | None) -> None:
    assert parse(f"say: {written}")["say"] is meant


@pytest.mark.parametrize("written", ["true", "false", "null", "~", "", "yes"])
def test_what_stands_in_quotes_is_text(written: str) -> None:
    assert parse(f"a: '{written}'\nb: \"{written}\"") == {"a": written, "b": written}


def test_every_value_knows_its_line() -> None:
    document = parse_yaml("a: 1\nb:\n  c: 2\n  d:\n    - 3\n    - {e: 4}\n", FILE)
    places = [("a",), ("b",), ("b", "c"), ("b", "d"), ("b", "d", 0), ("b", "d", 1), ("b", "d", 1, "e")]
    assert [document.line(place) for place in places] == [1, 2, 3, 4, 5, 6, 6]


def test_a_place_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    document = parse_yaml("a: 1\nb:\n  c: 2\n", FILE)
    assert document.line(("b", "x", 3, "y")) == 2
    assert document.line(("z",)) == 1


@pytest.mark.parametrize("inner", ["a: 1\nb: 2\na: 3", "a: 1\n'a': 1\n", "{a: 1,\n a: 2}"])
def test_a_key_that_stands_twice_is_refused_with_both_lines(inner: str) -> None:
    line, said = problem(inner)
    assert line == 3 - ("b" not in inner)
    assert said == "has the key 'a' twice; the first is on line 1"


def test_the_same_key_in_two_tables_is_none_twice() -> None:
    assert parse("a: {k: 1}\nb: {k: 2}") == {"a": {"k": "1"}, "b": {"k": "2"}}


@pytest.mark.parametrize(
    "tagged",
    [
        "!!python/object/apply:os.system [ls]",
        "!!python/name:os.system x",
        "!!int 5",
        "!!bool yes",
        "!!binary aGk=",
        "!!set {a, b}",
        "!mine x",
        "!include other.yaml",
    ],
)
def test_a_tag_is_refused(tagged: str) -> None:
    line, said = problem(f"a: 1\nb: {tagged}")
    assert line == 2
    assert "files hold no tags and no code" in said


def test_a_tag_on_a_key_is_refused() -> None:
    line, said = problem("a: 1\n!!python/name:os.system b: 2")
    assert line == 2
    assert "files hold no tags and no code" in said


def test_an_alias_is_what_it_stands_for() -> None:
    assert parse("a: &x {day: yes}\nb: *x") == {"a": {"day": "yes"}, "b": {"day": "yes"}}


def test_nothing_is_merged() -> None:
    assert parse("a: &x {k: 1}\nb:\n  <<: *x") == {"a": {"k": "1"}, "b": {"<<": {"k": "1"}}}


def test_an_alias_of_nothing_is_refused() -> None:
    assert problem("a: 1\nb: *x") == (2, "is not YAML: found undefined alias")


def test_aliases_of_aliases_end() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    line, said = problem("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "\n".join(levels))
    assert said == "holds too many values"
    assert line is not None


def test_a_file_may_be_long_but_not_endless(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_VALUES >= 10_000
    monkeypatch.setattr(yaml_lines, "MOST_VALUES", 100)
    assert len(parse("- x\n" * 99)) == 99
    assert problem("- x\n" * 100) == (100, "holds too many values")


@pytest.mark.parametrize("text", ["a: &a [*a]", "&a {k: *a}", "a: &a\n  b: &b [*a]"])
def test_a_value_that_holds_itself_is_refused(text: str) -> None:
    line, _ = problem(text)
    assert line is not None


@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, "{a: " * 500 + "1" + "}" * 500])
def test_what_is_nested_too_deeply_is_refused(text: str) -> None:
    line, _ = problem(text)
    assert line is not None


def test_brackets_without_end_are_refused() -> None:
    assert problem("[" * 50_000)[0] == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n---\nb: 2\n", 2),
        ("a:\n\t- 1", 2),
        ("a: 1\n  b: 2", 2),
        ("a: 'x", 1),
        ("a: 1\nb: 2: 3", 2),
        ("%FOO\na: 1", 1),
        ('a: 1\nb: "\\uD800"', 2),
    ],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    found, said = problem(text)
    assert found == line
    assert said.startswith("is not YAML: ")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n"])
def test_an_empty_file_holds_nothing_to_run(text: str) -> None:
    if text == "---\n":
        assert parse(text) is None
    else:
        assert problem(text) == (1, "is empty")


@pytest.mark.parametrize("key", ["? [a]\n: b", "? {a: 1}\n: b"])
def test_a_key_is_a_word(key: str) -> None:
    assert problem(key) == (1, "has a key that is not a word")


def test_a_character_that_yaml_forbids_is_refused() -> None:
    for character in "\0\x07\x1b\ufffe":
        assert problem(f"a: x{character}")[1].startswith("holds a character that YAML forbids")


def test_half_a_character_is_refused() -> None:
    problem("a: \ud800")


class TestFiles:
    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        self.fails(tmp_path / "none.yaml", "there is no such file")

    def test_a_folder(self, tmp_path: Path) -> None:
        self.fails(tmp_path, "cannot be read: ")

    def test_one_that_is_not_utf_8(self, tmp_path: Path) -> None:
        file = tmp_path / "talk.yaml"
        file.write_bytes(b"a: caf\xe9")
        self.fails(file, "is not UTF-8 text (byte 6)")

    def test_line_ends_of_windows_and_its_byte_order_mark(self, tmp_path: Path) -> None:
        file = tmp_path / "talk.yaml"
        file.write_bytes(b"\xef\xbb\xbfa: yes\r\nabout: one: two\r\nb: no\r\n")
        document = read_yaml(file)
        assert document.data == {"a": "yes", "about": "one: two", "b": "no"}
        assert document.line(("b",)) == 3

    def fails(self, file: Path, said: str) -> None:
        with pytest.raises(ScenarioError) as caught:
            read_yaml(file)
        assert f"{file}: {said}" in str(caught.value)


@pytest.mark.parametrize(
    "sentence",
    [
        "A yes: then a no.",
        "it's clear: he said 'no'",
        "one: two: three",
        'he says "yes": it counts',
    ],
)
def test_the_sentence_of_about_may_hold_colons(sentence: str) -> None:
    document = parse_yaml(f"a: 1\nabout: {sentence}\nb: 2\n", FILE)
    assert document.data == {"a": "1", "about": sentence, "b": "2"}
    assert document.line(("b",)) == 3
    assert parse(f"a: 1\r\nabout: {sentence}\r\nb: 2\r\n") == document.data


def test_another_sentence_that_holds_a_colon_needs_quotes() -> None:
    assert problem("a: 1\nsay: yes: no")[0] == 2
    assert problem("a:\n  about: yes: no")[0] == 2
    assert problem("about: 'yes': no")[0] == 1


@given(st.text(), st.sampled_from(["'", '"']), st.booleans())
@settings(derandomize=True, deadline=None, max_examples=120)
@example("yes", '"', True)
@example("\x00\x85\u2028\ufeff", '"', True)
def test_any_text_in_quotes_comes_back_the_same(text: str, quote: str, readable: bool) -> None:
    line = yaml.safe_dump({"say": text}, default_style=quote, allow_unicode=readable, width=10_000)
    assert parse(line) == {"say": text}


YAML_LIKE = st.text(alphabet="ab:-?[]{},&*!|>'\"%@#~ \n\t0123yesno", max_size=60).map(str.encode)


@given(st.one_of(st.binary(max_size=60), YAML_LIKE))
@settings(derandomize=True, deadline=None, max_examples=150)
@example(b"\xff\xfea\x00")
@example(b"\xef\xbb\xbf")
@example(b"&a *a")
def test_any_bytes_are_a_document_or_an_error_with_the_file(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content)
    found: Document | ScenarioError
    try:
        found = read_yaml(file)
    except ScenarioError as error:
        found = error
    assert found.file == file
