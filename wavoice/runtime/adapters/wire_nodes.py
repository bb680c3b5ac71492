"""Values of a webhook's JSON, read leniently: what is absent, empty or of another kind is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from wavoice.runtime.model import SECOND, Micros

Node = Mapping[str, Any]
_LATEST_SECOND = 1 << 33
"""Year 2242: a larger timestamp is damage, and would not fit a database integer as microseconds."""


class MalformedError(ValueError):
    """One message or status lacks what every such item has; says which key, never a value."""


def moment(node: Node) -> Micros:
    """The second in which it was sent. Raises `MalformedError` unless it is one."""
    seconds = required(node, "timestamp")
    if not (seconds.isdecimal() and len(seconds) <= 12 and int(seconds) < _LATEST_SECOND):
        raise MalformedError("`timestamp` is no Unix time in seconds")
    return int(seconds) * SECOND


def child(node: Node, key: str) -> Node:
    """The object under that key, or an empty one."""
    value = node.get(key)
    return value if isinstance(value, dict) else {}


def children(node: Node, key: str) -> list[Node]:
    """The objects of the list under that key; what is no object counts as an empty one."""
    value = node.get(key)
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def required(node: Node, key: str) -> str:
    """The value as text. Raises `MalformedError` without one."""
    value = string(node, key)
    if value is None:
        raise MalformedError(f"no `{key}`")
    return value


def string(node: Node, key: str) -> str | None:
    """The value as text; empty counts as absent, as drafts of the identity pages send it."""
    value = node.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    # JSON may hold half a surrogate pair (a name cut inside an emoji), which no database stores.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_NAME = re.compile(r"(?!.*\d{7})[A-Za-z0-9_.-]{1,64}")  # a phone number is no name


_DEEPEST = 6
_MOST_KEYS = 40
_LONGEST_OUTLINE = 2000
"""Characters: enough to see what is new in a webhook, too few to fill a table with."""
_KINDS: Mapping[type, str] = {bool: "bool", int: "number", float: "number", str: "text", type(None): "null"}


def outline(value: object) -> str:
    """What a value is made of, as JSON of at most 2,000 characters: keys and kinds, never what they hold."""
    return json.dumps(_outline(value, _DEEPEST), separators=(",", ":"))[:_LONGEST_OUTLINE]


def _outline(value: object, depth: int) -> object:
    if isinstance(value, dict):
        some = islice(value.items(), _MOST_KEYS) if depth else ()
        return {name(key): _outline(item, depth - 1) for key, item in some}
    if isinstance(value, list):
        return [_outline(item, depth - 1) for item in value[:1]] if depth else []
    return _KINDS.get(type(value), "text")


def name(value: object) -> str:
    """A field, key, type or event as it may be logged and counted; `(odd)` for what is no plain name."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "(odd)"
