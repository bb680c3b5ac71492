"""Serves an ASGI app on a real socket, inside this process and event loop."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress

import uvicorn
from starlette.types import ASGIApp

from wavoice.runtime.ending import done_or_told
from wavoice.runtime.errors import PortInUseError, UserInputError


class _Server(uvicorn.Server):
    """A guest in somebody else's loop: says when it is up, and leaves Ctrl-C to its host."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self._over = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    def end(self) -> None:
        """Stop at once; uvicorn alone looks ten times a second whether it should."""
        self.should_exit = True
        self._over.set()

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let idle connections go first: uvicorn waits for those in steps of 0.1 s, and once in any case."""
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # what was idle is told that it is closed
        if state.connections or state.tasks:
            await super().shutdown(sockets)
            return
        for listener in sockets or []:
            listener.close()
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    option: str = "--port",
    grace: int | None = None,
) -> AsyncIterator[int]:
    """Serve while the context lasts; yields the port (`port=0` takes a free one).

    `grace`: seconds that requests under way have at the end; None: as long as they take. Raises
    `PortInUseError`, which names `option`; `UserInputError` for a host that is not of this machine.
    Leaving takes no time unless requests are under way.
    """
    with listen(host, port, option) as listener:
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=grace
        )
        async with _served(config, listener):
            yield port_of(listener)


@asynccontextmanager
async def serve_at(listener: socket.socket, app: ASGIApp, *, grace: int) -> AsyncIterator[None]:
    """Serve on a socket that listens already, while the context lasts; whoever made it closes it.

    Logs through the handlers of this process, and answers nobody who is still there after `grace` seconds.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=grace,
    )
    async with _served(config, listener):
        yield


@asynccontextmanager
async def _served(config: uvicorn.Config, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await done_or_told(serving, server.up)
        yield
    finally:
        server.end()
        with _silence() if config.timeout_graceful_shutdown is not None else nullcontext():
            await serving


@contextmanager
def _silence() -> Iterator[None]:
    """Whoever is still there at the end is cut off on purpose: uvicorn need not call that an error."""
    log = logging.getLogger("uvicorn.error")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def port_of(listener: socket.socket) -> int:
    """The port that it got, where it asked for any."""
    port: int = listener.getsockname()[1]
    return port


def listen(host: str, port: int, option: str) -> socket.socket:
    """A socket at which connections queue up until they are served.

    Raises `PortInUseError`, which names `option`; `UserInputError` for a host that is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno in (errno.EACCES, errno.EADDRNOTAVAIL):
            raise UserInputError(
                f"{host}:{port} cannot be listened on: {error.strerror}.",
                remedy=f"Choose another --host or {option}.",
            ) from error
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            f"Port {port} on {host} is taken.", remedy=f"Stop what listens there, or choose another {option}."
        ) from error
    # Inherited by every connection; without it an answer waits 40 ms for its own acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
