"""A connector for a vendor that knows no idempotency keys: the worked example of docs/adapters.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from wavoice.runtime.adapters.careful import Api, within
from wavoice.runtime.adapters.marked import MarkedWrites
from wavoice.runtime.adapters.marks import Mark, mark_of, read_marks, with_mark, without_mark
from wavoice.runtime.adapters.orders_http import e164_digits
from wavoice.runtime.adapters.systems import Around, OrdersBackend
from wavoice.runtime.adapters.terms import Days, Terms, payment_of
from wavoice.runtime.errors import DeclinedError
from wavoice.runtime.model import Alias, Customer, Effect, Micros, Order, Outcome, WriteResult
from wavoice.runtime.settings_systems import Orders as OrdersSettings
from wavoice.runtime.token import CommitToken

STATUSES = {"NEW": "open", "STOPPED": "cancelled"}


class Person(BaseModel):
    id: str
    name: str
    tel: str


class Sale(BaseModel):
    """An order as the vendor tells it. What is not read here is not believed."""

    no: str
    person: str
    state: str
    due: AwareDatetime
    street: str
    goods: list[str]
    cents: int
    back: list[tuple[int, str]]
    """Amount and remark of every refund."""
    remark: str


PEOPLE, SALES = TypeAdapter(list[Person]), TypeAdapter(list[Sale])


@dataclass(frozen=True)
class SaleRecord:
    """`marked.Record`: our terms, our marks, and what became of them."""

    sale: Sale
    terms: Terms

    @property
    def order(self) -> Order:
        sale, status = self.sale, self.terms.status(self.sale.state, STATUSES, f"Order {self.sale.no}")
        back = sum(amount for amount, _ in sale.back)
        told = Order(
            id=sale.no,
            customer=sale.person,
            status=status,
            day=self.terms.day(Days(None, sale.due), status, f"Order {sale.no}"),
            delivery_address=sale.street,
            items=tuple(sale.goods),
            version="",
            payment=payment_of(sale.cents, "INR", back, {"brand": "visa", "last4": "4242"}, "card"),
        )
        return self.terms.versioned(told)

    @property
    def marks(self) -> tuple[Mark, ...]:
        return read_marks(self.sale.remark)

    def became(self, mark: Mark) -> WriteResult | None:
        if mark.done or any(remark == mark.key for _, remark in self.sale.back):
            return WriteResult(Outcome.DONE, self.sale.no)
        return None


class ShelfDesk:
    """`marked.Desk`: what the vendor can do, one call each."""

    vendor = "Shelf"

    def __init__(self, api: Api, terms: Terms) -> None:
        self._api, self._terms = api, terms

    async def sales(self, **which: str) -> list[SaleRecord]:
        reply = await self._api.call("GET", "/sales", headers={}, params=which)
        return [SaleRecord(sale, self._terms) for sale in reply.succeeded().read(SALES)]

    async def marked(self, key: str) -> SaleRecord | None:
        found = await self.sales(remark=key)
        return next((one for one in found if any(mark.key == key for mark in one.marks)), None)

    async def numbered(self, number: str) -> SaleRecord | None:
        return next((one for one in await self.sales(no=number) if one.sale.no == number), None)

    async def settled(self, record: SaleRecord) -> SaleRecord:
        return record  # nothing here takes two calls that leave a sale half-done

    async def forget(self, record: SaleRecord, key: str) -> None:
        await self._change(record, remark=without_mark(record.marks, key))

    async def carry_out(self, record: SaleRecord, effect: Effect, now: Micros) -> WriteResult:
        done = with_mark(record.marks, mark_of(effect, now, done=True))
        args = effect.args
        match effect.action:
            case "reschedule_delivery":  # one call with its mark: both or none
                await self._change(record, due=f"{args['day']}T12:00:00+05:30", remark=done)
            case "change_address":
                await self._change(record, street=args["address"], remark=done)
            case "refund_order":  # the mark first, then the call that carries the key
                begun = with_mark(record.marks, mark_of(effect, now, done=False))
                await self._change(record, remark=begun)
                back = {"amount": int(args["amount"]), "remark": effect.key}
                (
                    await self._api.call("POST", f"/sales/{record.sale.no}/back", headers={}, json=back)
                ).succeeded()
            case _:
                raise DeclinedError("Shelf does not do that.", reason="unknown_action")
        return WriteResult(Outcome.DONE, record.sale.no)

    async def _change(self, record: SaleRecord, **fields: str) -> None:
        (await self._api.call("PATCH", f"/sales/{record.sale.no}", headers={}, json=fields)).succeeded()


class ShelfOrders:
    """`ports.Orders`."""

    def __init__(self, api: Api, terms: Terms, around: Around) -> None:
        self._api, self._around, self._desk = api, around, ShelfDesk(api, terms)
        self._writes = MarkedWrites(self._desk, around)

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        digits = e164_digits(alias.phone) if alias.phone else ""
        if not digits:
            return ()
        async with within(self._around.read_budget_seconds, "Shelf"):
            reply = await self._api.call("GET", "/people", headers={}, params={"tel": digits[-4:]})
        found = reply.succeeded().read(PEOPLE)
        return [Customer(one.id, one.name, one.tel) for one in found if e164_digits(one.tel) == digits]

    async def orders(self, customer: str) -> Sequence[Order]:
        async with within(self._around.read_budget_seconds, "Shelf"):
            found = await self._desk.sales(person=customer)
        return [one.order for one in found if one.sale.person == customer]

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        return await self._writes.write(effect, token)

    async def look_up(self, key: str) -> WriteResult | None:
        return await self._writes.look_up(key)


def _open(settings: OrdersSettings, around: Around) -> ShelfOrders:
    return ShelfOrders(
        Api(around.http, settings.base_url or "", "Shelf"), Terms.of(settings, around.zone), around
    )


BACKEND = OrdersBackend(_open)
