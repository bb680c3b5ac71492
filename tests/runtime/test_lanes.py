"""Many notes at a time: short ones pass, long ones wait without their bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tests.rehearsing import Desk, desk
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.build import Parts
from wavoice.runtime.journal import SpanEvent
from wavoice.runtime.model import Audio, Speech, Stage
from wavoice.runtime.policy import Policy
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.scripted import Line

RATE = 16_000
MEASURE = 12_000
"""Bytes above which a note is a long one here."""
POLICY = Policy(long_notes_at_once=1, short_notes_at_once=1, short_note_bytes=MEASURE, downloads_at_once=2)


def noise(seconds: float) -> bytes:
    samples = np.random.default_rng(1).normal(0, 0.1, round(seconds * RATE)).astype("<f4")
    return to_voice_note(Speech(samples.tobytes(), RATE, ""), 1 << 20)


LONG, SHORT = noise(20), noise(2)


class Decoder:
    """Opens long notes one by one, each when it is told to."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        self.more = asyncio.Event()
        self._may = asyncio.Semaphore(0)

    def let_one(self) -> None:
        self._may.release()

    async def decode(self, data: bytes) -> Audio:
        self.opened.append(len(data))
        self.more.set()
        if len(data) > MEASURE:
            await self._may.acquire()
        return Audio(pcm=bytes(4 * RATE), seconds=1.0, bytes_in=len(data))

    async def until(self, opened: Sequence[int]) -> None:
        while self.opened != list(opened):
            self.more.clear()
            await self.more.wait()


def phones(at: Desk, count: int) -> list[Phone]:
    now = at.clock.now()
    emulator = at.rehearsal.emulator
    return [
        emulator.phone(f"Customer {n}", f"91981230{n:04d}", f"IN.{10**12 + n}", wrote_at=now)
        for n in range(10, 10 + count)
    ]


async def fetches(at: Desk) -> list[int]:
    """How often the note of each turn was fetched, sorted."""
    spans = [event for event in await at.journal() if isinstance(event.body, SpanEvent)]
    turns = [event.where.turn for event in spans if event.body.stage is Stage.FETCH]
    return sorted(turns.count(turn) for turn in set(turns))


async def test_a_short_note_passes_long_ones_which_wait_without_their_bytes() -> None:
    decoder = Decoder()
    async with desk(parts=Parts(decoder=decoder, policy=POLICY), voice=False) as at:
        at.ears.lines.extend(Line("where is my order") for _ in range(3))
        first, second, third = phones(at, 3)
        await first.records(LONG)
        await decoder.until([len(LONG)])
        await second.records(LONG)
        await third.records(SHORT)
        await decoder.until([len(LONG), len(SHORT)])
        assert (await third.hears(0)).text
        decoder.let_one()
        await decoder.until([len(LONG), len(SHORT), len(LONG)])
        decoder.let_one()
        await at.rehearsal.idle()
        assert [len(phone.messages) > 0 for phone in (first, second)] == [True, True]
        assert await fetches(at) == [1, 1, 2]


async def test_notes_of_a_crowd_are_all_heard() -> None:
    decoder = Decoder()
    async with desk(parts=Parts(decoder=decoder, policy=POLICY), voice=False) as at:
        crowd = phones(at, 12)
        at.ears.lines.extend(Line("where is my order") for _ in crowd)
        for phone in crowd:
            await phone.records(SHORT)
        await at.rehearsal.idle()
        assert all(phone.messages for phone in crowd)
        assert decoder.opened == [len(SHORT)] * len(crowd)
        assert at.rehearsal.runtime.bot.kit.lanes.inside == 0


async def test_while_nothing_is_heard_few_notes_begin_and_those_who_type_are_answered() -> None:
    decoder = Decoder()
    few = replace(POLICY, short_note_bytes=1 << 20, notes_begun_at_once=2)  # every note waits for `let_one`
    async with desk(parts=Parts(decoder=decoder, policy=few), voice=False) as at:
        *crowd, writer = phones(at, 9)
        at.ears.lines.extend(Line("where is my order") for _ in crowd)
        for phone in crowd:
            await phone.records(LONG)
        await decoder.until([len(LONG)])
        await writer.says("where is my order")
        assert (await writer.hears(0)).text
        assert sum(phone.typing for phone in crowd) == 3  # one is opened, two are on their way
        for count in range(2, len(crowd) + 1):
            decoder.let_one()
            await decoder.until([len(LONG)] * count)
        decoder.let_one()
        await at.rehearsal.idle()
        assert all(phone.messages for phone in crowd)


async def test_of_a_crowd_that_types_all_are_answered() -> None:
    async with desk(parts=Parts(policy=replace(POLICY, turns_at_once=2)), voice=False) as at:
        crowd = phones(at, 12)
        await asyncio.gather(*(phone.says("where is my order") for phone in crowd))
        await at.rehearsal.idle()
        assert all(phone.messages for phone in crowd)
