"""The four digits that confirm money: what they hang on, and what they never are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.runtime.gate_cases import ASKED, DRAFT, POLICY
from wavoice.runtime.codes import Codes
from wavoice.runtime.interpret.code import take_code
from wavoice.runtime.model import Address, Money, Proposal, Tier
from wavoice.runtime.proposals import Draft, digest, propose

CODES = Codes(b"secret")
PAID_OUT = replace(
    DRAFT,
    action="refund_order",
    args={"order": "1842", "amount": "4500", "currency": "EUR"},
    tier=Tier.R3,
    money=Money(45_00, "EUR"),
    payee="visa 4242",
)


def asked(draft: Draft = PAID_OUT, version: int = 1) -> Proposal:
    return propose(draft, "p_1", version, ASKED, POLICY)


# Made with: printf %s DIGEST | openssl dgst -sha256 -hmac secret
VECTORS = {"d1:0000": "4965", "d1:0001": "7891", "d1:abcd": "8326"}
SECOND_AND_THIRD = ("4589", "6156")
"""Of "d1:0000#1" and "d1:0000#2"."""


@pytest.mark.parametrize(("of", "code"), VECTORS.items())
def test_vectors(of: str, code: str) -> None:
    assert CODES.of(replace(asked(), digest=of)) == code


def test_a_number_of_the_customers_own_is_passed_over() -> None:
    first, (second, third) = VECTORS["d1:0000"], SECOND_AND_THIRD
    proposal = replace(asked(), digest="d1:0000")
    assert CODES.of(replace(proposal, not_codes=("17", first))) == second
    assert CODES.of(replace(proposal, not_codes=(first.lstrip("0"), second))) == third
    assert not CODES.fits(replace(proposal, not_codes=(first,)), first)


def test_a_code_is_never_an_order_number() -> None:
    numbers = tuple(str(number) for number in range(0, 10_000, 2))
    for version in range(1, 200):
        code = CODES.of(replace(asked(version=version), not_codes=numbers))
        assert code is not None
        assert code not in numbers


def test_where_every_number_is_taken_there_is_no_code() -> None:
    full = replace(asked(), not_codes=tuple(map(str, range(10_000))))
    assert CODES.of(full) is None
    assert not any(CODES.fits(full, said) for said in ("", "0000", "None"))


def test_another_version_has_another_code() -> None:
    codes = [CODES.of(asked(version=version)) for version in range(1, 50)]
    assert len(set(codes)) > 45
    assert CODES.fits(asked(), codes[0] or "")
    assert not CODES.fits(asked(version=2), codes[0] or "")


@pytest.mark.parametrize("said", ["", "1", "000", "00000", "yes", "٤٠٧١"])
def test_what_is_no_code_does_not_fit(said: str) -> None:
    assert not CODES.fits(asked(), said)


def test_another_secret_makes_other_codes() -> None:
    derived = Codes.derived_from("app")
    assert derived.secret.hex() == "2f6cd9cef1421d5984560bd9087fcb2f00b61c447dfcd7368c86cb8fefd74a22"
    versions = [asked(version=version) for version in range(1, 50)]
    assert sum(derived.of(one) == CODES.of(one) for one in versions) < 3


def test_the_secret_is_not_shown() -> None:
    assert "secret" not in repr(CODES).replace("Codes(", "")


CHANGES = {
    "tenant": replace(PAID_OUT, address=Address("other", "100", "c_1")),
    "contact": replace(PAID_OUT, address=Address("default", "100", "c_2")),
    "action": replace(PAID_OUT, action="pay_order"),
    "amount in the arguments": replace(PAID_OUT, args={**PAID_OUT.args, "amount": "4501"}),
    "one argument less": replace(PAID_OUT, args={"order": "1842"}),
    "minor units": replace(PAID_OUT, money=Money(45_01, "EUR")),
    "currency": replace(PAID_OUT, money=Money(45_00, "USD")),
    "no money": replace(PAID_OUT, money=None),
    "payee": replace(PAID_OUT, payee="visa 4243"),
    "no payee": replace(PAID_OUT, payee=None),
    "empty payee": replace(PAID_OUT, payee=""),
    "facts version": replace(PAID_OUT, facts_version="v2"),
    "tier": replace(PAID_OUT, tier=Tier.R2),
}


def test_any_bound_field_makes_another_digest() -> None:
    digests = [digest(draft, "p_1", 1) for draft in (PAID_OUT, *CHANGES.values())]
    digests += [digest(PAID_OUT, "p_2", 1), digest(PAID_OUT, "p_1", 2)]
    assert len(set(digests)) == len(CHANGES) + 3


def test_what_is_not_bound_leaves_the_digest() -> None:
    other_words = replace(PAID_OUT, read_back="other words", turn="t_9", before={}, not_codes=("1842",))
    assert digest(other_words, "p_1", 1) == digest(PAID_OUT, "p_1", 1)


def test_what_is_absent_is_left_out() -> None:
    """Digests of proposals without money are those of before there was any."""
    assert digest(DRAFT, "p_1", 1) == "d1:82781d1fbdf4136e4d06fa0b3f9c8aefed51d120b84712001dfa4b1ed438339c"


@pytest.mark.parametrize(
    ("text", "rest", "code"),
    [
        ("YES 4071", "YES  ", "4071"),
        ("yes, 4071.", "yes .", "4071"),
        ("Yes: #4071", "Yes  ", "4071"),
        ("yes the code is 0071 please", "yes   please", "0071"),
        ("YES 40719", "YES  ", "40719"),
        ("YES ٤٠٧١", "YES  ", "4071"),
        ("yes please, YES 4071", "yes please, YES  ", "4071"),
        ("4071", "4071", None),
        ("yes order 1842", "yes order 1842", None),
        ("yes 45.50 euros", "yes 45.50 euros", None),
        ("yes 4071abc", "yes 4071abc", None),
        ("eyes 4071", "eyes 4071", None),
        ("no 4071", "no 4071", None),
    ],
)
def test_digits_after_a_yes(text: str, rest: str, code: str | None) -> None:
    taken, found = take_code(text)
    assert (taken.split(), found) == (rest.split(), code)
