"""Who and what is on the stage before the first step: people, their numbers, the shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.rehearsal import today_in
from wavoice.sim.scenario.beyond import book_of
from wavoice.sim.scenario.given import Given, WorldSpec
from wavoice.sim.scenario.values import dated, moment
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.world import World

SAMPLE_PHONE = "919812300001"
SAMPLE_BSUID = "IN.13491208655302741918"


def numbers_of(name: str, contact: str) -> tuple[str, str]:
    """Phone number and BSUID of a person: the same in every run, and different for every name."""
    if name == contact:
        return SAMPLE_PHONE, SAMPLE_BSUID
    seed = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    return f"9198{seed % 10**8:08d}", f"IN.{seed % 10**17:017d}"


def name_of(world: WorldSpec | None, name: str) -> str:
    """How the shop and WhatsApp call a person."""
    record = world.customers.get(name) if world else None
    return (record.name if record else None) or name.capitalize()


def shop_of(given: Given, world: WorldSpec | None, names: Sequence[str], clock: Clock) -> World:
    """The shop as the scenario describes it; all who appear are customers unless it says otherwise."""
    today = today_in(given.zone, clock)
    if world is None:
        sample = World.seeded(today, SAMPLE_PHONE, SAMPLE_BSUID, clock=clock)
        others = [_customer(name, given, None) for name in names if name != given.contact]
        return World(
            [*sample.customers, *others], sample.orders.values(), records=sample.records, clock=clock
        )
    owners = (order.customer for order in world.orders.values() if order.customer is not None)
    known = dict.fromkeys([*names, *world.customers, *owners])
    customers = [
        _customer(name, given, world)
        for name in known
        if name not in world.customers or world.customers[name].known
    ]
    orders = [
        ShopOrder(
            number,
            f"cus_{order.customer or given.contact}",
            date.fromisoformat(dated(order.day, today)),
            order.address,
            order.status,
            order.items,
            order.payment(),
        )
        for number, order in world.orders.items()
    ]
    records = book_of(world.records, given.contact, today, given.zone)
    return World(customers, orders, records=records, clock=clock)


def _customer(name: str, given: Given, world: WorldSpec | None) -> ShopCustomer:
    digits, bsuid = numbers_of(name, given.contact)
    record = world.customers.get(name) if world else None
    stated = record.phone if record and record.phone else None
    # A record that states a phone of its own is found by that phone alone.
    return ShopCustomer(f"cus_{name}", name_of(world, name), stated or digits, None if stated else bsuid)


def start_of(given: Given) -> Micros:
    """The first moment of the scenario."""
    return moment(given.now, given.zone)
