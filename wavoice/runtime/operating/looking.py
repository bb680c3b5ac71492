"""What is stuck, and what was given up, each with the last thing that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wavoice.runtime import journal
from wavoice.runtime.model import Micros
from wavoice.runtime.operated import was_given_up
from wavoice.runtime.ports import Store, Stuck, UnitOfWork

_STAGES = {"message": ("turn",), "reply": ("send",), "hand_off": ("ticket",), "effect": ("commit",)}
"""Where trouble is noted that keeps a thing of this kind waiting; of any other kind, anywhere."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that waits, or was given up, and why, as far as the journal says."""

    what: Stuck
    code: str = ""
    """Of the last trouble, e.g. `KeyError` or `network`; empty: none was noted."""
    where: str = ""
    """File and line of a failed try."""
    again: bool = False
    """It was tried again since it was given up."""


async def stuck(store: Store, tenant: str, before: Micros) -> Sequence[Found]:
    """All that should have been done by then, the oldest first. Reads only."""
    async with store.begin() as tx:
        ops = tx.operations
        found = [
            *await ops.undone(tenant, before),
            *await ops.overdue(tenant, before),
            *await ops.hanging(tenant, before),
            *await ops.unsent(tenant, before),
        ]
        return [await _explained(tx, one) for one in sorted(found, key=lambda one: one.since)]


async def dead_letters(store: Store, tenant: str, since: Micros) -> Sequence[Found]:
    """All that was given up since then, the oldest first. Reads only."""
    async with store.begin() as tx:
        return [await _explained(tx, one) for one in await tx.operations.given_up(tenant, since)]


async def _explained(tx: UnitOfWork, one: Stuck) -> Found:
    events = await tx.journal.read(one.turn) if one.turn else ()
    stages = _STAGES.get(one.kind)
    troubles = [
        event.body
        for event in events
        if isinstance(event.body, journal.Trouble) and (stages is None or event.body.stage in stages)
    ]
    if not troubles:
        return Found(one, again=_again(one, events))
    last = troubles[-1]
    # Only of a failed try the detail is ours: a file and a line. Others may name a customer.
    return Found(one, last.code, last.detail if last.stage == "turn" else "", _again(one, events))


def _again(one: Stuck, events: Sequence[journal.Event]) -> bool:
    return one.kind == "message" and any(
        isinstance(event.body, journal.Operated) for event in events
    ) and not was_given_up(events)  # fmt: skip
