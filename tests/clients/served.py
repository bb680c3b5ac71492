"""An emulator on real sockets, for clients that know nothing of wavoice: Graph, media and a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.sim.emulator.emulated_world import SECRET, START, TOKEN
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.tcp import serve

NUMBER = Business().number
WABA = Business().waba
CUSTOMER = "15550100200"

Take = Callable[[bytes, str | None], Awaitable[tuple[str, int]]]
"""What a client makes of a webhook's bytes and signature: body and status of its answer."""


@dataclass(slots=True)
class Hook:
    """The endpoint that a client's webhook handler stands behind."""

    take: Take | None = None
    greet: Callable[[str | None, str | None], tuple[str | None, int]] | None = None
    bodies: list[bytes] = field(default_factory=list)

    async def post(self, request: Request) -> Response:
        body = await request.body()
        self.bodies.append(body)
        if self.take is None:
            return PlainTextResponse("")
        text, status = await self.take(body, request.headers.get("x-hub-signature-256"))
        return PlainTextResponse(text, status)

    async def get(self, request: Request) -> Response:
        query = request.query_params
        assert self.greet is not None
        text, status = await asyncio.to_thread(self.greet, query["hub.verify_token"], query["hub.challenge"])
        return PlainTextResponse(text, status)


@dataclass(frozen=True, slots=True)
class Served:
    """Everything that a client needs to be told."""

    emulator: Emulator
    anna: Phone
    clock: VirtualClock
    graph: str
    """Base URL of the Graph API, without a version."""
    media: str
    hook: Hook
    hook_url: str


@asynccontextmanager
async def served(**config: object) -> AsyncIterator[Served]:
    """Serve for as long as the context lasts; the customer has just written, so the window is open."""
    hook, clock = Hook(), VirtualClock(START)
    app = Starlette(
        routes=[
            Route("/hook", hook.post, methods=["POST"]),
            Route("/hook", hook.get, methods=["GET"]),
        ]
    )
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=10, verify=False))
        hook_url = f"http://127.0.0.1:{await stack.enter_async_context(serve(app))}/hook"
        standard = {"access_token": TOKEN, "app_secret": SECRET, "webhook_url": hook_url}
        emulator = Emulator(EmulatorConfig(**{**standard, **config}), clock, client)  # type: ignore[arg-type]
        graph = await stack.enter_async_context(serve(emulator.graph_app))
        media = await stack.enter_async_context(serve(emulator.media_app))
        emulator.serve_media_at(f"http://127.0.0.1:{media}")
        stack.push_async_callback(emulator.close)
        anna = emulator.phone("Anna", CUSTOMER, "US.13491208655302741918")
        await anna.says("hello")
        yield Served(
            emulator, anna, clock, f"http://127.0.0.1:{graph}", f"http://127.0.0.1:{media}", hook, hook_url
        )
