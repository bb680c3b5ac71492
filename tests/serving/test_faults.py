"""What happens to a server: killed under a flood, a full disk, a clock that is set. No message is lost."""

from __future__ import annotations

import asyncio
import random
import resource
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.hostile.payloads import NUMBER, encode, sign, value, webhook
from tests.rehearsing import warm_decoder
from tests.serving.chaos import PATIENCE, come_to_an_end, quiet, within
from tests.serving.customers import SPOKEN, SPOKEN_WORDS, Crowd
from tests.serving.history import broken, left
from tests.serving.processes import nursery, start, started
from tests.serving.street import Street, served, street
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.rehearsal import APP_SECRET
from wavoice.sim.scripted import ScriptedEars

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FLOOD = 2_000
SENDERS = 8


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
        self._at = at
        self._left = list(range(FLOOD))
        self.acked: list[str] = []
        self.tries = 0

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=10) as http:
            await asyncio.gather(*(self._send(http) for _ in range(SENDERS)))

    async def _send(self, http: httpx.AsyncClient) -> None:
        while self._left:
            number = self._left.pop()
            sender, wamid = self._at.phones[number % len(self._at.phones)], f"wamid.flood.{number}"
            body = message(sender.person.phone, wamid)
            while not await self._takes(http, body):
                pass
            self.acked.append(wamid)

    async def _takes(self, http: httpx.AsyncClient, body: bytes) -> bool:
        self.tries += 1
        tried = self._at.door.leads_to
        try:
            return await post(http, tried, body) == 200
        except httpx.HTTPError:
            await self._at.door.elsewhere(tried)  # the next process says where it is
            return False


async def test_an_acknowledged_webhook_is_never_lost(tmp_path: Path) -> None:
    """P3: 2,000 webhooks while the server is killed every 50 to 500 ms of its life."""
    chance = random.Random("flood")
    async with street(tmp_path) as at, nursery() as born:
        for _ in range(50):
            at.customer()
        flood, kills = Flood(at), 0
        flooding = asyncio.create_task(flood.run())
        while not flooding.done():
            process = await start(at, born)
            await within(process, chance.uniform(0.05, 0.5))
            if not flooding.done():
                assert await process.ends(signal.SIGKILL) == -signal.SIGKILL
                kills += 1
        await flooding
        await asyncio.wait_for(quiet(at, process), PATIENCE)
        assert await process.ends() == 0
        with closing(sqlite3.connect(at.store)) as database:
            stored = [row[0] for row in database.execute("SELECT message FROM inbox WHERE done = 1")]
    assert len(flood.acked) == FLOOD
    assert sorted(stored) == sorted(flood.acked)
    assert kills > 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of another process: Linux")
async def test_a_full_disk_costs_no_message(tmp_path: Path) -> None:
    """No file may grow: webhooks get 503, and are answered once there is room again."""
    async with street(tmp_path) as at, started(at) as process:
        at.ears.teach(SPOKEN, SPOKEN_WORDS)
        crowd = Crowd(at, seed=1, size=4)
        crowd.begin()
        await at.phones_hear(4)
        pid, hard = process.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, hard))
        refused = await answer_to_a_message(at)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        await come_to_an_end(at, crowd, process)
        assert await process.ends() == 0
        assert refused == 503
        assert list(broken(at, crowd.all)) == []


class SetClock(SystemClock):
    """The system's clock, which somebody sets."""

    ahead: Micros = 0

    def now(self) -> Micros:
        """See `Clock`."""
        return super().now() + self.ahead


async def test_a_clock_that_is_set_loses_nothing(tmp_path: Path) -> None:
    """An hour ahead, and seconds back, in the middle of everything."""
    clock = SetClock()
    parts = Parts(ears=ScriptedEars(), speaks=False, decoder=warm_decoder(), clock=clock)
    async with street(tmp_path) as at, served(at.settings(), parts) as on:
        at.door.leads_to = on.up.public
        crowd = Crowd(at, seed=2, size=6, speak=False)
        crowd.begin()
        for seconds in (3_600, -3, 90, -2):
            await at.phones_hear(6)
            clock.ahead += seconds * SECOND
        await asyncio.wait_for(crowd.end(), PATIENCE)
        await asyncio.wait_for(settled(at), PATIENCE)
        await on.ends()
        assert list(broken(at, crowd.all)) == []


async def answer_to_a_message(at: Street) -> int:
    async with httpx.AsyncClient(timeout=10) as http:
        return await post(http, at.door.leads_to, message(at.phones[0].person.phone, "wamid.refused"))


async def settled(at: Street) -> None:
    """Return once nothing is left to do, by the file of the store."""
    while list(left(at)):
        await at.emulator.idle()
        news = asyncio.ensure_future(at.phones_hear(1))
        await asyncio.wait([news], timeout=0.2)
        news.cancel()
