"""What a scenario takes from elsewhere: its matrix, the shop of a file beside it, the folder it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.scenario.scripts import load, text
from tests.sim.scenario.test_load import SAY, problems
from wavoice.runtime.errors import ScenarioError, UserInputError
from wavoice.sim.scenario.load import find_files, is_scenario, load_cases


class TestMatrix:
    def test_is_one_case_for_every_combination(self) -> None:
        cases = load(
            "- note: ${say} to ${day}\n  heard: {logprob: '${sure}'}",
            rest="matrix: {say: [yes, no], day: [Friday, Sunday], sure: [-0.3]}",
        )
        assert [case.scenario.steps[0].note for case in cases] == [
            "yes to Friday", "yes to Sunday", "no to Friday", "no to Sunday",
        ]  # fmt: skip
        assert {case.scenario.steps[0].heard.logprob for case in cases if case.scenario.steps[0].heard} == {
            -0.3
        }
        assert cases[1].name == "talk[yes,Sunday,-0.3]"
        assert cases[1].values == {"say": "yes", "day": "Sunday", "sure": "-0.3"}

    def test_fills_keys_and_every_depth(self) -> None:
        (case,) = load(
            SAY,
            "world: {orders: {'${order}': {day: '${day}'}}}",
            "then: {writes: [{order: '${order}'}]}",
            "matrix: {order: ['77'], day: [Friday]}",
        )
        assert case.world is not None
        assert case.world.orders["77"].day == "Friday"
        assert case.scenario.then.writes == ({"order": "77"},)

    def test_is_none_if_nothing_is_said(self) -> None:
        (case,) = load(SAY)
        assert (case.name, case.values) == ("talk", {})

    def test_lacks_a_name(self) -> None:
        whole = text("- text: hello\n- text: move to ${daay}", rest="matrix: {day: [Friday], say: [yes]}")
        assert problems(whole) == ((10, "${daay} is no name of the matrix (day, say)"),)

    def test_is_not_there_at_all(self) -> None:
        assert problems(text("- text: ${day}")) == ((9, "${day} is no name of the matrix (there is none)"),)

    def test_of_wrong_values_names_the_line_of_what_they_fill(self) -> None:
        whole = text("- text: hello\n- wait: ${long}", rest="matrix: {long: [5s, 5]}")
        assert problems(whole)[0][0] == 10

    @pytest.mark.parametrize("matrix", ["{day: }", "[a]", "{day: [[a]]}", "{day: Friday}"])
    def test_is_lists_of_texts(self, matrix: str) -> None:
        assert {line for line, _ in problems(text(SAY, rest=f"matrix: {matrix}"))} == {11}

    def test_of_no_values_is_an_error(self) -> None:
        assert {line for line, _ in problems(text(SAY, rest="matrix: {day: []}"))} == {11}

    def test_value_is_not_filled_again(self) -> None:
        (case,) = load("- text: ${a}", rest="matrix: {a: ['${b}'], b: [x]}")
        assert case.scenario.steps[0].text == "${b}"


class TestWorlds:
    def test_are_found_beside_the_scenario_and_above_it(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, "orders: {'7': {day: Friday, items: Rice}}")
        (case,) = load_cases(file)
        assert case.world is not None
        assert case.world.orders["7"].items == ("Rice",)

    def test_with_a_misspelt_key_are_named_themselves(self, tmp_path: Path) -> None:
        file = self.write(tmp_path, "orders:\n  '7': {}\ncustmers: {}")
        with pytest.raises(ScenarioError) as caught:
            load_cases(file)
        assert caught.value.file == tmp_path / "worlds" / "corner.yaml"
        assert caught.value.problems == ((3, "custmers is not a key here; the nearest is customers"),)

    def test_that_are_no_table_are_named_themselves(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError) as caught:
            load_cases(self.write(tmp_path, "- a"))
        assert caught.value.file == tmp_path / "worlds" / "corner.yaml"

    def test_that_are_missing_are_named(self) -> None:
        (found,) = problems_without_line(text(SAY, "world: nowhere"))
        assert found == "wants the world 'nowhere', and no folder above it has worlds/nowhere.yaml"

    def test_that_are_missing_are_named_with_the_line(self) -> None:
        assert problems(text(SAY, "world: nowhere"))[0][0] == 7

    def write(self, folder: Path, world: str) -> Path:
        (folder / "worlds").mkdir()
        (folder / "worlds" / "corner.yaml").write_text(world, encoding="utf-8")
        file = folder / "topic" / "talk.yaml"
        file.parent.mkdir()
        file.write_text(text(SAY, "world: corner"), encoding="utf-8")
        return file


def problems_without_line(whole: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_cases(Path("talk.yaml"), whole)
    return [said for _, said in caught.value.problems]


class TestFolders:
    def test_are_searched_for_scenarios_and_nothing_else(self, tmp_path: Path) -> None:
        for name, content in {
            "b/two.yml": text(SAY),
            "a/one.yaml": "# first\nscenario : one",
            "a/broken.yaml": "scenario: broken\n  x: [",
            "a/latin.yaml": "scenario: caf\xe9",
            "a/other.yaml": "jobs: {scenario: no}",
            "a/note.txt": "scenario: no",
            "worlds/shop.yaml": "scenario: no",
        }.items():
            file = tmp_path / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(content, encoding="latin-1")
        found = [file.relative_to(tmp_path).as_posix() for file in find_files([tmp_path])]
        assert found == ["a/broken.yaml", "a/latin.yaml", "a/one.yaml", "b/two.yml"]
        one = tmp_path / "a" / "one.yaml"
        assert find_files([one, tmp_path / "a", one]) == [
            one,
            one.with_name("broken.yaml"),
            one.with_name("latin.yaml"),
        ]
        assert not is_scenario(tmp_path / "a")

    def test_without_scenarios_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UserInputError, match="holds no scenarios"):
            find_files([tmp_path])

    def test_that_are_not_there_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UserInputError, match="There is no file or folder"):
            find_files([tmp_path / "none"])

    def test_a_file_that_is_named_is_taken_whatever_it_holds(self, tmp_path: Path) -> None:
        file = tmp_path / "x.txt"
        file.write_text("no scenario", encoding="utf-8")
        assert find_files([file]) == [file]
