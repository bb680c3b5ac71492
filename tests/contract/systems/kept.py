"""What is installed for the contract suites stays in a folder; what is started is stopped.

The folder is `.contract` of the checkout, or what WAVOICE_CONTRACT_FOLDER names. Each step says so on
the terminal, whatever pytest captures. What a machine lacks is skipped, with the reason.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import filelock
import pytest

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
INSTALL_SECONDS = 900
START_SECONDS = 180
"""Limits for a machine that is busy; what takes as long has hung."""

Say = Callable[[str], None]


def folder() -> Path:
    named = os.environ.get("WAVOICE_CONTRACT_FOLDER")
    return Path(named) if named else ROOT / ".contract"


def teller(config: pytest.Config) -> Say:
    """Writes a line to the terminal, past what pytest captures."""
    capture = config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n[contract] {line}", file=sys.stderr, flush=True)

    return say


def skip(say: Say, reason: str) -> None:
    """Skip, and say why where it is seen."""
    say(f"skipped: {reason}")
    pytest.skip(reason)


def npm(name: str, packages: Sequence[str], say: Say) -> Path:
    """A folder in whose `node_modules` these packages are, installed once. Skips where there is no npm."""
    program = shutil.which("npm")
    if program is None or shutil.which("node") is None:
        skip(say, f"{name} needs Node.js and npm")
        raise AssertionError
    place = folder() / name
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]

    def install() -> None:
        (place / "package.json").write_text('{"name": "contract", "version": "1.0.0", "private": true}\n')
        run([program, "install", *quiet, *packages], place, f"npm install {' '.join(packages)}", say)

    _once(place, packages, install)
    return place


def venv(name: str, packages: Sequence[str], say: Say) -> Path:
    """The interpreter of an environment with these packages, installed once."""
    place = folder() / name
    python = place / "venv" / "bin" / "python"
    uv = shutil.which("uv")

    def install() -> None:
        what = f"pip install {' '.join(packages)}"
        if uv is not None:
            run(
                [uv, "venv", "-q", "--python", sys.executable, str(place / "venv")],
                place,
                f"{name}: venv",
                say,
            )
            run([uv, "pip", "install", "-q", "--python", str(python), *packages], place, what, say)
            return
        run([sys.executable, "-m", "venv", str(place / "venv")], place, f"{name}: venv", say)
        run([str(python), "-m", "pip", "install", "-q", *packages], place, what, say)

    _once(place, packages, install)
    return python


def _once(place: Path, packages: Sequence[str], install: Callable[[], None]) -> None:
    """Other workers wait; what was installed for other versions is thrown away."""
    place.mkdir(parents=True, exist_ok=True)
    installed, wanted = place / "installed.txt", "\n".join(packages)
    with filelock.FileLock(place.with_suffix(".lock")):
        if installed.is_file() and installed.read_text() == wanted:
            return
        shutil.rmtree(place)
        place.mkdir()
        install()
        installed.write_text(wanted)


def run(command: Sequence[str], cwd: Path, what: str, say: Say, env: Mapping[str, str] | None = None) -> None:
    """Run a step of setting something up. Skips, with its last words, where it fails."""
    say(f"{what} …")
    began = monotonic()
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        skip(say, f"{what} failed, perhaps for want of a network: {done.stderr.strip()[-300:]}")
    say(f"{what}: {monotonic() - began:.1f} s")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@dataclass(frozen=True)
class Started:
    """How to start a server, and the word that it says once it is up."""

    name: str
    command: Sequence[str]
    ready: str
    env: Mapping[str, str]
    cwd: Path | None = None
    user: str | None = None
    """Who runs it; None: who runs the tests."""


@contextmanager
def running(what: Started, say: Say) -> Iterator[int]:
    """Started until the word comes; ended with all that it started. Yields its pid."""
    log = folder() / f"{what.name}.{os.getpid()}.log"
    began = monotonic()
    process = subprocess.Popen(
        what.command,
        cwd=what.cwd,
        env={**os.environ, **what.env},
        stdin=subprocess.PIPE,  # our servers end when it is closed, also if we are killed
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=what.user,
        extra_groups=[] if what.user else None,
    )
    up = threading.Event()
    reader = threading.Thread(target=_follow, args=(process, log, what.ready.encode(), up), daemon=True)
    reader.start()
    try:
        if not up.wait(START_SECONDS) or process.poll() is not None:
            raise AssertionError(f"{what.name} did not start; see {log}")
        say(f"{what.name}: up after {monotonic() - began:.1f} s (pid {process.pid})")
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
        reader.join(20)
        if process.stdin is not None:
            process.stdin.close()


def _follow(process: subprocess.Popen[bytes], log: Path, ready: bytes, up: threading.Event) -> None:
    """Keep what it says, and tell when the word has come, or when none can come any more."""
    with log.open("wb") as file:
        for line in process.stdout or ():
            file.write(line)
            file.flush()
            if ready in line:
                up.set()
    if process.stdout is not None:
        process.stdout.close()
    up.set()
