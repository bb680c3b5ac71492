"""I2 where a version was tried and refused: its proposal may go on under the key of the next version."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache

import pytest

from tests.journals import body, chained, changed
from tests.rehearsing import desk
from wavoice.runtime.audit import audit
from wavoice.runtime.journal import Event


@cache
def refused() -> Sequence[Event]:
    """Somebody else's edit comes between the last look and the write; the new question gets its own yes."""

    async def talk() -> Sequence[Event]:
        async with desk() as at:
            at.world.fault("stale", at="write")
            await at.types("please move my delivery to Friday")
            await at.types("yes")
            await at.wait(5)
            assert at.writes == []
            await at.types("yes")
            await at.wait(5)
            assert len(at.writes) == 1
            return await at.journal()

    return asyncio.run(talk())


def broken(events: Sequence[Event]) -> list[tuple[str, int]]:
    """Invariants that do not hold, each with the version of the record that shows it."""
    return [(one.invariant, events[one.seq - 1].body.version) for one in audit(*chained(events)).violations]


def test_a_try_that_the_shop_refused_is_no_effect_of_its_proposal() -> None:
    """D42 at the very write: one proposal, two versions, two keys, one effect."""
    first, second = [event.body for event in refused() if event.kind == "intended"]
    assert (first.proposal, first.version, second.version) == (second.proposal, 1, 2)
    assert first.key != second.key
    assert [event.body.key for event in refused() if event.kind == "superseded"] == [first.key]
    report = audit(*chained(refused()))
    assert (report.ok, report.effects, report.proved) == (True, 2, 2)


@pytest.mark.parametrize("key", ["", "wv-other", None])
def test_a_second_key_without_the_refusal_of_the_first_is_a_second_effect(key: str | None) -> None:
    doctored = changed(refused(), "superseded", lambda event: None if key is None else body(event, key=key))
    assert ("I2", 2) in broken(doctored)


def test_a_refusal_says_nothing_of_a_try_after_it() -> None:
    them = list(refused())
    after = next(n for n, event in enumerate(them) if event.kind == "superseded") + 1
    first = next(event for event in them if event.kind == "intended")
    assert ("I2", 2) in broken([*them[:after], body(first, again=True), *them[after:]])


async def test_a_version_that_was_replaced_before_any_try_names_no_key() -> None:
    async with desk() as at:
        await at.types("please move my delivery to Friday")
        await at.types("no, Saturday")
        assert [event.body.key for event in await at.journal("superseded")] == [""]
