"""Keeps C libraries from writing into what a terminal shows.

PortAudio and ALSA print to standard error as they please: some lines where a device is opened, hundreds a
second where one was lost. Python's own `sys.stderr` goes on to reach the terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def libraries_hushed() -> Iterator[None]:
    """While the context lasts, what is not written by Python on standard error goes nowhere.

    Put it round whatever draws on a terminal while sound devices are open.
    """
    python: Any = sys  # terminal applications write to `__stderr__`, which types call final
    before = {name: getattr(python, name) for name in ("stderr", "__stderr__")}
    sys.stderr.flush()
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    own = os.fdopen(os.dup(terminal), "w", 1, encoding=sys.stderr.encoding, errors="backslashreplace")
    try:
        for name, stream in before.items():
            if _is_standard_error(stream):
                setattr(python, name, own)
        yield
    finally:
        for name, stream in before.items():
            setattr(python, name, stream)
        with suppress(OSError):  # a terminal that is gone takes nothing more
            own.close()
        os.dup2(terminal, 2)
        os.close(terminal)


def _is_standard_error(stream: Any) -> bool:
    """False for what somebody has put in its place."""
    try:
        return bool(stream is not None and stream.fileno() == 2)
    except OSError:  # it has no number
        return False
