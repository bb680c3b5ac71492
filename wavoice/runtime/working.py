"""A process that does turns and takes no webhooks, and how a server keeps some of them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from wavoice.runtime.build import Parts, build
from wavoice.runtime.settings import Settings

log = structlog.get_logger("wavoice")

REST_SECONDS = 1.0
"""Between the end of a worker that died and the start of the next."""
GRACE_SECONDS = 30.0
"""More than a worker's own: after it, it is killed."""


async def work(settings: Settings, parts: Parts | None = None) -> None:
    """Do turns until SIGTERM or SIGINT; those that have begun end first.

    Raises what `build` raises. Only where `store.url` is set there is work for more than one process.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with build(settings, parts):
        log.info("worker_ready")
        await ended.wait()
        log.info("worker_ends")


@asynccontextmanager
async def drain_processes(count: int, command: Sequence[str]) -> AsyncIterator[None]:
    """Keep `count` processes of `command` running meanwhile; one that dies is started again.

    `command` is `wavoice worker` as this server was started: for a server on PostgreSQL that is built with
    `Parts(drains=False)`. At the end each is asked to end, and waited for.
    """
    keeping = [asyncio.create_task(_keep(command)) for _ in range(count)]
    try:
        yield
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)


async def _keep(command: Sequence[str]) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(*command)
        try:
            code = await process.wait()
        finally:
            if process.returncode is None:
                await _end(process)
        log.error("worker_died", code=code)
        await asyncio.sleep(REST_SECONDS)


async def _end(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
