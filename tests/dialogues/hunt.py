"""Performs very many dialogues over a few processes, and makes of a violation what a person can read."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.dialogues.checker import Broken, check
from tests.dialogues.log import Got, Moved, Tried
from tests.dialogues.script import Script, script
from tests.dialogues.stage import START, at_once, perform, play_out
from tests.dialogues.thaw import thaw
from tests.pooled import forks, quiet_logs

CHUNK = 500
"""Dialogues that one process does before it hands its findings over."""
TWICE = 50
"""Every so manieth dialogue is performed twice: the same clock and script, the same log (I24)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a number of dialogues came to."""

    dialogues: int = 0
    messages: int = 0
    approvals: int = 0
    writes: int = 0
    repeated: int = 0
    """How many were performed twice, with the same log both times."""
    found: tuple[tuple[int, Broken], ...] = ()
    """The first violation of a dialogue, by its seed."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.dialogues + other.dialogues,
            self.messages + other.messages,
            self.approvals + other.approvals,
            self.writes + other.writes,
            self.repeated + other.repeated,
            tuple(sorted((*self.found, *other.found), key=lambda one: one[0])),
        )


def hunt(seeds: range, processes: int = 2) -> Tally:
    """Perform these in processes of their own; the same findings however many share them."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with forks().Pool(processes, thaw) as pool:
        return sum(pool.imap_unordered(perform_all, chunks), Tally())


def until_found(seeds: range) -> int | None:
    """How many of these dialogues it takes to break an invariant; None if all keep them."""
    for start in range(0, len(seeds), 100):
        found = perform_all(seeds[start : start + 100]).found
        if found:
            return found[0][0] - seeds[0] + 1
    return None


def perform_all(seeds: range) -> Tally:
    """Perform these in this process."""
    # Garbage is collected between chunks: nothing in a dialogue lives long enough to be looked at twice.
    gc.disable()
    quiet_logs()
    try:
        with at_once():
            return asyncio.run(_perform_all(seeds))
    finally:
        gc.enable()
        gc.collect()


async def _perform_all(seeds: range) -> Tally:
    messages = approvals = writes = repeated = 0
    found: list[tuple[int, Broken]] = []
    for seed in seeds:
        entries = await play_out(script(seed))
        broken = check(entries)
        if seed % TWICE == 0:
            again = await play_out(script(seed))
            repeated += again == entries
            if again != entries:
                broken.append(Broken("I24", "the same script and clock came to something else", 0))
        if broken:
            found.append((seed, broken[0]))
        messages += sum(isinstance(one, Got) for one in entries)
        approvals += sum(isinstance(one, Moved) and one.state == "settling" for one in entries)
        writes += sum(isinstance(one, Tried) and one.applied for one in entries)
    return Tally(len(seeds), messages, approvals, writes, repeated, tuple(found))


def shrunk(long: Script, law: str) -> Script:
    """The script without every step that the violation does not need."""
    for place in reversed(range(len(long.steps))):
        shorter = replace(long, steps=long.steps[:place] + long.steps[place + 1 :])
        if any(broken.law == law for broken in check(asyncio.run(perform(shorter)))):
            long = shorter
    return long


def told(seed: int) -> Iterator[str]:
    """A dialogue in lines: its steps, what happened, and what is broken; shrunk if anything is."""
    played = script(seed)
    broken = check(asyncio.run(perform(played)))
    if broken:
        played = shrunk(played, broken[0].law)
    entries = asyncio.run(perform(played))
    yield f"seed {seed}, {played.tier}, {len(played.steps)} of {len(script(seed).steps)} steps"
    yield from (f"  {_brief(step)}" for step in played.steps)
    yield from (f"{place:3} {_brief(entry)}" for place, entry in enumerate(entries))
    yield from _verdict(check(entries))


def _verdict(broken: Sequence[Broken]) -> Iterator[str]:
    yield from (f"{one.law} broken at {one.place}: {one.told}" for one in broken)
    if not broken:
        yield "nothing is broken"


def _brief(thing: object) -> str:
    """Kind and fields that say something; times in seconds of the dialogue."""
    names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    fields = {name: getattr(thing, name) for name in names}
    for name in ("at", "sent_at", "created_at"):
        if isinstance(fields.get(name), int):
            fields[name] = round((fields[name] - START) / 1e6, 3)
    for name in ("digest", "button"):
        if fields.get(name):
            fields[name] = fields[name][:14]
    shown = {name: value for name, value in fields.items() if value not in (None, "", (), False, 0)}
    if "readings" in shown:
        shown["readings"] = [_brief(one) for one in shown["readings"]]
    return f"{type(thing).__name__} " + " ".join(f"{name}={value}" for name, value in shown.items())


def told_of(found: Sequence[tuple[int, Broken]], entries: int = 3) -> str:
    """The first findings, each with how to see it again."""
    lines = [f"{len(found)} dialogues break an invariant"]
    for seed, _ in found[:entries]:
        lines += ["", f"uv run python -m tests.dialogues --seed {seed}", *told(seed)]
    return "\n".join(lines)
