"""A terminal of our own: tmux on a socket of its own, whose screen can be read and waited for."""

from __future__ import annotations

import os
import select
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CONFIG = """\
set -g status off
set -g default-terminal tmux-256color
set -sg escape-time 0
"""


class NeverCameError(AssertionError):
    """What was waited for did not appear; the message holds the screen."""


def missing() -> str | None:
    """Why there is no terminal here; None: there is one."""
    return None if shutil.which("tmux") else "tmux is not on this machine: apt-get install tmux"


@dataclass(frozen=True, slots=True)
class Terminal:
    """One window of tmux."""

    socket: Path
    written: int
    """File descriptor of everything that is written to it."""

    def keys(self, *keys: str) -> None:
        """Press keys by tmux's names, such as `Enter`, `C-q`, `F1`."""
        self.tmux("send-keys", *keys)

    def types(self, text: str) -> None:
        """Type text as it is."""
        self.tmux("send-keys", "-l", text)

    def screen(self) -> str:
        """What it shows now."""
        return self.tmux("capture-pane", "-p")

    def resize(self, columns: int, lines: int) -> None:
        """Make the window so large."""
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def waits_for(self, text: str, seconds: float = 60.0, *, gone: bool = False) -> str:
        """Return the screen as soon as it shows the text, or `gone`: no more. Raises `NeverCameError`.

        Nothing is polled: whatever the command writes to its terminal wakes this up.
        """
        until = time.monotonic() + seconds
        while (text in (screen := self.screen())) is gone:
            left = until - time.monotonic()
            if left <= 0:
                raise NeverCameError(
                    f"{text!r} {'stayed' if gone else 'did not appear'} in {seconds:g} s:\n{screen}"
                )
            if select.select([self.written], [], [], left)[0]:
                os.read(self.written, 1 << 16)
        return screen

    def tmux(self, *words: str) -> str:
        """Give tmux a command; return what it prints."""
        line = ["tmux", "-S", str(self.socket), *words]
        return subprocess.run(line, check=True, capture_output=True, text=True, env=_bare()).stdout


def _bare() -> dict[str, str]:
    """The environment without what says how large another terminal is, and without anybody's settings."""
    foreign = ("COLUMNS", "LINES", "NO_COLOR", "TMUX", "WAVOICE_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


@contextmanager
def terminal(
    folder: Path,
    command: str,
    size: tuple[int, int] = (100, 30),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run a command line in a terminal of its own, in that folder, until the block ends.

    A shell stays behind the command: what it leaves on the screen can be read.
    """
    with tempfile.TemporaryDirectory(prefix="wavoice-tmux-") as own:
        config, pipe = Path(own, "config"), Path(own, "written")
        config.write_text(CONFIG, encoding="utf-8")
        os.mkfifo(pipe)
        written = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # for writing as well: it never ends
        one = Terminal(Path(own, "socket"), written)
        named = [part for name, value in (environment or {}).items() for part in ("-e", f"{name}={value}")]
        window = ["-x", str(size[0]), "-y", str(size[1]), "-c", str(folder), *named]
        # The command starts once everything that it writes is listened to.
        shell = shlex.join(["sh", "-c", f"read begin; {command}; printf 'ended %d\\n' $?; exec cat"])
        one.tmux("-f", str(config), "new-session", "-d", *window, shell)
        try:
            one.tmux("pipe-pane", "-O", f"exec cat > {shlex.quote(str(pipe))}")
            one.keys("Enter")
            yield one
        finally:
            one.tmux("kill-server")
            os.close(written)
