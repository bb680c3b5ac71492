"""Commands on another machine through the user's own `ssh`: their config, keys, agent and jump hosts.

Nothing here knows a password. What is secret travels on standard input, never as an argument: arguments
can be read by everybody on either machine.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from wavoice.deploy.errors import TargetError
from wavoice.runtime.errors import UserInputError

UNREACHABLE = 255
"""What `ssh` itself ends with; any other code is the command's (ssh(1))."""
CONNECT_SECONDS = 10
KILLED_SECONDS = 2.0
"""How long a killed command is waited for."""
COMMAND_SECONDS = 60.0
"""Most commands take well under a second."""
_TOLD = 300
"""Characters of what a command printed that an error quotes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command on the machine ended."""

    code: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        """It ended with 0."""
        return self.code == 0


class Ssh:
    """One connection, kept open and shared by all commands (OpenSSH's ControlMaster).

    `host` is whatever `ssh` takes: an alias of the user's config, or `user@host`. Commands run as root,
    through `sudo -n` where the login is another user. Use it as a context: leaving ends the connection.
    Every method raises `TargetError` if the machine cannot be reached or does not answer in time.
    """

    def __init__(self, host: str, options: Sequence[str] = (), program: str = "ssh") -> None:
        self.host = host
        self._folder = tempfile.TemporaryDirectory(prefix="wv-ssh-")  # short: a socket's path has 104 bytes
        shared = ("ControlMaster=auto", f"ControlPath={self._folder.name}/%C", "ControlPersist=300")
        patience = ("ServerAliveInterval=15", "ServerAliveCountMax=4", f"ConnectTimeout={CONNECT_SECONDS}")
        ours = (*shared, *patience, "BatchMode=yes")
        self._base = (program, *options, *(part for option in ours for part in ("-o", option)))
        self._root: tuple[str, ...] | None = None
        self._first = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the shared connection, if it was ever opened."""
        if self._root is not None:
            with suppress(TargetError):  # it ends by itself, later
                await self._spawn([*self._base, "-O", "exit", "--", self.host], b"", CONNECT_SECONDS)
        self._folder.cleanup()

    async def ask(
        self, command: Sequence[str], *, data: bytes | IO[bytes] = b"", seconds: float = COMMAND_SECONDS
    ) -> Answer:
        """Run `command` as root with `data` on its standard input; any exit code is an answer."""
        prefix = await self._as_root()
        return await self._run([*prefix, *command], data, seconds)

    async def run(
        self,
        command: Sequence[str],
        what: str,
        *,
        data: bytes | IO[bytes] = b"",
        seconds: float = COMMAND_SECONDS,
        remedy: str = "",
    ) -> str:
        """The same for a command that must succeed; return what it printed.

        Raises `TargetError`, which says `what` was being done and quotes the last line that was printed.
        """
        answer = await self.ask(command, data=data, seconds=seconds)
        if not answer.ok:
            told = last_line(answer.err) or last_line(answer.out) or f"exit code {answer.code}"
            raise TargetError(f"{what} failed: {told}", host=self.host, remedy=remedy)
        return answer.out

    async def script(
        self,
        text: str,
        what: str,
        *arguments: str,
        data: bytes | IO[bytes] = b"",
        seconds: float = COMMAND_SECONDS,
    ) -> str:
        """Run a shell script as root that ends at the first failure; `arguments` are its `$1`, `$2`, …"""
        return await self.run(["sh", "-euc", text, "wavoice", *arguments], what, data=data, seconds=seconds)

    async def put(self, data: bytes, path: str, what: str, *, mode: str = "0644") -> None:
        """Write a file as a whole: readers see the earlier one or the new one, also after a power cut."""
        await self.script(_PUT, what, path, mode, data=data)

    async def send(
        self, files: Iterable[tuple[str, Path]], script: str, what: str, *arguments: str, seconds: float
    ) -> None:
        """Run a script whose standard input is a tar archive of `files`, by the names given for them."""
        with tempfile.TemporaryFile() as packed:
            await asyncio.to_thread(_pack, files, packed)
            packed.seek(0)
            await self.script(script, what, *arguments, data=packed, seconds=seconds)

    async def _as_root(self) -> tuple[str, ...]:
        async with self._first:  # the first command opens the connection that all others share
            if self._root is None:
                who = await self._run(["id", "-u"], b"", CONNECT_SECONDS * 2.0)
                if not who.ok or not who.out.strip().isdecimal():
                    raise TargetError("no command can be run there.", host=self.host)
                self._root = () if who.out.strip() == "0" else ("sudo", "-n", "--")
        return self._root

    async def _run(self, command: Sequence[str], data: bytes | IO[bytes], seconds: float) -> Answer:
        answer = await self._spawn([*self._base, "--", self.host, shlex.join(command)], data, seconds)
        if answer.code == UNREACHABLE:
            raise TargetError(
                f"it cannot be reached over ssh: {last_line(answer.err) or 'no reason was given'}",
                host=self.host,
                remedy=f"Try it by hand: ssh {self.host} true",
            )
        return answer

    async def _spawn(self, line: Sequence[str], data: bytes | IO[bytes], seconds: float) -> Answer:
        given = data if isinstance(data, bytes) else None
        try:
            process = await asyncio.create_subprocess_exec(
                *line,
                stdin=asyncio.subprocess.PIPE if isinstance(data, bytes) else data,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,  # whatever it has started ends with it
            )
        except FileNotFoundError as error:
            raise UserInputError(
                f"{line[0]} is not installed.",
                remedy="Install OpenSSH's client, e.g. apt install openssh-client.",
            ) from error
        try:
            async with asyncio.timeout(seconds):
                out, err = await process.communicate(given)
        except TimeoutError as error:
            raise TargetError(f"it did not finish within {seconds:g} s.", host=self.host) from error
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                with suppress(TimeoutError):  # somebody else may still hold its pipes open
                    async with asyncio.timeout(KILLED_SECONDS):
                        await process.wait()
        return Answer(process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


_PUT = """
umask 077
cat > "$1.part"
chmod "$2" "$1.part"
sync "$1.part"
mv "$1.part" "$1"
"""


def _pack(files: Iterable[tuple[str, Path]], packed: IO[bytes]) -> None:
    with tarfile.open(fileobj=packed, mode="w|") as tar:
        for name, path in files:
            entry = tarfile.TarInfo(name)
            status = path.stat()
            entry.size, entry.mode = status.st_size, 0o755 if status.st_mode & 0o100 else 0o644
            with path.open("rb") as content:
                tar.addfile(entry, content)


def last_line(text: str) -> str:
    """What a command said last; empty if it said nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:_TOLD] if lines else ""
