"""What the business is told of its messages, and what they cost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sim.emulator.emulated_world import START, World, opus, says
from wavoice.runtime.model import SECOND, Micros, PromptState
from wavoice.sim.emulator.pricing import Category, Pricing

DAY: Micros = 24 * 3600 * SECOND


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


def nodes(world: World) -> list[dict[str, Any]]:
    """Every status, in order."""
    return [status for value in world.bot.values for status in value.get("statuses", ())]


def at(year: int, month: int, day: int) -> Micros:
    """Midnight, UTC."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.conformance("S51", "S52")
class TestLadder:
    async def test_sent_delivered_read_played(self, world: World) -> None:
        """`played` for a voice note only; price on `sent` and `delivered`; who it is about on each."""
        world.anna.reach = PromptState.PLAYED
        await world.speak(opus())
        await world.speak(opus(), voice=False)
        await world.send(**says("hello"))
        await world.emulator.idle()
        by_message: dict[str, list[str]] = {}
        for node in nodes(world):
            by_message.setdefault(node["id"], []).append(node["status"])
        full = ["sent", "delivered", "read"]
        assert list(by_message.values()) == [[*full, "played"], full, full]
        for node, value in zip(nodes(world), world.bot.values, strict=True):
            assert (node["recipient_id"], node["recipient_user_id"]) == ("15550100200", "US.anna")
            assert [contact["user_id"] for contact in value["contacts"]] == ["US.anna"]
            assert ("pricing" in node) == (node["status"] in {"sent", "delivered"})
            assert "conversation" not in node

    async def test_read_without_delivered(self) -> None:
        """Collapsed as Meta does it: then `read` tells the price."""
        world = World(collapse_delivered=True)
        world.anna.reach = PromptState.PLAYED
        await world.speak(opus())
        await world.emulator.idle()
        assert [node["status"] for node in nodes(world)] == ["sent", "read", "played"]
        assert ["pricing" in node for node in nodes(world)] == [True, True, False]

    async def test_read_later_is_not_collapsed(self) -> None:
        world = World(collapse_delivered=True)
        await world.send(**says("hello"))
        await world.emulator.idle()
        await world.anna.reads()
        assert [node["status"] for node in nodes(world)] == ["sent", "delivered", "read"]
        assert ["pricing" in node for node in nodes(world)] == [True, True, False]

    async def test_every_phone_gets_as_far_as_it_gets(self, world: World) -> None:
        ben = world.emulator.phone("Ben", "15550100300", "US.ben", wrote_at=START)
        ben.reach = PromptState.SENT
        world.anna.reach = PromptState.READ
        for to in ("15550100300", "15550100200"):
            await world.send(to=to, **says("hello"))
        await world.emulator.idle()
        reports = [(node["recipient_user_id"], node["status"]) for node in nodes(world)]
        assert [state for user, state in reports if user == "US.ben"] == ["sent"]
        assert [state for user, state in reports if user == "US.anna"] == ["sent", "delivered", "read"]

    async def test_failed(self, world: World) -> None:
        """No contacts, no price; a user id only if it was sent to that."""
        world.anna.reach = PromptState.FAILED
        await world.send(**says("hello"))
        await world.send(to=None, recipient="US.anna", **says("hello"))
        await world.emulator.idle()
        to_phone, to_user = nodes(world)
        assert not any("contacts" in value for value in world.bot.values)
        for node in (to_phone, to_user):
            assert node["status"] == "failed"
            assert node["errors"][0]["code"] == 131026
            assert not {"pricing", "conversation"} & set(node)
        assert "recipient_user_id" not in to_phone
        assert to_user["recipient_user_id"] == "US.anna"

    async def test_after_a_month_off_a_message_is_dropped_without_a_word(self, world: World) -> None:
        world.anna.reach = PromptState.SENT
        await world.send(**says("old"))
        await world.emulator.idle()
        world.clock.advance_to(START + DAY)
        await world.anna.says("hello")
        await world.send(**says("new"))
        await world.emulator.idle()
        world.clock.advance_to(START + 30 * DAY)
        world.anna.reach = PromptState.DELIVERED
        await world.emulator.idle()
        assert [message.text for message in world.anna.messages] == ["new"]
        assert [node["status"] for node in nodes(world)] == ["sent", "sent", "delivered"]

    async def test_conversations_up_to_version_23(self) -> None:
        world = World(webhook_version=23)
        world.anna.reach = PromptState.PLAYED
        await world.speak(opus())
        await world.emulator.idle()
        world.anna.reach = PromptState.FAILED
        await world.send(**says("hello"))
        await world.emulator.idle()
        found = [node.get("conversation") for node in nodes(world)]
        later = {"id": nodes(world)[0]["conversation"]["id"], "origin": {"type": "service"}}
        expiry = {"expiration_timestamp": str((START + DAY) // SECOND)}
        assert found == [{**later, **expiry}, later, later, None, None]


@pytest.mark.conformance("S53")
class TestPrices:
    @pytest.mark.parametrize(
        ("moment", "price"),
        [
            (
                at(2025, 7, 1) - 1,
                {"billable": False, "pricing_model": "CBP", "category": "service"},
            ),
            (
                at(2025, 7, 1),
                {
                    "billable": False,
                    "pricing_model": "PMP",
                    "type": "free_customer_service",
                    "category": "service",
                },
            ),
            (
                at(2026, 10, 1) - 1,
                {
                    "billable": False,
                    "pricing_model": "PMP",
                    "type": "free_customer_service",
                    "category": "service",
                },
            ),
            (
                at(2026, 10, 1),
                {"billable": False, "pricing_model": "PMP", "type": "regular", "category": "service"},
            ),
        ],
    )
    async def test_of_a_reply(self, moment: Micros, price: dict[str, Any]) -> None:
        """The first 1,000 a month are free since October 2026."""
        world = World(start=moment)
        await world.send(**says("hello"))
        await world.emulator.idle()
        assert [node["pricing"] for node in nodes(world)] == [price, price]

    async def test_the_1001st_reply_of_a_month_is_charged(self) -> None:
        """Until the next month begins."""
        world = World(start=at(2026, 10, 31))
        counted = world.emulator.pricing.state.sent
        for sent in range(1, 4):
            await world.send(**says("hello"))
            await world.emulator.idle()
            assert counted == {"2026-10/service": sent}
        counted["2026-10/service"] = 998  # counted one by one, as those three were
        for _ in range(3):
            await world.send(**says("hello"))
        await world.emulator.idle()
        told = [node["pricing"]["billable"] for node in nodes(world) if node["status"] == "sent"]
        assert told == [False] * 5 + [True]
        assert world.emulator.pricing.state.billable == {"2026-10/service": 1}
        world.clock.advance_to(at(2026, 11, 1) - 1)
        await world.send(**says("hello"))
        world.clock.advance_to(at(2026, 11, 1))
        await world.anna.says("hello")
        await world.send(**says("hello"))
        await world.emulator.idle()
        told = [node["pricing"]["billable"] for node in nodes(world) if node["status"] == "sent"]
        assert told[-1] is False

    @pytest.mark.parametrize(
        ("moment", "category", "in_window", "kind"),
        [
            (at(2026, 9, 30), "utility", True, "free_customer_service"),
            (at(2026, 9, 30), "utility", False, "regular"),
            (at(2026, 9, 30), "marketing", True, "regular"),
            (at(2026, 9, 30), "authentication", True, "regular"),
            (at(2026, 10, 1), "utility", True, "regular"),
            (at(2026, 10, 1), "utility", False, "regular"),
        ],
    )
    def test_of_a_template(self, moment: Micros, category: Category, in_window: bool, kind: str) -> None:
        price = Pricing().price(category, moment, in_window=in_window, free_entry=False)
        assert (price.category, price.type, price.billable) == (category, kind, kind == "regular")

    @pytest.mark.parametrize(
        ("moment", "wrote", "kind"),
        [
            (at(2026, 9, 30), True, "free_customer_service"),
            (at(2026, 9, 30), False, "regular"),
            (at(2026, 10, 1), True, "regular"),
        ],
    )
    async def test_a_template_is_told_its_own_category(self, moment: Micros, wrote: bool, kind: str) -> None:
        """Outside the window it goes through, and costs."""
        world = World(start=moment)
        ben = world.emulator.phone("Ben", "15550100300", "US.ben", wrote_at=moment if wrote else None)
        hello = {"name": "hello_world", "language": {"code": "en_US"}}
        await world.send(to="15550100300", type="template", template=hello)
        await world.emulator.idle()
        assert len(ben.messages) == 1
        assert [(node["pricing"]["category"], node["pricing"]["type"]) for node in nodes(world)] == [
            ("utility", kind),
            ("utility", kind),
        ]

    @pytest.mark.parametrize("moment", [at(2025, 6, 30), at(2026, 9, 30), at(2026, 10, 1)])
    def test_after_an_ad_everything_is_free(self, moment: Micros) -> None:
        categories: tuple[Category, ...] = ("service", "utility", "marketing")
        for category in categories:
            price = Pricing().price(category, moment, in_window=False, free_entry=True)
            assert (price.category, price.billable) == ("referral_conversion", False)
