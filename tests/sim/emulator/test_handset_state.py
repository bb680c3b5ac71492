"""A handset, saved and gone on with."""

from __future__ import annotations

from tests.sim.emulator.emulated_world import MESSAGES, World, opus, says
from wavoice.sim.emulator.handset.base import HandsetState


async def test_a_handset_goes_on_where_it_was_saved() -> None:
    """Everything is in its state, and the state is JSON."""
    world = World(window="off")
    asked = str((await world.send(**says("Sure?"))).json()["messages"][0]["id"])
    await world.ask(("yes", "Yes"), ("no", "No"))
    await world.speak(opus(size=300))
    await world.emulator.idle()
    own = await world.anna.says("hello", quotes=asked)
    await world.anna.records(opus())
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": own}
    await world.call("POST", MESSAGES, json={**receipt, "typing_indicator": {"type": "text"}})
    await world.anna.plays()
    world.anna.takes_username("@anna")
    saved = world.anna.state.model_dump_json()
    other = World(window="off")
    other.anna.load(HandsetState.model_validate_json(saved))
    assert other.anna.state.model_dump_json() == saved
    assert other.anna.messages == world.anna.messages
    assert (other.anna.seen, other.anna.typing) == ([own], True)
    await other.anna.taps("Yes")
    await other.anna.edits(own, "hi")
    await other.anna.plays()
    assert [value["messages"][0]["type"] for value in other.bot.values] == ["interactive", "edit"]
    for one in (world, other):
        await one.emulator.close()
