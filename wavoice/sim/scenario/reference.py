"""The keys of the format as Markdown, from the classes that read them: docs/scenarios.md holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wavoice.sim.scenario.schema import schema

_TABLES = (
    ("Scenario", "The file"),
    ("Given", "`given`"),
    ("OrderSpec", "`given.world.orders.NUMBER`"),
    ("CustomerSpec", "`given.world.customers.NAME`"),
    ("ConsentSpec", "`given.consent`"),
    ("FaultSpec", "`given.faults[]`"),
    ("ChaosSpec", "`given.chaos`"),
    ("Step", "`steps[]`"),
    ("HeardSpec", "`steps[].heard`"),
    ("OfferSpec", "`steps[].offer`"),
    ("Expect", "`steps[].expect`"),
    ("ReplyExpect", "`reply` and `notice`"),
    ("PartExpect", "`reply.parts[]`"),
    ("ProposalExpect", "`proposal`"),
    ("ConsentExpect", "`consents[]`"),
    ("Then", "`then`"),
    ("LogExpect", "`then.log[]`"),
    ("Sweep", "`sweep`"),
)


def reference() -> Iterator[str]:
    """Lines of Markdown: a table for every table of the format."""
    whole = schema()
    for name, title in _TABLES:
        table = whole if name == "Scenario" else whole["$defs"][name]
        yield f"### {title}"
        yield ""
        yield "| key | default | meaning |"
        yield "|---|---|---|"
        required = table.get("required", [])
        for key, spec in table["properties"].items():
            default = "required" if key in required else _default(spec)
            meaning = " ".join(spec.get("description", "").split()).replace("|", "\\|")
            yield f"| `{key}` | {default} | {meaning} |"
        yield ""


def _default(spec: Mapping[str, Any]) -> str:
    value = spec.get("default")
    return "" if value in (None, {}, [], False) or isinstance(value, dict) else f"`{value}`"
