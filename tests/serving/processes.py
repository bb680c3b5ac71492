"""`wavoice serve` in a process of its own: started as a user does, or born in a nursery."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.commands import bare_environment, installed
from tests.serving.street import Street
from wavoice.runtime.adapters.failpoints import VARIABLE

ARGUMENTS = ("serve", "--json", "--port", "0", "--admin-port", "0")


@dataclass(slots=True)
class Process:
    """One life of `wavoice serve`."""

    pid: int
    out: asyncio.StreamReader
    err: asyncio.StreamReader
    code: asyncio.Future[int]
    """How it ended, as `subprocess` says it."""
    told: dict[str, Any] = field(default_factory=dict)
    """Its line of `--json`."""
    log: list[str] = field(default_factory=list)
    """What it wrote to standard error, line by line."""
    reading: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where its public door is."""
        return str(self.told["webhook"]).rpartition("/webhooks")[0]

    async def ends(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal; return how it ended."""
        if not self.code.done():
            os.kill(self.pid, number)
        return await self.gone()

    async def gone(self) -> int:
        """Wait for its end."""
        code = await asyncio.shield(self.code)
        if self.reading is not None:
            await self.reading
        return code

    async def read(self) -> None:
        """Keep what it logs, to its end."""
        async for line in self.err:
            self.log.append(line.decode().rstrip("\n"))


class Nursery:
    """Bears processes that have imported everything (nursery.py)."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._codes: dict[int, asyncio.Future[int]] = {}

    async def bear(self, environment: Mapping[str, str], folder: Path) -> Process:
        """A process like that of `command`."""
        loop = asyncio.get_running_loop()
        out, err = await _pipe(), await _pipe()
        life = {"arguments": ARGUMENTS, "env": dict(environment), "cwd": str(folder)}
        socket.send_fds(self._door, [json.dumps(life).encode()], [out[1], err[1]])
        os.close(out[1])
        os.close(err[1])
        pid = await self._born.get()
        return Process(pid, out[0], err[0], self._codes.setdefault(pid, loop.create_future()))

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Take note of births and deaths."""
        loop = asyncio.get_running_loop()
        async for line in reader:
            told = json.loads(line)
            if "code" in told:
                self._codes.setdefault(told["pid"], loop.create_future()).set_result(told["code"])
            else:
                self._born.put_nowait(told["pid"])


async def _pipe() -> tuple[asyncio.StreamReader, int]:
    ours, theirs = os.pipe()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(ours, "rb", 0))
    return reader, theirs


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Open one; whoever it has born is ended by whoever asked for it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.serving.nursery", str(theirs.fileno()),
            pass_fds=(theirs.fileno(),), env={**bare_environment(), "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        theirs.close()
        reader, writer = await asyncio.open_connection(sock=ours.dup())
        made = Nursery(ours)
        listening = asyncio.create_task(made.listen(reader))
        try:
            yield made
        finally:
            listening.cancel()
            writer.close()
            process.terminate()
            await process.wait()


async def command(environment: Mapping[str, str], folder: Path) -> Process:
    """The console script, as a user starts it."""
    child = await asyncio.create_subprocess_exec(
        installed(),
        *ARGUMENTS,
        cwd=folder,
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    return Process(child.pid, child.stdout, child.stderr, asyncio.ensure_future(child.wait()))


async def start(at: Street, born: Nursery | None = None, failpoint: str = "") -> Process:
    """Start it, and return once it takes messages; the street's door leads there then.

    A process that a failpoint has killed before tells nothing. Raises `AssertionError`, with what it said,
    if it ended in another way.
    """
    environment, folder = {**bare_environment(), **at.variables(), VARIABLE: failpoint}, at.store.parent
    process = await (command(environment, folder) if born is None else born.bear(environment, folder))
    process.reading = asyncio.create_task(process.read())
    line = await process.out.readline()
    if line:
        process.told = json.loads(line)
        await at.door.lead_to(process.address)
        return process
    code = await process.gone()
    if code != -signal.SIGKILL:
        raise AssertionError("\n".join(process.log))
    return process


@asynccontextmanager
async def started(at: Street, born: Nursery | None = None) -> AsyncIterator[Process]:
    """The same for a context, after which it is gone."""
    process = await start(at, born)
    try:
        yield process
    finally:
        await process.ends(signal.SIGKILL)
