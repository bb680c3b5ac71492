"""Noise: the same for a seed, at the ratio asked for, and different in kind."""

from __future__ import annotations

import numpy as np
import pytest

from wavoice.sim import noise as sound
from wavoice.sim.noise import RATE, Signal

KINDS = ("street", "wind", "babble")


def speech_like(seconds: float = 2.0) -> Signal:
    """A voiced tone that comes in syllables, with half a second of silence at each end."""
    time = np.arange(int(seconds * RATE)) / RATE
    voiced = sum(np.sin(2 * np.pi * 140 * h * time) / h for h in range(1, 20))
    syllables = np.square(np.sin(2 * np.pi * 2 * time))
    return np.pad(0.1 * np.asarray(voiced) * syllables, RATE // 2)


def made(kind: str, seed: int, samples: int = 3 * RATE) -> Signal:
    rng = np.random.default_rng(seed)
    if kind == "babble":
        return sound.babble(samples, rng, [speech_like(1.0), speech_like(1.7)])
    return sound.street(samples, rng) if kind == "street" else sound.wind(samples, rng)


def band_share(signal: Signal, low: float, high: float) -> float:
    power = np.square(np.abs(np.fft.rfft(signal)))
    hz = np.fft.rfftfreq(signal.size, 1 / RATE)
    return float(power[(hz >= low) & (hz < high)].sum() / power.sum())


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_decides_every_sample(kind: str) -> None:
    first = made(kind, 7)
    assert first.size == 3 * RATE
    assert np.array_equal(first, made(kind, 7))
    assert not np.array_equal(first, made(kind, 8))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", [20.0, 10.0, 5.0, 0.0])
def test_the_ratio_measured_back_is_the_one_asked_for(kind: str, asked: float) -> None:
    speech = speech_like()
    mixed = sound.to_pcm16(sound.mix(speech, made(kind, 3, speech.size), asked)) / 32767
    # the rounded mix may have been turned down as a whole: least squares finds by how much
    noise = made(kind, 3, speech.size)
    gains = np.linalg.lstsq(np.stack([speech, noise], axis=1), mixed, rcond=None)[0]
    assert sound.snr_db(speech * gains[0], mixed - speech * gains[0]) == pytest.approx(asked, abs=0.5)


def test_pauses_do_not_lower_the_level_of_speech() -> None:
    speech = speech_like()
    with_pause = np.concatenate([speech, np.zeros(5 * RATE), speech])
    assert sound.active_level(with_pause) == pytest.approx(sound.active_level(speech), rel=0.01)
    assert sound.rms(with_pause) < 0.7 * sound.active_level(with_pause)


def test_silence_has_no_level() -> None:
    with pytest.raises(ValueError, match="silence"):
        sound.active_level(np.zeros(RATE))


def test_wind_is_deeper_than_a_street_and_babble_speaks() -> None:
    assert band_share(made("wind", 1), 0, 200) > 0.8
    assert band_share(made("street", 1), 200, 4000) > 0.3
    assert band_share(made("babble", 1), 100, 4000) > 0.9


def test_a_cheap_microphone_keeps_the_telephone_band_and_hisses() -> None:
    speech, rng = speech_like() + 0.2 * made("wind", 2), np.random.default_rng(1)
    heard = sound.cheap_microphone(speech, rng)
    assert band_share(speech, 0, 200) > 0.3
    assert band_share(heard, 0, 200) < 0.05
    assert band_share(heard, 4000, 8000) < 0.01
    silence = np.zeros(RATE)
    hiss = sound.cheap_microphone(np.concatenate([silence, speech_like()]), rng)[:RATE]
    assert sound.rms(hiss) > 0


def test_clipping_flattens_peaks_and_nothing_else() -> None:
    speech = speech_like()
    cut = sound.clipping(speech, np.random.default_rng(1))
    flat = np.abs(cut) >= np.abs(cut).max() - 1e-9
    assert 0.02 < flat.mean() < 0.06
    scale = cut[~flat] @ speech[~flat] / (speech[~flat] @ speech[~flat])
    assert np.allclose(cut[~flat], scale * speech[~flat])


def test_a_pocket_takes_the_consonants() -> None:
    speech = speech_like()
    assert band_share(speech, 1500, 8000) > 10 * band_share(
        sound.muffled(speech, np.random.default_rng(1)), 1500, 8000
    )


def test_too_loud_is_turned_down_not_cut() -> None:
    loud = 3 * speech_like()
    pcm = sound.to_pcm16(loud).astype(np.float64)
    assert np.abs(pcm).max() < 32767
    assert np.corrcoef(pcm, loud)[0, 1] > 0.99999


def test_babble_needs_somebody_who_talks() -> None:
    with pytest.raises(ValueError, match="talker"):
        sound.babble(RATE, np.random.default_rng(1), [])
