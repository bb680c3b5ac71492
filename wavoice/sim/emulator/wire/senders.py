"""What kind of webhook it is, and who is named as a sender, in one that anybody wrote: read leniently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sender:
    """The head of an inbound message."""

    wamid: str
    kind: str
    phone: str | None
    bsuid: str | None


def field_of(payload: Mapping[str, Any]) -> str:
    """Return the field of the first change; empty if there is none."""
    fields = (
        _text(change, "field") for entry in nodes(payload, "entry") for change in nodes(entry, "changes")
    )
    return next(fields, None) or ""


def status_of(payload: Mapping[str, Any]) -> str:
    """Return the message that the first status is about; empty if there is none."""
    statuses = (_text(node, "id") for node in _items(payload, "statuses"))
    return next(statuses, None) or ""


def senders(payload: Mapping[str, Any]) -> Iterator[Sender]:
    """Yield the senders of all messages; what is no message of the documented kind has none."""
    for node in _items(payload, "messages"):
        wamid, kind = node.get("id"), node.get("type")
        if isinstance(wamid, str) and isinstance(kind, str):
            yield Sender(wamid, kind, _text(node, "from"), _text(node, "from_user_id"))


def _items(payload: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    for entry in nodes(payload, "entry"):
        for change in nodes(entry, "changes"):
            value = change.get("value")
            yield from nodes(value, key) if isinstance(value, Mapping) else ()


def nodes(node: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list; what is there may be of any shape."""
    items = node.get(key)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield item


def _text(node: Mapping[str, Any], key: str) -> str | None:
    value = node.get(key)
    return value if isinstance(value, str) else None
