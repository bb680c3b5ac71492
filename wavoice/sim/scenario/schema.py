"""The JSON Schema of scenario files, for editors: `python -m wavoice.sim.scenario.schema` writes it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from wavoice.sim.scenario.format import ACTIONS, VERSION, Scenario
from wavoice.sim.scenario.values import PATTERNS, as_text

_HOLE = r"\$\{[^}]*\}"
_FROM_MATRIX = {"type": "string", "pattern": _HOLE}
FILE = f"scenario-{VERSION}.json"


def schema() -> dict[str, Any]:
    """The schema; what no schema can say (names of steps, worlds, policies) the loader checks."""
    found = Scenario.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "wavoice scenario"
    for table in (found, *found["$defs"].values()):
        _allow_holes(table)
    acts = [{"required": [action]} for action in ACTIONS]
    # A step whose action comes from the matrix shows none of them, but a key that is a hole.
    from_matrix = {"not": {"anyOf": [*acts, {"propertyNames": {"not": {"pattern": _HOLE}}}]}}
    found["$defs"]["Step"]["oneOf"] = [*acts, from_matrix]
    return found


def _allow_holes(table: dict[str, Any]) -> None:
    """Any value and any key may come from the matrix; defaults are written as a file writes them."""
    if "properties" not in table:
        return
    for name, spec in table["properties"].items():
        outer = {key: spec.pop(key) for key in ("description", "default", "title") if key in spec}
        if spec.get("pattern") in PATTERNS and isinstance(outer.get("default"), int):
            outer["default"] = as_text(outer["default"])
        _allow_holes_in_values(spec)
        table["properties"][name] = {**outer, "anyOf": [spec, _FROM_MATRIX]}
    table["patternProperties"] = {_HOLE: {}}


def _allow_holes_in_values(spec: dict[str, Any]) -> None:
    for one in (spec, *spec.get("anyOf", ())):
        if isinstance(one.get("additionalProperties"), dict):
            one["additionalProperties"] = {"anyOf": [one["additionalProperties"], _FROM_MATRIX]}


def schema_text() -> str:
    """What stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema_file() -> Path:
    """Where it stands, inside the package."""
    return Path(str(files("wavoice") / "schema" / FILE))


if __name__ == "__main__":
    schema_file().parent.mkdir(exist_ok=True)
    schema_file().write_text(schema_text(), encoding="utf-8")
