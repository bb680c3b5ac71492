"""Serves an ASGI app on a real socket, inside this process and event loop."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from wavoice.runtime.errors import PortInUseError


class _Server(uvicorn.Server):
    """A guest in somebody else's loop: says when it is up, and leaves Ctrl-C to its host."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serve(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Serve while the context lasts; yields the port (`port=0` takes a free one).

    Raises `PortInUseError`. Leaving takes about 0.2 s: uvicorn looks for its end ten times a second.
    """
    with _listen(host, port) as listener:
        server = _Server(uvicorn.Config(app, log_level="warning", access_log=False))
        serving = asyncio.create_task(server.serve([listener]))
        starting = asyncio.create_task(server.up.wait())
        try:
            await asyncio.wait([serving, starting], return_when=asyncio.FIRST_COMPLETED)
            yield listener.getsockname()[1]
        finally:
            starting.cancel()
            server.should_exit = True
            await serving


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(
            f"Port {port} on {host} is taken.", remedy="Stop what listens there, or choose another --port."
        ) from error
    # Inherited by every connection; without it an answer waits 40 ms for its own acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
