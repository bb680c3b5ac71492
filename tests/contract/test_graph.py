"""One suite for whoever answers as the Graph API: the emulator always, Meta by hand.

By hand, with a test number and a recipient who has just written to it:

    WAVOICE_CONTRACT_TOKEN=… WAVOICE_CONTRACT_NUMBER=<phone_number_id> \
    WAVOICE_CONTRACT_RECIPIENT=<digits> uv run pytest -m contract tests/contract/test_graph.py

It sends two messages to that recipient, uploads one voice note and deletes it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.served import CUSTOMER, NUMBER, served
from tests.sim.emulator.emulated_world import TOKEN
from wavoice.runtime.audio.sniff import sha256_matches

VERSION = "v24.0"
NOTE = Path(__file__).parents[2] / "fixtures" / "audio" / "where_is_my_order__street_20db.ogg"
META = "https://graph.facebook.com"


@dataclass(frozen=True, slots=True, repr=False)
class Graph:
    """A Graph API, a number on it, and a customer whose window is open."""

    http: httpx.AsyncClient
    base: str
    number: str
    token: str
    recipient: str

    async def call(self, method: str, path: str, *, token: str | None = "", **content: Any) -> httpx.Response:
        """Call with our token, with another one, or with none (None)."""
        bearer = {} if token is None else {"Authorization": f"Bearer {token or self.token}"}
        return await self.http.request(method, f"{self.base}/{VERSION}/{path}", headers=bearer, **content)

    async def send(self, **body: Any) -> httpx.Response:
        """Send to the customer."""
        whole = {"messaging_product": "whatsapp", "to": self.recipient, **body}
        return await self.call("POST", f"{self.number}/messages", json=whole)

    async def upload(self, data: bytes, mime: str) -> httpx.Response:
        """Upload a file as that type."""
        form = {"messaging_product": "whatsapp", "type": mime}
        file = {"file": ("note.ogg", data, mime)}
        return await self.call("POST", f"{self.number}/media", data=form, files=file)


@pytest.fixture(params=["emulator", pytest.param("meta", marks=pytest.mark.contract)])
async def graph(request: pytest.FixtureRequest) -> AsyncIterator[Graph]:
    if request.param == "emulator":
        async with served() as at, httpx.AsyncClient(verify=False) as http:
            yield Graph(http, at.graph, NUMBER, TOKEN, CUSTOMER)
        return
    names = ("TOKEN", "NUMBER", "RECIPIENT")
    token, number, recipient = (os.environ.get(f"WAVOICE_CONTRACT_{name}", "") for name in names)
    if not (token and number and recipient):
        pytest.skip("set WAVOICE_CONTRACT_TOKEN, _NUMBER and _RECIPIENT to run this against Meta")
    base = os.environ.get("WAVOICE_CONTRACT_GRAPH", META)
    async with httpx.AsyncClient(timeout=30) as http:
        yield Graph(http, base, number, token, recipient)


def refusal(answer: httpx.Response) -> dict[str, Any]:
    """The error of a refusal, in the shape that all of them have."""
    assert answer.status_code >= 400
    error: dict[str, Any] = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= error.keys()
    return error


pytestmark = pytest.mark.conformance("S66")


async def test_the_number_tells_of_itself(graph: Graph) -> None:
    fields = {"fields": "display_phone_number,verified_name,quality_rating"}
    found = (await graph.call("GET", graph.number, params=fields)).json()
    assert found["id"] == graph.number
    assert found["display_phone_number"]
    assert found["verified_name"]


@pytest.mark.parametrize(("token", "codes"), [(None, {104, 190}), ("not-a-token", {190})])
async def test_no_token_and_a_wrong_one(graph: Graph, token: str | None, codes: set[int]) -> None:
    answer = await graph.call("GET", graph.number, token=token)
    assert answer.status_code in {400, 401}
    assert refusal(answer)["code"] in codes


async def test_a_text_is_accepted(graph: Graph) -> None:
    answer = (await graph.send(type="text", text={"body": "A test of the wire, please ignore."})).json()
    assert answer["messaging_product"] == "whatsapp"
    assert answer["contacts"][0]["input"] == graph.recipient
    assert answer["contacts"][0]["wa_id"].isdigit()
    assert answer["messages"][0]["id"].startswith("wamid.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "text", "text": {"body": "x" * 4097}},
        {"type": "text"},
        {"type": "no-such-type", "no-such-type": {}},
        {"type": "interactive", "interactive": {"type": "button", "body": {"text": "?"}, "action": {}}},
    ],
    ids=["too long", "no object", "unknown type", "no buttons"],
)
async def test_what_is_refused_at_once(graph: Graph, wrong: dict[str, Any]) -> None:
    assert refusal(await graph.send(**wrong))["code"] in {100, 131008, 131009, 131051}


async def test_a_voice_note_goes_up_comes_down_and_is_sent(graph: Graph) -> None:
    data = NOTE.read_bytes()
    media = (await graph.upload(data, "audio/ogg; codecs=opus")).json()["id"]
    assert media.isdigit()
    told = (await graph.call("GET", media, params={"phone_number_id": graph.number})).json()
    assert told["mime_type"].startswith("audio/ogg")
    assert int(told["file_size"]) == len(data)
    assert sha256_matches(data, told["sha256"])
    assert httpx.URL(told["url"]).netloc != httpx.URL(graph.base).netloc
    fetched = await graph.http.get(told["url"], headers={"Authorization": f"Bearer {graph.token}"})
    assert hashlib.sha256(fetched.content).digest() == hashlib.sha256(data).digest()
    assert (await graph.http.get(told["url"])).status_code != 200
    sent = await graph.send(type="audio", audio={"id": media, "voice": True})
    assert sent.json()["messages"][0]["id"].startswith("wamid.")
    assert (await graph.call("DELETE", media)).json() == {"success": True}


async def test_a_file_of_nobody(graph: Graph) -> None:
    error = refusal(await graph.call("GET", "1000000000000000"))
    assert (error["code"], error.get("error_subcode")) == (100, 33)


async def test_a_wave_file_is_refused(graph: Graph) -> None:
    assert refusal(await graph.upload(b"RIFF$\x00\x00\x00WAVEfmt ", "audio/wav"))["code"] in {100, 131053}


async def test_a_receipt_for_nothing(graph: Graph) -> None:
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.bm90aGluZw=="}
    answer = await graph.call("POST", f"{graph.number}/messages", json=receipt)
    assert refusal(answer)["code"] in {100, 131009}
