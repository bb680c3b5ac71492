"""`given.policy`: numbers of the runtime that a scenario changes, by their own names."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import fields, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Modality, Tier
from wavoice.runtime.policy import Policy
from wavoice.sim.scenario.values import duration

_KEYS: Mapping[str, type[StrEnum]] = {"Mapping[Tier, Micros]": Tier, "Mapping[Modality, Micros]": Modality}
_TYPES = {spec.name: str(spec.type) for spec in fields(Policy)}


class PolicyError(ValueError):
    """A change of the policy that is none; `name` is that of the number."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(problem)
        self.name = name


def policy_with(changes: Mapping[str, Any]) -> Policy:
    """The default policy with these changes. Raises `PolicyError`."""
    default, changed = _default(), dict[str, Any]()
    for name, value in changes.items():
        try:
            changed[name] = _changed(default, name, value)
        except ValueError as error:
            raise PolicyError(name, str(error)) from error
    try:
        return replace(default, **changed) if changed else default
    except ConfigError as error:  # each may be right by itself, so the first is as good as any
        raise PolicyError(next(iter(changes)), str(error)) from error


@cache
def _default() -> Policy:
    return Policy()


def _changed(policy: Policy, name: str, value: Any) -> Any:
    kind = _TYPES.get(name)
    if kind is None:
        raise ValueError(f"{name} is no number of the policy; the nearest is {_nearest(name, _TYPES)}")
    if kind == "Mapping[str, int]":
        return MappingProxyType({**getattr(policy, name), **_whole_numbers(name, value)})
    keys = _KEYS.get(kind)
    if keys is not None:
        return MappingProxyType({**getattr(policy, name), **_by_key(name, value, keys)})
    if kind == "Micros":
        return duration(value)
    if kind.startswith("tuple"):
        return tuple(value) if isinstance(value, list) else (str(value),)
    try:
        number = int(value) if kind == "int" else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} is a number, not {value!r}")
    return number


def _by_key(name: str, value: Any, keys: type[StrEnum]) -> dict[StrEnum, int]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} has a value for each of {', '.join(keys)}")  # noqa: TRY004 -- a user's value
    for key in value:
        if key not in list(keys):
            raise ValueError(f"{name}: {key} is none of {', '.join(keys)}")
    return {keys(key): duration(item) for key, item in value.items()}


def _whole_numbers(name: str, value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping) or not all(str(item).isdecimal() for item in value.values()):
        raise ValueError(f"{name} has a whole number for each key")
    return {str(key): int(item) for key, item in value.items()}


def _nearest(name: str, valid: Mapping[str, str]) -> str:
    return difflib.get_close_matches(name, valid, n=1, cutoff=0)[0]
