"""A seeded shop: the system of record of the sample bot, over HTTP and from Python.

It offers the contract of `wavoice.runtime.adapters.orders_http` and nothing that the runtime could
not meet in production.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, timedelta
from http import HTTPStatus
from types import MappingProxyType

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from wavoice.runtime.actions import Job
from wavoice.runtime.actions.open_ticket import NAME as OPEN_TICKET
from wavoice.runtime.model import KINDS, OF_THE_SHOP, SECOND, Micros, Money, Payment
from wavoice.runtime.ports import Clock
from wavoice.runtime.ticket_writes import REASON as CUSTOMER_REQUEST
from wavoice.sim.clock import VirtualClock
from wavoice.sim.in_process import InProcess
from wavoice.sim.shop import (
    ANY_VERSION,
    Answer,
    Applied,
    Books,
    RecordBook,
    Shop,
    ShopCustomer,
    ShopOrder,
    Write,
)
from wavoice.sim.shop.sample import sample_records
from wavoice.sim.shop_faults import FaultKind, FaultPlace, FaultScript, instead_of_answer, instead_of_work
from wavoice.sim.tickets import TicketDesk
from wavoice.sim.timeline import CaseLog

SLOW: Micros = 2 * SECOND
"""How long a slow answer takes on the world's clock."""

_THURSDAY = 3


class World:
    """A shop with its HTTP face (`app`, for any server) and its Python face, for tests and scenarios.

    `customers`, `orders` and `records` (all else, by kind) are live: `world.orders["1842"].day` is the truth.
    `desk` is the ticket system beside it, under `/desk`, and `timeline` the CRM, under `/timeline`.
    """

    def __init__(
        self,
        customers: Iterable[ShopCustomer] = (),
        orders: Iterable[ShopOrder] = (),
        *,
        records: RecordBook | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`clock` dates the ledger and times slow answers; without one it stands at 0."""
        self._clock = clock or VirtualClock(0)
        self._books = Books(customers, orders, records or RecordBook(), self._clock)
        self._shop = Shop(self._books)
        self._faults = FaultScript()
        self.desk = TicketDesk(self._clock)
        self.timeline = CaseLog(self._clock, self.desk)
        self.customers = self._books.customers
        self.orders = self._books.orders
        self.records = self._books.records
        self.app = Starlette(
            routes=[
                Route("/customers", self._get_customers),
                Route("/customers/{customer}/orders", self._get_orders),
                Route("/customers/{customer}/{kind}", self._get_records),
                Route("/products", self._get_products),
                Route("/effects/{key}", self._put_effect, methods=["PUT"]),
                Route("/effects/{key}", self._get_effect),
                Route("/desk/entries/{key}", self._put_entry, methods=["PUT"]),
                Route("/desk/entries/{key}", self._get_entry),
                Route("/timeline/notes/{key}", self._put_note, methods=["PUT"]),
                Route("/timeline/notes/{key}", self._get_note),
            ]
        )

    @classmethod
    def seeded(cls, today: date, phone: str, bsuid: str | None, *, clock: Clock | None = None) -> World:
        """One customer with order 1842 (packed, for the Thursday after `today`) and 1777 (delivered).

        Both are paid with a card, and nothing of them has gone back. Records beyond: `shop.sample`.
        """
        thursday = today + timedelta(days=(_THURSDAY - today.weekday() - 1) % 7 + 1)
        customer = ShopCustomer("cus_1", "Sample Customer", phone, bsuid)
        paid = [Payment(Money(minor, "INR"), "visa", "4242") for minor in (1_250_00, 899_00)]
        coming = ShopOrder(
            "1842", customer.id, thursday, "12 Hill Road", "packed", ("Rice 5 kg", "Green tea"), paid[0]
        )
        past = ShopOrder(
            "1777",
            customer.id,
            today - timedelta(days=7),
            "12 Hill Road",
            "delivered",
            ("Desk lamp",),
            paid[1],
        )
        return cls([customer], [coming, past], records=sample_records(today, customer.id), clock=clock)

    @property
    def ledger(self) -> tuple[Applied, ...]:
        """Every applied write, oldest first; refusals, replays and staff edits are not in it."""
        return tuple(self._shop.ledger)

    def declare(self, jobs: Iterable[Job]) -> None:
        """Take the writes of these jobs, where they are a bot's own: a line of the ledger each, whatever
        their arguments; an order that they name gets another version. Replaces what was declared before.
        """
        self._shop.declared = frozenset(job.name for job in jobs if job.own is not None)

    def again(self, key: str, action: str, args: Mapping[str, str]) -> None:
        """Carry out a write that was made on an earlier run of this shop; what does not fit is left out."""
        order = self.orders.get(args.get("order", ""))
        version = ANY_VERSION if order is None else order.version
        self._shop.write(key, Write(action=action, args=dict(args), if_version=version))

    def transport(self, patience: Callable[[], Awaitable[object]] | None = None) -> httpx.AsyncBaseTransport:
        """Reach this shop without a socket; faults look as they do over TCP.

        They take no time; or `patience`, if that is to pass before a client gives up.
        """
        return InProcess(self.app, patience)

    def staff_edits(
        self,
        order: str,
        *,
        day: date | None = None,
        address: str | None = None,
        status: str | None = None,
        payment: Payment | None = None,
    ) -> None:
        """Change an order behind the customer's back; its version changes, whatever else does.

        Raises `UserInputError` for an order that this shop does not have.
        """
        change = {"day": day, "address": address, "status": status, "payment": payment}
        self._books.edit(order, **{name: value for name, value in change.items() if value is not None})

    def fault(self, does: FaultKind, at: FaultPlace, times: int = 1) -> None:
        """Script what the next `times` requests at that place do; faults are used in this order.

        * `timeout`: nothing is applied and no answer ever comes.
        * `fail`: HTTP 503; nothing is applied.
        * `refuse`: HTTP 422; nothing is applied, nor kept under the key.
        * `slow`: carried out at once; the right answer comes `SLOW` later on the world's clock.
        * `lost_response`: carried out; the connection breaks inside the answer.
        * `garbage`: carried out; the answer is an HTML page.
        * `stale`: a read shows orders as they were before their last edit; a write comes just after
          somebody else's edit; a look-up answers from before the write.
        """
        self._faults.add(does, at, times)

    async def _get_customers(self, request: Request) -> ASGIApp:
        phone, bsuid = request.query_params.get("phone"), request.query_params.get("bsuid")
        return await self._serve("read", lambda _: Answer(200, {"customers": self._books.find(phone, bsuid)}))

    async def _get_orders(self, request: Request) -> ASGIApp:
        customer: str = request.path_params["customer"]
        return await self._serve(
            "read", lambda stale: Answer(200, {"orders": self._books.orders_of(customer, stale=stale)})
        )

    async def _get_records(self, request: Request) -> ASGIApp:
        customer, kind = str(request.path_params["customer"]), str(request.path_params["kind"])
        if kind not in KINDS or kind in OF_THE_SHOP:
            return JSONResponse({"reason": "unknown_kind"}, 404)
        return await self._records(kind, customer)

    async def _get_products(self, _request: Request) -> ASGIApp:
        return await self._records("products", "")

    async def _records(self, kind: str, customer: str) -> ASGIApp:
        return await self._serve(
            "read", lambda stale: Answer(200, {"records": self.records.shown(kind, customer, stale=stale)})
        )

    async def _put_effect(self, request: Request) -> ASGIApp:
        key: str = request.path_params["key"]
        try:
            write = Write.model_validate_json(await request.body())
        except ValidationError:
            return JSONResponse({"reason": "bad_request"}, 400)

        def work(stale: bool) -> Answer:
            if stale and (order := write.args.get("order")) in self.orders:
                self._books.edit(order)
            return self._shop.write(key, write)

        return await self._serve("write", work)

    async def _get_effect(self, request: Request) -> ASGIApp:
        key: str = request.path_params["key"]
        return await self._serve(
            "look_up",
            lambda stale: Answer(404, {"reason": "not_applied"}) if stale else self._shop.look_up(key),
        )

    async def _put_entry(self, request: Request) -> ASGIApp:
        key, body = str(request.path_params["key"]), await request.body()
        return await self._serve("ticket_write", lambda _: self._file(key, body))

    def _file(self, key: str, body: bytes) -> Answer:
        """What a customer asked for is a write like any other, and stands in the ledger."""
        fresh = self.desk.find(key).status != HTTPStatus.OK
        answer = self.desk.file(key, body)
        filing = self.desk.filing(key) if fresh else None
        if filing is not None and filing.reason == CUSTOMER_REQUEST:
            owners = self._books.find(filing.contact.get("phone"), filing.contact.get("bsuid"))
            owner = str(owners[0]["id"]) if owners else ""
            args = MappingProxyType({"customer": owner, "subject": str(filing.transcript[0]["text"])})
            self._shop.ledger.append(Applied(key, OPEN_TICKET, args, self._clock.now()))
        return answer

    async def _get_entry(self, request: Request) -> ASGIApp:
        key = str(request.path_params["key"])
        return await self._serve("ticket_look_up", lambda _: self.desk.find(key))

    async def _put_note(self, request: Request) -> ASGIApp:
        key, body = str(request.path_params["key"]), await request.body()
        return await self._serve("note_write", lambda _: self.timeline.take(key, body))

    async def _get_note(self, request: Request) -> ASGIApp:
        key = str(request.path_params["key"])
        return await self._serve("note_look_up", lambda _: self.timeline.find(key))

    async def _serve(self, at: FaultPlace, work: Callable[[bool], Answer]) -> ASGIApp:
        """Answer with `work(stale)`, as far as the script lets it."""
        fault = self._faults.take(at)
        if (failure := instead_of_work(fault)) is not None:
            return failure
        answer = work(fault == "stale")
        if fault == "slow":
            await self._clock.wait(asyncio.Event(), self._clock.now() + SLOW)
        return instead_of_answer(fault) or JSONResponse(answer.body, answer.status)
