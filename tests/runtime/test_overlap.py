"""What of a turn overlaps, what is not waited for, and that `sequential` switches it off."""

from __future__ import annotations

import asyncio
from datetime import date

from starlette.types import Receive, Scope, Send

from tests.rehearsing import Desk, desk
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import CorruptMediaError
from wavoice.runtime.model import Audio
from wavoice.sim.rehearsal import Customer
from wavoice.sim.world import World

SAID = "(voice) Order 1842 is packed. It arrives on Thursday."


class Seen:
    """What was asked for, in order; may be waited for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._waiting: dict[str, asyncio.Event] = {}

    def add(self, name: str) -> None:
        self.names.append(name)
        self._event(name).set()

    async def wait(self, name: str) -> None:
        await self._event(name).wait()

    def _event(self, name: str) -> asyncio.Event:
        return self._waiting.setdefault(name, asyncio.Event())


class Decoder:
    """Opens a note of four seconds once `after` was seen."""

    def __init__(self, seen: Seen, *, after: str | None = None, damaged: bool = False) -> None:
        self._seen, self._after, self._damaged = seen, after, damaged

    async def decode(self, data: bytes) -> Audio:
        self._seen.add("decode")
        if self._after is not None:
            await self._seen.wait(self._after)
        if self._damaged:
            raise CorruptMediaError("The note is damaged.")
        return Audio(pcm=bytes(4 * 16_000), seconds=4.0, bytes_in=len(data))


def noting(seen: Seen) -> World:
    """A shop that notes every call that reaches it."""
    customer = Customer()
    world = World.seeded(date(2026, 11, 23), customer.phone, customer.bsuid)
    app = world.app

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        seen.add(scope["path"])
        await app(scope, receive, send)

    world.app = noted  # type: ignore[assignment]
    return world


async def test_the_shop_is_asked_while_the_note_is_fetched_and_opened() -> None:
    seen = Seen()
    parts = Parts(decoder=Decoder(seen, after="/customers/cus_1/orders"))
    async with desk(parts=parts, world=noting(seen)) as at:
        assert await at.speaks("where is my order") == [SAID]


async def test_one_after_another_the_shop_is_asked_when_the_words_are_known() -> None:
    seen = Seen()
    async with desk(parts=Parts(decoder=Decoder(seen)), world=noting(seen), sequential=True) as at:
        assert await at.speaks("where is my order") == [SAID]
    assert seen.names == ["decode", "/customers", "/customers/cus_1/orders"]


async def conversation(sequential: bool) -> tuple[list[list[str]], list[object]]:
    async with desk(sequential=sequential) as at:
        said = [
            await at.speaks("move my delivery to Friday"),
            await at.speaks("yes uh no wait"),
            await at.taps("Yes"),
            await at.wait(5),
            await at.types("the weather is nice"),
            await at.types("let me talk to a human"),
            await at.types("hello?"),
        ]
        return said, list(at.writes)


async def test_one_after_another_comes_to_the_same() -> None:
    assert await conversation(sequential=True) == await conversation(sequential=False)


class TestFactsThatNobodyNeeds:
    async def answers_at_once(self, at: Desk) -> None:
        """A shop that answers two seconds later on a clock that stands: a turn would wait for ever."""
        at.world.fault("slow", at="read")
        said = await at.types("the weather is nice")
        assert said[0].startswith("I did not catch that.")

    async def test_words_that_ask_for_nothing(self) -> None:
        async with desk() as at:
            await self.answers_at_once(at)

    async def test_a_note_that_cannot_be_opened(self) -> None:
        async with desk(parts=Parts(decoder=Decoder(Seen(), damaged=True))) as at:
            at.world.fault("slow", at="read")
            assert "That voice note arrived damaged." in (await at.speaks("hello"))[0]

    async def test_a_question_is_told_from_the_record_as_it_is_now(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.staff_edits("1842", day=date(2026, 11, 25))
            assert await at.types("no") == ["Okay, nothing changed: order 1842 is still Wednesday."]

    async def test_nobody_is_looked_up_to_whom_nothing_may_be_said(self) -> None:
        seen = Seen()
        async with desk(world=noting(seen)) as at:
            await at.types("let me talk to a human")
            seen.names.clear()
            assert await at.types("where is my order?") == []
            assert seen.names == []
