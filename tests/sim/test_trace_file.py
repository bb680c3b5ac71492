"""Recorded journals: what is written is read again, and what cannot be read is named by line."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.scenario.scripts import MOVE, play
from wavoice.runtime import journal
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import BODIES, VERSION, Event, Where
from wavoice.runtime.journal_lines import to_json
from wavoice.sim.trace_file import Trace, read_trace, write_trace

WHERE = Where("default", "100", "c_1", "t_1")
TYPED = Event(1_000_000, WHERE, journal.Typed("wamid.1", text="move it to Friday, 12 Hill Road"))
TROUBLE = Event(2_000_000, WHERE, journal.Trouble("fetch", "gone", detail="asha's note"))
LINE_ENDS = "\x85\u2028\u2029"
"""What `str.splitlines` takes for the end of a line and JSON does not."""

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=LINE_ENDS), max_size=12)
_PLAIN: Mapping[object, st.SearchStrategy[Any]] = {
    str: words,
    int: st.integers(min_value=0, max_value=2**62),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Whatever a field of that type may hold."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        fields = {spec.name: values(hints[spec.name]) for spec in dataclasses.fields(kind)}
        return st.builds(cast(type[Any], kind), **fields)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple and parts[-1] is not Ellipsis:
        return st.tuples(*map(values, parts))
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=2).map(tuple)
    if origin is Mapping:
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=2)
    return st.one_of(*map(values, parts)) if parts else st.sampled_from(list(kind))


def events(*kinds: str) -> st.SearchStrategy[Event]:
    """Events of these kinds."""
    bodies = st.one_of(*(values(BODIES[kind]) for kind in kinds))
    return st.builds(Event, values(int), values(Where), bodies)


def written(folder: Path, trace: Trace) -> Path:
    file = folder / "trace.jsonl"
    write_trace(file, trace)
    return file


def again(folder: Path, trace: Trace) -> Trace:
    return read_trace(written(folder, trace))


def changed(folder: Path, number: int, change: Callable[[dict[str, Any]], object]) -> Path:
    """A file in which line `number` (from 1) is changed."""
    file = written(folder, Trace([TYPED, TROUBLE], "Asia/Kolkata", {"c_1": "asha"}))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    change(lines[number - 1])
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


def refusal(file: Path) -> str:
    with pytest.raises(UserInputError) as caught:
        read_trace(file)
    return str(caught.value)


class TestRoundTrip:
    @settings(deadline=None)
    @given(
        found=st.lists(events(*BODIES), min_size=1, max_size=3),
        zone=st.sampled_from(["UTC", "Asia/Kolkata"]),
        names=st.dictionaries(words, words, max_size=2),
    )
    def test_what_was_written_is_read(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        found: list[Event],
        zone: str,
        names: Mapping[str, str],
    ) -> None:
        trace = Trace(found, zone, names)
        assert again(tmp_path_factory.getbasetemp(), trace) == trace

    def test_the_journal_of_a_conversation(self, tmp_path: Path) -> None:
        record = play(MOVE)
        trace = Trace(list(record.events), "Asia/Kolkata", record.names)
        assert again(tmp_path, trace) == trace

    @pytest.mark.parametrize("end", list(LINE_ENDS))
    def test_line_ends_of_unicode_in_what_was_said(self, end: str, tmp_path: Path) -> None:
        said = Event(1, WHERE, journal.Typed("wamid.1", text=f"move it{end}to Friday"))
        assert again(tmp_path, Trace([said])).events == [said]

    def test_personal_values_stand_under_pii_alone(self, tmp_path: Path) -> None:
        _, *lines = written(tmp_path, Trace([TYPED, TROUBLE])).read_text().splitlines()
        for line in map(json.loads, lines):
            line.pop("pii")
            assert not {"Hill", "asha"} & set(json.dumps(line).replace("'", " ").split())

    def test_the_first_line_says_whose_it_is(self, tmp_path: Path) -> None:
        file = written(tmp_path, Trace([TYPED], "Asia/Kolkata", {"c_1": "asha"}))
        assert json.loads(file.read_text().splitlines()[0]) == {
            "kind": "trace", "version": 1, "zone": "Asia/Kolkata", "names": {"c_1": "asha"},
        }  # fmt: skip


class TestWhatIsRead:
    def test_a_bare_export_has_no_first_line(self, tmp_path: Path) -> None:
        file = written(tmp_path, Trace([TYPED, TROUBLE], "Asia/Kolkata", {"c_1": "asha"}))
        file.write_text("".join(file.read_text().splitlines(keepends=True)[1:]))
        assert read_trace(file) == Trace([TYPED, TROUBLE], "UTC", {})

    def test_empty_lines_mean_nothing(self, tmp_path: Path) -> None:
        file = written(tmp_path, Trace([TYPED]))
        file.write_text(file.read_text().replace("\n", "\n\n") + "  \n")
        assert read_trace(file).events == [TYPED]

    def test_the_line_ends_of_windows(self, tmp_path: Path) -> None:
        file = written(tmp_path, Trace([TYPED]))
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        assert read_trace(file).events == [TYPED]

    def test_redacted_texts_are_empty(self, tmp_path: Path) -> None:
        (typed, *_) = read_trace(changed(tmp_path, 2, lambda line: line.update(pii={}))).events
        assert typed.body == journal.Typed("wamid.1")

    def test_redacted_trouble_is_still_trouble(self, tmp_path: Path) -> None:
        (_, trouble) = read_trace(changed(tmp_path, 3, lambda line: line.update(pii={}))).events
        assert trouble.body.code == "gone"

    @settings(deadline=None)
    @given(event=events(*sorted(BODIES.keys() - {"trouble"})))
    def test_whatever_is_redacted_can_be_read(
        self, tmp_path_factory: pytest.TempPathFactory, event: Event
    ) -> None:
        file = tmp_path_factory.getbasetemp() / "redacted.jsonl"
        file.write_text(json.dumps({**to_json(event), "pii": {}}) + "\n")
        (found,) = read_trace(file).events
        assert to_json(found)["data"] == to_json(event)["data"]


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", " holds no journal events. Record one with --journal."),
            (b"\n \n", " holds no journal events. Record one with --journal."),
            (b'{"kind": "trace", "version": 1}\n', " holds no journal events. Record one with --journal."),
            (b"no json\n", ":1 is no journal event. Record one with --journal."),
            (b"\n{\n", ":2 is no journal event. Record one with --journal."),
            (b"[]\n", ":1 is no journal event. Record one with --journal."),
            pytest.param(b"[" * 200_000, ":1 is no journal event. Record one with --journal.", id="deep"),
            (b"7\n", ":1 is no journal event. Record one with --journal."),
            (b'{"data": {}}\n', ":1 is no journal event. Record one with --journal."),
            (b"\xff\xfe\n", " cannot be read. Name a journal in JSON lines."),
        ],
    )
    def test_no_journal(self, content: bytes, said: str, tmp_path: Path) -> None:
        file = tmp_path / "trace.jsonl"
        file.write_bytes(content)
        assert refusal(file) == f"{file}{said}"

    def test_no_file(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "gone") == f"{tmp_path}/gone cannot be read. Name a journal in JSON lines."
        assert refusal(tmp_path) == f"{tmp_path} cannot be read. Name a journal in JSON lines."

    def test_a_newer_file(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 1, lambda line: line.update(version=2))
        assert refusal(file).startswith(f"{file}:1 trace version 2 is newer than 1: upgrade wavoice.")

    def test_a_newer_event(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 3, lambda line: line.update(version=VERSION + 1))
        newer = f"journal version {VERSION + 1} is newer than {VERSION}: upgrade wavoice."
        assert refusal(file).startswith(f"{file}:3 {newer}")

    def test_an_event_that_nobody_knows(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 2, lambda line: line.update(kind="sang"))
        assert refusal(file).startswith(f"{file}:2 is no journal event.")

    def test_a_field_that_is_wrong_is_named(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 2, lambda line: line["data"].update(button="perhaps"))
        assert refusal(file).startswith(f"{file}:2 has no usable button.")

    def test_a_field_that_is_missing_is_named(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 2, lambda line: line["data"].pop("message"))
        assert refusal(file).startswith(f"{file}:2 has no usable message.")

    def test_what_was_said_is_not_repeated(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 2, lambda line: line["pii"].update(text=["12 Hill Road"]))
        assert "Hill" not in refusal(file)

    @pytest.mark.parametrize("key", ["kind", "at", "tenant", "data"])
    def test_an_event_without_one_of_its_keys(self, key: str, tmp_path: Path) -> None:
        file = changed(tmp_path, 2, lambda line: line.pop(key))
        assert refusal(file).startswith(f"{file}:2 ")

    def test_a_time_that_is_none(self, tmp_path: Path) -> None:
        file = changed(tmp_path, 2, lambda line: line.update(at="ten o'clock"))
        assert refusal(file).startswith(f"{file}:2 ")

    @pytest.mark.parametrize("wrong", [{"names": None}, {"names": ["asha"]}, {"zone": "Mars/Olympus"}])
    def test_a_first_line_that_is_wrong(self, wrong: Mapping[str, Any], tmp_path: Path) -> None:
        file = changed(tmp_path, 1, lambda line: line.update(wrong))
        assert refusal(file).startswith(f"{file}:1 ")
