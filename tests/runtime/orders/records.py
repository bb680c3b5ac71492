"""Records of one customer and of a small shop, and what jobs make of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.runtime.gate_cases import proposal
from wavoice.runtime.actions import (
    Ask,
    Job,
    Offer,
    Prepared,
)
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.model import (
    KINDS,
    Card,
    Contact,
    Customer,
    Facts,
    Identity,
    Money,
    Order,
    Payment,
    Product,
    Proposal,
    Records,
    ShopRules,
)

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
VISA = Card("card_1", "visa", "4242")
PRODUCTS = (
    Product("lamp-desk", "Desk lamp", Money(899_00, "INR"), 3, 2),
    Product("lamp-floor", "Floor lamp", Money(3_499_00, "INR"), 0, 4),
    Product("rice-5", "Rice 5 kg", Money(650_00, "INR"), 40, 1),
    Product("tea", "Green tea", Money(640_00, "INR"), 12, 1),
)
BASKET = Order(
    "1842", "cus_1", "open", MONDAY + timedelta(3), "12 Hill Road", ("Rice 5 kg", "Green tea"), "v1",
    Payment(Money(1_250_00, "INR"), "visa", "4242"),
)  # fmt: skip


def facts(
    *orders: Order, now: datetime = NOON, rules: ShopRules | None = None, **records: tuple[object, ...]
) -> Facts:
    held: dict[str, object] = {
        "products": PRODUCTS,
        "contact": (Contact("cus_1", "Sample Customer", "v1", "", ("12 Hill Road", "3 Lake View Road")),),
        "cards": (VISA,),
        **records,
    }
    return Facts(
        Identity((Customer("cus_1", "Sample Customer", "1"),)),
        orders or (BASKET,),
        0,
        records=Records(**held, kinds=frozenset(KINDS)),  # type: ignore[arg-type]
        now=now,
        rules=rules or ShopRules(),
    )


def job(name: str) -> Job:
    found = JOBS.get(name)
    assert found is not None
    return found


def prepared(name: str, given: Facts | None = None, **slots: str) -> Prepared:
    return job(name).prepare(slots, given or facts(), MONDAY)


def offer(name: str, given: Facts | None = None, **slots: str) -> Offer:
    found = prepared(name, given, **slots)
    assert isinstance(found, Offer), found
    return found


def asked(name: str, given: Facts | None = None, **slots: str) -> tuple[str, str]:
    found = prepared(name, given, **slots)
    assert isinstance(found, Ask), found
    return found.slot, found.text


def proposal_of(name: str, made: Offer) -> Proposal:
    return proposal(
        action=name, args=made.args, money=made.money, payee=made.payee, facts_version=made.facts_version
    )
