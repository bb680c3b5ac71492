"""Noise, rooms and Opus: what a recording is heard in is what was asked for, and the same for a seed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.sim.stt.making import sample, voice, written
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.ports import Decoder
from wavoice.sim import noise as sound
from wavoice.sim.eval_notes import production_decoder
from wavoice.sim.noise import RATE
from wavoice.sim.stt.conditions import Condition, Plan, read_bit_rate, read_snrs
from wavoice.sim.stt.noises import Crowd, Noise, Surroundings, in_room, surroundings
from wavoice.sim.stt.rows import Sample
from wavoice.sim.stt.sound import opened, signal_of

HUM = Noise("hum", 0.05 * np.sin(np.arange(5 * RATE) / 9) + 0.01)
TAP = Noise("tap", voice(0.3), burst=True)


@pytest.fixture
async def decoder() -> AsyncIterator[Decoder]:
    async with production_decoder() as found:
        yield found


def note(folder: Path, name: str = "a", **labels: object) -> Sample:
    path = written(folder / f"{name}.wav", voice())
    return replace(sample(id=name, **labels), path=path)


@pytest.mark.parametrize("noise", [HUM, Noise("street"), Noise("wind")], ids=lambda noise: str(noise.name))
@pytest.mark.parametrize("snr", [20.0, 5.0, -5.0])
def test_the_ratio_is_the_one_asked_for(noise: Noise, snr: float) -> None:
    speech = voice()
    mixed = Surroundings().add_noise(noise, speech, snr, "a", 1)
    assert sound.snr_db(speech, mixed - speech) == pytest.approx(snr, abs=0.1)


def test_a_burst_lies_somewhere_and_is_as_loud_as_asked_while_it_lasts() -> None:
    speech = voice(3.0)
    added = Surroundings().add_noise(TAP, speech, 0.0, "a", 1) - speech
    lies = np.flatnonzero(added)
    assert 0 < lies.size <= 0.3 * RATE
    assert sound.active_level(added[lies[0] : lies[-1] + 1]) == pytest.approx(
        sound.active_level(speech), rel=0.01
    )
    again = Surroundings().add_noise(TAP, speech, 0.0, "b", 1) - speech
    assert np.flatnonzero(again)[0] != lies[0]


def test_a_seed_decides_every_sample_and_ratios_share_their_noise() -> None:
    speech = voice()
    first, second = (Surroundings().add_noise(Noise("street"), speech, 10, "a", 3) for _ in range(2))
    assert np.array_equal(first, second)
    other = Surroundings().add_noise(Noise("street"), speech, 10, "a", 4)
    assert not np.array_equal(first, other)
    louder = Surroundings().add_noise(Noise("street"), speech, 0, "a", 3) - speech
    assert np.allclose(louder, (first - speech) * sound.amplitude(10))


def test_babble_is_made_of_the_others() -> None:
    silent, *others = np.zeros(RATE), voice(1.0, 100), voice(1.0, 210), voice(1.0, 300)
    crowd = Crowd([("a", silent), *((str(index), each) for index, each in enumerate(others))])
    mixed = Surroundings(crowd=crowd).add_noise(Noise("babble"), voice(), 5, "a", 1)
    assert np.isfinite(mixed).all()
    assert len(crowd.without("a", np.random.default_rng(1))) == 3


def test_a_room_rings_on_at_the_same_level_and_without_delay() -> None:
    speech = np.concatenate([voice(0.5), np.zeros(RATE // 2)])
    response = np.concatenate([np.zeros(400), [1.0], 0.5 * np.exp(-np.arange(8000) / 2000)])
    wet = in_room(speech, response)
    assert wet.size == speech.size
    assert sound.active_level(wet) == pytest.approx(sound.active_level(speech), rel=0.01)
    assert sound.rms(wet[RATE // 2 + 200 : RATE // 2 + 2000]) > 1e-4
    assert np.allclose(in_room(speech, np.array([0.0, 0.1, 0.0, 2.0])), speech)  # nothing but a delay


def test_clean_recordings_meet_every_ratio_and_noisy_ones_stay_as_they_are() -> None:
    around = Surroundings((HUM, TAP), (("hall", np.ones(3)),))
    plan = Plan(around, (10.0, 0.0))
    made = list(plan.conditions(sample()))
    assert [(each.level, each.room) for each in made] == [
        ("clean", None), ("room", "hall"), ("10 dB", "hall"), ("0 dB", "hall"),
    ]  # fmt: skip
    assert len({each.noise for each in made[2:]}) == 1
    assert {sample_noise(plan, str(name)) for name in range(20)} == {"hum", "tap"}
    everything = list(replace(plan, every_noise=True).conditions(sample()))
    assert [(each.noise, each.snr) for each in everything[2:]] == [
        ("hum", 10.0), ("hum", 0.0), ("tap", 10.0), ("tap", 0.0),
    ]  # fmt: skip
    assert list(plan.conditions(sample(noise="traffic", snr=5.0))) == [Condition(5.0, "traffic")]
    assert Condition(noise="muffled").level == "noisy"


def sample_noise(plan: Plan, name: str) -> str | None:
    return list(plan.conditions(sample(id=name)))[-1].noise


async def test_opus_is_coded_as_a_phone_does_and_decoded_as_the_runtime_does(
    tmp_path: Path, decoder: Decoder
) -> None:
    plan = Plan(Surroundings((HUM,)), (10.0,), bit_rate=16_000)
    made = [each async for each in plan.made(note(tmp_path), decoder)]
    assert [condition.level for condition, _ in made] == ["clean", "10 dB"]
    assert {audio.codec for _, audio in made} == {"opus"}
    assert all(audio.seconds == pytest.approx(1.5, abs=0.1) for _, audio in made)
    coarse = [
        audio.bytes_in async for _, audio in replace(plan, bit_rate=6_000).made(note(tmp_path), decoder)
    ]
    assert all(less < audio.bytes_in for less, (_, audio) in zip(coarse, made, strict=True))


async def test_a_file_is_taken_as_it_is(tmp_path: Path, decoder: Decoder) -> None:
    audio = await opened(written(tmp_path / "a.wav", voice()), "here", decoder)
    assert (audio.codec, audio.seconds) == ("pcm", 1.5)
    assert sound.rms(signal_of(audio)) == pytest.approx(sound.rms(voice()), rel=0.05)
    silent = replace(note(tmp_path, "s"), path=written(tmp_path / "s.wav", np.zeros(RATE)))
    plan = Plan(Surroundings((HUM,)), (10.0,))
    assert [not any(audio.pcm) async for _, audio in plan.made(silent, decoder)] == [True, True]
    (tmp_path / "b.wav").write_bytes(b"RIFF....")
    with pytest.raises(UserInputError, match=r"here: .* is no recording that can be heard"):
        await opened(tmp_path / "b.wav", "here", decoder)


async def test_a_manifest_holds_noises_and_rooms(tmp_path: Path, decoder: Decoder) -> None:
    for name in ("hum", "tap", "hall"):
        written(tmp_path / f"{name}.wav", voice(0.4 if name == "tap" else 2.0))
    kinds = {"hum": "café", "tap": "tap", "hall": "room impulse response"}
    file = tmp_path / "sounds.jsonl"
    lines = [json.dumps({"path": f"{name}.wav", "kind": kind}) for name, kind in kinds.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    found = await surroundings([str(file), "wind"], [str(file)], [], decoder)
    assert [(noise.name, noise.burst) for noise in found.noises] == [
        ("hum", False), ("tap", True), ("wind", False),
    ]  # fmt: skip
    assert [name for name, _ in found.rooms] == ["hall"]
    file.write_text(lines[0], encoding="utf-8")
    with pytest.raises(UserInputError, match="holds no rooms"):
        await surroundings([], [str(file)], [], decoder)


async def test_says_which_noise_is_none(tmp_path: Path, decoder: Decoder) -> None:
    with pytest.raises(UserInputError, match="There is no noise 'rain'"):
        await surroundings(["rain"], [], [], decoder)
    with pytest.raises(UserInputError, match="is silent"):
        await surroundings([str(written(tmp_path / "s.wav", np.zeros(RATE)))], [], [], decoder)
    with pytest.raises(UserInputError, match="Babble takes 3"):
        await surroundings(["babble"], [], [note(tmp_path)], decoder)
    found = await surroundings(["babble"], [], [note(tmp_path, name) for name in "abcd"], decoder)
    assert len(found.crowd.voices) == 4


def test_reads_ratios_and_bit_rates() -> None:
    assert read_snrs("20,10,5,0,5") == (20.0, 10.0, 5.0, 0.0)
    assert (read_bit_rate("16k"), read_bit_rate("24000")) == (16_000, 24_000)
    for text in ("", "ten", "99"):
        with pytest.raises(UserInputError, match="--snr"):
            read_snrs(text)
    for text in ("16", "fast", "1k", "-6k", "128k"):
        with pytest.raises(UserInputError, match="--opus"):
            read_bit_rate(text)
