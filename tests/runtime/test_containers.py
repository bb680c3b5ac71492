"""Audio that is no voice note: what customers record elsewhere or forward, and what is passed off as it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from tests.runtime.audio_files import AMR, AMR_WB, box, container, endless_m4a, made, wide_amr
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.errors import CorruptMediaError, MediaError, NotAudioError, NoteTooLongError
from wavoice.runtime.policy import Policy

pytestmark = pytest.mark.asyncio(loop_scope="module")
CAP = 20.0
RATE = 16_000
FILES = made()
M4A = FILES["m4a"]
ID3V1 = b"TAG" + bytes(125)
APE = b"APETAGEX" + (2000).to_bytes(4, "little") + (32).to_bytes(4, "little") + bytes(16)
SILENT_AMR = b"\x7c"
"""A frame of one byte: no data, 20 ms (RFC 4867, frame type 15)."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def decoder() -> AsyncIterator[SandboxedDecoder]:
    """One for all files: none may leave it worse than it was."""
    decoder = SandboxedDecoder(Policy(max_note_seconds=CAP, long_note_seconds=CAP))
    yield decoder
    await decoder.close()


# --- what is heard -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "codec", "rate", "channels"),
    [
        pytest.param(FILES["aac"], "aac", 44_100, 1, id="aac"),
        pytest.param(FILES["amr"], "amr_nb", 8_000, 1, id="amr"),
        pytest.param(FILES["mp3"], "mp3", 44_100, 1, id="mp3"),
        pytest.param(FILES["m4a"], "aac", 44_100, 1, id="m4a"),
        pytest.param(container("adts", "aac", "stereo"), "aac", 48_000, 2, id="stereo aac"),
        pytest.param(container("mp4", "aac", "stereo"), "aac", 48_000, 2, id="stereo mp4"),
        pytest.param(container("mp3", "libmp3lame", "stereo"), "mp3", 48_000, 2, id="stereo mp3"),
        pytest.param(container("mp3", "libmp3lame", rate=16_000), "mp3", 16_000, 1, id="mpeg-2 mp3"),
        pytest.param(container("mp3", "libmp3lame", rate=8_000), "mp3", 8_000, 1, id="mpeg-2.5 mp3"),
        pytest.param(container("mp3", "libmp3lame", picture="cover"), "mp3", 48_000, 1, id="mp3 with cover"),
        pytest.param(container("mp4", "aac", picture="cover"), "aac", 48_000, 1, id="m4a with cover"),
        pytest.param(FILES["mp3"] + ID3V1, "mp3", 44_100, 1, id="mp3 with ID3v1"),
        pytest.param(FILES["mp3"] + APE, "mp3", 44_100, 1, id="mp3 with APE"),
        pytest.param(
            container("mp4", "aac", options={"movflags": "frag_keyframe+empty_moov"}),
            *("aac", 48_000, 1),
            id="m4a in pieces",
        ),
    ],
)
async def test_what_whatsapp_carries_as_audio_is_heard(
    decoder: SandboxedDecoder, data: bytes, codec: str, rate: int, channels: int
) -> None:
    audio = await decoder.decode(data)
    samples = np.frombuffer(audio.pcm, "<f4")
    assert (audio.codec, audio.source_rate, audio.channels, audio.rate) == (codec, rate, channels, RATE)
    assert audio.seconds == pytest.approx(2.0, abs=0.1)
    assert np.argmax(np.abs(np.fft.rfft(samples))) * RATE / samples.size == pytest.approx(440, abs=2)
    assert audio.bytes_in == len(data)


async def test_wide_band_amr_is_heard(decoder: SandboxedDecoder) -> None:
    audio = await decoder.decode(wide_amr())
    assert (audio.codec, audio.source_rate) == ("amr_wb", 16_000)
    assert audio.seconds == pytest.approx(1.0)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"#!AMR_MC1.0\n" + bytes(40), id="amr of several channels"),
        pytest.param(container("mp4", "aac", picture="film"), id="a film"),
        pytest.param(container("ipod", "alac"), id="another codec in m4a"),
        pytest.param(container("mp4", "libopus"), id="opus in mp4"),
        pytest.param(container("mp2", "mp2"), id="another layer than mp3"),
        pytest.param(container("mp4", "aac", "5.1"), id="six channels"),
        pytest.param(box(b"ftyp", b"M4A \0\0\0\0") + box(b"abcd", bytes(9)), id="unknown box"),
        pytest.param(M4A.replace(b"mp4a", b"enca"), id="encrypted"),
        pytest.param(M4A + box(b"moov"), id="two headers"),
        pytest.param(box(b"ftyp") + box(b"moov", box(b"cmov", bytes(40))) + box(b"mdat"), id="packed header"),
        pytest.param(box(b"ftyp") + box(b"free") * 5000, id="thousands of boxes"),
        pytest.param(b"\xff\xfb\x00\xc0" + bytes(400), id="mp3 of no stated rate"),
        pytest.param(b"ID3\x04\0\0\0\0\0\x05hello", id="a tag and nothing behind it"),
        pytest.param(b"\xff\xfeh\0t\0m\0l\0", id="text of two bytes a letter"),
    ],
)
async def test_what_no_phone_records_is_no_note(decoder: SandboxedDecoder, data: bytes) -> None:
    with pytest.raises(NotAudioError):
        await decoder.decode(data)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "cut",
    [lambda data: data[: len(data) // 2], lambda data: data[:-1], lambda data: data + b"\xff\xfe"],
    ids=["in half", "by a byte", "and more behind it"],
)
async def test_a_damaged_file_is_refused(decoder: SandboxedDecoder, name: str, cut: object) -> None:
    assert callable(cut)
    with pytest.raises(CorruptMediaError):
        await decoder.decode(cut(FILES[name]))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(AMR, id="amr header only"),
        pytest.param(AMR_WB, id="wide amr header only"),
        pytest.param(FILES["aac"][:700] + FILES["aac"][800:], id="aac with a hole"),
        pytest.param(FILES["mp3"][:3000] + FILES["mp3"][3100:], id="mp3 with a hole"),
        pytest.param(box(b"ftyp", b"M4A \0\0\0\0") + box(b"mdat", bytes(500)), id="a recording broken off"),
        pytest.param(M4A[: M4A.index(b"mdat") + 4] + bytes(9), id="m4a cut after its header"),
    ],
)
async def test_what_is_missing_is_noticed(decoder: SandboxedDecoder, data: bytes) -> None:
    """FFmpeg plays each of them, without what is gone."""
    with pytest.raises(CorruptMediaError):
        await decoder.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(AMR + SILENT_AMR * (8 * 3600 * 50), id="amr"),
        pytest.param(AMR_WB + SILENT_AMR * (8 * 3600 * 50), id="wide amr"),
        pytest.param(AMR + FILES["amr"][6:] * 11, id="amr of speech"),
        pytest.param(FILES["aac"] * 11, id="aac"),
        pytest.param(container("mp3", "libmp3lame", rate=8_000, seconds=CAP + 1), id="mp3"),
        pytest.param(container("ipod", "aac", rate=8_000, seconds=CAP + 1), id="m4a"),
        pytest.param(endless_m4a(200_000), id="m4a of one frame, named again and again"),
    ],
)
async def test_what_is_too_long_stops_at_the_cap(decoder: SandboxedDecoder, data: bytes) -> None:
    assert len(data) < 1_500_000
    with pytest.raises(NoteTooLongError):
        await decoder.decode(data)


async def test_a_file_that_changes_its_rate_is_heard_as_a_whole(decoder: SandboxedDecoder) -> None:
    other = container("adts", "aac", rate=24_000, seconds=1.0)
    audio = await decoder.decode(FILES["aac"] + other)
    assert audio.seconds == pytest.approx(3.1, abs=0.1)


# --- reaching for something else -----------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
async def test_a_playlist_behind_a_good_beginning_opens_nothing(
    decoder: SandboxedDecoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "note.ogg").write_bytes(FILES[name])
    monkeypatch.chdir(tmp_path)
    for beginning in (FILES[name][:4], FILES[name][:12], FILES[name]):
        with pytest.raises(MediaError):
            await decoder.decode(beginning + b"ffconcat version 1.0\nfile note.ogg\n")
