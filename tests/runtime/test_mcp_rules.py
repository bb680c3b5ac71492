"""Tiers, hashes and what of an answer may be said."""

from __future__ import annotations

import pytest

from wavoice.runtime.mcp.plain import at, from_text, said, value
from wavoice.runtime.mcp.rules import NO_HASH, Hints, definition_hash, floor, tier_of


@pytest.mark.parametrize(
    ("hints", "trusted", "lowest"),
    [
        (Hints(), True, "R2"),
        (Hints(read_only=True), True, "R0"),
        (Hints(read_only=True), False, "R2"),
        (Hints(read_only=False, destructive=False), True, "R2"),  # Stripe's create_refund, of all tools
        (Hints(destructive=True), True, "R3"),
        (Hints(read_only=True, destructive=True), True, "R3"),
    ],
)
def test_a_server_s_word_raises_and_never_lowers(hints: Hints, trusted: bool, lowest: str) -> None:
    assert floor(hints, trusted=trusted) == lowest
    for configured in ("R0", "R1", "R2", "R3"):
        assert tier_of(configured, hints, trusted=trusted) == max(configured, lowest)


def test_a_definition_is_known_by_all_that_binds_it() -> None:
    schema = {"type": "object", "properties": {"b": {}, "a": {"minimum": 0.5}}}
    one = definition_hash("refund", schema, {"readOnlyHint": False})
    assert one == definition_hash("refund", dict(reversed(schema.items())), {"readOnlyHint": False})
    others = [
        definition_hash("refund2", schema, {"readOnlyHint": False}),
        definition_hash("refund", {**schema, "required": ["a"]}, {"readOnlyHint": False}),
        definition_hash("refund", schema, {"readOnlyHint": True}),
        definition_hash("refund", schema, None),
    ]
    assert len({one, *others}) == 5


def test_a_definition_that_cannot_be_written_down_equals_no_pin() -> None:
    assert definition_hash("refund", {"maximum": 2**80}, None) == NO_HASH
    deep: dict[str, object] = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert definition_hash("refund", deep, None) == NO_HASH


def test_a_value_is_found_by_its_place() -> None:
    data = {"orders": [{"status": "open", "total": 12, "paid": True, "tags": ["a"]}], "rate": 0.5}
    assert value(data, "orders.0.status") == "open"
    assert value(data, "orders.0.total") == "12"
    assert value(data, "orders.0.paid") == "yes"
    assert value(data, "rate") == "0.5"
    for nowhere in ("orders.1.status", "orders.x", "orders.0.tags", "nothing", "orders.-1", "rate.0"):
        assert value(data, nowhere) is None
    assert at(data, "orders.0.tags") == ["a"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("on its way", "on its way"),
        ("  two\n\nlines\t ", "two lines"),
        ("*bold* _it_ {order}", "bold it order"),
        ("a\u202eb\u200bc\x00d", "a b c d"),
        ("see https://evil.example", None),
        ("pay at evil-shop.com now", None),
        ("card 4111 1111 1111 1111", None),
        ("x" * 81, None),
        ("", None),
        (None, None),
        ("\u202e\u200b", None),
    ],
)
def test_what_is_said_of_a_value_is_one_short_line(text: str | None, shown: str | None) -> None:
    assert said(text) == shown


def test_text_is_data_at_most() -> None:
    assert from_text('{"a": 1}') == {"a": 1}
    assert from_text("{not json") == {"text": "{not json"}
    assert from_text("hello") == {"text": "hello"}
    assert from_text("[" * 60_000) == {"text": "[" * 60_000}
    assert len(from_text("{" * 10**6)["text"]) == 65_536
