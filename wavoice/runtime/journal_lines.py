"""Journal events as JSON: one object an event, personal values under a key of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from wavoice.runtime.journal import BODIES, VERSION, Event, Where


def to_json(event: Event) -> dict[str, Any]:
    """Return the event as plain JSON values, personal ones under `pii`."""
    data, pii = _split(event.body)
    named = ((name, getattr(event.where, name)) for name in _HEADER)
    header = {name: value for name, value in named if value is not None}
    return {"version": VERSION, "kind": event.kind, "at": event.at, **header, "data": data, "pii": pii}


def from_json(line: Mapping[str, Any]) -> Event:
    """Read an event back. Raises `ValueError` for a newer version or an unknown kind."""
    if line.get("version", VERSION) > VERSION:
        raise ValueError(f"journal version {line['version']} is newer than {VERSION}: upgrade wavoice")
    if not isinstance(line["at"], int):
        raise TypeError("`at` is a time in microseconds")
    if line["kind"] not in BODIES:
        raise ValueError(f"unknown journal event {line['kind']!r}")
    where = _adapter("where").validate_python({key: line[key] for key in _HEADER if key in line})
    body = _adapter(line["kind"]).validate_python(_merge(line["data"], line["pii"]))
    return Event(at=line["at"], where=where, body=body)


_HEADER = tuple(spec.name for spec in dataclasses.fields(Where))


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(BODIES.get(kind, Where))


def _split(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    data: dict[str, Any] = {}
    pii: dict[str, Any] = {}
    for name, personal in _fields(type(value)):
        item = getattr(value, name)
        if personal:
            pii[name] = _plain(item)
        elif isinstance(item, tuple) and item and dataclasses.is_dataclass(item[0]):
            parts = [_split(part) for part in item]
            data[name] = [part[0] for part in parts]
            pii[name] = [part[1] for part in parts]
        else:
            data[name] = _plain(item)
    return data, pii


_KNOWN: dict[type[Any], tuple[tuple[str, bool], ...]] = {}


def _fields(kind: type[Any]) -> tuple[tuple[str, bool], ...]:
    """Names of the fields, and whether each is personal."""
    if kind not in _KNOWN:
        specs = dataclasses.fields(kind)
        _KNOWN[kind] = tuple((spec.name, bool(spec.metadata.get("pii"))) for spec in specs)
    return _KNOWN[kind]


def _merge(data: Mapping[str, Any], pii: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(data)
    for name, value in pii.items():
        if isinstance(value, list) and name in data:
            merged[name] = [{**plain, **private} for plain, private in zip(data[name], value, strict=True)]
        else:
            merged[name] = value
    return merged


_AS_THEY_ARE = frozenset({str, int, float, bool, type(None)})
"""Most values, and to ask whether one is a mapping is dear."""


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
