"""A process that does turns and takes no webhooks, and how a server keeps some of them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing

import structlog

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.build import Parts, build
from wavoice.runtime.ending import end_process
from wavoice.runtime.errors import PortInUseError
from wavoice.runtime.seeing.seen import Seen, watch
from wavoice.runtime.serving.doors import metrics_app
from wavoice.runtime.serving.process import finish_turns, until_told, watched
from wavoice.runtime.serving.sockets import listen, port_of, serve_at
from wavoice.runtime.settings import Settings

log = structlog.get_logger("wavoice")

REST_SECONDS = 1.0
"""Between the end of a worker that died and the start of the next."""
PORTS = 16
"""Tried for the metrics of a worker."""
GRACE_SECONDS = 30.0
"""More than a worker's own: after it, it is killed."""


async def work(settings: Settings, stop: asyncio.Event, parts: Parts | None = None) -> None:
    """Do turns until `stop` is set; those that have begun have `serve.grace_seconds` to end.

    Only where `store.url` is set there is work for more than one process. Raises what `build` raises, and
    `StoreError` if the engine ends by itself.
    """
    async with (
        watch(settings.observe, SystemClock()) as seen,
        _shown(settings, seen),
        build(settings, watched(parts or Parts(), seen)) as runtime,
    ):
        seen.know(job.name for job in runtime.bot.kit.jobs)
        log.info("worker_ready")
        await until_told(stop, runtime.running)
        log.info("ending", grace_seconds=settings.serve.grace_seconds)
        await finish_turns(runtime, settings.serve.grace_seconds)


@asynccontextmanager
async def _shown(settings: Settings, seen: Seen) -> AsyncIterator[None]:
    """Show the metrics of this process, where that is wanted."""
    first = settings.observe.worker_port
    if first is None or seen.text is None:
        yield
        return
    with closing(_free(settings.serve.admin_host, first)) as door:
        async with serve_at(door, metrics_app(seen.text), grace=1):
            log.info("metrics_shown", port=port_of(door))
            yield


def _free(host: str, first: int) -> socket.socket:
    """Listen on the first free port. Raises `PortInUseError` where all are taken."""
    for port in range(first, first + PORTS):
        try:
            return listen(host, port, "observe.worker_port")
        except PortInUseError:
            if port == first + PORTS - 1:
                raise
    raise AssertionError("a range of ports is never empty")


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
            await end_process(process, GRACE_SECONDS)
        log.error("worker_died", code=code)
        await asyncio.sleep(REST_SECONDS)
