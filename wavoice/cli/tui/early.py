"""What is typed before the screen takes the terminal: it is not lost, and not printed below the prompt."""

from __future__ import annotations

import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MOST = 1 << 16
_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.)?", re.DOTALL)
"""What arrow and function keys send."""


@contextmanager
def typed_early(descriptor: int) -> Iterator[str]:
    """Yield what a user has typed already, as lines with the last perhaps unfinished.

    From then on keys wait in the terminal as they are pressed, for whoever reads it next: Enter is a
    carriage return, nothing is echoed, Ctrl-C still stops the program. Afterwards it is as it was.
    """
    if sys.platform == "win32":  # its console keeps keys as they are pressed
        yield ""
        return
    import termios  # noqa: PLC0415 -- POSIX only

    before = termios.tcgetattr(descriptor)
    raw = termios.tcgetattr(descriptor)
    raw[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.IXOFF)
    raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    # Not drained or flushed: what waits in there is what this is for.
    termios.tcsetattr(descriptor, termios.TCSANOW, raw)
    try:
        waits, _, _ = select.select([descriptor], [], [], 0)
        yield as_text(os.read(descriptor, _MOST)) if waits else ""
    finally:
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)


def as_text(keys: bytes) -> str:
    """Letters and line ends of what a terminal sent; other keys mean nothing before there is a screen."""
    text = _SEQUENCES.sub("", keys.decode("utf-8", "ignore")).replace("\r", "\n")
    return "".join(each for each in text if each == "\n" or each.isprintable())
