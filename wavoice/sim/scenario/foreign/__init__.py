"""Tests written for other tools, read as scenarios: what has the same meaning here is carried over.

What has not is refused by line and never dropped, and a scenario that lost something says so at the
place. Facts of the formats: `pipecat.evals.script` of pipecat-ai/pipecat, `e2e_test_schema.yml` and
`assertions.py` of RasaHQ/rasa, https://rasa.com/docs/reference/testing/e2e/test-cases and `/assertions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario.foreign.actions import Actions
from wavoice.sim.scenario.foreign.drafts import Draft, Imported, Refusal
from wavoice.sim.scenario.foreign.pipecat import from_pipecat
from wavoice.sim.scenario.foreign.rasa import from_rasa
from wavoice.sim.scenario.foreign.source import read_source

__all__ = ["Draft", "Imported", "Refusal", "read_foreign"]

_KNOWN = (
    "is of no format that is known here: Pipecat's evals have `turns` or `scenarios` at the top, "
    "Rasa's end-to-end tests `test_cases`"
)


def read_foreign(file: Path, actions: Mapping[str, str] | None = None) -> Imported:
    """Read a file of Pipecat's evals or of Rasa's end-to-end tests.

    `actions` maps their names to ours: a function, custom action or flow to the business action that it
    is (`{"move_order": "reschedule_delivery"}`), and `function.argument` to the argument's name here
    (`{"move_order.new_day": "day"}`; default: the same name).

    Every draft loads with `load_cases(Path(draft.name + ".yaml"), draft.text)`; names differ within the
    file. Refusals come in the order of their lines. Raises `ScenarioError` with file and lines for a file
    that is of no known format or breaks the rules of its own.
    """
    source = read_source(file)
    top = source.top
    if top.has("test_cases"):
        return from_rasa(source, Actions(actions or {}))
    if any(top.has(key) for key in ("turns", "scenarios", "persona")):
        return from_pipecat(source, Actions(actions or {}))
    raise ScenarioError(file, [(1, _KNOWN)])
