"""The JSON Schema of scenario files, for editors: `python -m wavoice.sim.scenario.schema` writes it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from wavoice.sim.scenario.format import ACTIONS, VERSION, Scenario

FILE = f"scenario-{VERSION}.json"


def schema() -> dict[str, Any]:
    """The schema; what no schema can say (names of steps, worlds, policies) the loader checks."""
    found = Scenario.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "wavoice scenario"
    found["$defs"]["Step"]["oneOf"] = [{"required": [action]} for action in ACTIONS]
    return found


def schema_text() -> str:
    """What stands in the file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def schema_file() -> Path:
    """Where it stands, inside the package."""
    return Path(str(files("wavoice") / "schema" / FILE))


if __name__ == "__main__":
    schema_file().parent.mkdir(exist_ok=True)
    schema_file().write_text(schema_text(), encoding="utf-8")
