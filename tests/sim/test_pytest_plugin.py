"""The pytest plugin: scenario files are tests, and whoever has none notices nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim import pytest_inside
from tests.sim.pytest_inside import python
from tests.sim.scenario import scripts
from tests.test_house import HEAVY, imported_by
from wavoice import pytest_plugin

MOVED = scripts.text(scripts.MOVE, then=scripts.MOVED)
NOT_MOVED = scripts.text(scripts.MOVE)
"""Expects that nothing is written, and it is."""


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    pytest_inside.prepare(pytester)


def scenario(pytester: pytest.Pytester, name: str, text: str) -> Path:
    file = pytester.path / "scenarios" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text.replace("scenario: talk", f"scenario: {name}"), encoding="utf-8")
    return file


class TestFiles:
    def test_a_scenario_is_a_test_by_its_name(self, pytester: pytest.Pytester) -> None:
        scenario(pytester, "moved", MOVED)
        (pytester.path / "scenarios" / "other.yaml").write_text("services: {web: {}}\n", encoding="utf-8")
        result = pytester.runpytest_inprocess("-v")
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["scenarios/moved.yaml::moved PASSED*"])

    def test_a_table_of_that_name_is_somebody_elses(self, pytester: pytest.Pytester) -> None:
        molecule = "driver: {name: podman}\nscenario:\n  name: default\n  test_sequence: [converge]\n"
        (pytester.path / "molecule.yml").write_text(molecule, encoding="utf-8")
        pytester.runpytest_inprocess().assert_outcomes()

    def test_a_failure_is_told_in_words_with_its_journal(self, pytester: pytest.Pytester) -> None:
        file = scenario(pytester, "not_moved", NOT_MOVED)
        result = pytester.runpytest_inprocess()
        result.assert_outcomes(failed=1)
        line = scripts.line_of(file.read_text(encoding="utf-8"), "writes:")
        result.stdout.fnmatch_lines(
            [
                "*scenario: not_moved*",
                f"scenarios/not_moved.yaml:{line}: writes: 1 written instead of 0; expected none; got *",
                "journal:",
                "*committed*",
                "FAILED scenarios/not_moved.yaml::not_moved*",
            ]
        )
        result.stdout.no_fnmatch_line("*Traceback*")
        result.stdout.no_fnmatch_line("*pytest_plugin.py*")

    def test_pending_is_an_expected_failure(self, pytester: pytest.Pytester) -> None:
        scenario(pytester, "later", NOT_MOVED + "pending: undo is not built yet\n")
        result = pytester.runpytest_inprocess("-rx")
        result.assert_outcomes(xfailed=1)
        result.stdout.fnmatch_lines(["XFAIL *later*pending: undo is not built yet*"])

    def test_pending_that_passes_is_a_failure(self, pytester: pytest.Pytester) -> None:
        scenario(pytester, "later", MOVED + "pending: undo is not built yet\n")
        result = pytester.runpytest_inprocess()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["scenarios/later.yaml*pending*"])

    def test_pending_is_run_like_any_other_if_asked_for(self, pytester: pytest.Pytester) -> None:
        scenario(pytester, "later", NOT_MOVED + "pending: undo is not built yet\n")
        pytester.runpytest_inprocess("--runxfail").assert_outcomes(failed=1)

    def test_a_broken_file_says_file_and_line(self, pytester: pytest.Pytester) -> None:
        file = scenario(pytester, "broken", MOVED.replace("note: yes", "nota: yes"))
        scenario(pytester, "moved", MOVED)
        result = pytester.runpytest_inprocess()
        result.assert_outcomes(errors=1)
        line = scripts.line_of(file.read_text(encoding="utf-8"), "nota:")
        result.stdout.fnmatch_lines(
            [
                "*ERROR collecting scenarios/broken.yaml*",
                f"scenarios/broken.yaml:{line}: nota is not a key here; the nearest is note.",
            ]
        )
        result.stdout.no_fnmatch_line("*Traceback*")

    def test_a_sweep_is_one_test_that_names_its_points(self, pytester: pytest.Pytester) -> None:
        sweep = "sweep: {around: committed, from: 100ms, to: 300ms, step: 100ms}\n"
        steps = f"{scripts.ASKED}\n- note: yes\n- note: no wait\n- wait: 10s"
        scenario(pytester, "swept", scripts.text(steps, rest=sweep))
        result = pytester.runpytest_inprocess()
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(["failing: +100ms, +200ms, +300ms (3 of 3)"])

    def test_a_matrix_is_one_test(self, pytester: pytest.Pytester) -> None:
        steps = scripts.MOVE.replace("note: yes", "note: ${yes}")
        scenario(
            pytester, "many", scripts.text(steps, then=scripts.MOVED, rest="matrix: {yes: [yes, yeah]}\n")
        )
        pytester.runpytest_inprocess().assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("args", "passed"),
        [
            (("-k", "moved"), 1),
            (("-k", "D03"), 1),
            (("-k", "D03 or plain"), 2),
            (("-k", "neither"), 0),
            (("-m", "slow"), 1),
            (("-m", "not slow"), 1),
        ],
    )
    def test_it_is_selected_by_name_tag_and_marker(
        self, pytester: pytest.Pytester, args: tuple[str, ...], passed: int
    ) -> None:
        scenario(pytester, "moved", MOVED + "tags: [D03, slow, unknown-marker]\n")
        scenario(pytester, "plain", MOVED)
        pytester.runpytest_inprocess(*args).assert_outcomes(passed=passed, deselected=2 - passed)

    def test_collection_can_be_switched_off(self, pytester: pytest.Pytester) -> None:
        scenario(pytester, "moved", MOVED)
        pytester.runpytest_inprocess("--no-scenarios").assert_outcomes()
        pytester.runpytest_inprocess("-o", "wavoice_scenarios=false").assert_outcomes()
        pytester.runpytest_inprocess("-p", "no:wavoice").assert_outcomes()
        pytester.runpytest_inprocess("-o", "wavoice_scenarios=true").assert_outcomes(passed=1)


class TestWithoutTheExtra:
    @pytest.fixture(autouse=True)
    def without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(pytest_plugin.NEEDS, "no_such_module", "pyyaml")

    def test_a_file_says_what_to_install(self, pytester: pytest.Pytester) -> None:
        scenario(pytester, "moved", MOVED)
        result = pytester.runpytest_inprocess()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            ['scenarios/moved.yaml: scenarios need pyyaml: pip install "wavoice-bot[[]sim]"']
        )

    def test_so_does_a_fixture(self, pytester: pytest.Pytester) -> None:
        result = python(pytester, "def test_it(phone): pass")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(['scenarios need pyyaml: pip install "wavoice-bot[[]sim]"'])

    def test_others_do_not_notice(self, pytester: pytest.Pytester) -> None:
        python(pytester, "def test_it(): pass").assert_outcomes(passed=1)


def test_the_plugin_is_light() -> None:
    assert imported_by("import wavoice.pytest_plugin") & (HEAVY | {"yaml", "typer"}) == set()


def test_it_is_installed_and_costs_others_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert "wavoice.pytest_plugin" in sys.modules
            assert not {"wavoice.runtime", "pydantic", "numpy", "yaml"} & set(sys.modules)
        """
    )
    command = [sys.executable, "-m", "pytest", "-q"]
    done = subprocess.run(command, cwd=pytester.path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
