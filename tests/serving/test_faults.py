"""What happens to a server: a full disk, a clock that is set. No message is lost."""

from __future__ import annotations

import asyncio
import resource
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest

from tests.hostile.payloads import NUMBER, encode, sign, value, webhook
from tests.postgres.street import on_postgresql
from tests.rehearsing import warm_decoder
from tests.serving.chaos import come_to_an_end
from tests.serving.customers import SPOKEN, SPOKEN_WORDS, Crowd
from tests.serving.history import broken, left
from tests.serving.processes import started
from tests.serving.street import Street, served, street
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
