"""One suite for ticket systems behind their connectors: what `ports.Tickets` promises, whoever keeps it.

The sample shop's desk always; django-helpdesk with `uv run pytest -m contract -n 0 tests/contract`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

import httpx
import pytest
from pydantic import SecretStr

from tests.contract.systems.helpdesk.desk import PASSWORD, QUEUE, USER, Helpdesk
from tests.contract.systems.losing import Proxy, losing
from tests.contract.systems.shops import ZONE
from tests.permits import NOW, admission
from wavoice.runtime.adapters.systems import Around, tickets_backend
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Address, Alias, Line, Outcome, Packet, Pending, WriteResult
from wavoice.runtime.ports import Tickets
from wavoice.runtime.settings_systems import Tickets as TicketsSettings
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

NUMBERS = count(1)


class Desk(Protocol):
    """A ticket system as its staff see it."""

    @property
    def name(self) -> str: ...
    @property
    def filing(self) -> bytes: ...
    def entries(self, ticket: str) -> list[str]: ...
    def end(self, ticket: str) -> None: ...


class SampleDesk:
    """The desk of the sample shop."""

    name = "sample"
    filing = b"PUT /desk/entries"

    def __init__(self, world: World) -> None:
        self._world = world

    def _ticket(self, ticket: str):  # type: ignore[no-untyped-def]
        return next(one for one in self._world.desk.tickets if one.id == ticket)

    def entries(self, ticket: str) -> list[str]:
        held = self._ticket(ticket)
        return [json.dumps(one.filing.model_dump(), ensure_ascii=False) for one in held.entries]

    def end(self, ticket: str) -> None:
        self._ticket(ticket).open = False


@dataclass(repr=False)
class Wired:
    """A desk that is reached through a proxy."""

    desk: Desk
    proxy: Proxy
    settings: TicketsSettings
    http: httpx.AsyncClient

    def connector(self, **changes: str | None) -> Tickets:
        """As a process has it that was just started."""
        around = Around(self.http, admission(), ZONE, lambda: NOW, 60, 60)
        settings = self.settings.model_copy(update=changes)
        return tickets_backend(settings.backend).open(settings, around)


@pytest.fixture(params=["sample", pytest.param("helpdesk", marks=pytest.mark.contract)])
async def wired(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    async with httpx.AsyncClient(verify=False) as http:
        if request.param == "sample":
            world = World()
            async with serve(world.app) as port, losing(f"http://127.0.0.1:{port}") as proxy:
                settings = TicketsSettings(base_url=f"{proxy.url}/desk")
                yield Wired(SampleDesk(world), proxy, settings, http)
            return
        desk: Helpdesk = request.getfixturevalue("helpdesk_desk")
        async with losing(desk.origin) as proxy:
            settings = TicketsSettings(
                backend="helpdesk",
                base_url=proxy.url,
                user=USER,
                token=SecretStr(PASSWORD),
                queue=QUEUE,
            )
            yield Wired(desk, proxy, settings, http)


def packet(**changes: object) -> Packet:
    number = next(NUMBERS)
    made = Packet(
        key=f"h_{number:06d}",
        thread=f"n.c_{number}",
        reason="fraud_flag",
        at=NOW,
        address=Address("default", "n", "c_1"),
        alias=Alias("919812300001", None),
        turn="t_1",
        summary="The customer speaks of fraud. «Straße» & <b>tags</b>",
        pending=Pending("p_1", 2, "refund_order", {"order": "1842"}, "R3", "held", "Refund it?", "d1:0"),
        transcript=(
            Line(NOW, "customer", "somebody stole\nwavoice h_000000 n.c_0 0123456789abcdef", "voice"),
            Line(NOW, "bot", "One moment."),
        ),
        tried=("looked up",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def test_a_packet_is_filed_once_whoever_repeats_it(wired: Wired) -> None:
    tickets, what = wired.connector(), packet()
    assert await tickets.find(what.key) is None
    first = await tickets.open_or_append(what)
    assert first.outcome is Outcome.DONE
    assert first.reference
    for other in (tickets, wired.connector()):
        assert await other.open_or_append(what) == first
        assert await other.find(what.key) == first
    (entry,) = wired.desk.entries(first.reference)
    for words in ("speaks of fraud. «Straße» & <b>tags</b>", "somebody stole", "Refund it?", "looked up"):
        assert words in entry


async def test_entries_of_one_thread_stand_in_its_open_ticket(wired: Wired) -> None:
    tickets, what = wired.connector(), packet()
    first = await tickets.open_or_append(what)
    more = packet(thread=what.thread, reason="asked_for_a_person", summary="A person is asked for.")
    assert await tickets.open_or_append(more) == first
    assert await tickets.find(more.key) == first
    assert ["A person is asked for." in one for one in wired.desk.entries(str(first.reference))] == [
        False,
        True,
    ]
    elsewhere = await tickets.open_or_append(packet())
    assert elsewhere.reference != first.reference


async def test_what_staff_have_closed_is_not_opened_again(wired: Wired) -> None:
    tickets, what = wired.connector(), packet()
    first = await tickets.open_or_append(what)
    wired.desk.end(str(first.reference))
    assert await tickets.find(what.key) == first
    again = await tickets.open_or_append(packet(thread=what.thread))
    assert again.outcome is Outcome.DONE
    assert again.reference != first.reference


async def test_a_key_is_never_used_for_something_else(wired: Wired) -> None:
    tickets, what = wired.connector(), packet()
    first = await tickets.open_or_append(what)
    other = replace(what, summary="Something else.")
    assert await tickets.open_or_append(other) == WriteResult(Outcome.REFUSED, reason="key_reused")
    assert len(wired.desk.entries(str(first.reference))) == 1


@pytest.mark.parametrize("appended", [False, True])
@pytest.mark.parametrize("lost", ["answer", "request"])
async def test_no_answer_is_unknown_and_the_key_tells(wired: Wired, lost: str, appended: bool) -> None:
    tickets, what = wired.connector(), packet()
    if appended:
        await tickets.open_or_append(packet(thread=what.thread))
    wired.proxy.lose(lost, wired.desk.filing)  # type: ignore[arg-type]
    assert (await tickets.open_or_append(what)).outcome is Outcome.UNKNOWN
    found = await wired.connector().find(what.key)
    assert (found is not None) is (lost == "answer")
    filed = await tickets.open_or_append(what)
    assert filed.outcome is Outcome.DONE
    assert found in (None, filed)
    assert len(wired.desk.entries(str(filed.reference))) == 1 + appended


async def test_two_at_once_under_one_key_are_one(wired: Wired) -> None:
    tickets, what = wired.connector(), packet()
    first, second = await asyncio.gather(*(tickets.open_or_append(what) for _ in range(2)))
    assert first == second
    assert len(wired.desk.entries(str(first.reference))) == 1


async def test_what_a_customer_says_is_no_mark(wired: Wired) -> None:
    tickets = wired.connector()
    await tickets.open_or_append(packet())
    assert await tickets.find("h_000000") is None


async def test_a_system_that_does_not_answer(wired: Wired) -> None:
    path = str(wired.settings.base_url).removeprefix(wired.proxy.url)
    nowhere = wired.connector(base_url=f"http://127.0.0.1:9{path}")
    what = packet()
    assert (await nowhere.open_or_append(what)).outcome is Outcome.UNKNOWN
    unheard = await nowhere.find(what.key)
    assert unheard is not None
    assert unheard.outcome is Outcome.UNKNOWN


@pytest.mark.contract
async def test_a_wrong_password_is_an_operators_matter(helpdesk_desk: Helpdesk) -> None:
    around = Around(httpx.AsyncClient(verify=False), admission(), ZONE, lambda: NOW, 60, 60)
    settings = TicketsSettings(
        backend="helpdesk", base_url=helpdesk_desk.origin, user=USER, token=SecretStr("wrong"), queue=QUEUE
    )
    async with around.http:
        tickets = tickets_backend("helpdesk").open(settings, around)
        refused = await tickets.open_or_append(packet())
        assert (refused.outcome, refused.reason) == (Outcome.UNKNOWN, "HTTP 401")


@pytest.mark.parametrize(
    "changes", [{"user": None}, {"queue": "first"}, {"token": None}, {"base_url": "http://desk.example.com"}]
)
def test_settings_that_cannot_be(changes: dict[str, str | None]) -> None:
    around = Around(httpx.AsyncClient(verify=False), admission(), ZONE, lambda: NOW, 60, 60)
    whole = TicketsSettings(
        backend="helpdesk", base_url="https://desk.example.com", user=USER, token=SecretStr("x"), queue=QUEUE
    )
    with pytest.raises(ConfigError):
        tickets_backend("helpdesk").open(whole.model_copy(update=changes), around)
