"""Keeps C libraries from writing into what a terminal shows.

PortAudio and ALSA print to standard error as they please: some lines where a device is opened, hundreds a
second where one was lost. Python's own `sys.stderr` goes on to reach the terminal.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def libraries_hushed() -> Iterator[None]:
    """While the context lasts, what is not written by Python on standard error goes nowhere.

    Put it round whatever draws on a terminal while sound devices are open.
    """
    sys.stderr.flush()
    before = sys.stderr, sys.__stderr__
    python: Any = sys  # drivers of terminals take `__stderr__`, which types call final
    terminal, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        with os.fdopen(os.dup(terminal), "w", encoding=sys.stderr.encoding, errors="backslashreplace") as own:
            own.reconfigure(line_buffering=True)
            python.stderr = python.__stderr__ = own
            yield
            own.flush()
    finally:
        python.stderr, python.__stderr__ = before
        os.dup2(terminal, 2)
        os.close(terminal)
