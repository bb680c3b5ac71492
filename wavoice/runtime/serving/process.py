"""One serving process from its first line to its last: listen, open, serve, and end without losing a turn.

The sockets come first, so that a taken port is told before models are loaded; whoever watches is answered
while they load. Told to end, the process says so, takes no more messages, lets turns under way end, and gives
the store to the next one. What was not done is in the store, and done by whoever comes next.
"""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import structlog

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.store.damage import refuse_damage
from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.build import Parts, Runtime, build
from wavoice.runtime.ending import done_or_told, stop_task
from wavoice.runtime.errors import AuthError, ChannelError, StoreError, facts_of
from wavoice.runtime.journal import Event, Sink
from wavoice.runtime.seeing.seen import Seen, watch
from wavoice.runtime.serving.doors import admin_app, public_app
from wavoice.runtime.serving.health import Health
from wavoice.runtime.serving.logs import LogSink
from wavoice.runtime.serving.sockets import listen, port_of, serve_at
from wavoice.runtime.serving.tunnel import tunnel
from wavoice.runtime.settings import Settings

log = structlog.get_logger("wavoice")

T = TypeVar("T")
ADMIN_GRACE = 1
"""Seconds that a request for health has at the end."""


@dataclass(frozen=True, slots=True)
class Up:
    """A process that takes messages."""

    public: str
    """Address of the webhook's door, e.g. `http://127.0.0.1:8080`."""
    admin: str
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class Serving:
    """What a process serves, and who is told."""

    settings: Settings
    up: Callable[[Up], None]
    """Called once messages are taken."""
    parts: Parts = field(default_factory=Parts)
    tunnel: str = ""
    """Command of a program that makes the webhook's door public; empty: somebody else does."""
    reached: Callable[[str], None] = lambda _: None
    """Called with the public address once the tunnel leads here."""


async def serve(serving: Serving, stop: asyncio.Event) -> None:
    """Serve until `stop` is set, and return once all is closed and the store is free for the next process.

    Raises `PortInUseError`, `ConfigError`, `MissingModelError` or `StoreError` before anything is served, and
    `StoreError` if the engine ends by itself.
    """
    settings = serving.settings
    health = Health(settings)
    chosen = settings.serve
    async with AsyncExitStack() as stack:
        public = stack.enter_context(closing(listen(chosen.host, chosen.port, "--port")))
        admin = stack.enter_context(closing(listen(chosen.admin_host, chosen.admin_port, "--admin-port")))
        seen = await stack.enter_async_context(watch(settings.observe, SystemClock()))
        await stack.enter_async_context(serve_at(admin, admin_app(health, seen.metrics), grace=ADMIN_GRACE))
        runtime = await _unless(stop, _open(serving, seen, stack))
        if runtime is None:
            return
        health.runtime = runtime
        seen.know(job.name for job in runtime.bot.kit.jobs)
        grace = math.ceil(chosen.grace_seconds)
        async with serve_at(public, public_app(runtime.app), grace=grace):
            serving.up(Up(_address(chosen.host, public), _address(chosen.admin_host, admin), runtime))
            looking = asyncio.create_task(look_at_numbers(runtime))
            stack.push_async_callback(stop_task, looking)
            if serving.tunnel:
                here = f"http://127.0.0.1:{port_of(public)}"
                await stack.enter_async_context(tunnel(serving.tunnel, here, serving.reached))
            await until_told(stop, runtime.running)
            health.draining = True
            log.info("ending", grace_seconds=chosen.grace_seconds)
        await finish_turns(runtime, chosen.grace_seconds)


async def _open(serving: Serving, seen: Seen, stack: AsyncExitStack) -> Runtime:
    settings = serving.settings
    in_a_file = settings.store.url is None and str(settings.store.path) != MEMORY
    if settings.serve.check_store and in_a_file:
        await asyncio.to_thread(refuse_damage, settings.store.path)
    parts = replace(watched(serving.parts, seen), shared=True)
    return await stack.enter_async_context(build(settings, parts))


def watched(parts: Parts, seen: Seen) -> Parts:
    """The same, whose journal is logged and counted as well."""
    named = () if parts.sink is None else (parts.sink,)
    return replace(parts, sink=_AllSinks((LogSink(), seen, *named)))


@dataclass(frozen=True, slots=True)
class _AllSinks:
    """Several sinks."""

    sinks: tuple[Sink, ...]

    def write(self, event: Event) -> None:
        """Pass it on to each."""
        for sink in self.sinks:
            sink.write(event)


async def look_at_numbers(runtime: Runtime) -> None:
    """Ask Graph who each number is, and log it; a refusal is an operator's matter and ends nothing."""
    for number, client in runtime.channels.items():
        try:
            log.info("number_ready", number=number, told=await client.check())
        except (AuthError, ChannelError) as error:
            log.warning("number_not_ready", number=number, code=error.code, told=error.message)


async def finish_turns(runtime: Runtime, seconds: float) -> None:
    """Let turns under way end; those that take longer are cut off, as a crash would, and taken up again."""
    try:
        async with asyncio.timeout(seconds):
            await runtime.finish()
    except TimeoutError:
        log.warning("turns_cut_off", after_seconds=seconds)
    else:
        log.info("ended")


async def until_told(stop: asyncio.Event, running: asyncio.Task[None]) -> None:
    """Wait until the process is told to end. Raises `StoreError` if the engine ended before."""
    await done_or_told(running, stop)
    if running.done():
        error = None if running.cancelled() else running.exception()
        if isinstance(error, StoreError):
            raise error
        facts = facts_of(error) if error is not None else {"error": "cancelled", "at": "unknown"}
        raise StoreError(f"The engine has ended by itself ({facts['error']} at {facts['at']}).") from error


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Do it, or break it off and return None if the process is told to end meanwhile."""
    doing = asyncio.create_task(work)
    try:
        await done_or_told(doing, stop)
        return doing.result() if doing.done() else None
    finally:
        if not doing.done():
            await stop_task(doing)


def _address(host: str, listener: socket.socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port_of(listener)}"
