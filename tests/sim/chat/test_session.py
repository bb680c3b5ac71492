"""A chat without a screen: what its verbs do, and what listeners are told, in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.chat.chats import talk
from wavoice.runtime.adapters.clock import Uuid7Ids
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND
from wavoice.sim.chat.facts import Arrived, Exchange, Sent, Typing
from wavoice.sim.chat.line import SECRETS

HOUR = 3600 * SECOND


async def test_a_note_is_asked_about_and_a_tap_commits_it(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        note = await one.speaks("Please move my delivery to Friday.")
        question = next(shown for shown in one.chat.phone.messages if shown.buttons)
        await one.chat.tap(question.wamid, question.buttons[0].id)
        await one.chat.advance(5 * SECOND)
        assert list(one.sent()) == [("voice", "Please move my delivery to Friday."), ("button", "Yes")]
        assert one.ticks(note) == ["sent", "delivered", "read"]
        assert one.ticks(question.wamid) == ["delivered", "read"]
        assert [done.action for done in one.chat.world.ledger] == ["reschedule_delivery"]
        assert one.shown()[0].startswith("Order 1842: move it to Friday")
        assert one.shown()[-1].startswith("Done: order 1842")


async def test_facts_come_in_the_order_in_which_things_happen(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.speaks("Where is my order?")
        kinds = [type(news) if not isinstance(news, Event) else news.kind for news in one.news]
        told = [kind for kind in kinds if kind in (Sent, "received", Typing, Arrived, "turn_ended")]
        assert told[:3] == [Sent, "received", Typing]
        assert Arrived in told[3:]


async def test_notes_of_both_sides_have_a_length_and_a_waveform(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.speaks("Where is my order?")
        (own,) = one.of(Sent)
        reply = next(news for news in one.of(Arrived) if news.message.kind == "voice")
        assert own.seconds == pytest.approx(1.9, abs=1)
        assert len(own.peaks) == len(reply.peaks) == 48
        assert max(own.peaks) == 1
        assert reply.seconds > 0.3


async def test_http_is_on_record_without_secrets(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.speaks("Where is my order?")
        seen = one.of(Exchange)
        assert {exchange.host.partition(".")[0] for exchange in seen} == {"bot", "graph", "media", "shop"}
        media = next(exchange for exchange in seen if exchange.host.startswith("media"))
        assert media.response.endswith(" bytes>")
        told = "".join(f"{one.path}{one.request}{one.response}" for one in seen)
        assert [secret for secret in SECRETS if secret in told] == []


async def test_time_jumps_and_what_is_due_happens_on_the_way(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        one.chat.after(2 * SECOND, lambda: one.chat.text("Where is my order?"))
        before = one.chat.clock.now()
        await one.chat.advance(26 * HOUR)
        assert one.chat.clock.now() == before + 26 * HOUR
        (sent,) = one.of(Sent)
        assert sent.at == before + 2 * SECOND
        assert one.shown()


async def test_another_customer_has_another_chat(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.chat.switch("unknown")
        await one.types("Where is my order?")
        assert {sent.contact for sent in one.of(Sent)} == {one.chat.contact}
        assert one.chat.contact == one.chat.contacts["unknown"]
        with pytest.raises(UserInputError, match="Name one of sample"):
            await one.chat.switch("nobody")


async def test_what_a_listener_raises_stays_with_it(tmp_path: Path) -> None:
    def fails(_: object) -> None:
        raise ValueError

    async with talk(tmp_path) as one:
        one.chat.listen(fails)
        await one.types("Where is my order?")
        assert one.shown()


async def test_the_journal_of_an_earlier_session_is_the_past(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.types("Where is my order?")
        kinds = one.kinds()
    async with talk(tmp_path) as again:
        assert [event.kind for event in again.chat.past if isinstance(event, Event)] == kinds


async def test_what_was_written_to_the_shop_is_still_there(tmp_path: Path) -> None:
    async with talk(tmp_path) as one:
        await one.types("Please move my delivery to Friday.")
        question = one.chat.phone.messages[-1]
        await one.chat.tap(question.wamid, "Yes")
        await one.chat.advance(5 * SECOND)
        day = one.chat.world.orders["1842"].day
    async with talk(tmp_path, ids=Uuid7Ids()) as again:
        assert again.chat.world.orders["1842"].day == day
        await again.types("Where is my order?")
        assert again.shown() == ["Order 1842 is packed. It arrives on Friday."]
