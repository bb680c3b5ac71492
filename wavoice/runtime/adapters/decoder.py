"""Customer audio, decoded in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from wavoice.runtime.adapters.decode_server import ANSWER, PART, PID
from wavoice.runtime.audio.containers import CODECS
from wavoice.runtime.audio.refusals import REFUSALS, refusal
from wavoice.runtime.audio.sniff import kind_of
from wavoice.runtime.errors import CorruptMediaError, MediaError, MediaTooLargeError, NotAudioError
from wavoice.runtime.model import Audio
from wavoice.runtime.policy import Policy

_SERVER = "wavoice.runtime.adapters.decode_server"
_START_SECONDS = 30.0
"""For Python, NumPy and FFmpeg to load on a machine that is busy with something else."""
_RATE, _SAMPLE_BYTES = 16_000, 4
_PCM_BYTES_A_SECOND = _RATE * _SAMPLE_BYTES


class _Server(NamedTuple):
    process: subprocess.Popen[bytes]
    control: socket.socket


class SandboxedDecoder:
    """`ports.Decoder` for untrusted bytes, on Linux and macOS.

    Each note gets a child of its own, forked from a warm server: that costs a few milliseconds, no
    note shares memory with another customer's, and a child that dies takes nothing with it. A child
    can open no file and no socket, holds no secret, and is killed when `wall_seconds` are over. The
    server starts with the first note (or `start`), once more if it died, and ends with `close`.
    """

    def __init__(self, policy: Policy, *, wall_seconds: float = 10.0, at_once: int = 2) -> None:
        """`at_once` notes are decoded at a time, the others wait; use it from one event loop."""
        self._policy = policy
        self._wall_seconds = wall_seconds
        self._slots = asyncio.Semaphore(at_once)
        self._server: _Server | None = None

    async def decode(self, data: bytes) -> Audio:
        """Decode to 16 kHz mono, trimmed.

        Raises `MediaTooLargeError`, `NotAudioError`, `NoteTooLongError`, `CorruptMediaError` (also
        when the child was stopped by its limits or died), or `MediaError` if no server starts.
        """
        return await self.decode_for(data, _nobody)

    async def decode_for(self, data: bytes, take: Callable[[bytes], None]) -> Audio:
        """As `decode`; of a note longer than `PART_SECONDS` `take` gets all samples as they are decoded."""
        if len(data) > self._policy.max_media_bytes:
            raise MediaTooLargeError("The voice note has more bytes than allowed.")
        if kind_of(data) is None:
            raise refusal(NotAudioError)
        async with self._slots, self._child() as line:
            try:
                async with asyncio.timeout(self._wall_seconds):
                    return await self._exchange(line, data, take)
            except TimeoutError as error:
                raise CorruptMediaError("The voice note took too long to decode.") from error
            except (EOFError, ConnectionError) as error:
                raise CorruptMediaError("The voice note made the decoder fail.") from error

    def start(self) -> None:
        """Start the server now, so that the first note does not wait for it."""
        self._running()

    async def close(self) -> None:
        """End the server and its children; a note under way ends in `CorruptMediaError`."""
        server, self._server = self._server, None
        if server is not None:
            server.control.close()
            os.killpg(server.process.pid, signal.SIGKILL)
            await asyncio.to_thread(server.process.wait)

    def _running(self) -> _Server:
        if self._server is not None and self._server.process.poll() is not None:
            self._server.control.close()
            self._server = None
        if self._server is None:
            self._server = _launch(self._policy.max_note_seconds, math.ceil(self._wall_seconds))
        return self._server

    @contextlib.asynccontextmanager
    async def _child(self) -> AsyncIterator[socket.socket]:
        """The line to a fresh child, which is killed unless it has done its work."""
        near, far = socket.socketpair()
        with near:
            near.setblocking(False)
            with far:
                pid = await self._fork(near, far)
            try:
                yield near
            except BaseException:  # cancellation included: nobody waits for this child any more
                with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                    os.kill(pid, signal.SIGKILL)
                raise

    async def _fork(self, near: socket.socket, far: socket.socket) -> int:
        """Have a child forked that holds the far end of the line; return its pid."""
        try:
            socket.send_fds(self._running().control, [b"+"], [far.fileno()])
            far.close()  # from here on a dead server is an end of file
            async with asyncio.timeout(_START_SECONDS):
                (pid,) = PID.unpack(await _receive(near, PID.size))
        except (OSError, EOFError) as error:
            raise MediaError("The audio decoder does not start.", remedy="Run `wavoice doctor`.") from error
        return int(pid)

    async def _exchange(self, line: socket.socket, data: bytes, take: Callable[[bytes], None]) -> Audio:
        await asyncio.get_running_loop().sock_sendall(line, data)
        line.shutdown(socket.SHUT_WR)
        left = round(self._policy.max_note_seconds * _PCM_BYTES_A_SECOND)
        parts = list[bytes]()
        while True:
            head = ANSWER.unpack(await _receive(line, ANSWER.size))
            status, codec, channels, source_rate, size, seconds, start, end = head
            if 0 < status <= len(REFUSALS):
                raise refusal(REFUSALS[status - 1])
            if status not in {0, PART} or size > left or codec >= len(CODECS):
                raise refusal(CorruptMediaError)  # only a child that was taken over says such things
            pcm, left = await _receive(line, size), left - size
            if status == 0:
                break
            parts.append(pcm)
            take(pcm)
        return Audio(
            pcm=_trimmed(b"".join(parts), start, end) if parts else pcm,
            seconds=seconds,
            trimmed_start=start,
            trimmed_end=end,
            codec=CODECS[codec],
            source_rate=source_rate,
            channels=channels,
            bytes_in=len(data),
        )


def _nobody(_pcm: bytes) -> None:
    """Nobody listens before the note is whole."""


def _trimmed(pcm: bytes, start: float, end: float) -> bytes:
    """The samples without what was trimmed, which of a long note comes too: nobody knew yet."""
    first, last = (round(seconds * _RATE) * _SAMPLE_BYTES for seconds in (start, end))
    return pcm[first : len(pcm) - last]


def _launch(max_seconds: float, cpu_seconds: int) -> _Server:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", _SERVER, str(max_seconds), str(cpu_seconds)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path),
                "OPENBLAS_NUM_THREADS": "1",  # a process with threads must not fork
            },
            start_new_session=True,
        )
    return _Server(process, ours)


async def _receive(line: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes. Raises `EOFError` if the other side has ended before."""
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = await asyncio.get_running_loop().sock_recv_into(line, rest)
        if count == 0:
            raise EOFError
        rest = rest[count:]
    return bytes(data)
