"""`ports.Orders` of a Medusa server: reads here, writes in `desk.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from wavoice.runtime.adapters.careful import Api, within
from wavoice.runtime.adapters.marked import MarkedWrites
from wavoice.runtime.adapters.medusa.api import Access, MedusaApi
from wavoice.runtime.adapters.medusa.desk import MedusaDesk
from wavoice.runtime.adapters.medusa.records import FIELDS, MedusaRecord, RawOrder
from wavoice.runtime.adapters.orders_http import e164_digits
from wavoice.runtime.adapters.systems import Around, OrdersBackend
from wavoice.runtime.adapters.terms import Terms, notations
from wavoice.runtime.errors import ConfigError, SystemOfRecordError
from wavoice.runtime.model import Alias, Customer, Effect, Order, WriteResult
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_systems import Orders as OrdersSettings
from wavoice.runtime.token import CommitToken


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Customer(_Said):
    id: str
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None


class _Customers(_Said):
    customers: tuple[_Customer, ...]


class _Page(_Said):
    orders: tuple[RawOrder, ...]


class MedusaOrders:
    """See `ports.Orders`. A contact without a phone number has no record: Medusa knows no BSUID."""

    def __init__(self, api: MedusaApi, terms: Terms, around: Around) -> None:
        self._api = api
        self._terms = terms
        self._around = around
        self._desk = MedusaDesk(api, terms, around)
        self._writes = MarkedWrites(self._desk, around)

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        """All records with that phone, which the shop keeps in international notation.

        Medusa only searches (`q=`), in every field: what it finds counts where the number is the same.
        """
        digits = e164_digits(alias.phone) if alias.phone else ""
        if not digits:
            return ()
        ways = [way for way in notations(digits) if digits not in way]
        async with within(self._around.read_budget_seconds, "Medusa"):
            found = await asyncio.gather(*(self._search(words) for words in (digits, *ways)))
        people = {one.id: one for page in found for one in page}
        return tuple(
            Customer(one.id, f"{one.first_name or ''} {one.last_name or ''}".strip(), one.phone)
            for one in people.values()
            if one.phone and e164_digits(one.phone) == digits
        )

    async def orders(self, customer: str) -> Sequence[Order]:
        """The last fifty that were placed, the newest first."""
        query = {"customer_id": customer, "order": "-created_at", "limit": "50", "fields": FIELDS}
        async with within(self._around.read_budget_seconds, "Medusa"):
            found = await self._api.read("/admin/orders", _Page, **query)
        placed = [raw for raw in found.orders if raw.status != "draft"]
        orders = tuple(MedusaRecord(raw, self._terms).order for raw in placed)
        if any(order.customer != customer for order in orders):
            raise SystemOfRecordError("Medusa answered with an order of another customer.")
        return orders

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """See `marked.MarkedWrites`."""
        return await self._writes.write(effect, token)

    async def look_up(self, key: str) -> WriteResult | None:
        """See `marked.MarkedWrites`."""
        return await self._writes.look_up(key)

    async def payments_of(self, order: str) -> Sequence[str]:
        """What the payment provider calls what was captured for the order."""
        async with within(self._around.read_budget_seconds, "Medusa"):
            record = await self._desk.numbered(order)
        collections = record.raw.payment_collections if record else ()
        captured = (one for held in collections for one in held.payments if one.captured_at and one.data)
        return [str(one.data["id"]) for one in captured if one.data and isinstance(one.data.get("id"), str)]

    async def _search(self, words: str) -> Sequence[_Customer]:
        query = {"q": words, "fields": "id,first_name,last_name,phone", "limit": "100"}
        return (await self._api.read("/admin/customers", _Customers, **query)).customers


def _open(settings: OrdersSettings, around: Around) -> MedusaOrders:
    if settings.base_url is None or settings.secret is None:
        raise ConfigError(
            "The backend `medusa` needs an address and a secret.",
            remedy="Set orders.base_url and orders.secret (a secret API key), and orders.user to log in.",
        )
    api = Api(around.http, settings.base_url, "Medusa")
    access = Access(resolve_secret(settings.secret), settings.user)
    return MedusaOrders(MedusaApi(api, access), Terms.of(settings, around.zone), around)


BACKEND = OrdersBackend(_open)
