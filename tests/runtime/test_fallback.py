"""Backends that stand in for each other: who is asked, for how long, and who is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from wavoice.runtime.adapters.breaker import FAILURES, FIRST_REST, LONGEST_REST, Breaker
from wavoice.runtime.adapters.fallback import FallbackEars, FallbackVoice, Link
from wavoice.runtime.errors import MissingModelError, SpeechError, UnsupportedLanguageError
from wavoice.runtime.model import SECOND, Audio, Decode, Heard, Speech
from wavoice.runtime.ports import Hint
from wavoice.sim.clock import VirtualClock
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually

NOTE = Audio(pcm=bytes(64_000), seconds=1.0)
Act = Callable[[], Awaitable[object]]


async def well() -> None:
    return


async def ill() -> None:
    raise SpeechError("It is ill.")


async def foreign() -> None:
    raise UnsupportedLanguageError("It speaks Welsh.")


async def gone() -> None:
    raise MissingModelError("Its weights are gone.", remedy="Get them.")


async def buggy() -> None:
    raise KeyError("a name that a customer said")


async def hangs() -> None:
    await asyncio.Event().wait()


async def clings() -> None:
    """Hangs, and takes no cancellation for an answer."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await hangs()


async def cancels_itself() -> None:
    raise asyncio.CancelledError


class Backend:
    """Ears and a voice that do as told, and count."""

    def __init__(self, name: str, *acts: Act) -> None:
        self.name, self.acts, self.asked, self.closed = name, list(acts), 0, False
        self.called = asyncio.Event()

    async def _act(self) -> None:
        self.asked += 1
        self.called.set()
        await (self.acts.pop(0) if len(self.acts) > 1 else self.acts[0])()

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        await self._act()
        return Heard((Decode(self.name, -0.2, 0.0, hint.language, "none", 5),), 1.0, audio.seconds)

    async def say(self, text: str, language: str) -> Speech:
        await self._act()
        return Speech(pcm=bytes(4), rate=16_000, voice=self.name)

    async def warm(self) -> None:
        await self._act()

    async def close(self) -> None:
        self.closed = True


def virtually(test: Callable[[VirtualClock], Awaitable[None]]) -> None:
    """Run on a clock that jumps to whatever is waited for."""
    clock = VirtualClock(0)

    async def run(loop: VirtualLoop) -> None:
        task = asyncio.ensure_future(test(clock))
        while not task.done():
            due = await loop.quiet()
            if due is not None:
                clock.advance_to(due)
        await task

    run_virtually(clock, run)


def chained(clock: VirtualClock, *backends: Backend, limit: float | None = None) -> list[Link[Backend]]:
    return [Link(backend.name, backend, Breaker(clock), limit) for backend in backends]


async def said_by(voice: FallbackVoice) -> tuple[str, list[tuple[str, str]]]:
    speech = await voice.say("Hello.", "en")
    return speech.voice, [(detour.backend, detour.code) for detour in speech.detours]


@pytest.mark.parametrize(
    ("act", "code", "words"),
    [
        (ill, "speech", "It is ill."),
        (foreign, "language", "It speaks Welsh."),
        (gone, "speech", "first failed: Its weights are gone."),
        (buggy, "speech", "first failed: KeyError"),
        (hangs, "speech", "first did not answer within 1 s."),
        (clings, "speech", "first did not answer within 1 s."),
        (cancels_itself, "speech", "first gave up."),
    ],
)
def test_the_next_one_answers_for_one_that_does_not(act: Act, code: str, words: str) -> None:
    async def test(clock: VirtualClock) -> None:
        chain = chained(clock, Backend("first", act), Backend("second", well), limit=1.0)
        speech = await FallbackVoice(chain).say("Hello.", "en")
        heard = await FallbackEars(chain).hear(NOTE, Hint())
        assert (speech.voice, heard.transcript.text) == ("second", "second")
        for (detour,) in (speech.detours, heard.detours):
            assert (detour.backend, detour.code) == ("first", code)
            assert detour.detail.startswith(words.partition(" within")[0])

    virtually(test)


def test_a_long_note_is_waited_for_longer() -> None:
    async def test(clock: VirtualClock) -> None:
        ears = FallbackEars(chained(clock, Backend("first", hangs), Backend("second", well), limit=4.0))
        await ears.hear(Audio(pcm=b"", seconds=60.0), Hint())
        assert clock.now() == 10 * SECOND

    virtually(test)


def test_whoever_stops_waiting_is_free_at_once() -> None:
    """Also from a backend that clings to its work."""

    async def test(clock: VirtualClock) -> None:
        voice = FallbackVoice(chained(clock, Backend("first", clings)))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await voice.say("Hello.", "en")
        assert clock.now() == 2 * SECOND

    virtually(test)


async def test_when_all_fail_all_are_named() -> None:
    voice = FallbackVoice(chained(VirtualClock(0), Backend("first", ill), Backend("second", foreign)))
    with pytest.raises(SpeechError, match=r"It is ill\. It speaks Welsh\.") as caught:
        await voice.say("Hello.", "en")
    assert not isinstance(caught.value, UnsupportedLanguageError)


async def test_a_language_that_nobody_knows_is_told_apart_and_is_no_illness() -> None:
    first, second = Backend("first", foreign), Backend("second", foreign)
    ears = FallbackEars(chained(VirtualClock(0), first, second))
    for _ in range(3 * FAILURES):
        with pytest.raises(UnsupportedLanguageError):
            await ears.hear(NOTE, Hint(language="cy"))
    assert (first.asked, second.asked) == (3 * FAILURES, 3 * FAILURES)


async def test_a_lone_backend_fails_in_its_own_words() -> None:
    with pytest.raises(SpeechError, match=r"^It is ill\.$"):
        await FallbackEars(chained(VirtualClock(0), Backend("only", ill))).hear(NOTE, Hint())


async def test_who_fails_too_often_is_left_alone_and_then_tried_once() -> None:
    clock = VirtualClock(0)
    first, second = Backend("first", *[ill] * (FAILURES + 1), well), Backend("second", well)
    voice = FallbackVoice(chained(clock, first, second))
    for _ in range(FAILURES):
        assert await said_by(voice) == ("second", [("first", "speech")])
    assert await said_by(voice) == ("second", [("first", "resting")])
    assert first.asked == FAILURES
    clock.advance_to(FIRST_REST)
    assert await said_by(voice) == (
        "second",
        [("first", "speech")],
    )  # the trial failed: it rests twice as long
    clock.advance_to(2 * FIRST_REST)
    assert await said_by(voice) == ("second", [("first", "resting")])
    clock.advance_to(3 * FIRST_REST)
    assert await said_by(voice) == ("first", [])
    assert await said_by(voice) == ("first", [])


async def test_one_trial_at_a_time() -> None:
    clock = VirtualClock(0)
    first, second = Backend("first", *[ill] * FAILURES, hangs), Backend("second", well)
    voice = FallbackVoice(chained(clock, first, second))
    for _ in range(FAILURES):
        await said_by(voice)
    clock.advance_to(FIRST_REST)
    first.called.clear()
    trial = asyncio.create_task(said_by(voice))
    await first.called.wait()
    assert await said_by(voice) == ("second", [("first", "resting")])
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    first.acts = [well]
    assert await said_by(voice) == ("first", [])  # a trial that was given up proved nothing


def test_rests_grow_to_a_limit() -> None:
    clock = VirtualClock(0)
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        assert breaker.admits()
        breaker.failed()
    rests = []
    for _ in range(6):
        began = clock.now()
        while not breaker.admits():
            clock.advance_to(clock.now() + SECOND)
        rests.append(clock.now() - began)
        breaker.failed()
    assert rests == [min(FIRST_REST << n, LONGEST_REST) for n in range(6)]


def test_a_success_between_failures_forgets_them() -> None:
    breaker = Breaker(VirtualClock(0))
    for outcome in (breaker.failed, breaker.failed, breaker.succeeded, breaker.failed, breaker.failed):
        assert breaker.admits()
        outcome()
    assert breaker.admits()


async def test_the_last_ears_are_asked_even_if_they_rest() -> None:
    """An apology costs the customer the note said again; a text in place of a voice costs nothing."""
    clock = VirtualClock(0)
    last = Backend("last", *[ill] * FAILURES, well)
    ears, voice = FallbackEars(chained(clock, last)), FallbackVoice(chained(clock, Backend("v", ill)))
    for _ in range(FAILURES):
        with pytest.raises(SpeechError):
            await ears.hear(NOTE, Hint())
        with pytest.raises(SpeechError):
            await voice.say("Hello.", "en")
    assert (await ears.hear(NOTE, Hint())).transcript.text == "last"
    with pytest.raises(SpeechError, match="left alone"):
        await voice.say("Hello.", "en")


async def test_warm_is_enough_for_one_of_them() -> None:
    clock = VirtualClock(0)
    await FallbackVoice(chained(clock, Backend("first", ill), Backend("second", well))).warm()
    with pytest.raises(MissingModelError, match="Its weights are gone"):
        await FallbackEars(chained(clock, Backend("first", ill), Backend("second", gone))).warm()


async def test_all_are_closed() -> None:
    both = Backend("first", well), Backend("second", well)
    await FallbackEars(chained(VirtualClock(0), *both)).close()
    assert [one.closed for one in both] == [True, True]
