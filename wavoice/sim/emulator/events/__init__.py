"""Webhooks by name: everything that WhatsApp may send, each a payload that can be changed by paths."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.sim.emulator.events.accounts import ACCOUNTS
from wavoice.sim.emulator.events.kinds import EventContext, EventKind
from wavoice.sim.emulator.events.messages import MESSAGES
from wavoice.sim.emulator.events.numbers import NUMBERS
from wavoice.sim.emulator.events.overrides import apply, paths
from wavoice.sim.emulator.events.people import PEOPLE
from wavoice.sim.emulator.events.statuses import STATUSES

__all__ = ["EVENTS", "EventContext", "EventKind", "make", "paths"]

EVENTS: Mapping[str, EventKind] = MappingProxyType(
    dict(sorted({**MESSAGES, **STATUSES, **PEOPLE, **ACCOUNTS, **NUMBERS}.items()))
)
"""Every event by its name, in alphabetical order."""


def make(name: str, context: EventContext, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Return the webhook body of an event, with these changes (`overrides.apply` says how to write them).

    Raises `UserInputError` for an unknown name, naming the nearest, or an override that does not fit.
    """
    kind = EVENTS.get(name)
    if kind is None:
        near = difflib.get_close_matches(name, EVENTS, n=1, cutoff=0.0)
        raise UserInputError(f"There is no event {name!r}.", remedy=f"The nearest is {near[0]!r}.")
    return apply(kind.payload(context), overrides)
