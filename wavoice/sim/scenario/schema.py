"""The JSON Schema of scenario files, for editors: `python -m wavoice.sim.scenario.schema` writes it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from wavoice.sim.scenario.format import ACTIONS, VERSION, Scenario

_HOLE = r"\$\{[^}]*\}"
FILE = f"scenario-{VERSION}.json"


def schema() -> dict[str, Any]:
    """The schema; what no schema can say (names of steps, worlds, policies) the loader checks."""
    found = Scenario.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "wavoice scenario"
    for table in (found, *found["$defs"].values()):
        _allow_holes(table)
    acts = [{"required": [action]} for action in ACTIONS]
    # A step whose action comes from the matrix shows none of them.
    found["$defs"]["Step"]["oneOf"] = [*acts, {"not": {"anyOf": acts}, "minProperties": 1}]
    return found


def _allow_holes(table: dict[str, Any]) -> None:
    """Any value and any key may come from the matrix."""
    if "properties" not in table:
        return
    for name, spec in table["properties"].items():
        outer = {key: spec.pop(key) for key in ("description", "default", "title") if key in spec}
        table["properties"][name] = {**outer, "anyOf": [spec, {"type": "string", "pattern": _HOLE}]}
    table["patternProperties"] = {_HOLE: {}}


def schema_text() -> str:
    """What stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema_file() -> Path:
    """Where it stands, inside the package."""
    return Path(str(files("wavoice") / "schema" / FILE))


if __name__ == "__main__":
    schema_file().parent.mkdir(exist_ok=True)
    schema_file().write_text(schema_text(), encoding="utf-8")
