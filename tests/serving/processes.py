"""The real command in a process of its own."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.commands import bare_environment
from tests.serving.street import Street


@dataclass(slots=True)
class Process:
    """One life of `wavoice serve`."""

    child: asyncio.subprocess.Process
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
        """Send it a signal; return how it ended, as `subprocess` says it."""
        if self.child.returncode is None:
            self.child.send_signal(number)
        return await self.gone()

    async def gone(self) -> int:
        """Wait for its end."""
        code = await self.child.wait()
        if self.reading is not None:
            await self.reading
        return code

    async def _read(self) -> None:
        assert self.child.stderr is not None
        async for line in self.child.stderr:
            self.log.append(line.decode().rstrip("\n"))


async def start(at: Street, **variables: str) -> Process:
    """Start it, and return once it takes messages; the street's door leads there then.

    A process that a failpoint has killed before tells nothing. Raises `AssertionError`, with what it said,
    if it ended in another way.
    """
    command = shutil.which("wavoice", path=Path(sys.executable).parent)
    assert command is not None
    child = await asyncio.create_subprocess_exec(
        command,
        "serve",
        "--json",
        *("--port", "0", "--admin-port", "0"),
        cwd=at.store.parent,
        env={**bare_environment(), **at.variables(), **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    process = Process(child)
    process.reading = asyncio.create_task(process._read())
    assert child.stdout is not None
    line = await child.stdout.readline()
    if line:
        process.told = json.loads(line)
        await at.door.lead_to(process.address)
        return process
    code = await process.gone()
    if code != -signal.SIGKILL:
        raise AssertionError("\n".join(process.log))
    return process


@asynccontextmanager
async def started(at: Street, **variables: str) -> AsyncIterator[Process]:
    """The same for a context, after which it is gone."""
    process = await start(at, **variables)
    try:
        yield process
    finally:
        await process.ends(signal.SIGKILL)
