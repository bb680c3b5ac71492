"""Files to scenarios: read, filled in, checked; every error says file and line."""

from __future__ import annotations

import difflib
import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from wavoice.runtime.errors import ScenarioError, UserInputError
from wavoice.sim.scenario.detect import SUFFIXES, WORLDS, is_scenario
from wavoice.sim.scenario.format import VERSION, Scenario
from wavoice.sim.scenario.given import WorldSpec
from wavoice.sim.scenario.names import wrong_names
from wavoice.sim.scenario.strict import Strict, valid_keys
from wavoice.sim.scenario.yaml_lines import Document, Place, parse_yaml, read_yaml

__all__ = ["SUFFIXES", "WORLDS", "Case", "find_files", "is_scenario", "load_cases", "read_world"]

MOST_POINTS = 5_000
"""Most combinations of a matrix."""

_HOLE = re.compile(r"\$\{([^}]*)\}")
Model = TypeVar("Model", bound=Strict)


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario to run: a file, or one point of its matrix."""

    scenario: Scenario
    world: WorldSpec | None
    """The shop, read from its file if it has one; None: the sample shop."""
    source: Document
    values: Mapping[str, str] = field(default_factory=dict)
    """What `${name}` stands for at this point."""

    @property
    def name(self) -> str:
        """The scenario's name, and its point in brackets."""
        point = ",".join(self.values.values())
        return f"{self.scenario.scenario}[{point}]" if point else self.scenario.scenario

    def line(self, *place: str | int) -> int:
        """Line of the file on which something stands."""
        return self.source.line(place)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Scenario files behind files and folders, sorted; files of a folder that are none are passed over.

    Raises `UserInputError` for a path that is not there, or a folder without scenarios.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            files = [file for file in sorted(path.rglob("*")) if is_scenario(file)]
            if not files:
                raise UserInputError(f"{path} holds no scenarios.", remedy="Name a folder of .yaml files.")
            found.update(dict.fromkeys(files))
        elif path.is_file():
            found[path] = None
        else:
            raise UserInputError(f"There is no file or folder {path}.", remedy="Check the path.")
    return list(found)


def load_cases(file: Path, text: str | None = None) -> list[Case]:
    """Read one file: one case, or one for each point of its matrix.

    Raises `ScenarioError` with every problem of the file, each with its line.
    """
    document = read_yaml(file) if text is None else parse_yaml(text, file)
    data = document.data
    if not isinstance(data, dict):
        raise ScenarioError(file, [(1, "holds no scenario: its top is not a table of keys")])
    _check_version(document)
    matrix = data.get("matrix")
    points = _points(matrix, document) if isinstance(matrix, dict) else [{}]
    cases = [_case(document, point) for point in points]
    if file.stem != cases[0].scenario.scenario:
        line = document.line(("scenario",))
        raise ScenarioError(file, [(line, f"is named {data['scenario']!r}, and the file {file.stem!r}")])
    return cases


def read_world(name: str, scenario: Document) -> WorldSpec:
    """Read `worlds/NAME.yaml` beside the scenario or in a folder above it. Raises `ScenarioError`."""
    for folder in scenario.file.resolve().parents:
        file = folder / WORLDS / f"{name}.yaml"
        if file.is_file():
            document = read_yaml(file)
            return _validate(WorldSpec, document.data, document)
    problem = f"wants the world {name!r}, and no folder above it has {WORLDS}/{name}.yaml"
    raise ScenarioError(scenario.file, [(scenario.line(("given", "world")), problem)])


def _check_version(document: Document) -> None:
    version = document.data.get("version")
    if isinstance(version, str) and version.isdecimal() and (len(version) > 9 or int(version) > VERSION):
        line = document.line(("version",))
        raise ScenarioError(
            document.file,
            [(line, f"has version {version[:12]}; this wavoice reads version {VERSION}")],
            remedy="Upgrade wavoice-bot.",
        )


def _points(matrix: Mapping[str, Any], document: Document) -> list[dict[str, str]]:
    """Every combination. Raises `ScenarioError` for a name without values, and for too many."""
    columns = {name: values if isinstance(values, list) else [values] for name, values in matrix.items()}
    for name, values in columns.items():
        if not values:
            raise ScenarioError(
                document.file, [(document.line(("matrix", name)), f"matrix.{name} has no values")]
            )
    if math.prod(len(values) for values in columns.values()) > MOST_POINTS:
        problem = f"the matrix has more than {MOST_POINTS} combinations"
        raise ScenarioError(document.file, [(document.line(("matrix",)), problem)])
    combinations = itertools.product(*columns.values())
    return [{name: str(value) for name, value in zip(columns, one, strict=True)} for one in combinations]


def _case(document: Document, values: Mapping[str, str]) -> Case:
    data = {
        key: value if key == "matrix" else _filled(value, values, document, (key,))
        for key, value in document.data.items()
    }
    scenario = _validate(Scenario, data, document)
    world = scenario.given.world
    shop = read_world(world, document) if isinstance(world, str) else world
    if problems := wrong_names(scenario):
        raise ScenarioError(document.file, [(document.line(place), said) for place, said in problems])
    return Case(scenario, shop, document, values)


def _filled(value: Any, values: Mapping[str, str], document: Document, place: Place) -> Any:
    """The same value with `${name}` replaced; a name that the matrix lacks is an error."""
    if isinstance(value, dict):
        return {
            _filled(key, values, document, (*place, key)): _filled(item, values, document, (*place, key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_filled(item, values, document, (*place, index)) for index, item in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    for name in _HOLE.findall(value):
        if name not in values:
            problem = f"${{{name}}} is no name of the matrix ({', '.join(values) or 'there is none'})"
            raise ScenarioError(document.file, [(document.line(place), problem)])
    return _HOLE.sub(lambda found: values[found[1]], value)


def _validate(model: type[Model], data: Any, document: Document) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_problem(one, model, document) for one in error.errors(include_url=False)]
        raise ScenarioError(document.file, list(dict.fromkeys(problems))) from None


def _problem(error: ErrorDetails, model: type[Strict], document: Document) -> tuple[int, str]:
    place = _place(error["loc"], document.data)
    if error["type"] == "extra_forbidden":
        key = str(error["loc"][-1])
        near = difflib.get_close_matches(key, sorted(valid_keys(model, error["loc"])), n=1, cutoff=0)[0]
        return document.line(place), f"{key} is not a key here; the nearest is {near}"
    if "key" in error.get("ctx", {}):
        place = (*place, error["ctx"]["key"])
    path = _dotted(place)
    if error["type"] == "missing":
        return document.line(place), f"{path + ' ' if path else ''}lacks the key {error['loc'][-1]}"
    said = error["msg"].replace("Input should", "should", 1)
    return document.line(place), f"{path}: {said}" if path else said


def _place(loc: Sequence[str | int], data: Any) -> Place:
    """Where it stands in the file: names that only the checker knows (kinds of a union) are left out."""
    place: list[str | int] = []
    for part in loc:
        within = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if within or (isinstance(data, dict) and part in data):
            data = data[part]
            place.append(part)
    return tuple(place)


def _dotted(place: Place) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
