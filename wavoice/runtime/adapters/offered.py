"""What installed packages offer under an entry-point group. Only what is chosen is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import TypeVar

from wavoice.runtime.errors import ConfigError

B = TypeVar("B")


def _offered(group: str) -> EntryPoints:
    return _on(tuple(sys.path), group)


@cache
def _on(_path: Sequence[str], group: str) -> EntryPoints:
    """Looked up once for a path: a file of every installed package is read."""
    return entry_points(group=group)


def names(group: str) -> list[str]:
    """The backends that installed packages offer, sorted."""
    return sorted({*_offered(group).names})


def loaded(group: str, name: str, kind: type[B], key: str) -> B:
    """The backend of that name; `key` is the setting that chose it.

    Raises `ConfigError`, which names those that there are, or says why it is none.
    """
    point = next(iter(_offered(group).select(name=name)), None)
    if point is None:
        raise ConfigError(
            f"{key}: no installed package offers {name!r}.",
            remedy=f"Use one of: {', '.join(names(group))}.",
        )
    found = _import(point)
    if not isinstance(found, kind):
        raise ConfigError(f"{key}: {point.value}, offered as {name!r}, is no {kind.__name__}.")
    return found


def _import(point: EntryPoint) -> object:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"The backend {point.name!r} cannot be imported: {error}.") from error
