"""The process that decodes customer audio: a warm parent that forks one child for each note.

Started by `adapters.decoder` as a program of its own, because `multiprocessing`'s fork server
imports the host's `__main__` (which re-runs unguarded user code) and inherits its environment
(which holds tokens). Standard input is a Unix socket; each message on it carries one end of a
socket pair, the line of one note. On the line: this process sends the child's pid (`PID`), the host
sends the note and shuts its side down, the child sends an `ANSWER` and the samples, and ends.
The host's end of file, also by its death, ends this process. POSIX only.
"""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import socket
import struct
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from wavoice.runtime.audio.containers import CODECS
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.audio.refusals import REFUSALS
from wavoice.runtime.errors import MediaError
from wavoice.runtime.model import Audio, Speech

PID = struct.Struct("=i")
ANSWER = struct.Struct("=BBBIIddd")
"""Status (0, or 1 + position in `REFUSALS`), position in `CODECS`, channels, source rate, bytes of PCM, then
seconds: decoded, trimmed at the start, trimmed at the end."""
PART = 255
"""Status of samples of a long note that come before the rest is decoded. The last answer has none then, and
what it says was trimmed is in them."""
_HEADROOM_BYTES = 512 * 1024 * 1024
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def main(max_seconds: float, cpu_seconds: int) -> None:
    """Serve until the host closes the control socket."""
    control = socket.socket(fileno=sys.stdin.fileno())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps: no zombies
    _leave_the_machine()
    _warm_up(max_seconds)
    while True:
        _, lines, _, _ = socket.recv_fds(control, 1, 1)
        if not lines:
            return
        with socket.socket(fileno=lines[0]) as line:
            pid = os.fork()
            if pid == 0:
                control.close()
                _decode_and_exit(line, max_seconds, cpu_seconds)
            _tell(line, pid)


def _leave_the_machine() -> None:
    """Move to an empty directory without a name, and off the network where that is permitted.

    Neither is vital: a child may not open anything at all (see `_limit`). So a machine without a
    writable directory is served from the root, and what `unshare` returns is not asked.
    """
    try:
        empty = tempfile.mkdtemp()
    except OSError:
        os.chdir("/")
    else:
        os.chdir(empty)
        Path(empty).rmdir()
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _warm_up(max_seconds: float) -> None:
    """Decode once, so that children load and open nothing, and share what was loaded."""
    decode_note(to_voice_note(Speech(bytes(4 * 1600), 16_000, ""), 1 << 16), max_seconds)
    gc.freeze()


def _tell(line: socket.socket, pid: int) -> None:
    try:
        line.sendall(PID.pack(pid))
    except BrokenPipeError:
        return  # the host has given this note up; the child will find its line closed and end


def _decode_and_exit(line: socket.socket, max_seconds: float, cpu_seconds: int) -> None:
    """The child: whatever happens, it ends here. A missing answer tells the host that it failed."""
    try:
        _limit(cpu_seconds)
        data = b"".join(iter(lambda: line.recv(1 << 16), b""))
        line.sendall(_answer(data, max_seconds, partial(_send_part, line)))
    finally:
        os._exit(0)


def _limit(cpu_seconds: int) -> None:
    """Nothing written, nothing opened (no file, no socket, no pipe), little memory, no endless loop."""
    if sys.platform == "linux":  # elsewhere the address space is not limited, the samples still are
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + _HEADROOM_BYTES,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _send_part(line: socket.socket, pcm: bytes) -> None:
    line.sendall(ANSWER.pack(PART, 0, 0, 0, len(pcm), 0.0, 0.0, 0.0) + pcm)


def _answer(data: bytes, max_seconds: float, part: Callable[[bytes], None]) -> bytes:
    try:
        audio = decode_note(data, max_seconds, part)
    except MediaError as error:
        return ANSWER.pack(1 + REFUSALS.index(type(error)), 0, 0, 0, 0, 0.0, 0.0, 0.0)
    return _head(audio) + audio.pcm


def _head(audio: Audio) -> bytes:
    lengths = (audio.seconds, audio.trimmed_start, audio.trimmed_end)
    codec = CODECS.index(audio.codec)
    return ANSWER.pack(0, codec, audio.channels, audio.source_rate, len(audio.pcm), *lengths)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
