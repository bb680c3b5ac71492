"""A whole world in one file: the same bytes after a round trip, and everything goes on where it stood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.commands import NOTES
from tests.sim.emulator.emulated_world import START, World, says
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, PromptState
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.world_file import from_bytes, to_bytes

HOUR = 3600 * SECOND
NOTE = (NOTES / "where_is_my_order__street_20db.ogg").read_bytes()


async def lived() -> World:
    """A world with something of every kind, and something under way of every kind."""
    world = World()
    emulator, anna = world.emulator, world.anna
    await anna.says("hi")
    note = await anna.records(NOTE)
    await world.ask(("y", "Yes"), ("n", "No"))
    await world.send(**says("hello"), context={"message_id": note}, biz_opaque_callback_data="turn-1")
    await world.speak(NOTE)
    await emulator.idle()
    await world.send(status="read", message_id=note, typing_indicator={"type": "text"})
    off = emulator.phone("Off", "15550100201", username="@off")
    await off.says("I turn it off now")
    off.reach = PromptState.SENT
    await world.send(**says("waits for you"), to="15550100201")
    emulator.rules.add(131026, when="every", n=3)
    await anna.says("late", deliver="late")
    world.bot.answers = [500]
    await anna.says("refused at first")
    await anna.says("held", deliver="reordered")
    await emulator.idle()
    return world


async def moved() -> World:
    """A world that has lived, after a restart from its file."""
    world = await lived()
    await world.restarts(from_bytes(to_bytes(await world.emulator.export())))
    return world


def phone(world: World, name: str) -> Phone:
    return next(one for one in world.emulator.phones if one.person.name == name)


async def test_pauses_of_templates_end_in_time() -> None:
    world = await lived()
    template = world.emulator.templates.add("ready", "en_US", "Order {{1}} is ready")
    await world.emulator.templates.pause(template.id)
    await world.restarts(await world.emulator.export())
    world.clock.advance_to(START + 4 * HOUR)
    await world.emulator.idle()
    states = {one.name: one.status for one in world.emulator.templates.state.templates}
    await world.emulator.close()
    assert states == {"hello_world": "APPROVED", "ready": "APPROVED"}


async def test_a_round_trip_is_the_same_bytes() -> None:
    world = await lived()
    before = to_bytes(await world.emulator.export())
    await world.restarts(from_bytes(before))
    after = to_bytes(await world.emulator.export())
    await world.emulator.close()
    assert json.loads(before)["version"] == 1
    assert after == before


async def test_what_phones_show_survives() -> None:
    world = await lived()
    messages, seen = list(world.anna.messages), list(world.anna.seen)
    await world.restarts(await world.emulator.export())
    anna = phone(world, "Anna")
    await world.emulator.close()
    assert anna is not world.anna
    assert (anna.messages, anna.seen, anna.typing) == (messages, seen, True)
    assert [message.media for message in anna.messages if message.kind == "voice"] == [NOTE]


async def test_old_buttons_can_be_tapped_and_old_notes_fetched() -> None:
    world = await moved()
    anna = phone(world, "Anna")
    await anna.taps("Yes")
    tapped = world.bot.values[0]["messages"][0]
    heard = next(
        value["messages"][0]
        for body in world.emulator.posted
        if "messages" in (value := json.loads(body)["entry"][0]["changes"][0]["value"])
        and value["messages"][0]["type"] == "audio"
    )
    found = await world.call("GET", f"/v24.0/{heard['audio']['id']}")
    await world.emulator.close()
    assert tapped["interactive"]["button_reply"]["id"] == "y"
    assert tapped["context"]["id"] == next(message.wamid for message in anna.messages if message.buttons)
    assert found.status_code == 200


async def test_what_was_due_comes_in_time() -> None:
    """A redelivery with its gap, a late webhook at its moment, a held one when it is let go."""
    world = await moved()
    came = [texts(world)]
    for moment in (START + SECOND, START + 10 * SECOND):
        world.clock.advance_to(moment)
        await world.emulator.idle()
        came.append(texts(world))
    await world.emulator.flush()
    came.append(texts(world))
    await world.emulator.close()
    assert came[0] == []
    assert came[1] == ["refused at first"]
    assert came[2] == ["refused at first", "late"]
    assert came[3] == ["refused at first", "late", "held"]


async def test_a_phone_that_was_off_gets_what_waited() -> None:
    world = await moved()
    off = phone(world, "Off")
    off.reach = PromptState.READ
    await world.emulator.idle()
    await world.emulator.close()
    assert [message.text for message in off.messages] == ["waits for you"]
    assert [status.status.value for status in world.bot.statuses] == ["delivered", "read"]


async def test_ids_rules_and_windows_go_on() -> None:
    world = await moved()
    known = {sent["wamid"] for sent in (await world.emulator.export())["network"]["traffic"]["sent"]}
    answers = [await world.send(**says(text)) for text in "abc"]
    fresh = answers[0].json()["messages"][0]["id"]
    world.clock.advance_to(START + 25 * HOUR)
    world.emulator.rules.clear()
    await world.emulator.idle()
    await world.send(**says("too late"))
    await world.emulator.idle()
    await world.emulator.close()
    assert fresh not in known
    assert [answer.status_code for answer in answers].count(400) == 1
    assert world.bot.statuses[-1].error_code == 131047


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "The world has version 2. This wavoice reads 1."),
        ({"novelty": 1}, "That is no world: novelty: Extra inputs"),
        ({"phones": [{}]}, "That is no world: phones.0.person: Field required"),
    ],
)
async def test_what_is_no_world_is_refused(change: dict[str, Any], said: str) -> None:
    world = World()
    document = await world.emulator.export()
    with pytest.raises(UserInputError) as caught:
        await world.restarts({**document, **change})
    assert str(caught.value).startswith(said)


def texts(world: World) -> list[str]:
    """Bodies of the texts that the bot got, each once."""
    messages = [message for value in world.bot.values for message in value.get("messages", [])]
    return list(dict.fromkeys(one["text"]["body"] for one in messages if one["type"] == "text"))
