"""Events by name: the catalogue, its overrides, and injection into a running emulator.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator

import av
import pytest

from tests.sim.emulator.emulated_world import MESSAGES, START, TOKEN, World
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.errors import UserInputError
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.events import EVENTS, EventContext, make, paths
from wavoice.sim.emulator.samples import SILENT_NOTE, TINY_STICKER
from wavoice.sim.emulator.wire import Business, Person, WireIds, encode

ANNA = Person("Anna", "US.anna", "15550100200")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.bot.documented = True
    yield made
    await made.emulator.close()


def context(seed: int = 0, person: Person = ANNA) -> EventContext:
    return EventContext(
        business=Business(), person=person, clock=VirtualClock(START), ids=WireIds(seed), about="wamid.asked"
    )


class TestCatalogue:
    def test_there_are_enough_and_each_says_what_it_is(self) -> None:
        assert len(EVENTS) >= 40
        assert list(EVENTS) == sorted(EVENTS)
        assert all(kind.doc.endswith(".") and "\n" not in kind.doc for kind in EVENTS.values())
        wanted = {
            "message.text",
            "message.voice",
            "message.button_reply",
            "status.failed",
            "template.rejected",
        }
        wanted |= {"account.restricted", "user.number_changed", "message.standby"}
        assert wanted | {"unknown.field", "unknown.message_type"} <= EVENTS.keys()

    @pytest.mark.parametrize(
        ("name", "told"), [("sent", True), ("delivered", True), ("read", False), ("played", False)]
    )
    def test_the_price_is_told_when_it_is_sent_and_when_it_arrives(self, name: str, *, told: bool) -> None:
        payload = make(f"status.{name}", context())
        (status,) = payload["entry"][0]["changes"][0]["value"]["statuses"]
        assert ("pricing" in status) is told

    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        first, second = ([encode(make(name, context())) for name in EVENTS] for _ in range(2))
        assert first == second

    async def test_every_event_is_delivered_and_read(self, world: World) -> None:
        """The runtime's reader takes each without an exception."""
        for name in EVENTS:
            world.bot.documented = not name.startswith("unknown.")
            payload = await world.emulator.trigger(name, world.anna)
            assert json.loads(world.bot.bodies[-1]) == payload, name
            parse(world.bot.bodies[-1])
        assert len(world.bot.bodies) == len(EVENTS)

    def test_an_unknown_name_names_the_nearest(self) -> None:
        with pytest.raises(UserInputError, match=r"no event 'message\.voce'.*nearest is 'message\.voice'"):
            make("message.voce", context())

    def test_the_samples_can_be_opened(self) -> None:
        assert decode_note(SILENT_NOTE, 10).seconds == pytest.approx(1.0, abs=0.05)
        with av.open(io.BytesIO(TINY_STICKER), "r") as picture:
            (frame,) = picture.decode(video=0)
        assert (frame.width, frame.height) == (1, 1)


class TestOverrides:
    def message(self, *overrides: str) -> dict[str, object]:
        payload = make("message.text", context(), overrides)
        (message,) = payload["entry"][0]["changes"][0]["value"]["messages"]
        assert isinstance(message, dict)
        return message

    def test_a_path_from_the_top_or_from_below(self) -> None:
        full = "entry.0.changes.0.value.messages.0.text.body"
        for path in (full, "messages.0.text.body", "text.body", "body"):
            assert self.message(f"{path}=no, wait = stop")["text"] == {"body": "no, wait = stop"}

    def test_the_kind_of_value_stays(self) -> None:
        assert self.message("timestamp=7")["timestamp"] == "7"
        assert self.message("timestamp:=7")["timestamp"] == 7
        order = make("message.order", context(), ["quantity=3", "item_price=2.5"])
        item = order["entry"][0]["changes"][0]["value"]["messages"][0]["order"]["product_items"][0]
        assert (item["quantity"], item["item_price"]) == (3, 2.5)
        sticker = make("message.sticker", context(), ["animated=true"])
        assert '"animated":true' in encode(sticker).decode()

    def test_null_takes_a_key_away(self) -> None:
        assert "from" not in self.message("from=null")
        assert self.message("from:=null")["from"] is None

    def test_new_keys_need_json(self) -> None:
        assert self.message("text.preview_url:=true")["text"] == {"body": "Hello", "preview_url": True}
        payload = make("message.text", context(), ['messages.1:={"id":"wamid.2","type":"text"}'])
        assert len(payload["entry"][0]["changes"][0]["value"]["messages"]) == 2

    @pytest.mark.parametrize(
        ("override", "complaint"),
        [
            ("text.bdy=x", r"no 'text\.bdy'.*nearest path is 'text\.body'"),
            ("massages.0.id=x", r"nearest path is 'messages\.0\.id'"),
            ("hologram.depth:=1", r"no 'hologram\.depth'"),
            ("id=x", r"'id' fits several places: entry\.0\.id, "),
            ("text=x", r"text is an object, not 'x'"),
            ("messages=x", r"messages is a list, not 'x'"),
            ("body:=x", "is no JSON"),
            ("body", "is no change"),
            ("=x", "is no change"),
        ],
    )
    def test_what_does_not_fit_says_so(self, override: str, complaint: str) -> None:
        with pytest.raises(UserInputError, match=complaint):
            self.message(override)

    def test_numbers_and_truths_take_nothing_else(self) -> None:
        for name, override in [("message.sticker", "animated=1"), ("message.order", "quantity=true")]:
            with pytest.raises(UserInputError, match="To put anything else there"):
                make(name, context(), [override])

    def test_every_path_shown_can_be_used(self) -> None:
        for name in EVENTS:
            payload = make(name, context())
            shown = paths(payload)
            assert len(set(shown)) == len(shown), name
            for path in shown:
                assert make(name, context(), [f"{path}:=7777"]) != payload, (name, path)


class TestInjection:
    @pytest.mark.conformance("S34")
    async def test_value_errors_without_messages(self, world: World) -> None:
        await world.emulator.trigger("number.error", world.anna)
        (value,) = world.bot.values
        assert set(value) == {"messaging_product", "metadata", "errors"}
        assert value["errors"][0]["code"] == 130429
        assert parse(world.bot.bodies[0]).unknown == ("value.errors",)

    async def test_anything_can_be_sent(self, world: World) -> None:
        """S16: what WhatsApp has never sent is signed and delivered too."""
        world.bot.documented = False
        for payload in (
            {},
            {"entry": 3},
            {"entry": [{"changes": [{"value": {"messages": [{"id": 3}, 4]}}]}]},
        ):
            await world.emulator.inject(payload)
            assert json.loads(world.bot.bodies[-1]) == payload

    @pytest.mark.conformance("S16")
    @pytest.mark.parametrize("name", ["unknown.field", "unknown.message_type"])
    async def test_unknown_fields_and_types_are_delivered(self, world: World, name: str) -> None:
        """S16, the emulator's side."""
        world.bot.documented = False
        await world.emulator.trigger(name, world.anna)
        batch = parse(world.bot.bodies[0])
        assert batch.unknown or [message.type for message in batch.messages] == ["hologram"]

    async def test_an_injected_message_can_be_marked_read_and_its_file_fetched(self, world: World) -> None:
        await world.emulator.trigger("message.voice", world.anna)
        (message,) = world.bot.values[0]["messages"]
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
        assert (await world.call("POST", MESSAGES, json=receipt)).json() == {"success": True}
        assert world.anna.seen == [message["id"]]
        got = await world.http.get(message["audio"]["url"], headers={"Authorization": f"Bearer {TOKEN}"})
        assert got.content == SILENT_NOTE

    async def test_events_are_about_the_newest_message(self, world: World) -> None:
        wamid = (await world.ask(("yes", "Yes"))).json()["messages"][0]["id"]
        await world.emulator.idle()
        await world.emulator.trigger("message.button_reply", world.anna)
        assert world.bot.values[-1]["messages"][0]["context"] == {"from": "15550100100", "id": wamid}
