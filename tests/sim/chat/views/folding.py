"""Journals for the tests of the views: folded whole, and dialogues had once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cache

from tests.rehearsing import NOTE, Desk, desk, warm_decoder
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.build import Parts
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND
from wavoice.runtime.policy import Policy
from wavoice.sim.chat.facts import Fact
from wavoice.sim.chat.views import Screen, Strange, TurnView
from wavoice.sim.clock import SkippingClock
from wavoice.sim.rehearsal import rehearsal_settings, rehearse
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice

MS = 1000


def fold(items: Iterable[Event | Strange | Fact], contact: str | None = None) -> Screen:
    """Everything, as the screen of that contact."""
    screen = Screen(zone="Asia/Kolkata")
    for item in items:
        screen.take(item) if isinstance(item, Event | Strange) else screen.tell(item)
    screen.look_at(contact)
    return screen


def turns_of_all(screen: Screen) -> list[TurnView]:
    """Turns of every contact."""
    found: list[TurnView] = []
    for contact in screen.contacts:
        screen.look_at(contact)
        found += screen.turns
    return found


@cache
def have(talk: Callable[[Desk], Awaitable[object]], *, voice: bool = True) -> Sequence[Event]:
    """The journal of a dialogue, had once for all tests."""

    async def had() -> Sequence[Event]:
        async with desk(voice=voice) as at:
            await talk(at)
            return await at.journal()

    return asyncio.run(had())


@cache
def real_time() -> Sequence[Event]:
    """Notes and texts on the system's clock, which skips the waits alone: stages overlap and take time."""

    async def had() -> Sequence[Event]:
        clock, ears = SkippingClock(SystemClock()), ScriptedEars()
        parts = Parts(ears=ears, voice=ToneVoice(), speaks=True, policy=Policy(), decoder=warm_decoder())
        async with rehearse(rehearsal_settings(), parts, clock) as rehearsal:
            for words in ("move my delivery to Friday", "yes", "where is my order", "no wait"):
                ears.lines.append(Line(words))
                await rehearsal.phone.records(NOTE.read_bytes())
                await rehearsal.idle()
                if words == "yes":
                    due = await rehearsal.next_due()
                    clock.skip_to(due or clock.now())
                    await rehearsal.idle()
            await rehearsal.phone.says("thank you")
            await rehearsal.idle()
            clock.skip_to(clock.now() + 5 * SECOND)
            await rehearsal.idle()
            return await rehearsal.journal()

    return asyncio.run(had())
