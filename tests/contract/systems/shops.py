"""What the suite asks of a shop behind a connector, and the sample shop as the first of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

import httpx

from tests.contract.systems.losing import Proxy
from tests.permits import NOW, admission
from wavoice.runtime.adapters.systems import Around
from wavoice.runtime.model import SECOND, Micros, Money, Payment
from wavoice.runtime.ports import Orders
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.shop.handlers import HANDLERS
from wavoice.sim.world import World

ZONE = ZoneInfo("Asia/Kolkata")
ADDRESS = "12 Hill Road"
PRICE = 2_450_00
"""Minor units of a rupee: what every order of the suite costs."""
ALL = frozenset({"reschedule_delivery", "change_address", "cancel_order", "refund_order"})


class Backoffice(Protocol):
    """A shop as its staff see it: past the connector, at once, and the truth."""

    @property
    def name(self) -> str:
        """Of the system."""
        ...

    @property
    def actions(self) -> frozenset[str]:
        """What its connector can carry out."""
        ...

    @property
    def payee(self) -> str:
        """What every order of the suite is paid with."""
        ...

    @property
    def words(self) -> Mapping[str, bytes]:
        """By action: words of the first request that does the work."""
        ...

    @property
    def last_words(self) -> Mapping[str, bytes]:
        """The same of the last one, where it takes several."""
        ...

    def add_customer(self, phone: str) -> str:
        """A customer with that phone number, as it is to stand in the record."""
        ...

    def add_order(self, customer: str) -> str:
        """An order of that customer, paid with a card; the number that customers know."""
        ...

    def staff_edits(self, number: str) -> None:
        """Staff change something about the order that customers are told."""
        ...

    def refunds(self, number: str) -> list[int]:
        """Minor units of every refund that was made."""
        ...


@dataclass(repr=False)
class Shop:
    """A shop that is reached through a proxy."""

    backoffice: Backoffice
    proxy: Proxy
    open: Callable[[str, Around], Orders]
    """The connector at an origin."""
    http: httpx.AsyncClient
    clock: list[Micros] = field(default_factory=lambda: [NOW])

    def connector(self, *, nowhere: bool = False) -> Orders:
        """As a process has it that was just started; `nowhere`: the shop does not answer at all."""
        around = Around(self.http, admission(), ZONE, lambda: self.clock[0], 60, 60)
        return self.open("http://127.0.0.1:9" if nowhere else self.proxy.url, around)

    def later(self, seconds: int) -> None:
        """The clock of this installation goes on."""
        self.clock[0] += seconds * SECOND


class SampleShop:
    """The sample shop of the simulator."""

    name = "sample"
    payee = "visa 4242"
    words = last_words = dict.fromkeys(ALL, b"PUT /effects/")

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def actions(self) -> frozenset[str]:
        return ALL & {*HANDLERS}

    def add_customer(self, phone: str) -> str:
        self._world.customers.append(ShopCustomer(f"cus_{len(self._world.customers) + 1}", "Sample", phone))
        return self._world.customers[-1].id

    def add_order(self, customer: str) -> str:
        number = str(1001 + len(self._world.orders))
        self._world.orders[number] = ShopOrder(
            *(number, customer, date(2026, 12, 1), ADDRESS, "open", ("2 x Rice 5 kg",)),
            Payment(Money(PRICE, "INR"), "visa", "4242"),
        )
        return number

    def staff_edits(self, number: str) -> None:
        self._world.staff_edits(number, address="99 Staff Street")

    def refunds(self, number: str) -> list[int]:
        rows = [one for one in self._world.ledger if "amount" in one.args]
        return [int(one.args["amount"]) for one in rows if one.args["order"] == number]
