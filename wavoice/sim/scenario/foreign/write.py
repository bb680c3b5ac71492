"""YAML that our loader reads as exactly the values that were meant, with remarks in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 110
DOLLAR = "dollar"
"""Name in the matrix that stands for a dollar sign, where `${` is said and not meant as a hole."""

_SAFE = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_ .'/-]*[A-Za-z0-9_.'/-])?")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that some YAML reader takes for something else."""
_JOINERS = "\u200c\u200d"
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


class Plain(str):
    """A text that is written as it is: a number, a moment or a duration."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A line of its own that only people read."""

    text: str


@dataclass(frozen=True, slots=True)
class Remarked:
    """A text or list of texts with a remark behind it."""

    value: Value
    remark: str


Value: TypeAlias = str | Note | Remarked | Sequence["Value"] | Mapping[str, "Value"]


def to_yaml(table: Mapping[str, Value]) -> str:
    """The YAML text of a table. A `Note` is a comment, whatever its key."""
    return "\n".join(_table(table, "")) + "\n"


def without_holes(value: Value) -> tuple[Value, bool]:
    """The same value with `${` written by way of the matrix, and whether there was any."""
    if isinstance(value, str):
        return (value, False) if "${" not in value else (value.replace("${", f"${{{DOLLAR}}}{{"), True)
    if isinstance(value, Remarked):
        inner, found = without_holes(value.value)
        return Remarked(inner, value.remark), found
    if isinstance(value, Mapping):
        keys = [without_holes(key) for key in value]
        values = [without_holes(one) for one in value.values()]
        pairs = zip(keys, values, strict=True)
        return {str(key): one for (key, _), (one, _) in pairs}, any(found for _, found in [*keys, *values])
    if isinstance(value, Sequence):
        items = [without_holes(one) for one in value]
        return [one for one, _ in items], any(found for _, found in items)
    return value, False


def one_line(text: str, most: int = 160) -> str:
    """Any text as one readable line."""
    line = "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
    return line if len(line) <= most else line[: most - 1] + "…"


def scalar(text: str) -> str:
    """One text: as it is where every reader agrees on it, else in double quotes."""
    if isinstance(text, Plain):
        return str(text)
    if _SAFE.fullmatch(text) and text.casefold() not in _TAKEN:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char.isprintable() or char in _JOINERS:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _table(table: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, Note):
            yield f"{indent}# {one_line(value.text, 400)}"
            continue
        head = f"{indent}{scalar(key)}:"
        short = _inline(value)
        if short is not None and len(head) + len(short) < WIDTH:
            yield f"{head} {short}"
        else:
            yield from _below(head, value, indent)


def _below(head: str, value: Value, indent: str) -> Iterator[str]:
    if isinstance(value, Remarked):
        yield f"{head} # {one_line(value.remark)}"
        value = value.value
    elif isinstance(value, str):
        yield f"{head} {scalar(value)}"
        return
    else:
        yield head
    if isinstance(value, Mapping):
        yield from _table(value, indent + "  ")
    elif isinstance(value, Sequence):
        yield from _items(value, indent + "  ")


def _items(items: Sequence[Value], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Note):
            yield f"{indent}# {one_line(item.text, 400)}"
        elif isinstance(item, Mapping) and item:
            first, *rest = _table(item, indent + "  ")
            yield f"{indent}- {first.strip()}"
            yield from rest
        else:
            yield f"{indent}- {_inline(item)}"


def _inline(value: Value) -> str | None:
    """The value on one line, if it can be."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Remarked):
        inner = _inline(value.value)
        return None if inner is None else f"{inner} # {one_line(value.remark)}"
    if isinstance(value, Mapping):
        return None if value else "{}"
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return (
            "["
            + ", ".join(scalar(str(item)) if not isinstance(item, Plain) else item for item in value)
            + "]"
        )
    return None
