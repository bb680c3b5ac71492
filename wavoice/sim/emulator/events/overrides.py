"""Changes to a payload by dotted paths: `text.body=Hi`, `statuses.0.status=read`, `timestamp:=7`."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wavoice.runtime.errors import UserInputError

Path = tuple[str, ...]


def apply(payload: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the payload with these changes, made in order; the given one stays as it is.

    * `path=value` changes what is there and keeps its kind: beside a number stands a number, beside
      a truth `true` or `false`, beside text any text. `path=null` takes the key away.
    * `path:=json` puts any JSON there, also under a key that is not there yet.

    A path goes from the top, or begins anywhere below as long as only one place fits:
    `entry.0.changes.0.value.messages.0.text.body` is `text.body`. Raises `UserInputError` that names
    the nearest path which exists.
    """
    changed = copy.deepcopy(dict(payload))
    for override in overrides:
        name, exact, text = _split(override)
        *above, key = _find(changed, tuple(name.split(".")), new=exact)
        parent: Any = changed
        for part in above:
            parent = parent[int(part) if isinstance(parent, list) else part]
        place: Any = int(key) if isinstance(parent, list) else key
        if exact:
            _put(parent, place, _json(override, text))
        elif text == "null":
            del parent[place]
        else:
            parent[place] = _like(parent[place], name, text)
    return changed


def paths(payload: Mapping[str, Any]) -> list[str]:
    """Return every path of a payload, as short as it may be given."""
    every = list(_walk(payload))
    return [".".join(_shortest(path, every)) for path in every]


def _split(override: str) -> tuple[str, bool, str]:
    name, equals, text = override.partition("=")
    exact = name.endswith(":")
    name = name.removesuffix(":").strip()
    if not equals or not name:
        raise UserInputError(
            f"The override {override!r} is no change.", remedy="Write path=value, or path:=json."
        )
    return name, exact, text


def _find(payload: Mapping[str, Any], wanted: Path, *, new: bool) -> Path:
    """The one full path that ends in `wanted`; of a new key, the one of its parent and the key."""
    every = list(_walk(payload))
    found = _ending(every, wanted)
    if not found and new:
        *above, key = wanted
        parents = [path for path in _ending(every, tuple(above)) if above] or ([] if above else [()])
        found = [(*path, key) for path in parents if _takes(_at(payload, path), key)]
    if len(found) == 1:
        return found[0]
    name = ".".join(wanted)
    if found:
        shown = ", ".join(".".join(path) for path in found[:3])
        raise UserInputError(
            f"The path {name!r} fits several places: {shown}.", remedy="Begin it further up."
        )
    raise UserInputError(
        f"There is no {name!r} in this payload.",
        remedy=f"The nearest path is {_nearest(wanted, every)!r}. A new key needs path:=json.",
    )


def _nearest(wanted: Path, every: Sequence[Path]) -> str:
    """The end of a path that looks most like it, long enough to fit one place."""
    ends = {".".join(path[-len(wanted) :]): path for path in reversed(every)}
    near = difflib.get_close_matches(".".join(wanted), ends, n=1, cutoff=0.0)[0]
    shortest = _shortest(ends[near], every)
    return near if len(shortest) <= near.count(".") + 1 else ".".join(shortest)


def _ending(every: Sequence[Path], wanted: Path) -> list[Path]:
    whole = [path for path in every if path == wanted]
    return whole or [path for path in every if path[-len(wanted) :] == wanted]


def _takes(parent: Any, key: str) -> bool:
    return isinstance(parent, dict) or (isinstance(parent, list) and key == str(len(parent)))


def _at(node: Any, path: Path) -> Any:
    for part in path:
        node = node[int(part) if isinstance(node, list) else part]
    return node


def _walk(node: Any, above: Path = ()) -> Iterator[Path]:
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        path = (*above, str(key))
        yield path
        yield from _walk(value, path)


def _shortest(path: Path, every: Sequence[Path]) -> Path:
    """The shortest end of a path that fits only this one."""
    ends = (path[-length:] for length in range(1, len(path)))
    return next((end for end in ends if len(_ending(every, end)) == 1), path)


def _put(parent: Any, place: Any, value: Any) -> None:
    if isinstance(parent, list) and place == len(parent):
        parent.append(value)
    else:
        parent[place] = value


def _json(override: str, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UserInputError(
            f"The override {override!r} is no JSON: {error}.", remedy='Text needs quotes there: path:="text".'
        ) from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _like(present: Any, name: str, text: str) -> Any:
    """`text` as a value of the kind that stands there."""
    if isinstance(present, str):
        return text
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = text
    kinds = (bool,) if isinstance(present, bool) else (int, float) if isinstance(present, int | float) else ()
    fits = isinstance(value, kinds) and isinstance(value, bool) == isinstance(present, bool)
    if present is None or fits or (isinstance(present, list | dict) and isinstance(value, type(present))):
        return value
    kind = {"bool": "true or false", "int": "a number", "float": "a number", "dict": "an object"}
    raise UserInputError(
        f"{name} is {kind.get(type(present).__name__, 'a list')}, not {text!r}.",
        remedy=f"To put anything else there, write {name}:=json.",
    )
