"""What django-helpdesk is sent; what a real one makes of it is `tests/contract/test_ticket_systems.py`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.permits import NOW
from wavoice.runtime.adapters.careful import Api
from wavoice.runtime.adapters.helpdesk import Access, HelpdeskTickets
from wavoice.runtime.model import Address, Alias, Outcome, Packet, WriteResult

PACKET = Packet(
    key="h_1",
    thread="n.c_1",
    reason="fraud_flag",
    at=NOW,
    address=Address("default", "n", "c_1"),
    alias=Alias("919812300001", None),
    turn="t_1",
    summary="The customer speaks of fraud.",
    pending=None,
    transcript=(),
    tried=(),
)


class Server:
    """Knows the tickets that it is made with, and keeps what is sent."""

    def __init__(self, *tickets: dict[str, Any]) -> None:
        self._tickets = tickets
        self.filed: list[tuple[str, dict[str, Any]]] = []
        self.logins: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.logins.add(request.headers["authorization"])
        if request.method == "GET":
            return _answer(200, {"count": len(self._tickets), "results": self._tickets})
        self.filed.append((request.url.path, json.loads(request.content)))
        return _answer(201, {"id": 7})

    async def file(self, packet: Packet) -> WriteResult:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as http:
            access = Access("bot", SecretStr("secret"), 1)
            desk = HelpdeskTickets(Api(http, "https://desk.example", "The helpdesk"), access, 60)
            return await desk.open_or_append(packet)


def _answer(status: int, told: object) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(json.dumps(told).encode()))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "Possible fraud: WhatsApp 919812300001"),
        ("Wants a callback on Friday", "Wants a callback on Friday: WhatsApp 919812300001"),
    ],
)
async def test_a_ticket_has_the_packet_s_own_title_else_that_of_its_reason(title: str, shown: str) -> None:
    server, packet = Server(), replace(PACKET, title=title)
    assert await server.file(packet) == WriteResult(Outcome.DONE, "7")
    mark = f"wavoice h_0 {packet.thread} {'0' * 16}"
    thread = Server({"id": 3, "status": 1, "description": mark})
    assert await thread.file(packet) == WriteResult(Outcome.DONE, "3")
    filed = [*server.filed, *thread.filed]
    assert [path for path, _ in filed] == ["/api/tickets/", "/api/followups/"]
    assert [body["title"] for _, body in filed] == [shown, shown]


async def test_it_logs_in_with_every_request() -> None:
    server = Server()
    await server.file(PACKET)
    assert server.logins == {"Basic Ym90OnNlY3JldA=="}
