"""Writes that an author's own functions carry out: after the gate's word, and under the one key."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wavoice.runtime.actions import Own
from wavoice.runtime.errors import CommitRefusedError
from wavoice.runtime.model import Effect, Outcome, WriteResult
from wavoice.runtime.policy import Policy
from wavoice.runtime.token import Admission, CommitToken


class Writes(Protocol):
    """What carries effects out: the shop, or an author's own functions. See `ports.Orders`."""

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """Carry the effect out once under its key."""
        ...

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key."""
        ...


@dataclass(frozen=True, slots=True)
class OwnWrites:
    """`Writes` by the functions of a job. They get the effect with its key, and never the token."""

    own: Own | None
    """None: the job is gone, and what became of its writes cannot be asked."""
    admission: Admission | None
    policy: Policy
    effect: Effect | None = None
    """The one that may be looked up, where its key alone does not tell."""

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """See `ports.Orders.write`: UNKNOWN unless the function says what came of it within the budget."""
        if self.admission is None:
            raise CommitRefusedError("no_token", "Nobody here admits a write.")
        self.admission.admit(effect, token)
        if self.own is None or self.own.commit is None:
            return WriteResult(Outcome.UNKNOWN, reason="the job is gone")
        told = await _within(self.policy.write_budget_seconds, self.own.commit(effect))
        return told if told is not None else _no_word("commit answered None")

    async def look_up(self, key: str) -> WriteResult | None:
        """See `ports.Orders.look_up`."""
        if self.own is not None and self.own.verify is not None and self.effect is not None:
            return await _within(self.policy.read_budget_seconds, self.own.verify(self.effect))
        if self.own is None or self.own.look_up is None:
            return WriteResult(Outcome.UNKNOWN, reason="the job is gone")
        return await _within(self.policy.read_budget_seconds, self.own.look_up(key))


async def _within(seconds: float, call: Awaitable[WriteResult | None]) -> WriteResult | None:
    """What it says; anything but its word is unknown, since it may have been carried out."""
    try:
        async with asyncio.timeout(seconds):
            told: object = await call
    except Exception as error:  # noqa: BLE001 -- somebody else's code: what it did before it failed is unknown
        last = traceback.extract_tb(error.__traceback__)[-1]
        return _no_word(f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}")
    if told is None or isinstance(told, WriteResult):
        return told
    return _no_word(f"{type(told).__name__} instead of a WriteResult")


def _no_word(reason: str) -> WriteResult:
    return WriteResult(Outcome.UNKNOWN, reason=reason)
