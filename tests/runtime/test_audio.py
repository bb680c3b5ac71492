"""Sniffing, page checks, trimming and encoding: pure functions on bytes and arrays."""

from __future__ import annotations

import base64
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.audio.ogg import check_one_stream
from wavoice.runtime.audio.sniff import is_ogg_opus, sha256_matches
from wavoice.runtime.audio.trim import trim_silence
from wavoice.runtime.errors import CorruptMediaError, MediaError, NotAudioError, SpeechError
from wavoice.runtime.model import Speech

RATE = 16_000
ENOUGH = 1 << 20
Pcm = NDArray[np.float32]


def murmur(seconds: float, level_db: float = -20.0, seed: int = 1) -> Pcm:
    """Something with the envelope of syllables and the spectrum of a voice, at that level (RMS)."""
    time = np.arange(round(seconds * RATE)) / RATE
    harmonics = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 20))
    breath = np.random.default_rng(seed).standard_normal(time.size)
    voice = (harmonics + 0.1 * breath) * (0.15 + np.abs(np.sin(2 * np.pi * 2 * time)))
    return at_level(voice, level_db)


def at_level(signal: NDArray[np.float64], level_db: float) -> Pcm:
    scale = 10 ** (level_db / 20) / np.sqrt(np.mean(np.square(signal)))
    return np.asarray(signal * scale, np.float32)


def silence(seconds: float) -> Pcm:
    return np.zeros(round(seconds * RATE), np.float32)


def noise(size: int, level_db: float) -> Pcm:
    return at_level(np.random.default_rng(7).standard_normal(size), level_db)


def note(pcm: Pcm, rate: int = RATE) -> bytes:
    return to_voice_note(Speech(pcm.tobytes(), rate, "test"), ENOUGH)


NOTE = note(murmur(1.0))


# --- what a file is ------------------------------------------------------------------------------


def test_a_note_is_known_by_its_first_packet() -> None:
    assert is_ogg_opus(NOTE)
    assert not is_ogg_opus(NOTE.replace(b"OpusHead", b"\x01vorbis\x00", 1))


@pytest.mark.parametrize("data", [b"", b"OggS", NOTE[:30], b"\x00" + NOTE, b"RIFF" + bytes(60)])
def test_other_beginnings_are_not_notes(data: bytes) -> None:
    assert not is_ogg_opus(data)


def test_an_announced_hash_may_be_hex_or_base64() -> None:
    digest = hashlib.sha256(NOTE)
    assert sha256_matches(NOTE, digest.hexdigest())
    assert sha256_matches(NOTE, digest.hexdigest().upper())
    assert sha256_matches(NOTE, base64.b64encode(digest.digest()).decode())


def test_other_hashes_and_other_forms_do_not_match() -> None:
    data = b"\x00\x02"  # its digest holds a "/" in base64
    digest = hashlib.sha256(data)
    plain = base64.b64encode(digest.digest()).decode()
    other_forms = ["", digest.hexdigest()[:-1], f" {digest.hexdigest()}", plain.rstrip("="), plain.lower()]
    assert "/" in plain or "+" in plain
    for announced in [*other_forms, base64.urlsafe_b64encode(digest.digest()).decode(), "é"]:
        assert not sha256_matches(data, announced)
    assert not sha256_matches(data + b"!", plain)


def test_a_whole_note_passes_the_page_check() -> None:
    check_one_stream(NOTE)


@given(bit=st.integers(0, len(NOTE) * 8 - 1))
def test_no_flipped_bit_goes_unseen(bit: int) -> None:
    damaged = bytearray(NOTE)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CorruptMediaError):
        check_one_stream(bytes(damaged))


@given(length=st.integers(1, len(NOTE) - 1))
def test_a_cut_inside_a_page_is_seen(length: int) -> None:
    try:
        check_one_stream(NOTE[:length])
    except CorruptMediaError:
        return
    assert NOTE[length:].startswith(b"OggS")  # only between two pages; there, the hash has to tell


@pytest.mark.parametrize("tail", [b"\x00", b"PK\x03\x04" + bytes(40), b"OggS"])
def test_bytes_after_the_last_page_are_refused(tail: bytes) -> None:
    with pytest.raises(CorruptMediaError):
        check_one_stream(NOTE + tail)


def test_chained_streams_are_refused() -> None:
    with pytest.raises(NotAudioError):
        check_one_stream(NOTE + NOTE)


# --- trimming ------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail_db", [-25.0, -30.0])
@pytest.mark.parametrize("pause", [2.0, 3.0])
@pytest.mark.parametrize("noise_db", [None, -75.0, -60.0, -50.0, -40.0, -30.0])
@pytest.mark.parametrize("knock", [False, True])
def test_a_quiet_no_wait_after_a_pause_survives(
    tail_db: float, pause: float, noise_db: float | None, knock: bool
) -> None:
    main, tail = murmur(1.5), murmur(0.6, -20.0 + tail_db, seed=2)
    pcm = np.concatenate([silence(1.0), main, silence(pause), tail, silence(2.0)])
    tail_ends = pcm.size - 2 * RATE
    if noise_db is not None:
        pcm += noise(pcm.size, noise_db)
    if knock:
        pcm[RATE // 2 : RATE // 2 + 1600] = 1.0
    trimmed = trim_silence(pcm, RATE)
    assert trimmed.end_s <= (pcm.size - tail_ends) / RATE
    assert trimmed.start_s <= 1.0


def test_a_knock_does_not_make_a_soft_voice_silence() -> None:
    main, tail = murmur(1.5, -38.0), murmur(0.6, -68.0, seed=2)
    pcm = np.concatenate([silence(1.0), main, silence(2.5), tail, silence(2.0)])
    pcm += noise(pcm.size, -95.0)
    pcm[RATE // 2 : RATE // 2 + 1600] = 1.0
    assert trim_silence(pcm, RATE).end_s <= 2.0


@pytest.mark.parametrize("noise_db", [None, -75.0, -65.0])
def test_a_quiet_beginning_survives(noise_db: float | None) -> None:
    pcm = np.concatenate([silence(1.5), murmur(0.5, -50.0, seed=3), silence(2.5), murmur(1.5), silence(1.0)])
    if noise_db is not None:
        pcm += noise(pcm.size, noise_db)
    assert trim_silence(pcm, RATE).start_s <= 1.5


@pytest.mark.parametrize("background_db", [None, -80.0])
def test_silence_at_both_ends_goes_but_for_a_margin(background_db: float | None) -> None:
    pcm = np.concatenate([silence(3.0), murmur(1.0), silence(4.0)])
    if background_db is not None:
        pcm += noise(pcm.size, background_db)
    trimmed = trim_silence(pcm, RATE)
    assert trimmed.start_s == pytest.approx(2.7, abs=0.05)
    assert trimmed.end_s == pytest.approx(3.7, abs=0.05)


def test_what_lies_between_the_ends_is_untouched() -> None:
    pcm = np.concatenate([silence(1.0), murmur(0.5), silence(20.0), murmur(0.5, seed=4), silence(1.0)])
    trimmed = trim_silence(pcm, RATE)
    start = round(trimmed.start_s * RATE)
    assert trimmed.start_s > 0
    np.testing.assert_array_equal(trimmed.pcm, pcm[start : start + trimmed.pcm.size])
    assert trimmed.start_s + trimmed.pcm.size / RATE + trimmed.end_s == pytest.approx(pcm.size / RATE)


def test_with_noise_that_could_hide_words_nothing_is_cut() -> None:
    pcm = np.concatenate([silence(2.0), murmur(1.0), silence(2.0)]) + noise(5 * RATE, -45.0)
    trimmed = trim_silence(pcm, RATE)
    assert (trimmed.start_s, trimmed.end_s, trimmed.pcm.size) == (0.0, 0.0, pcm.size)


@pytest.mark.parametrize("pcm", [silence(2.0), silence(0.0), silence(0.001), noise(RATE, -90.0)])
def test_a_note_without_sound_is_returned_whole(pcm: Pcm) -> None:
    trimmed = trim_silence(pcm, RATE)
    np.testing.assert_array_equal(trimmed.pcm, pcm)
    assert (trimmed.start_s, trimmed.end_s) == (0.0, 0.0)


# --- encoding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_speech_comes_back_from_a_voice_note(rate: int) -> None:
    time = np.arange(2 * rate) / rate
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    audio = decode_note(note(tone, rate), 60.0)
    heard = np.frombuffer(audio.pcm, "<f4")
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * audio.rate / heard.size == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(np.square(heard))) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)
    assert audio.seconds == pytest.approx(2.0, abs=0.03)
    assert (audio.channels, audio.codec) == (1, "opus")


def test_a_voice_note_is_mono_opus_of_about_two_kilobytes_a_second() -> None:
    data = note(murmur(10.0))
    assert is_ogg_opus(data)
    assert 10_000 < len(data) < 25_000


def test_a_reply_that_would_not_play_inline_is_refused() -> None:
    with pytest.raises(SpeechError, match="more than the 1000"):
        to_voice_note(Speech(murmur(4.0).tobytes(), RATE, "test"), 1000)


def test_no_speech_is_no_voice_note() -> None:
    with pytest.raises(SpeechError, match="no audio"):
        to_voice_note(Speech(b"", RATE, "test"), ENOUGH)


def test_silence_encoded_and_decoded_is_still_trimmed() -> None:
    audio = decode_note(note(np.concatenate([silence(2.0), murmur(1.0), silence(2.0)])), 60.0)
    assert audio.trimmed_start == pytest.approx(1.7, abs=0.1)
    assert audio.trimmed_end == pytest.approx(1.7, abs=0.1)
    assert audio.seconds == pytest.approx(5.0, abs=0.03)


def test_refusals_are_one_sentence_without_content() -> None:
    with pytest.raises(MediaError) as caught:
        decode_note(b"my card is 4111", 60.0)
    assert "4111" not in str(caught.value)
    assert str(caught.value).count(".") == 1
