"""The phone network can be saved, and goes on elsewhere as if nothing had been."""

from __future__ import annotations

from tests.sim.emulator.audio_files import tone
from tests.sim.emulator.emulated_world import NUMBER, START, World, opus, says
from wavoice.runtime.model import SECOND, PromptState
from wavoice.sim.emulator.network_state import NetworkState
from wavoice.sim.emulator.phone import LATE


async def busy() -> World:
    """A world in which something of everything waits."""
    world = World(registered=True, pin="123456")
    await world.anna.says("held", deliver="reordered")
    ben = world.emulator.phone("Ben", "15550100300", "US.ben")
    await ben.records(opus(), deliver="late")
    world.anna.reach = PromptState.SENT
    await world.speak(tone("ogg", "libopus"))
    await world.send(**says("waits too"))
    await world.send(to="15550100999", **says("fails"))
    await world.call("DELETE", "/v24.0/1")
    await world.call("POST", f"/v24.0/{NUMBER}/register", json={"messaging_product": "whatsapp", "pin": "1"})
    world.emulator.number.quality_rating = "YELLOW"
    world.emulator.media_fault("gone", 2)
    await world.emulator.idle()
    return world


async def test_the_same_bytes_after_a_round_trip() -> None:
    first = await busy()
    saved = first.emulator.network_state.model_dump_json()
    second = World()
    second.emulator.phone("Ben", "15550100300", "US.ben")
    second.emulator.load_network(NetworkState.model_validate_json(saved))
    assert second.emulator.network_state.model_dump_json() == saved
    for world in (first, second):
        await world.emulator.close()


async def test_what_waited_comes() -> None:
    first = await busy()
    saved = first.emulator.network_state.model_dump_json()
    await first.emulator.close()
    world = World(START)
    world.emulator.phone("Ben", "15550100300", "US.ben")
    world.anna.reach = PromptState.SENT
    world.emulator.load_network(NetworkState.model_validate_json(saved))
    await world.emulator.flush()
    assert [value["messages"][0]["text"]["body"] for value in world.bot.values] == ["held"]
    world.clock.advance_to(START + LATE)
    await world.emulator.idle()
    assert world.bot.values[-1]["messages"][0]["type"] == "audio"
    world.anna.reach = PromptState.DELIVERED
    await world.emulator.idle()
    assert [message.kind for message in world.anna.messages] == ["voice", "text"]
    assert world.anna.messages[0].media == tone("ogg", "libopus")
    assert [status.status.value for status in world.bot.statuses] == ["delivered", "delivered"]
    assert world.emulator.windows.is_open("US.ben", START + 86_400 * SECOND - 1)
    assert not world.emulator.windows.is_open("US.ben", START + 86_400 * SECOND)
    await world.emulator.close()
