"""Frozen values to JSON text and back, every field exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from wavoice.runtime.errors import StoreError
from wavoice.runtime.mcp.calls import ToolQuestion
from wavoice.runtime.model import Conversation, Inbound, OutboxGroup, Packet, Proposal

VERSION = 1
"""Of the JSON in a row; raise it with a migration when a stored type loses or renames a field."""

T = TypeVar("T")

# Built at import: the first turn must not pay the milliseconds that a schema takes.
_ADAPTERS: Mapping[type[Any], TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (Conversation, Inbound, OutboxGroup, Packet, Proposal, ToolQuestion)
}


def dump(value: Conversation | Inbound | OutboxGroup | Packet | Proposal | ToolQuestion) -> str:
    """Return the value as JSON. Raises `StoreError` for text that is not valid Unicode."""
    # Errors are not chained here and below: they would quote the customer's words.
    try:
        # A frozen value may hold any Mapping; pydantic knows only dict, hence fallback and no warning.
        return _ADAPTERS[type(value)].dump_json(value, fallback=dict, warnings=False).decode()
    except PydanticSerializationError:
        raise StoreError(
            f"A {type(value).__name__} holds text that cannot be stored.",
            remedy="Replace lone surrogates before the text enters the runtime.",
        ) from None


def load(kind: type[T], text: str, version: int) -> T:
    """Return the value of a row. Raises `StoreError` if a newer program wrote it or it is damaged."""
    if version > VERSION:
        raise StoreError(
            f"A stored {kind.__name__} has version {version}; this program reads up to {VERSION}.",
            remedy="Upgrade wavoice.",
        )
    try:
        return _ADAPTERS[kind].validate_json(text)  # type: ignore[no-any-return]
    except ValidationError:
        raise StoreError(f"A stored {kind.__name__} is damaged.", remedy="Restore a backup.") from None


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def dump_json(value: Mapping[str, object]) -> str:
    """Return plain JSON values as text with sorted keys: equal mappings give equal text."""
    return _encode(dict(value))
