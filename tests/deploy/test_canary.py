"""The canary turn and the smoke note: a release proves itself, with nobody and with its owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from tests.deploy.stage import project
from tests.rehearsing import Desk, desk, warm_decoder
from wavoice.deploy.canary import Canary, sing
from wavoice.deploy.errors import StepFailed
from wavoice.deploy.smoke import Smoker, digits_of
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ChannelError, SpeechError, UserInputError
from wavoice.runtime.model import PromptState, Speech
from wavoice.runtime.settings import Settings
from wavoice.sim.clock import CountingIds
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice

WISH = "please gift wrap my order in gold paper"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("canary") / "bot")


async def sung(settings: Settings, lines: Iterable[Line], *, voice: bool = True, **deploy: object) -> Canary:
    parts = Parts(
        ears=ScriptedEars(lines), voice=ToneVoice() if voice else None, speaks=voice, decoder=warm_decoder()
    )
    changed = settings.deploy.model_copy(update=deploy)
    return await sing(settings.model_copy(update={"deploy": changed}), parts)


class Mute(ToneVoice):
    """A voice whose library breaks."""

    async def say(self, text: str, language: str) -> Speech:
        raise SpeechError("no voice today")


class TestCanary:
    async def test_it_hears_and_answers(self, settings: Settings) -> None:
        found = await sung(settings, [Line(WISH)], canary_words=("gift", "Gold"))
        assert (found.ok, found.told) == (True, "heard 8 words, answered by voice")
        assert found.seconds > 0

    @pytest.mark.bulk
    async def test_without_a_voice_it_answers_in_writing(self, settings: Settings) -> None:
        found = await sung(settings, [Line(WISH)], voice=False)
        assert (found.ok, found.told) == (True, "heard 8 words, answered in writing")

    @pytest.mark.bulk
    async def test_deaf_ears_are_found(self, settings: Settings) -> None:
        found = await sung(settings, [Line("")] * 3)
        assert (found.ok, found.told) == (False, "it answered, and heard no word of the note")

    @pytest.mark.bulk
    async def test_so_are_ears_that_hear_something_else(self, settings: Settings) -> None:
        found = await sung(settings, [Line("where is my order")], canary_words=("gift",))
        assert (found.ok, found.told) == (False, "it did not hear: gift")

    @pytest.mark.bulk
    async def test_so_is_a_voice_that_fails(self, settings: Settings) -> None:
        parts = Parts(ears=ScriptedEars([Line(WISH)]), voice=Mute(), decoder=warm_decoder())
        found = await sing(settings, parts)
        assert (found.ok, found.told) == (False, "it has a voice, and answered in writing only")

    @pytest.mark.bulk
    async def test_what_the_release_lacks_is_told(self, settings: Settings) -> None:
        deaf = settings.model_copy(update={"ears": settings.ears.model_copy(update={"model": "/nowhere"})})
        found = await sing(deaf, Parts(voice=ToneVoice(), decoder=warm_decoder()))
        assert not found.ok
        assert "/nowhere" in found.told

    @pytest.mark.bulk
    async def test_a_note_of_ones_own_must_be_there(self, settings: Settings) -> None:
        found = await sung(settings, [], canary_note=Path("notes/mine.ogg"))
        assert (found.ok, "notes/mine.ogg cannot be read" in found.told) == (False, True)


class TestSmoke:
    @pytest.fixture
    async def at(self) -> AsyncIterator[Desk]:
        async with desk() as made:
            yield made

    def smoker(self, at: Desk) -> Smoker:
        runtime = at.rehearsal.runtime
        number = runtime.settings.whatsapp.phone_number_id or ""
        return Smoker(runtime.store, runtime.channel, at.clock, CountingIds(), "default", number)

    async def test_it_is_followed_until_it_is_delivered(self, at: Desk) -> None:
        sending = asyncio.create_task(self.smoker(at).smoke(f"+{at.rehearsal.phone.person.phone}", 60))
        shown = await at.rehearsal.phone.hears(0)
        assert "A new release" in (shown.text or "")
        await at.wait(1)
        assert await sending < 2
        assert len(at.messages) == 1, "no drain sends it again"

    @pytest.mark.bulk
    async def test_a_phone_that_is_off_is_told_of(self, at: Desk) -> None:
        at.rehearsal.phone.reach = PromptState.SENT
        sending = asyncio.create_task(self.smoker(at).smoke(at.rehearsal.phone.person.phone or "", 5))
        while not sending.done():
            await at.wait(1)
        with pytest.raises(StepFailed, match="not delivered in time: sent"):
            sending.result()

    @pytest.mark.bulk
    async def test_outside_the_24_hours_whatsapp_refuses(self, at: Desk) -> None:
        at.rehearsal.emulator.fault("refuse")
        with pytest.raises(ChannelError) as refused:
            await self.smoker(at).smoke(at.rehearsal.phone.person.phone or "", 5)
        assert refused.value.graph_code == 131047


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("+91 98123 00001\n", "919812300001"),
        ("919812300001", "919812300001"),
        ("+1 (555) 010-0100", "15550100100"),
    ],
)
def test_how_numbers_are_written(written: str, digits: str) -> None:
    assert digits_of(written) == digits


@pytest.mark.parametrize("written", ["", "the owner", "+12"])
def test_what_is_no_number_is_not_repeated(written: str) -> None:
    with pytest.raises(UserInputError) as refused:
        digits_of(written)
    assert str(refused.value).startswith("deploy.smoke_to is no phone number.")
