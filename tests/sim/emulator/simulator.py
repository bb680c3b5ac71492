"""`wavoice sim` as a process of its own, and its control API as a test uses it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.cli.commands import bare_environment, installed

FREE = ("--port", "0", "--media-port", "0", "--control-port", "0")


@dataclass(frozen=True, slots=True)
class Simulator:
    process: asyncio.subprocess.Process
    told: dict[str, Any]
    """The line of --json."""
    http: httpx.AsyncClient

    async def __call__(self, method: str, path: str, **content: Any) -> Any:
        """Call the control API; return the JSON of a 200."""
        answer = await self.http.request(method, f"{self.told['control']}/control/v1{path}", **content)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ends(self) -> int:
        """Press Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        return await self.process.wait()


@asynccontextmanager
async def simulator(folder: Path, *arguments: str) -> AsyncIterator[Simulator]:
    """Start it on free ports; it is killed if the test has not ended it."""
    process = await asyncio.create_subprocess_exec(
        installed(),
        "sim",
        *FREE,
        "--json",
        *arguments,
        cwd=folder,
        env={**bare_environment(), "XDG_CACHE_HOME": str(folder / "cache"), "PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await process.stdout.readline()
        if not line:
            assert process.stderr is not None
            raise AssertionError((await process.stderr.read()).decode())
        async with httpx.AsyncClient(timeout=60) as http:
            yield Simulator(process, json.loads(line), http)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
