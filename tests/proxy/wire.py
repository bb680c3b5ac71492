"""The proxy itself: real HTTP over loopback on both sides, and what happens in between.

It runs on a virtual loop (`wavoice.sim.virtual_loop`): a vendor that takes seconds takes none. While a
request is under way the loop is told so, or it would call a packet that is still in the kernel "quiet".
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import h11
import httpx
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.proxy.faults import AFTERWARDS, IN_ITS_PLACE, Does, Plan, Step, step_of
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.virtual_loop import VirtualLoop

LATE: Micros = 7 * SECOND
"""When a request that was held up reaches the vendor: after every budget of the runtime."""
PIECE: Micros = SECOND // 2
"""Between the pieces of a slow answer, of which there are `PIECES`."""
PIECES = 4
FOREVER: Micros = 60 * SECOND


@dataclass(slots=True)
class Exchange:
    """A request as it arrived, and what has become of it so far."""

    at: Micros
    step: Step
    method: str
    target: str
    does: Does | None
    asked: int = 0
    """How often the vendor has carried it out."""
    told: tuple[int, bytes] | None = None
    """Status and body that left for the client whole; None: it got no whole answer."""


@dataclass(slots=True)
class Proxy:
    """Between a client and the vendor that listens on `upstream`; `log` is what happened, in order."""

    loop: VirtualLoop
    upstream: int
    plan: Plan
    chance: random.Random
    log: list[Exchange] = field(default_factory=list)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection; it is closed after one request, as many a proxy does."""
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def close(self) -> None:
        """End what is still held up."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _request(reader)
        try:
            if request is not None:
                await _Passing(self, request, reader, writer).pass_on()
        finally:
            writer.close()

    async def ask(self, raw: bytes) -> _Answer:
        """Let the vendor carry it out."""
        with self.loop.work():
            reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            writer.write(raw)
            answer = await reader.read()
            writer.close()
        return _Answer.of(answer)


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    target: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    head: bytes
    body: bytes

    @classmethod
    def of(cls, raw: bytes) -> _Answer:
        head, _, body = raw.partition(b"\r\n\r\n")
        return cls(int(head.split(b" ", 2)[1]), head + b"\r\n\r\n", body)

    @classmethod
    def made(cls, status: int, headers: Mapping[str, str], body: bytes) -> _Answer:
        lines = [f"HTTP/1.1 {status} -", f"content-length: {len(body)}", "connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return cls(status, ("\r\n".join(lines) + "\r\n\r\n").encode(), body)


@dataclass(slots=True)
class _Passing:
    """One request on its way."""

    proxy: Proxy
    request: _Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    exchange: Exchange = field(init=False)

    async def pass_on(self) -> None:
        """Let happen what the plan says."""
        proxy, method, target = self.proxy, self.request.method, self.request.target
        step = step_of(method, target)
        does = proxy.plan.take(step)
        self.exchange = Exchange(proxy.loop.clock.now(), step, method, target, does)
        proxy.log.append(self.exchange)
        self.exchange.told = await self._happens(does)

    async def _happens(self, does: Does | None) -> tuple[int, bytes] | None:
        if does is not None and does in IN_ITS_PLACE:
            return await self._tell(_Answer.made(*IN_ITS_PLACE[does]))
        if does is Does.RESET:
            self.writer.transport.abort()
            return None
        if does in (Does.HANG, Does.LATE):
            began = self.proxy.loop.clock.now()
            await self._wait(began + FOREVER)
            if does is Does.LATE:
                await self.proxy.loop.clock.wait(asyncio.Event(), began + LATE)
                await self._ask()
            return None
        answer = await self._ask()
        if does is Does.TWICE:
            answer = await self._ask()
        return await self._spoil(does, answer)

    async def _spoil(self, does: Does | None, answer: _Answer) -> tuple[int, bytes] | None:
        if does is not None and does in AFTERWARDS:
            return await self._tell(_Answer.made(*AFTERWARDS[does]))
        match does:
            case Does.DROP:
                return None
            case Does.HANG_AFTER:
                await self._wait(self.proxy.loop.clock.now() + FOREVER)
                return None
            case Does.HALF_CLOSE:
                self.writer.write(answer.head[: len(answer.head) // 2])
                self.writer.write_eof()
                await self._gone()
                return None
            case Does.TRUNCATED:
                self.writer.write(answer.head + answer.body[: len(answer.body) // 2])
                return None
            case Does.GARBAGE:
                self.writer.write(self.proxy.chance.randbytes(200))
                return None
            case Does.SLOW:
                return await self._dribble(answer, PIECE)
            case Does.TOO_SLOW:
                return await self._dribble(answer, FOREVER)
            case Does.WRONG_TYPE:
                head = answer.head.replace(b"application/json", b"text/html; charset=utf-16")
                return await self._tell(_Answer(answer.status, head, answer.body))
        return await self._tell(answer)

    async def _ask(self) -> _Answer:
        answer = await self.proxy.ask(self.request.raw)
        self.exchange.asked += 1
        return answer

    async def _tell(self, answer: _Answer) -> tuple[int, bytes]:
        self.writer.write(answer.head + answer.body)
        await self.writer.drain()
        return answer.status, answer.body

    async def _dribble(self, answer: _Answer, gap: Micros) -> tuple[int, bytes] | None:
        whole = answer.head + answer.body
        size = len(whole) // PIECES + 1
        for start in range(0, len(whole), size):
            if start and await self._wait(self.proxy.loop.clock.now() + gap):
                return None
            self.writer.write(whole[start : start + size])
        return answer.status, answer.body

    async def _wait(self, until: Micros) -> bool:
        """Let time pass; True once the client has gone."""
        loop = self.proxy.loop
        with resting(loop):
            gone = asyncio.ensure_future(self.reader.read(1))
            passed = asyncio.ensure_future(loop.clock.wait(asyncio.Event(), until))
            done, waiting = await asyncio.wait([gone, passed], return_when=asyncio.FIRST_COMPLETED)
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        return gone in done

    async def _gone(self) -> None:
        await self.reader.read(1)


@contextmanager
def resting(loop: VirtualLoop) -> Iterator[None]:
    """A request that is under way waits for the clock alone."""
    loop.working -= 1
    try:
        yield
    finally:
        loop.working += 1


class Watched(httpx.AsyncBaseTransport):
    """A client's transport; the loop knows that a request is under way until its answer is whole."""

    def __init__(self, loop: VirtualLoop) -> None:
        # Nothing here is TLS, and to load the certificates of the world takes longer than the dialogue.
        self._loop, self._inner = loop, httpx.AsyncHTTPTransport(verify=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send over TCP."""
        with self._loop.work():
            response = await self._inner.handle_async_request(request)
            try:
                await response.aread()
            finally:
                await response.aclose()
        return httpx.Response(
            response.status_code, headers=response.headers, content=response.content, request=request
        )

    async def aclose(self) -> None:
        """Close its connections."""
        await self._inner.aclose()


async def _request(reader: asyncio.StreamReader) -> _Request | None:
    """The next request with its body; None if the client says no more."""
    parser, raw = h11.Connection(h11.SERVER), b""
    head: h11.Request | None = None
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(65_536)
            if not data:
                return None
            raw += data
            parser.receive_data(data)
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _Request(head.method.decode(), head.target.decode(), _closing(raw))


def _closing(raw: bytes) -> bytes:
    """The same request on a connection of its own."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*lines, b"connection: close"]) + b"\r\n\r\n" + body


@asynccontextmanager
async def vendor(app: ASGIApp) -> AsyncIterator[int]:
    """The app over HTTP on loopback; yields its port. uvicorn's own loop would tick on the virtual clock."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none")
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: H11Protocol(config, state, {}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def between(proxy: Proxy) -> AsyncIterator[int]:
    """The proxy on a port of its own."""
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await proxy.close()
        await server.wait_closed()
