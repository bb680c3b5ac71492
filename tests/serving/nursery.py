"""Bears processes of `wavoice` that have imported everything: python -m tests.serving.nursery FD.

Imports are most of a start, and the same in each of a hundred lives. So they are done once; each life is
forked from here and runs the command's own `main` with the arguments, environment, folder and pipes that it
is given. One JSON line a life is read from the socket, with two descriptors; `{"pid"}` is answered, and
`{"pid", "code"}` at its end.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

import faster_whisper.vad
import onnxruntime

import wavoice.runtime.adapters.decoder
import wavoice.runtime.adapters.hosted_ears
import wavoice.runtime.serving.process
from wavoice.cli.main import main

IMPORTED = (faster_whisper.vad, onnxruntime, wavoice)


def run(fd: int) -> None:
    """Bear whatever is asked for, until nobody asks any more."""
    door = socket.socket(fileno=fd)

    def reap(_number: int, _frame: FrameType | None) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            _tell(door, {"pid": pid, "code": os.waitstatus_to_exitcode(status)})

    signal.signal(signal.SIGCHLD, reap)
    while True:
        told, pipes, _, _ = socket.recv_fds(door, 1 << 16, 2)
        if not told:
            return
        life = json.loads(told)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # its birth is told before its death
        pid = os.fork()
        if pid == 0:
            door.close()
            _live(life, pipes)
        for pipe in pipes:
            os.close(pipe)
        _tell(door, {"pid": pid})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})


def _tell(door: socket.socket, told: dict[str, int]) -> None:
    door.sendall(json.dumps(told).encode() + b"\n")


def _live(life: dict[str, Any], pipes: list[int]) -> None:
    """Be that process. Never returns."""
    code = 70
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        for target, pipe in enumerate(pipes, 1):
            os.dup2(pipe, target)
            os.close(pipe)
        os.chdir(life["cwd"])
        os.environ.clear()
        os.environ.update(life["env"])
        sys.argv = ["wavoice", *life["arguments"]]
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    run(int(sys.argv[1]))
