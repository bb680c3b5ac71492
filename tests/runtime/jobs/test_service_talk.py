"""The jobs beyond orders, through the whole runtime: what no scenario can set up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.faq_file import read_faq
from wavoice.runtime.links import leads_to, reference_of, with_known_links
from wavoice.runtime.model import FreeSlot, Invoice, Money, Outcome, Records, Subscription, WriteResult
from wavoice.runtime.policy import Policy
from wavoice.sim.shop import ShopCustomer

PAGES = ("https://pay.shop.example/",)
POLICY = Policy(pay_pages=PAGES)


def take(at: Desk, hour: int) -> None:
    """Somebody else books that time."""
    for slot in at.world.records.of(FreeSlot, "cus_1"):
        if slot.start.hour == hour:
            at.world.records.drop(slot, "cus_1")


async def test_a_time_that_is_taken_between_question_and_yes_is_not_booked() -> None:
    async with desk() as at:
        await at.types("I would like to book an appointment")
        assert await at.types("the first one") == [
            "Book lamp repair on Wednesday 25 November at 09:00? Reply yes or no."
        ]
        take(at, 9)
        said = [*await at.types("yes"), *await at.wait(5)]
        assert len(said) == 1
        assert "Wednesday 25 November at 09:00 is not free" in said[0]
        assert "Thursday 26 November at 15:00" in said[0]
        assert at.writes == []
        await at.types("the one on Thursday")
        await at.types("yes")
        assert (await at.wait(5)) == ["Done: lamp repair on Thursday 26 November at 15:00 is booked."]
        assert [args["time"] for _, args in at.writes] == ["15:00"]


async def test_an_invoice_that_was_paid_between_question_and_tap_charges_no_card() -> None:
    async with desk() as at:
        await at.types("charge the card I paid with last time")
        invoice = at.world.records.get(Invoice, "INV-204", "cus_1")
        assert invoice is not None
        at.world.records.put(replace(invoice, state="paid"), "cus_1")
        said = [*await at.taps("Yes"), *await at.wait(5)]
        assert at.writes == []
        assert "does not wait for a payment any more" in " ".join(said)


async def test_nobody_is_told_what_another_customer_has() -> None:
    async with desk() as at:
        at.world.customers.append(ShopCustomer("cus_2", "Somebody Else", "+91 98765 43210"))
        at.world.records.put(
            Invoice("INV-999", "", Money(1, "INR"), at.world.orders["1842"].day, "open", f"{PAGES[0]}x"),
            "cus_2",
        )
        at.world.records.put(
            Subscription("sub_9", "Secret tea", 7, at.world.orders["1842"].day, "active", "v1"), "cus_2"
        )
        told = " ".join(
            [
                *await at.types("send me the invoice"),
                *await at.types("send me a payment link"),
                *await at.types("no"),
                *await at.types("cancel my subscription of secret tea"),
            ]
        )
        assert "INV-204" in told
        assert "INV-999" not in told
        assert "Secret" not in told
        assert at.writes == []


async def test_a_link_that_leads_elsewhere_is_not_passed_on() -> None:
    async with desk() as at:
        invoice = at.world.records.get(Invoice, "INV-204", "cus_1")
        assert invoice is not None
        evil = replace(invoice, state="open", link="https://pay.shop.example.evil.example/INV-204")
        at.world.records.put(evil, "cus_1")
        said = await at.types("send me the payment link")
        assert said == ["Invoice INV-204: send you a payment link for 640 Indian rupees? Reply yes or no."]


@pytest.mark.parametrize(
    ("link", "fits"),
    [
        ("https://pay.shop.example/INV-1", True),
        ("https://pay.shop.example/", True),
        ("http://pay.shop.example/INV-1", False),
        ("https://pay.shop.example.evil.example/", False),
        ("https://pay.shop.example/ see https://evil.example", False),
        ("https://pay.shop.example/\u202egpj", False),
        ("javascript:alert(1)", False),
    ],
)
def test_links_lead_to_pages_that_the_owner_has_named(link: str, fits: bool) -> None:
    assert leads_to(link, PAGES) is fits
    bill = Invoice("a", "", Money(1, "INR"), date(2026, 11, 23), "open", link)
    assert with_known_links(Records(invoices=(bill,)), POLICY).invoices[0].link == (link if fits else "")


@pytest.mark.parametrize(
    ("reference", "kept"),
    [("1842-v2", True), ("T-1", True), (f"{PAGES[0]}INV-1", True), ("https://evil.example/a", False)],
)
def test_a_reference_is_no_way_round_it(reference: str, kept: bool) -> None:
    told = reference_of(WriteResult(Outcome.DONE, reference), POLICY)
    assert told == (reference if kept else None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = 2\nentries = []", "version"),
        ('version = 1\n[[entries]]\nid = "a"\nquestions = []\nanswer = "x"', "questions"),
        ('version = 1\n[[entries]]\nid = "a"\nquestions = ["what is it"]\nanswer = ""', "answer"),
        ("version = ", "TOML"),
        (
            'version = 1\n[[entries]]\nid = "a"\nquestions = ["what is it"]\nanswer = "x"\n'
            '[[entries]]\nid = "a"\nquestions = ["who is it"]\nanswer = "y"',
            "two entries 'a'",
        ),
    ],
)
def test_a_wrong_file_of_answers_says_what_is_wrong(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "faq.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read_faq(file)
    assert says in refused.value.message
    with pytest.raises(ConfigError):
        read_faq(tmp_path / "missing.toml")
