"""A process that does turns and takes no messages: what it shows to whoever watches it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import structlog
from structlog.typing import EventDict

from tests.rehearsing import warm_decoder
from wavoice.runtime import working
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import PortInUseError
from wavoice.runtime.serving.sockets import listen, port_of
from wavoice.runtime.settings_observe import Observe
from wavoice.sim.rehearsal import rehearsal_settings
from wavoice.sim.scripted import ScriptedEars

PARTS = Parts(ears=ScriptedEars(), speaks=False, decoder=warm_decoder())


@contextmanager
def logged() -> Iterator[tuple[asyncio.Event, list[Any]]]:
    """Everything that is logged meanwhile, and when the worker is ready."""
    ready, told, before = asyncio.Event(), list[Any](), structlog.get_config()

    def keep(_: object, __: str, line: EventDict) -> EventDict:
        told.append(line)
        if line["event"] == "worker_ready":
            ready.set()
        raise structlog.DropEvent

    structlog.configure(processors=[keep])
    yield ready, told
    structlog.configure(**before)


async def a_worker(observe: Observe, does: Callable[[list[int]], Awaitable[None]]) -> None:
    """Run one until `does` is done with the ports on which it shows metrics."""
    settings = rehearsal_settings(store=":memory:").model_copy(update={"observe": observe})
    with logged() as (ready, told):
        stop = asyncio.Event()
        running = asyncio.create_task(working.work(settings, stop, PARTS))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not running.done():
            await does([line["port"] for line in told if line["event"] == "metrics_shown"])
            stop.set()
        await running


async def test_a_worker_shows_its_metrics_at_the_first_port_that_is_free() -> None:
    with listen("127.0.0.1", 0, "a test") as taken:
        first = port_of(taken)
        scraped: list[str] = []

        async def scrape(ports: list[int]) -> None:
            assert len(ports) == 1
            assert first < ports[0] < first + working.PORTS
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}") as client:
                scraped.append((await client.get("/metrics")).text)
                assert (await client.get("/healthz")).json()["status"] == "ok"

        await a_worker(Observe(worker_port=first), scrape)
        assert "wavoice_build_info" in scraped[0]


async def test_a_worker_shows_none_unless_it_is_told_to() -> None:
    async def look(ports: list[int]) -> None:
        assert ports == []

    await a_worker(Observe(), look)


async def test_a_worker_whose_ports_are_all_taken_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PORTS", 1)

    async def never(_: list[int]) -> None:
        raise AssertionError("it must not begin")

    with (
        listen("127.0.0.1", 0, "a test") as taken,
        pytest.raises(PortInUseError, match=r"observe\.worker_port"),
    ):
        await a_worker(Observe(worker_port=port_of(taken)), never)
