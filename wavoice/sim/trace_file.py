"""Recorded journals: JSON lines, one event a line, after a first line that says whose they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import from_json, to_json

T = TypeVar("T")
VERSION = 1
KIND = "trace"
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Trace:
    """A journal and what helps to read it."""

    events: Sequence[Event]
    zone: str = "UTC"
    """The shop's time zone."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Contact ids to names that a reader knows."""


def is_store(file: Path, remedy: str) -> bool:
    """True for a store, which is no journal in lines. Raises `UserInputError` with that remedy."""
    try:
        with file.open("rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise UserInputError(f"{file} cannot be read: {error.strerror}.", remedy=remedy) from error


def write_trace(file: Path, trace: Trace) -> None:
    """Write the file; personal values stand under `pii`, where a redaction finds them."""
    header = {"kind": KIND, "version": VERSION, "zone": trace.zone, "names": dict(trace.names)}
    lines = [header, *(to_json(event) for event in trace.events)]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    file.write_text(text, encoding="utf-8")


def read_trace(file: Path) -> Trace:
    """Read what `write_trace` wrote, or the bare journal of an export.

    Raises `UserInputError` that names file and line.
    """
    return read_with(file, from_json)[0]


def read_with(file: Path, understand: Callable[[Any], T]) -> tuple[Trace, Sequence[T]]:
    """The same with a reader of one's own for the lines; the trace holds the events among them.

    `understand` gets each line as parsed JSON and raises `ValueError`, `KeyError`, `TypeError` or
    `AttributeError` for one that it cannot read. Raises `UserInputError` that names file and line.
    """
    header: Mapping[str, Any] = {}
    found: list[T] = []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            parsed = json.loads(line)
            if number == 1 and isinstance(parsed, dict) and parsed.get("kind") == KIND:
                header = _checked(parsed)
            else:
                found.append(understand(parsed))
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            raise _wrong(file, number, f"has no usable {fields}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            said = (
                str(error)
                if isinstance(error, ValueError) and "version" in str(error)
                else "is no journal event"
            )
            raise _wrong(file, number, said) from None
    if not found:
        raise UserInputError(f"{file} holds no journal events.", remedy="Record one with --journal.")
    events = [one for one in found if isinstance(one, Event)]
    return Trace(events, str(header.get("zone", "UTC")), dict(header.get("names", {}))), found


def read_lines(file: Path) -> Sequence[tuple[int, Mapping[str, Any]]]:
    """The same journal as plain JSON, each line with its number. Raises `UserInputError`."""
    read_trace(file)
    numbered = ((number, json.loads(line)) for number, line in enumerate(_lines(file), 1) if line.strip())
    return [(number, line) for number, line in numbered if line["kind"] != KIND]


def _lines(file: Path) -> Sequence[str]:
    try:
        return file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserInputError(f"{file} cannot be read.", remedy="Name a journal in JSON lines.") from error


def _checked(header: Mapping[str, Any]) -> Mapping[str, Any]:
    version, names, zone = header.get("version"), header.get("names", {}), header.get("zone", "UTC")
    if not isinstance(version, int):
        raise TypeError("a header has a version")
    if version > VERSION:
        raise ValueError(f"trace version {version} is newer than {VERSION}: upgrade wavoice")
    if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
        raise TypeError("names are texts")
    ZoneInfo(zone)
    return header


def _wrong(file: Path, number: int, problem: str) -> UserInputError:
    return UserInputError(f"{file}:{number} {problem}.", remedy="Record one with --journal.")
