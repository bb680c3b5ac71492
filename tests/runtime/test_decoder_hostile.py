"""Files that somebody made on purpose, and files that were damaged on their way."""

from __future__ import annotations

import asyncio
import io
import os
import random
import struct
import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio

from tests.runtime.audio_files import container, made, tone
from tests.runtime.test_decoder import children, until
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.audio.ogg import checksum
from wavoice.runtime.errors import CorruptMediaError, MediaError, NotAudioError, NoteTooLongError
from wavoice.runtime.model import Audio, Speech
from wavoice.runtime.policy import Policy

pytestmark = pytest.mark.asyncio(loop_scope="module")
CAP = 20.0
RATE = 16_000
SILENT_120_MS = b"\x59"
"""A packet of one byte: SILK, wideband, two frames of 60 ms, both empty (RFC 6716 section 3.1)."""
FIRST, LAST = 2, 4
TAGS = b"OpusTags" + struct.pack("<I4sI", 4, b"test", 0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def decoder() -> AsyncIterator[SandboxedDecoder]:
    """One for all files: none may leave it worse than it was."""
    decoder = SandboxedDecoder(Policy(max_note_seconds=CAP, long_note_seconds=CAP))
    yield decoder
    await decoder.close()


def page(packets: list[bytes], number: int, granule: int, flags: int = 0) -> bytes:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 7, number, 0, len(lacing))
    return sealed(head + lacing + b"".join(packets))


def sealed(unsealed: bytes) -> bytes:
    """The page with its checksum put right."""
    return unsealed[:22] + struct.pack("<I", checksum(unsealed)) + unsealed[26:]


def opus_head(channels: int = 1, family: int = 0, mapping: bytes = b"") -> bytes:
    return b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 312, RATE, 0, family) + mapping


def stream(head: bytes, *pages: bytes) -> bytes:
    return b"".join([page([head], 0, 0, FIRST), page([TAGS], 1, 0), *pages])


def silent_hours(seconds: float, claimed: float) -> bytes:
    """A stream of one-byte packets whose pages claim another length."""
    packets = [SILENT_120_MS] * round(seconds / 0.12)
    runs = [packets[at : at + 255] for at in range(0, len(packets), 255)]
    granule = round(claimed * 48_000)
    pages = [
        page(run, 2 + number, granule, LAST if number == len(runs) - 1 else 0)
        for number, run in enumerate(runs)
    ]
    return stream(opus_head(), *pages)


NOTE = to_voice_note(Speech(tone().tobytes(), RATE, "test"), 1 << 20)


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("note.ogg", NOTE)
    return target.getvalue()


# --- not notes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(bytes(5000), id="zeros"),
        pytest.param(b"<!doctype html><title>Login</title>", id="html"),
        pytest.param(b"#EXTM3U\n#EXTINF:10,\nnote.ogg\n", id="hls"),
        pytest.param(b"v=0\nm=audio 9 RTP/AVP 111\na=rtpmap:111 opus/48000/2\n", id="sdp"),
        pytest.param(b"[playlist]\nFile1=note.ogg\n", id="pls"),
        pytest.param(zipped(), id="zip"),
        pytest.param(container("wav", "pcm_s16le"), id="wav"),
        pytest.param(container("matroska", "libopus"), id="opus in matroska"),
        pytest.param(page([b"\x01vorbis" + bytes(23)], 0, 0, FIRST), id="vorbis in ogg"),
        pytest.param(page([b"\x7fFLAC" + bytes(46)], 0, 0, FIRST), id="flac in ogg"),
        pytest.param(NOTE * 2, id="chained"),
        pytest.param(NOTE * 255, id="255 chained"),
        pytest.param(stream(opus_head(channels=0), page([SILENT_120_MS], 2, 5760, LAST)), id="no channel"),
        pytest.param(container("ogg", "libopus", "5.1"), id="six channels"),
        pytest.param(
            stream(opus_head(255, 255, bytes([255, 0, *range(255)])), page([SILENT_120_MS], 2, 5760, LAST)),
            id="255 channels",
        ),
    ],
)
async def test_what_is_no_recording_is_no_note(decoder: SandboxedDecoder, data: bytes) -> None:
    with pytest.raises(NotAudioError):
        await decoder.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(NOTE[: len(NOTE) // 2], id="cut in half"),
        pytest.param(NOTE[:-1], id="cut by a byte"),
        pytest.param(NOTE[:60], id="cut in the headers"),
        pytest.param(stream(opus_head()), id="headers only"),
        pytest.param(page([opus_head()], 0, 0, FIRST), id="first header only"),
        pytest.param(page([b"OpusHead"], 0, 0, FIRST), id="empty header"),
        pytest.param(NOTE + zipped(), id="zip behind a note"),
    ],
)
async def test_a_damaged_note_is_refused(decoder: SandboxedDecoder, data: bytes) -> None:
    with pytest.raises(CorruptMediaError):
        await decoder.decode(data)


async def test_stereo_is_mixed_down(decoder: SandboxedDecoder) -> None:
    audio = await decoder.decode(container("ogg", "libopus", "stereo"))
    assert audio.channels == 2
    assert len(audio.pcm) / 4 / RATE == pytest.approx(2.0, abs=0.03)


# --- reaching for something else -----------------------------------------------------------------


async def test_a_list_of_files_opens_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "note.ogg").write_bytes(NOTE)
    monkeypatch.chdir(tmp_path)
    script = b"ffconcat version 1.0\nfile note.ogg\n"
    assert detected(script) == "concat"  # what a decoder without a named demuxer opens
    beside_the_note = SandboxedDecoder(Policy())
    for prefix in (b"", page([opus_head()], 0, 0, FIRST), NOTE):
        with pytest.raises(MediaError):
            await beside_the_note.decode(prefix + script)
    await beside_the_note.close()


def detected(data: bytes) -> str:
    with av.open(io.BytesIO(data), mode="r") as opened:
        return str(opened.format.name)


async def test_a_playlist_calls_nobody(decoder: SandboxedDecoder) -> None:
    calls: list[str] = []

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append("called")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        playlist = f"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:{port}/note.ogg\n#EXT-X-ENDLIST\n".encode()
        for data in (playlist, page([opus_head()], 0, 0, FIRST) + playlist):
            with pytest.raises(MediaError):
                await decoder.decode(data)
    assert calls == []


# --- bombs ---------------------------------------------------------------------------------------


async def test_eight_hours_that_claim_three_seconds_stop_at_the_cap(decoder: SandboxedDecoder) -> None:
    bomb = silent_hours(8 * 3600, claimed=3.0)
    assert len(bomb) < 600_000
    with pytest.raises(NoteTooLongError):
        await decoder.decode(bomb)


async def test_a_hundred_thousand_empty_pages_are_no_trouble(decoder: SandboxedDecoder) -> None:
    empty = [page([], 2 + number, 0) for number in range(100_000)]
    audio = await decoder.decode(
        stream(opus_head(), *empty, page([SILENT_120_MS] * 100, 100_002, 576_000, LAST))
    )
    assert audio.seconds == pytest.approx(12.0, abs=0.03)


# --- damage that the checksums do not show -------------------------------------------------------

BRIEF = to_voice_note(Speech(tone(0.5).tobytes(), RATE, "test"), 1 << 20)
OTHERS = list(made(0.5).values())
GROWTH = 4096
"""kB. A leak of a kilobyte or two a note would show in 2,000; what an allocator keeps does not."""


def damaged_note(dice: random.Random) -> bytes:
    """The note with a few bytes of one page changed, and that page's checksum put right."""
    pages = [b"OggS" + rest for rest in BRIEF.split(b"OggS")[1:]]
    chosen = dice.randrange(len(pages))
    altered = bytearray(pages[chosen])
    for _ in range(dice.choice([1, 2, 10])):
        altered[dice.randrange(5, len(altered))] = dice.randrange(256)
    pages[chosen] = sealed(bytes(altered))
    return b"".join(pages)


def damaged_file(dice: random.Random, data: bytes) -> bytes:
    """Bytes changed (half of the times in the first hundred), cut out, put in twice, or the end gone."""
    altered, at = bytearray(data), dice.randrange(len(data))
    match dice.randrange(6):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[at + dice.randrange(1, 400) :]
        case 2:
            return data[:at] + data[at - dice.randrange(400) :]
    within = dice.choice([100, len(data)])
    for _ in range(dice.choice([1, 2, 10])):
        altered[dice.randrange(min(within, len(data)))] = dice.randrange(256)
    return bytes(altered)


def damaged(seed: int) -> bytes:
    """Every second one a voice note, the others a file of the other containers in turn."""
    dice = random.Random(seed)
    return damaged_note(dice) if seed % 2 else damaged_file(dice, OTHERS[seed // 2 % len(OTHERS)])


async def decode_damaged(decoder: SandboxedDecoder, seeds: range) -> list[Audio]:
    decoded = []
    for seed in seeds:
        try:
            audio = await decoder.decode(damaged(seed))
        except (NotAudioError, CorruptMediaError, NoteTooLongError):
            continue
        samples = np.frombuffer(audio.pcm, "<f4")
        assert audio.seconds <= CAP
        assert np.abs(samples).max() <= 1.0, f"seed {seed}"
        decoded.append(replace(audio, pcm=b""))  # or what is kept here would grow
    assert (await decoder.decode(NOTE)).seconds == pytest.approx(2.0, abs=0.03)
    return decoded


async def test_damage_is_refused_or_decoded_within_bounds(decoder: SandboxedDecoder) -> None:
    decoded = await decode_damaged(decoder, range(100))
    assert 0 < len(decoded) < 100
    assert len({audio.codec for audio in decoded}) > 2


def held(pid: int) -> tuple[int, int]:
    """Resident memory in kB, and open files, of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024, len(os.listdir(f"/proc/{pid}/fd"))


@pytest.mark.bulk(seconds=25)
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")
async def test_two_thousand_damaged_notes_leave_everything_as_it_was() -> None:
    """No crash, nothing over the cap, and nothing grows: neither memory nor open files, on either side."""
    before = children(os.getpid())
    decoder = SandboxedDecoder(Policy(max_note_seconds=CAP, long_note_seconds=CAP))
    try:
        decoded = await decode_damaged(decoder, range(200))
        (server,) = children(os.getpid()) - before
        first = {pid: held(pid) for pid in (os.getpid(), server)}
        decoded += await decode_damaged(decoder, range(200, 2_000))
        for pid, (memory, files) in first.items():
            memory_now, files_now = held(pid)
            assert memory_now <= memory + GROWTH, pid
            assert files_now == files, pid
        await until(lambda: not children(server))
    finally:
        await decoder.close()
    assert 0 < len(decoded) < 2_000


@pytest.mark.bulk(seconds=25)
async def test_two_hundred_bombs_stop_at_the_cap(decoder: SandboxedDecoder) -> None:
    dice = random.Random(1)
    for _ in range(200):
        bomb = silent_hours(dice.uniform(CAP + 1, 30_000), claimed=dice.uniform(0, 30_000))
        with pytest.raises(NoteTooLongError):
            await decoder.decode(bomb)


@pytest.mark.bulk(seconds=25)
async def test_a_child_out_of_memory_costs_one_note() -> None:
    decoder = SandboxedDecoder(Policy(max_note_seconds=100_000.0), wall_seconds=105.0)
    try:
        with pytest.raises(CorruptMediaError, match="made the decoder fail"):
            await decoder.decode(silent_hours(40_000, claimed=40_000))
        assert (await decoder.decode(NOTE)).seconds == pytest.approx(2.0, abs=0.03)
    finally:
        await decoder.close()
