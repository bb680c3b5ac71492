"""What happens to a server's disk: a full one costs no message."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import httpx
import pytest

from tests.hostile.payloads import NUMBER, encode, sign, value, webhook
from tests.serving.chaos import come_to_an_end
from tests.serving.customers import SPOKEN, SPOKEN_WORDS, Crowd
from tests.serving.history import broken
from tests.serving.processes import started
from tests.serving.street import Street, street
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.model import SECOND
from wavoice.sim.rehearsal import APP_SECRET

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def message(digits: str | None, wamid: str) -> bytes:
    """A webhook of now that asks for nothing."""
    said = {"id": wamid, "from": digits, "timestamp": str(SystemClock().now() // SECOND)}
    text = {"type": "text", "text": {"body": "thanks"}}
    return encode(webhook(value(metadata={"phone_number_id": NUMBER}, messages=[said | text])))


async def post(http: httpx.AsyncClient, to: str, body: bytes) -> int:
    headers = {"X-Hub-Signature-256": sign(body, APP_SECRET)}
    return (await http.post(f"{to}{PATH}", content=body, headers=headers)).status_code


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
