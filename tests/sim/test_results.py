"""Results for machines and in words: JSON lines, JUnit, one line a failure."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.results import MOST_POINTS, in_words, points_in_words, to_line, write_junit
from wavoice.sim.scenario.run import Point, Result

FILE = Path("talks/talk.yaml")
REPLY = Failure(2, "reply", "it does not say 'Done'", "Done", "Sorry.", 14, "t_000002")
LAW = Failure(None, "L9", "something was sent", line=20)
PASSED = Result(FILE, "talk", "passed", steps=("passed",), traces=("a",), ms=12.0)
FAILED = replace(
    PASSED,
    status="failed",
    failures=(REPLY, LAW),
    steps=("passed", "failed"),
    slice=("+1.000s t_000002 read",),
)
LATER = replace(FAILED, name="later", status="pending", pending="nobody has built it")
CRASHED = replace(
    PASSED, name="crashed", status="failed", failures=(Failure(None, "error", "KeyError: 'x'"),)
)


def points(count: int) -> tuple[Point, ...]:
    return tuple(Point(f"+{number}ms", (REPLY,)) for number in range(count))


def junit(tmp_path: Path, *results: Result) -> ElementTree.Element:
    file = tmp_path / "report.xml"
    write_junit(file, results, 1.25)
    return ElementTree.parse(file).getroot()


class TestWords:
    def test_all_of_a_failure(self) -> None:
        said = "talks/talk.yaml:14: step 2 reply: it does not say 'Done'; expected Done; got Sorry."
        assert in_words(REPLY, FILE) == said

    def test_of_the_scenario_as_a_whole(self) -> None:
        assert in_words(LAW, FILE) == "talks/talk.yaml:20: L9: something was sent"

    def test_without_a_line(self) -> None:
        assert in_words(Failure(1, "note", "it broke", got="x"), FILE) == (
            "talks/talk.yaml: step 1 note: it broke; got x"
        )

    def test_points_that_failed(self) -> None:
        assert points_in_words(PASSED) == ""
        some = replace(FAILED, points=5, failing=points(2))
        assert points_in_words(some) == "failing: +0ms, +1ms (2 of 5)"

    def test_of_many_points_the_first_are_named(self) -> None:
        many = points_in_words(replace(FAILED, points=100, failing=points(MOST_POINTS + 3)))
        assert many.endswith("+11ms and 3 more (15 of 100)")
        assert many.count("ms") == MOST_POINTS


class TestJson:
    def test_keys_are_the_fields_of_a_result(self) -> None:
        line = json.loads(to_line(FAILED))
        assert set(line) == {spec.name for spec in fields(Result)} - {"traces"} | {"trace"}
        assert line["file"] == "talks/talk.yaml"
        assert line["failures"][0] == {
            "step": 2, "kind": "reply", "reason": "it does not say 'Done'", "expected": "Done",
            "got": "Sorry.", "line": 14, "turn": "t_000002",
        }  # fmt: skip
        assert line["trace"] == FAILED.trace

    def test_points(self) -> None:
        (first, _) = json.loads(to_line(replace(FAILED, points=2, failing=points(2))))["failing"]
        assert (first["at"], first["failures"][0]["kind"]) == ("+0ms", "reply")

    @settings(deadline=None)
    @given(st.text())
    def test_one_line_whatever_was_said(self, said: str) -> None:
        line = to_line(replace(FAILED, failures=(replace(REPLY, got=said),)))
        assert "\n" not in line
        assert json.loads(line)["failures"][0]["got"] == said


class TestJunit:
    def test_every_scenario_is_a_test_of_its_folder(self, tmp_path: Path) -> None:
        root = junit(tmp_path, PASSED, replace(PASSED, file=Path("more/other.yaml"), name="other"), FAILED)
        assert (root.tag, root.get("name"), root.get("time")) == ("testsuites", "wavoice test", "1.25")
        counted = [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root]
        assert counted == [("talks", "2", "1"), ("more", "1", "0")]
        case = root.find("testsuite/testcase[@name='talk']")
        assert case is not None
        assert (case.get("classname"), case.get("time"), list(case)) == ("talks", "0.012", [])

    def test_a_failure_says_all_of_it(self, tmp_path: Path) -> None:
        found = junit(tmp_path, FAILED).find("testsuite/testcase/failure")
        assert found is not None
        assert (found.get("type"), found.get("message")) == ("reply", "it does not say 'Done'")
        assert (found.text or "").splitlines() == [
            in_words(REPLY, FILE), in_words(LAW, FILE), "+1.000s t_000002 read",
        ]  # fmt: skip

    def test_points_that_failed_are_named(self, tmp_path: Path) -> None:
        found = junit(tmp_path, replace(FAILED, points=9, failing=points(2))).find(".//failure")
        assert found is not None
        assert f"+1ms: {in_words(REPLY, FILE)}" in (found.text or "").splitlines()

    def test_pending_is_skipped_and_a_crash_is_an_error(self, tmp_path: Path) -> None:
        root = junit(tmp_path, LATER, CRASHED)
        skipped, crashed = root.find(".//skipped"), root.find(".//error")
        assert skipped is not None
        assert crashed is not None
        assert skipped.get("message") == "nobody has built it"
        assert (crashed.get("type"), crashed.get("message")) == ("error", "KeyError: 'x'")
        assert (root[0].get("skipped"), root[0].get("errors"), root[0].get("failures")) == ("1", "1", "0")

    def test_a_file_of_this_folder(self, tmp_path: Path) -> None:
        assert junit(tmp_path, replace(PASSED, file=Path("talk.yaml")))[0].get("name") == "."

    def test_nothing_ran(self, tmp_path: Path) -> None:
        assert list(junit(tmp_path)) == []

    @pytest.mark.parametrize("said", ['<b> & "co"', "नमस्ते 👍", "a\ttab\nand a line"])
    def test_what_was_said_survives(self, said: str, tmp_path: Path) -> None:
        found = junit(tmp_path, replace(FAILED, failures=(replace(REPLY, got=said),))).find(".//failure")
        assert found is not None
        assert f"got {said}" in (found.text or "")

    @pytest.mark.parametrize("said", ["\x00", "a\x0bb", "\x1b[31m", "\ufffe"])
    def test_characters_that_xml_forbids_do_not_spoil_the_report(self, said: str, tmp_path: Path) -> None:
        report = junit(tmp_path, replace(FAILED, failures=(replace(REPLY, got=said),)))
        assert report.find(".//failure") is not None
