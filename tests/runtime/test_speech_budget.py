"""A voice that is late is not waited for: the answer leaves as text when the budget of speech is over."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.sim.scenario.scripts import load
from wavoice.runtime.adapters.breaker import FAILURES, Breaker
from wavoice.runtime.adapters.fallback import FallbackVoice, Link
from wavoice.runtime.adapters.phrases import PhraseVoice
from wavoice.runtime.errors import SpeechError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Speech, Stage
from wavoice.runtime.policy import Policy
from wavoice.sim.clock import VirtualClock
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.stage import Models

BUDGET = round(Policy().speak_budget_seconds * SECOND)
GRACE = 300_000
"""Within this after the budget's end the text has left."""


class Voice:
    """Hangs, hangs on when it is told to stop, fails, speaks, or speaks once and then hangs."""

    def __init__(self, how: str) -> None:
        self.how, self.asked = how, 0

    async def say(self, text: str, language: str) -> Speech:
        self.asked += 1
        if self.how == "fails":
            raise SpeechError("It fails.")
        if self.how == "speaks" or (self.how == "stops" and self.asked == 1):
            return Speech(pcm=bytes(64_000), rate=16_000, voice="it")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self.how == "clings":
                await asyncio.Event().wait()
            raise
        raise AssertionError

    async def warm(self) -> None:
        return

    async def close(self) -> None:
        return


def chain(*voices: Voice, limit: float | None = None) -> FallbackVoice:
    return FallbackVoice([Link(voice.how, voice, Breaker(VirtualClock(0)), limit) for voice in voices])


def events_of(voice: FallbackVoice, questions: int = 1) -> Sequence[Event]:
    steps = "\n".join(["- note: where is my order"] * questions)
    (case,) = load(steps, 'world: {orders: {"1842": {day: Thursday, status: packed}}}')
    return perform(case, Models(voice=voice)).events


def waits(events: Sequence[Event]) -> list[tuple[str, str | None, int]]:
    """Of each reply: its form, why it is no voice, and how long after the voice was asked it was accepted."""
    began = [one.body.start for one in events if one.kind == "span" and one.body.stage is Stage.SPEAK]
    replies = [one.body for one in events if one.kind == "replied"]
    return [
        (said.form, said.fallback, said.accepted_at - start)
        for said, start in zip(replies, began, strict=True)
        if said.accepted_at is not None
    ]


@pytest.mark.parametrize("how", ["hangs", "clings"])
def test_the_text_leaves_when_the_budget_is_over(how: str) -> None:
    ((form, why, after),) = waits(events_of(chain(Voice(how))))
    assert (form, why) == ("text", "speech exceeded its budget")
    assert BUDGET <= after <= BUDGET + GRACE


@pytest.mark.parametrize("how", ["hangs", "clings"])
def test_the_next_voice_speaks_within_the_budget(how: str) -> None:
    events = events_of(chain(Voice(how), Voice("speaks"), limit=1.2))
    ((form, why, after),) = waits(events)
    assert (form, why) == ("voice", None)
    assert after <= BUDGET
    (trouble,) = (one.body for one in events if one.kind == "trouble")
    assert (trouble.stage, trouble.code) == ("speak", "speech")
    assert trouble.detail == f"{how} did not answer within 1.2 s."


@pytest.mark.parametrize("how", ["hangs", "clings", "stops"])
def test_a_voice_that_remembers_keeps_nobody_waiting_either(how: str) -> None:
    """As `open_voice` wraps them; "stops" hangs in its second sentence, when the upload has begun."""
    voice = Voice(how)
    remembering = PhraseVoice(voice, foresees=False)
    chained = FallbackVoice([Link(how, remembering, Breaker(VirtualClock(0)))])
    ((form, why, after),) = waits(events_of(chained))
    assert (form, why) == ("text", "speech exceeded its budget")
    assert BUDGET <= after <= BUDGET + GRACE
    assert how != "stops" or voice.asked > 1


def test_a_voice_that_fails_is_replaced_by_text_at_once() -> None:
    ((form, why, after),) = waits(events_of(chain(Voice("fails"))))
    assert (form, why) == ("text", "It fails.")
    assert after <= GRACE


def test_who_hangs_again_and_again_keeps_nobody_waiting() -> None:
    hanging = Voice("hangs")
    replies = waits(events_of(chain(hanging, limit=1.2), questions=FAILURES + 2))
    assert hanging.asked == FAILURES
    late = [after for _, _, after in replies]
    assert all(1.2 * SECOND <= after <= 1.2 * SECOND + GRACE for after in late[:FAILURES])
    assert all(after <= GRACE for after in late[FAILURES:])
