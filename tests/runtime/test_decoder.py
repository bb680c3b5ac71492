"""The decoder's process: what comes back, what a child may do, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import (
    CorruptMediaError,
    MediaTooLargeError,
    NotAudioError,
    NoteTooLongError,
)
from wavoice.runtime.model import Speech
from wavoice.runtime.policy import Policy

RATE = 16_000
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")


def note(seconds: float, silence: float = 0.0) -> bytes:
    """A 440 Hz tone with silence on either side."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)
    pcm = np.pad(tone, round(silence * RATE)).astype("<f4")
    return to_voice_note(Speech(pcm.tobytes(), RATE, "test"), 1 << 24)


SHORT = note(1.0)


@cache
def long_note() -> bytes:
    """Long enough that something can happen while it is decoded."""
    return note(100.0)


@pytest.fixture
async def decoder() -> AsyncIterator[SandboxedDecoder]:
    decoder = SandboxedDecoder(Policy())
    yield decoder
    await decoder.close()


def children(parent: int, ticks: int = 0) -> set[int]:
    """Pids whose parent is that process, zombies included, that have used so much processor time."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if int(fields[1]) == parent and int(fields[11]) + int(fields[12]) >= ticks:
            found.add(int(stat.parent.name))
    return found


def limits_of(pid: int) -> dict[str, str]:
    """The soft limits of a process by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return {line[4:26].strip(): line[26:].split()[0] for line in lines[1:]}


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until then; pytest's time limit ends a condition that never comes."""
    while not condition():  # noqa: ASYNC110 - nothing signals what another process does
        await asyncio.sleep(0)


async def server_of(decoder: SandboxedDecoder) -> int:
    """The pid of the server that this decoder starts here; it has no child afterwards."""
    before = children(os.getpid())
    await decoder.decode(SHORT)
    (server,) = children(os.getpid()) - before
    await until(lambda: not children(server))
    return server


async def child_under_way(server: int) -> int:
    """The pid of a child that has its note and is decoding."""
    await until(lambda: children(server, ticks=2))
    return children(server).pop()


# --- what comes back -----------------------------------------------------------------------------


async def test_a_note_comes_back_trimmed_with_the_figures_of_the_whole(decoder: SandboxedDecoder) -> None:
    data = note(1.0, silence=2.0)
    audio = await decoder.decode(data)
    samples = np.frombuffer(audio.pcm, "<f4")
    assert audio.seconds == pytest.approx(5.0, abs=0.03)
    assert audio.trimmed_start == pytest.approx(1.7, abs=0.1)
    assert audio.trimmed_end == pytest.approx(1.7, abs=0.1)
    assert samples.size / RATE == pytest.approx(audio.seconds - audio.trimmed_start - audio.trimmed_end)
    assert np.argmax(np.abs(np.fft.rfft(samples))) * RATE / samples.size == pytest.approx(440, abs=2)
    assert (audio.rate, audio.codec, audio.channels, audio.source_rate) == (RATE, "opus", 1, 48_000)
    assert audio.bytes_in == len(data)


async def test_notes_decoded_at_the_same_time_are_not_mixed_up(decoder: SandboxedDecoder) -> None:
    lengths = [1.0, 4.0, 2.0, 8.0, 3.0, 5.0]
    audios = await asyncio.gather(*(decoder.decode(note(length)) for length in lengths))
    assert [audio.seconds for audio in audios] == pytest.approx(lengths, abs=0.03)


async def test_the_loop_runs_on_while_a_note_is_decoded(decoder: SandboxedDecoder) -> None:
    await decoder.decode(SHORT)
    decoding = asyncio.create_task(decoder.decode(long_note()))
    turns = 0
    while not decoding.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20
    assert decoding.result().seconds == pytest.approx(100.0, abs=0.03)


# --- limits --------------------------------------------------------------------------------------


async def test_a_note_may_be_as_long_as_policy_says_and_not_longer() -> None:
    decoder = SandboxedDecoder(Policy(max_note_seconds=2.0, long_note_seconds=2.0))
    try:
        assert (await decoder.decode(note(1.9))).seconds == pytest.approx(1.9, abs=0.03)
        with pytest.raises(NoteTooLongError):
            await decoder.decode(note(2.1))
    finally:
        await decoder.close()


async def test_more_bytes_than_allowed_are_not_looked_at() -> None:
    with pytest.raises(MediaTooLargeError):
        await SandboxedDecoder(Policy(max_media_bytes=len(SHORT) - 1)).decode(SHORT)


@on_linux
async def test_what_is_not_a_note_never_reaches_a_process(decoder: SandboxedDecoder) -> None:
    before = children(os.getpid())
    with pytest.raises(NotAudioError):
        await decoder.decode(b"")
    assert children(os.getpid()) == before


@on_linux
async def test_a_note_that_takes_too_long_is_given_up_and_its_child_killed() -> None:
    decoder = SandboxedDecoder(Policy(), wall_seconds=0.001)
    try:
        before = children(os.getpid())
        with pytest.raises(CorruptMediaError, match="too long to decode"):
            await decoder.decode(long_note())
        (server,) = children(os.getpid()) - before
        await until(lambda: not children(server))
    finally:
        await decoder.close()


@on_linux
async def test_a_child_may_open_nothing_and_write_nothing(decoder: SandboxedDecoder) -> None:
    server = await server_of(decoder)
    decoding = asyncio.create_task(decoder.decode(long_note()))
    child = await child_under_way(server)
    await until(lambda: limits_of(child)["open files"] == "0")  # the child's own first act
    limits = limits_of(child)
    await decoding
    assert (limits["file size"], limits["cpu time"]) == ("0", "10")
    assert int(limits["address space"]) < 2 << 30


@on_linux
async def test_the_server_knows_no_secret(decoder: SandboxedDecoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVOICE_TOKEN", "secret-token")
    server = await server_of(decoder)
    assert b"PYTHONPATH" in environment_of(server)
    assert b"secret-token" not in environment_of(server)


# --- ends ----------------------------------------------------------------------------------------


@on_linux
async def test_a_child_that_dies_costs_one_note(decoder: SandboxedDecoder) -> None:
    server = await server_of(decoder)
    decoding = asyncio.create_task(decoder.decode(long_note()))
    os.kill(await child_under_way(server), signal.SIGKILL)
    with pytest.raises(CorruptMediaError, match="made the decoder fail"):
        await decoding
    assert (await decoder.decode(SHORT)).seconds == pytest.approx(1.0, abs=0.03)
    assert children(os.getpid()) >= {server}


@on_linux
async def test_a_server_that_died_is_replaced(decoder: SandboxedDecoder) -> None:
    server = await server_of(decoder)
    os.kill(server, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, server, os.WEXITED | os.WNOWAIT)
    assert (await decoder.decode(SHORT)).seconds == pytest.approx(1.0, abs=0.03)
    assert server not in children(os.getpid())


@on_linux
async def test_a_cancelled_note_leaves_no_child_even_one_that_hangs(decoder: SandboxedDecoder) -> None:
    server = await server_of(decoder)
    decoding = asyncio.create_task(decoder.decode(long_note()))
    os.kill(await child_under_way(server), signal.SIGSTOP)
    decoding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await decoding
    await until(lambda: not children(server))


@on_linux
async def test_close_ends_everything_and_a_note_under_way(decoder: SandboxedDecoder) -> None:
    server = await server_of(decoder)
    decoding = asyncio.create_task(decoder.decode(long_note()))
    child = await child_under_way(server)
    await decoder.close()
    with pytest.raises(CorruptMediaError):
        await decoding
    assert server not in children(os.getpid())
    await until(lambda: not Path(f"/proc/{child}").exists())


@pytest.mark.bulk
async def test_a_program_without_a_main_guard_is_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "note.ogg").write_bytes(SHORT)
    program = tmp_path / "program.py"
    program.write_text(
        "import asyncio, pathlib\n"
        "from wavoice.runtime.adapters.decoder import SandboxedDecoder\n"
        "from wavoice.runtime.policy import Policy\n"
        "print('started')\n"
        "async def main():\n"
        "    decoder = SandboxedDecoder(Policy())\n"
        "    audio = await decoder.decode(pathlib.Path('note.ogg').read_bytes())\n"
        "    await decoder.close()\n"
        "    print(round(audio.seconds))\n"
        "asyncio.run(main())\n"
    )
    for arguments in ([str(program)], ["-c", program.read_text()]):
        command = [sys.executable, "-W", "error", "-X", "dev", *arguments]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == ["started", "1"]
        assert "Warning" not in done.stderr


class TestLongNotes:
    """What is longer than half a minute is handed on while the rest is decoded."""

    async def test_all_samples_come_in_order_and_the_audio_is_the_same(
        self, decoder: SandboxedDecoder
    ) -> None:
        data, parts = note(70.0, silence=2.0), list[bytes]()
        audio = await decoder.decode_for(data, parts.append)
        assert len(parts) == 3
        assert sum(map(len, parts)) == round(audio.seconds * RATE) * 4
        whole, first = b"".join(parts), round(audio.trimmed_start * RATE) * 4
        assert audio.trimmed_start > 1
        assert audio.trimmed_end > 1
        assert whole[first : first + len(audio.pcm)] == audio.pcm
        assert len(audio.pcm) == len(whole) - first - round(audio.trimmed_end * RATE) * 4
        assert await decoder.decode(data) == audio

    async def test_a_part_comes_before_the_rest_is_decoded(self) -> None:
        """A note of 100 s where 60 s are allowed: what came before the refusal was handed on."""
        decoder, parts = SandboxedDecoder(Policy(max_note_seconds=60.0)), list[bytes]()
        with pytest.raises(NoteTooLongError):
            await decoder.decode_for(long_note(), parts.append)
        assert len(parts) == 1
        await decoder.close()

    async def test_a_short_note_comes_whole(self, decoder: SandboxedDecoder) -> None:
        parts = list[bytes]()
        assert (await decoder.decode_for(SHORT, parts.append)).pcm
        assert parts == []
