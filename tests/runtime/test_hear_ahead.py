"""Long notes are heard while they are decoded, through decoder and ears that can and some that cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.backends import OpenEars
from wavoice.runtime.adapters.breaker import Breaker
from wavoice.runtime.adapters.fallback import FallbackEars, Link
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import NoteTooLongError, SpeechError
from wavoice.runtime.model import Audio, Heard
from wavoice.runtime.ports import Hint
from wavoice.sim.clock import VirtualClock
from wavoice.sim.scripted import Line, ScriptedEars

RATE = 16_000
PART = bytes(4 * RATE * 30)
WHERE = "(voice) Order 1842 is packed. It arrives on Thursday."


class Decoder:
    """A note of 90 s in three parts, unless it turns out too long."""

    def __init__(self, *, too_long: bool = False) -> None:
        self._too_long = too_long

    async def decode(self, data: bytes) -> Audio:
        return await self.decode_for(data, lambda _: None)

    async def decode_for(self, data: bytes, take: Callable[[bytes], None]) -> Audio:
        for _ in range(3):
            take(PART)
        if self._too_long:
            raise NoteTooLongError("The note is too long.")
        return Audio(pcm=3 * PART, seconds=90.0, bytes_in=len(data))


@dataclass
class Ears(ScriptedEars):
    """Notes what it was given, and when."""

    seen: list[str] = field(default_factory=list)
    breaks: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def listen(self, hint: Hint) -> Listening:
        self.seen.append("listen")
        return Listening(self, hint)

    async def warm(self) -> None:
        """Nothing is slow at first."""

    async def close(self) -> None:
        """Nothing is held."""


class Listening:
    def __init__(self, ears: Ears, hint: Hint) -> None:
        self._ears, self._hint = ears, hint

    def feed(self, pcm: bytes) -> None:
        self._ears.seen.append(f"{len(pcm) / 4 / RATE:.0f} s")

    async def finish(self, audio: Audio) -> Heard:
        self._ears.seen.append("finish")
        if self._ears.breaks:
            raise SpeechError("The ears broke.")
        return await self._ears.hear(audio, self._hint)

    def close(self) -> None:
        self._ears.seen.append("close")


async def says(at: Desk, ears: Ears) -> list[str]:
    ears.lines.append(Line("where is my order"))
    await at.rehearsal.phone.records(at.note)
    return await at.news()


async def test_it_is_heard_as_it_comes() -> None:
    ears = Ears()
    async with desk(parts=Parts(decoder=Decoder()), hears_with=ears) as at:
        assert await says(at, ears) == [WHERE]
    assert ears.seen == ["listen", "30 s", "30 s", "30 s", "finish", "close"]


async def test_one_after_another_it_is_heard_when_it_is_whole() -> None:
    ears = Ears()
    async with desk(parts=Parts(decoder=Decoder()), hears_with=ears, sequential=True) as at:
        assert await says(at, ears) == [WHERE]
    assert ears.seen == []


async def test_a_note_that_turns_out_too_long_is_heard_no_further() -> None:
    ears = Ears()
    async with desk(parts=Parts(decoder=Decoder(too_long=True)), hears_with=ears) as at:
        assert "That note is too long for me" in (await says(at, ears))[0]
    assert ears.seen == ["listen", "30 s", "30 s", "30 s", "close"]


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_chain_listens_with_its_first_and_hears_with_the_next(breaks: bool) -> None:
    first, second, clock = Ears(breaks=breaks), Ears(), VirtualClock(0)
    for ears in (first, second):
        ears.lines.append(Line("hello"))
    links: list[Link[OpenEars]] = [
        Link(name, ears, Breaker(clock)) for name, ears in (("first", first), ("second", second))
    ]
    listening = FallbackEars(links).listen(Hint())
    listening.feed(PART)
    heard = await listening.finish(Audio(pcm=PART, seconds=30.0))
    listening.close()
    assert heard.transcript.text == "hello"
    assert [detour.backend for detour in heard.detours] == (["first"] if breaks else [])
    assert first.seen == ["listen", "30 s", "finish", "close"]
    assert second.seen == []
