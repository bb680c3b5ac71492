"""Several webhooks in one POST, in every shape that Meta announces: entries, changes, lists.

Source: Cloud API, "Create a webhook endpoint": a payload may hold up to 1,000 updates; payloads are at
most 3 MB (webhooks overview).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from wavoice.sim.emulator.wire import encode

MOST_UPDATES = 1_000
MOST_BYTES = 3 * 1024 * 1024
_LISTS = ("messages", "statuses", "message_echoes", "user_preferences")
_SHARED = frozenset({"messaging_product", "metadata", "contacts"})
_Level = Literal["entry", "change", "value"]
_LEVELS: tuple[_Level, ...] = ("entry", "change", "value")


def merge(bodies: Sequence[bytes], most: int, seed: str) -> Iterator[tuple[bytes, int]]:
    """Yield bodies that hold all updates in order, up to `most` each, and how many each holds.

    What is no webhook of WhatsApp, such as an injected body, comes as it is and alone. At which level one
    joins those before it is drawn from `seed`: as an entry, as a change of the last entry, or in the lists
    of the last value, as far as what they share allows.
    """
    chance = random.Random(seed)  # noqa: S311 -- nothing secret
    whole: dict[str, Any] = {}
    count = size = 0
    for body in bodies:
        payload = json.loads(body)
        odd = not _mergeable(payload)
        if whole and (odd or count >= most or size + len(body) > MOST_BYTES):
            yield encode(whole), count
            whole, count, size = {}, 0, 0
        if odd:
            yield body, 1
        elif whole:
            _join(whole, payload, chance.choice(_LEVELS))
        else:
            whole = payload
        if not odd:
            count, size = count + 1, size + len(body)
    if whole:
        yield encode(whole), count


def _mergeable(payload: object) -> bool:
    """True for entries with ids and changes, each with a field and a value whose lists are lists."""
    match payload:
        case {"entry": [_, *_] as entries}:
            return all(
                isinstance(entry, dict)
                and "id" in entry
                and isinstance(entry.get("changes"), list)
                and bool(entry["changes"])
                and all(map(_is_change, entry["changes"]))
                for entry in entries
            )
    return False


def _is_change(change: object) -> bool:
    match change:
        case {"field": _, "value": dict() as value}:
            return all(isinstance(value.get(name, []), list) for name in (*_LISTS, "contacts"))
    return False


def _join(whole: dict[str, Any], payload: dict[str, Any], level: _Level) -> None:
    for entry in payload["entry"]:
        last = whole["entry"][-1]
        if level == "entry" or (last["id"], last.get("time")) != (entry["id"], entry.get("time")):
            whole["entry"].append(entry)
            continue
        for change in entry["changes"]:
            if level == "change" or not _joined(last["changes"][-1], change):
                last["changes"].append(change)


def _joined(last: dict[str, Any], change: dict[str, Any]) -> bool:
    """True if the lists of `change` now stand in those of `last`."""
    into, value = last["value"], change["value"]
    lists = [name for name in _LISTS if name in value]
    alike = (
        last["field"] == change["field"]
        and into.get("metadata") == value.get("metadata")
        and len(lists) == 1
        and lists[0] in into
        and {*into, *value} <= _SHARED | {*lists}
    )
    if not alike:
        return False
    into[lists[0]] += value[lists[0]]
    known = into.get("contacts", [])
    if contacts := known + [one for one in value.get("contacts", []) if one not in known]:
        into["contacts"] = contacts
    return True
