"""What happens to a server: killed under a flood, a full disk, a clock that is set. No message is lost."""

from __future__ import annotations

import asyncio
import random
import resource
import signal
import sys
from collections import Counter
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

import httpx
import pytest

from tests.hostile.payloads import NUMBER, encode, sign, value, webhook
from tests.journals import event_of
from tests.postgres.street import on_postgresql
from tests.rehearsing import warm_decoder
from tests.serving.chaos import come_to_an_end, within
from tests.serving.customers import SPOKEN, SPOKEN_WORDS, Crowd
from tests.serving.history import broken, left
from tests.serving.processes import nursery, start, started
from tests.serving.street import Street, served, street
from wavoice.runtime import journal
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.rehearsal import APP_SECRET
from wavoice.sim.scripted import ScriptedEars

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FLOOD = 500
SENDERS = 8
KILLS = 15
"""After so many the last process may do all that is left, on however slow a machine."""
PATIENCE = 400.0
"""Seconds for what is not waited for when all is well."""
Where = AbstractAsyncContextManager[Street]


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    if request.param == "sqlite":
        return street(tmp_path)
    return on_postgresql(tmp_path, request.getfixturevalue("server").database())


def message(digits: str | None, wamid: str) -> bytes:
    """A webhook of now that asks for nothing."""
    said = {"id": wamid, "from": digits, "timestamp": str(SystemClock().now() // SECOND)}
    text = {"type": "text", "text": {"body": "thanks"}}
    return encode(webhook(value(metadata={"phone_number_id": NUMBER}, messages=[said | text])))


async def post(http: httpx.AsyncClient, to: str, body: bytes) -> int:
    headers = {"X-Hub-Signature-256": sign(body, APP_SECRET)}
    return (await http.post(f"{to}{PATH}", content=body, headers=headers)).status_code


class Flood:
    """Sends webhooks as WhatsApp does: again until the answer is a 200, and never after it."""

    def __init__(self, at: Street) -> None:
        self._at, self._left = at, list(range(FLOOD))
        self.acked: list[str] = []

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=10) as http:
            await asyncio.gather(*(self._send(http) for _ in range(SENDERS)))

    async def _send(self, http: httpx.AsyncClient) -> None:
        while self._left:
            number = self._left.pop()
            sender, wamid = self._at.phones[number % len(self._at.phones)], f"wamid.flood.{number}"
            while not await self._takes(http, message(sender.person.phone, wamid)):
                pass
            self.acked.append(wamid)
            self._at.traffic.tick()

    async def _takes(self, http: httpx.AsyncClient, body: bytes) -> bool:
        tried = self._at.door.leads_to
        try:
            return await post(http, tried, body) == 200
        except httpx.HTTPError:
            # The next process says where it is; one that was only slow lives, and is asked again.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._at.door.elsewhere(tried), 1)
            return False


async def test_an_acknowledged_webhook_is_never_lost(where: Where) -> None:
    """P3: the server is killed again and again in a flood of webhooks, each time after some requests."""
    chance, kills = random.Random("flood"), 0
    async with where as at, nursery() as born:
        for _ in range(50):
            at.customer()
        flood = Flood(at)
        flooding = asyncio.create_task(flood.run())
        process = await start(at, born)
        try:
            while kills < KILLS and not flooding.done():
                passed = asyncio.create_task(at.traffic.more(chance.randint(1, 40)))
                await asyncio.wait({flooding, passed}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
                passed.cancel()
                await within(process, chance.uniform(0, 0.05))
                assert await process.ends(signal.SIGKILL) == -signal.SIGKILL
                kills += 1
                process = await start(at, born)
            await asyncio.wait_for(flooding, PATIENCE)
            await asyncio.wait_for(worked_on(at), PATIENCE)
            assert await process.ends() == 0, process.log[-20:]
        finally:
            flooding.cancel()
            await process.ends(signal.SIGKILL)
        assert Counter(event.body.message for event in received(at)) == Counter(flood.acked)
        assert (len(flood.acked), kills > 5) == (FLOOD, True)


async def worked_on(at: Street) -> None:
    """Return once every message is; WhatsApp takes none of the replies, as no handset has written."""
    while at.count("SELECT count(*) FROM inbox WHERE NOT done"):
        await SystemClock().wait(asyncio.Event(), SystemClock().now() + SECOND // 5)


def received(at: Street) -> list[journal.Event]:
    events = (event_of(one) for one in at.journal()[0])
    return [event for event in events if event.kind == "received"]


class SetClock(SystemClock):
    """The system's clock, which somebody sets."""

    ahead: Micros = 0

    def now(self) -> Micros:
        """See `Clock`."""
        return super().now() + self.ahead


async def test_a_clock_that_is_set_loses_nothing(where: Where) -> None:
    """An hour ahead, and seconds back, in the middle of everything."""
    clock = SetClock()
    parts = Parts(ears=ScriptedEars(), speaks=False, decoder=warm_decoder(), clock=clock)
    async with where as at, served(at.settings(), parts) as on:
        at.door.leads_to = on.up.public
        crowd = Crowd(at, seed=2, size=6, speak=False)
        crowd.begin()
        try:
            for seconds in (3_600, -3, 90, -2):
                await asyncio.wait_for(at.traffic.more(60), PATIENCE)
                clock.ahead += seconds * SECOND
            await asyncio.wait_for(crowd.end(), PATIENCE)
            await asyncio.wait_for(settled(at), PATIENCE)
        finally:
            crowd.leave()
        await on.ends()
        assert list(broken(at, crowd.all)) == []


async def settled(at: Street) -> None:
    """Return once nothing is left to do, by the store."""
    while list(left(at)):
        await at.emulator.idle()
        await SystemClock().wait(asyncio.Event(), SystemClock().now() + SECOND // 5)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process: Linux")
async def test_a_full_disk_costs_no_message(tmp_path: Path) -> None:
    """No file may grow: webhooks get 503, and are answered once there is room again."""
    async with street(tmp_path) as at, started(at) as process:
        at.ears.teach(SPOKEN, SPOKEN_WORDS)
        crowd = Crowd(at, seed=1, size=4)
        crowd.begin()
        await at.traffic.more(30)
        pid, hard = process.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
        refused = await answer_to_a_message(at)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        await come_to_an_end(at, crowd, process)
        assert await process.ends() == 0
        assert refused == 503
        assert list(broken(at, crowd.all)) == []


async def answer_to_a_message(at: Street) -> int:
    async with httpx.AsyncClient(timeout=10) as http:
        return await post(http, at.door.leads_to, message(at.phones[0].person.phone, "wamid.refused"))
