"""Recall on card numbers and false cuts of everything else, over numbers made by seed."""

from __future__ import annotations

import random

import pytest

from tests.runtime.card_talk import card, other
from wavoice.runtime.redact import redact, split_card, was_redacted

SIZES = [400, pytest.param(10_000, marks=pytest.mark.bulk)]


@pytest.mark.parametrize("size", SIZES)
def test_cards_in_one_message(size: int) -> None:
    dice = random.Random(f"one message {size}")
    missed = [said for said in (card(dice) for _ in range(size)) if not was_redacted(redact(said.parts[0]))]
    assert len(missed) <= size * 0.005, missed[:5]


@pytest.mark.parametrize("size", SIZES)
def test_cards_over_two_messages(size: int) -> None:
    dice = random.Random(f"two messages {size}")
    said = [card(dice, split=True) for _ in range(size)]
    missed = [one for one in said if len(one.parts) > 1 and not split_card(one.parts)]
    assert len(missed) <= size * 0.005, missed[:5]


@pytest.mark.parametrize("size", SIZES)
def test_everything_else_stays(size: int) -> None:
    dice = random.Random(f"others {size}")
    said = [other(dice) for _ in range(size)]
    assert [text for text in said if redact(text) != text] == []
