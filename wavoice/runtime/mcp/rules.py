"""Which tier a tool has, and by what its definition is known. Pure.

`ToolAnnotations` are a server's own word, and contradict each other between vendors: they may raise a tier
and never lower one, but for reading, and that only where the owner trusts the server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from wavoice.runtime.model import Tier
from wavoice.runtime.settings_mcp import McpTool

NO_HASH = ""
"""Of a definition that cannot be written canonically: it equals no pin, so such a tool is never called."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a server says of its tool; None: nothing."""

    read_only: bool | None = None
    destructive: bool | None = None


@dataclass(frozen=True, slots=True)
class ToolSeen:
    """One tool as its server lists it now."""

    hash: str
    hints: Hints
    input_schema: Mapping[str, Any]


def pinned_hints(listed: McpTool) -> Hints:
    """What its server said of it when it was pinned."""
    return Hints(listed.hints.read_only, listed.hints.destructive)


def floor(hints: Hints, *, trusted: bool) -> Tier:
    """The lowest tier that a tool may have, whatever is configured."""
    if hints.destructive is True:
        return Tier.R3
    return Tier.R0 if hints.read_only is True and trusted else Tier.R2


def tier_of(configured: str, hints: Hints, *, trusted: bool) -> Tier:
    """The higher of what the owner says and of what the server's word allows."""
    return max(Tier(configured), floor(hints, trusted=trusted), key=str)


def definition_hash(
    name: str, input_schema: object, annotations: object, output_schema: object = None
) -> str:
    """`sha256:` over the canonical JSON (RFC 8785) of all that binds a tool; `NO_HASH` if there is none.

    Name, input schema and annotations; and the output schema where there is one, since values are read from
    what it describes. Descriptions are for models, and no model reads them here.
    """
    defined = {"name": name, "inputSchema": input_schema, "annotations": annotations}
    if output_schema is not None:
        defined["outputSchema"] = output_schema
    try:
        return "sha256:" + hashlib.sha256(rfc8785.dumps(defined)).hexdigest()  # type: ignore[arg-type]
    except (rfc8785.CanonicalizationError, RecursionError, ValueError):
        return NO_HASH
