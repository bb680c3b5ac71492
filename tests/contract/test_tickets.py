"""One suite for `ports.Tickets`: every ticket system must pass it, over every wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date

import httpx
import pytest
from pydantic import SecretStr

from wavoice.runtime.adapters.tickets_http import HttpTickets
from wavoice.runtime.model import (
    Address,
    Alias,
    Figures,
    Line,
    Outcome,
    Packet,
    Pending,
    WriteResult,
)
from wavoice.runtime.ports import Tickets
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

PENDING = Pending("p_1", 2, "reschedule_delivery", {"order": "1842"}, "R2", "held", "Move it?", "d1:0")
PACKET = Packet(
    key="h_1",
    thread="n.c_1",
    reason="fraud_flag",
    at=7,
    address=Address("default", "n", "c_1"),
    alias=Alias("919812300001", None),
    turn="t_1",
    summary="The customer speaks of fraud.",
    pending=PENDING,
    transcript=(
        Line(5, "customer", "my card was stolen", "voice", Figures(2, 1.6, -0.2, 0.1, "en", 2), "t_1"),
    ),
    tried=("asked: Move it?",),
)
OTHER = replace(PACKET, key="h_2", reason="distress")


@dataclass(frozen=True, repr=False)
class Wired:
    """A ticket system and two clients of it: one has all the time in the world, one has hardly any."""

    world: World
    tickets: Tickets
    hasty: Tickets


@pytest.fixture(params=["in process", "tcp"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    world = World.seeded(date(2026, 11, 23), "919812300001", None)
    if request.param == "tcp":
        async with serve(world.app) as port, httpx.AsyncClient(verify=False) as http:
            yield _wired(world, http, f"http://127.0.0.1:{port}/desk")
    else:
        async with httpx.AsyncClient(transport=world.transport()) as http:
            yield _wired(world, http, "http://shop.test/desk")


def _wired(world: World, http: httpx.AsyncClient, url: str) -> Wired:
    return Wired(world, HttpTickets(http, url, None, 60), HttpTickets(http, f"{url}/", None, 0.1))


async def test_a_packet_is_filed_once_whatever_is_repeated(desk: Wired) -> None:
    first = await desk.tickets.open_or_append(PACKET)
    assert first.outcome is Outcome.DONE
    assert await desk.tickets.open_or_append(PACKET) == first
    assert await desk.tickets.find(PACKET.key) == first
    (ticket,) = desk.world.desk.tickets
    assert ticket.id == first.reference
    (entry,) = ticket.entries
    assert entry.filing.transcript[0]["figures"]["avg_logprob"] == -0.2
    assert entry.filing.transcript[0]["recording"] == "t_1"
    assert entry.filing.pending is not None
    assert entry.filing.pending["state"] == "held"
    assert entry.filing.contact == {"id": "c_1", "phone": "919812300001"}


async def test_entries_of_one_thread_stand_in_its_open_ticket(desk: Wired) -> None:
    first = await desk.tickets.open_or_append(PACKET)
    assert (await desk.tickets.open_or_append(OTHER)).reference == first.reference
    desk.world.desk.tickets[0].open = False
    again = await desk.tickets.open_or_append(replace(OTHER, key="h_3"))
    assert again.reference != first.reference
    elsewhere = await desk.tickets.open_or_append(replace(OTHER, key="h_4", thread="n.c_2"))
    assert elsewhere.reference not in (first.reference, again.reference)


async def test_a_key_is_never_used_for_something_else(desk: Wired) -> None:
    await desk.tickets.open_or_append(PACKET)
    changed = await desk.tickets.open_or_append(replace(PACKET, summary="Something else."))
    assert changed == WriteResult(Outcome.REFUSED, reason="key_reused")


async def test_what_was_never_filed_is_not_found(desk: Wired) -> None:
    assert await desk.tickets.find("h_1") is None


@pytest.mark.parametrize("does", ["fail", "lost_response", "garbage"])
async def test_no_answer_is_unknown_and_the_key_tells(desk: Wired, does: str) -> None:
    desk.world.fault(does, "ticket_write")  # type: ignore[arg-type]
    assert (await desk.tickets.open_or_append(PACKET)).outcome is Outcome.UNKNOWN
    found = await desk.tickets.find(PACKET.key)
    assert (found is not None) is (does != "fail")


async def test_a_system_that_hangs_is_given_up_in_time(desk: Wired) -> None:
    desk.world.fault("timeout", "ticket_write")
    assert (await desk.hasty.open_or_append(PACKET)).outcome is Outcome.UNKNOWN
    desk.world.fault("fail", "ticket_look_up")
    unreachable = await desk.tickets.find(PACKET.key)
    assert unreachable is not None
    assert unreachable.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"ticket": "T-1"}, Outcome.DONE),
        (200, {}, Outcome.UNKNOWN),
        (201, {"ticket": "T-1"}, Outcome.UNKNOWN),
        (400, {"reason": "bad"}, Outcome.REFUSED),
        (413, {}, Outcome.REFUSED),
        (422, {"reason": "no"}, Outcome.REFUSED),
        (409, {"reason": "key_reused"}, Outcome.REFUSED),
        (409, {"reason": "in_work"}, Outcome.UNKNOWN),
        (401, {}, Outcome.UNKNOWN),  # an operator's matter: it is filed once that is put right
        (404, {}, Outcome.UNKNOWN),
        (429, {}, Outcome.UNKNOWN),
        (503, {}, Outcome.UNKNOWN),
    ],
)
async def test_only_the_systems_own_word_ends_it(status: int, body: object, outcome: Outcome) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, json=body)

    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    tickets = HttpTickets(http, "https://desk.test/api/", SecretStr("opaque"), 60)
    assert (await tickets.open_or_append(replace(PACKET, key="h/1"))).outcome is outcome
    (request,) = seen
    assert (request.method, str(request.url)) == ("PUT", "https://desk.test/api/entries/h%2F1")
    assert request.headers["authorization"] == "Bearer opaque"
    assert json.loads(request.content)["title"] == "Possible fraud"


@pytest.mark.parametrize("body", [{}, {"detail": "Not Found"}, {"reason": "no_such_route"}])
async def test_a_404_of_somebody_else_is_no_not_filed(body: object) -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(404, json=body))
    tickets = HttpTickets(httpx.AsyncClient(transport=answer), "https://desk.test", None, 60)
    assert await tickets.find("h/1") == WriteResult(Outcome.UNKNOWN, reason="HTTP 404")
