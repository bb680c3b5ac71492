"""Look up, second half: what a job reads for what was said, once the orders are known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.actions import ReadsFor
from wavoice.runtime.cases import Case
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Conversation, Facts, Stage

Wish = tuple[str | None, Mapping[str, str]]
"""A job, and what was said for it."""


async def read_for(turn: Turn, facts: Facts | None, *wishes: Wish) -> Facts | None:
    """The facts with what these jobs read for what was said; None if it could not be read.

    Asks nobody, unless one of the jobs has such a reading.
    """
    asked = [one for one in wishes if _reads(turn, one[0]) is not None]
    if facts is None or not asked or facts.identity.customer is None:
        return facts
    names, calls = [], list[Awaitable[object | None]]()
    for name, slots in _each_once(asked):
        reads = _reads(turn, name)
        if reads is not None:
            names.append(reads.name)
            calls.append(reads.read(slots, facts))
    with turn.trace.span(Stage.LOOK_UP):
        try:
            async with asyncio.timeout(turn.kit.policy.read_budget_seconds):
                told = await asyncio.gather(*calls)
        except Exception as error:  # noqa: BLE001 -- somebody else's system: that it failed is what is known
            turn.log(journal.Trouble(stage="look_up", code="own_fact", detail=type(error).__name__))
            return None
    found = [(name, one) for name, one in zip(names, told, strict=True) if one is not None]
    read = {name: tuple(one for of, one in found if of == name) for name in names}
    return replace(facts, own={**facts.own, **read})


def wishes_at_hand(turn: Turn, case: Case, conversation: Conversation) -> Iterator[Wish]:
    """What an answer to this message may be about: the wish, the half-said one, what is asked or undone."""
    said, asking, proposal = case.reading.slots, conversation.asking, case.proposal
    if asking is not None:
        yield asking.intent, {**asking.slots, **said}
    yield case.reading.intent, said
    if proposal is not None:
        yield proposal.action, {**proposal.args, **said}
        back = turn.jobs.back(proposal.action)
        if back is not None and back.name != proposal.action:
            yield back.name, proposal.args


def _reads(turn: Turn, name: str | None) -> ReadsFor | None:
    job = turn.jobs.offered(name)
    return job.own.reads_for if job is not None and job.own is not None else None


def _each_once(wishes: list[Wish]) -> Iterator[Wish]:
    seen: list[Wish] = []
    for wish in wishes:
        if wish not in seen:
            seen.append(wish)
            yield wish
