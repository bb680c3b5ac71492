"""`ports.Orders` of a Vendure server: reads here, writes in `desk.py`."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from wavoice.runtime.adapters.careful import Api, within
from wavoice.runtime.adapters.marked import MarkedWrites
from wavoice.runtime.adapters.orders_http import e164_digits
from wavoice.runtime.adapters.systems import Around, OrdersBackend
from wavoice.runtime.adapters.terms import Terms, notations
from wavoice.runtime.adapters.vendure import queries
from wavoice.runtime.adapters.vendure.api import Access, VendureApi
from wavoice.runtime.adapters.vendure.desk import VendureDesk
from wavoice.runtime.adapters.vendure.records import RawOrder, VendureRecord
from wavoice.runtime.errors import ConfigError, SystemOfRecordError
from wavoice.runtime.model import Alias, Customer, Effect, Order, WriteResult
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_systems import Orders as OrdersSettings
from wavoice.runtime.token import CommitToken


class _Said(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Customer(_Said):
    id: str
    first_name: str
    last_name: str
    phone_number: str | None


class _Customers(_Said):
    items: tuple[_Customer, ...]


class _Found(_Said):
    customers: _Customers


class _Page(_Said):
    items: tuple[RawOrder, ...]


class _Owner(_Said):
    orders: _Page


class _Owned(_Said):
    customer: _Owner | None


class VendureOrders:
    """See `ports.Orders`. A contact without a phone number has no record: Vendure knows no BSUID."""

    def __init__(self, api: VendureApi, terms: Terms, around: Around) -> None:
        self._api = api
        self._terms = terms
        self._around = around
        self._desk = VendureDesk(api, terms)
        self._writes = MarkedWrites(self._desk, around)

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        """All records with that phone, which the shop keeps in international notation."""
        digits = e164_digits(alias.phone) if alias.phone else ""
        if not digits:
            return ()
        async with within(self._around.read_budget_seconds, "Vendure"):
            found = await self._api.ask(queries.CUSTOMERS, _Found, notations=notations(digits))
        return tuple(
            Customer(one.id, f"{one.first_name} {one.last_name}".strip(), one.phone_number)
            for one in found.customers.items
            if one.phone_number and e164_digits(one.phone_number) == digits
        )

    async def orders(self, customer: str) -> Sequence[Order]:
        """The last fifty that were placed, the newest first."""
        async with within(self._around.read_budget_seconds, "Vendure"):
            found = await self._api.ask(queries.ORDERS, _Owned, customer=customer)
        held = found.customer.orders.items if found.customer else ()
        orders = tuple(VendureRecord(raw, self._terms).order for raw in held)
        if any(order.customer != customer for order in orders):
            raise SystemOfRecordError("Vendure answered with an order of another customer.")
        return orders

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """See `marked.MarkedWrites`."""
        return await self._writes.write(effect, token)

    async def look_up(self, key: str) -> WriteResult | None:
        """See `marked.MarkedWrites`."""
        return await self._writes.look_up(key)

    async def payments_of(self, order: str) -> Sequence[str]:
        """Transaction ids of what was settled for the order, as its payment provider gave them."""
        async with within(self._around.read_budget_seconds, "Vendure"):
            record = await self._desk.numbered(order)
        paid = record.raw.payments or () if record else ()
        return [one.transaction_id for one in paid if one.state == "Settled" and one.transaction_id]


def _open(settings: OrdersSettings, around: Around) -> VendureOrders:
    if settings.base_url is None or settings.secret is None:
        raise ConfigError(
            "The backend `vendure` needs an address and a secret.",
            remedy="Set orders.base_url (…/admin-api) and orders.secret, and orders.user to log in.",
        )
    api = Api(around.http, settings.base_url, "Vendure")
    access = Access(resolve_secret(settings.secret), settings.user)
    return VendureOrders(VendureApi(api, access), Terms.of(settings, around.zone), around)


BACKEND = OrdersBackend(_open)
