"""Look up, second half: what a job reads for what was said, once the orders are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wavoice.runtime.actions import ReadsFor
from wavoice.runtime.cases import Case
from wavoice.runtime.kit import Turn
from wavoice.runtime.look_up import look_up, of_authors
from wavoice.runtime.model import Alias, Conversation, Facts

Wish = tuple[str | None, Mapping[str, str]]
"""A job, and what was said for it."""
Reading = tuple[ReadsFor, Mapping[str, str]]


async def live(turn: Turn, alias: Alias, action: str, args: Mapping[str, str]) -> Facts | None:
    """Records as they are now, and what this job reads for these values; None if it could not be read."""
    return await read_for(turn, await look_up(turn, alias, action), (action, args))


async def read_for(turn: Turn, facts: Facts | None, *wishes: Wish) -> Facts | None:
    """The facts with what these jobs read for what was said; None if it could not be read.

    Asks nobody, unless one of the jobs has such a reading.
    """
    asked = [(reads, slots) for name, slots in wishes if (reads := _reads(turn, name)) is not None]
    if facts is None or not asked or facts.identity.customer is None:
        return facts
    once = _each_once(asked)
    names = [reads.name for reads, _ in once]
    told = await of_authors(turn, (reads.read(slots, facts) for reads, slots in once))
    if told is None:
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


def _each_once(asked: list[Reading]) -> list[Reading]:
    return [one for place, one in enumerate(asked) if one not in asked[:place]]
