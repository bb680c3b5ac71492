"""Who can hold the phone, and what the shop knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from wavoice.runtime.build import Runtime
from wavoice.runtime.consent import FIRST_CONTACT
from wavoice.runtime.model import Alias, Consent, ConsentRecord, ConsentStatus, Money, Payment
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings
from wavoice.sim.rehearsal import Customer
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.world import World

_SAMPLE = Customer()


Agreed = tuple[Consent, ConsentStatus, str]
"""Purpose, the customer's word, and where it comes from."""

AGREED: tuple[Agreed, ...] = (
    (Consent.MESSAGES, ConsentStatus.SHOWN, FIRST_CONTACT),
    (Consent.MESSAGES, ConsentStatus.GRANTED, "sample shop"),
    (Consent.VOICE_REPLIES, ConsentStatus.GRANTED, "sample shop"),
    (Consent.VOICE_DATA, ConsentStatus.GRANTED, "sample shop"),
)
"""The customer has had the first notice and agreed to voice."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One person with a handset."""

    key: str
    """What `/customer` calls them."""
    name: str
    about: str
    """What makes them worth a try, in a few words."""
    phone: str | None
    """Digits; None: hidden behind a username."""
    bsuid: str
    username: str | None = None
    agreed: tuple[Agreed, ...] = AGREED
    """What was told and agreed to before; nothing: writes for the first time."""


CALLERS: tuple[Caller, ...] = (
    Caller(
        "sample", _SAMPLE.name, "a known customer with orders 1842 and 1777", _SAMPLE.phone, _SAMPLE.bsuid
    ),
    Caller(
        "shared",
        "Shared Phone",
        "two customers of the shop have this number",
        "919812300002",
        "IN.13491208655302741919",
    ),
    Caller(
        "unknown",
        "Unknown Number",
        "the shop has no record, and nothing was agreed to yet",
        "919812300003",
        "IN.13491208655302741920",
        agreed=(),
    ),
    Caller(
        "username",
        "Username Only",
        "hides the number; has order 1903",
        None,
        "IN.13491208655302741921",
        "@username.only",
    ),
)
"""The first one holds the phone at the start."""


def shop(today: date, clock: Clock) -> World:
    """The seeded shop of `World.seeded`, with records for the other callers."""
    seeded = World.seeded(today, _SAMPLE.phone, _SAMPLE.bsuid, clock=clock)
    shared, hidden = CALLERS[1], CALLERS[3]
    others = [
        ShopCustomer("cus_2", "First Customer", shared.phone or ""),
        ShopCustomer("cus_3", "Second Customer", shared.phone or ""),
        ShopCustomer("cus_4", hidden.name, "", hidden.bsuid),
    ]
    order = ShopOrder(
        "1903",
        "cus_4",
        today + timedelta(days=2),
        "3 Station Road",
        "packed",
        ("Notebook",),
        Payment(Money(249_00, "INR"), "visa", "4242"),
    )
    everybody, orders = [*seeded.customers, *others], [*seeded.orders.values(), order]
    return World(everybody, orders, records=seeded.records, clock=clock)


async def enter(runtime: Runtime, settings: Settings, caller: Caller) -> str:
    """Give a caller a contact, and enter what was agreed to, once; return the runtime's id."""
    now, number = runtime.bot.kit.clock.now(), settings.whatsapp.phone_number_id or ""
    async with runtime.store.begin() as tx:
        alias = Alias(caller.phone, caller.bsuid)
        conversation = await tx.contacts.find_or_add(settings.bot.tenant, number, alias, now)
        address = conversation.address
        if not await tx.consents.lines(address):
            for purpose, status, source in caller.agreed:
                await tx.consents.add(ConsentRecord(address, purpose, status, now, source))
    return address.contact
