"""`--script`: a scenario plays in a chat as it comes out in `wavoice test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsing import MONDAY
from tests.sim.chat.chats import plain_settings
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.sim.chat.facts import Sent
from wavoice.sim.chat.script import open_script
from wavoice.sim.chat.session import ChatOptions
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.scripted import ToneVoice

BUS = """
version: 1
scenario: bus
about: A second thought beside a bus.
given: {now: "2026-11-23T10:00:00", zone: Asia/Kolkata, contact: asha}
steps:
  - note: move my delivery to Friday
    heard: {took: 0s}
  - note: yes
    heard: {took: 0s}
  - note: no wait
    after: 1s
    heard: {took: 0s}
  - from: ravi
    text: hello
  - wait: 26h
  - button: "Yes"
    from: asha
then: {writes: []}
"""


def options(folder: Path) -> ChatOptions:
    clock = VirtualClock(MONDAY - 86_400 * SECOND)
    return ChatOptions(
        plain_settings(), folder / "chat.db", clock=clock, ids=CountingIds(), voice=ToneVoice()
    )


async def test_a_scenario_comes_out_as_written(tmp_path: Path) -> None:
    file = tmp_path / "bus.yaml"
    file.write_text(BUS)
    async with open_script(options(tmp_path), file, watched=False) as script:
        await script.play()
        sent = [fact for fact in script.chat.past if isinstance(fact, Sent)]
        kinds = [event.kind for event in script.scene.events]
        ledger = script.chat.world.ledger
    told = [(fact.kind, fact.text) for fact in sent]
    assert told[:3] == [("voice", "move my delivery to Friday"), ("voice", "yes"), ("voice", "no wait")]
    assert told[3:] == [("text", "hello"), ("button", "Yes")]
    assert sent[2].at - sent[1].at == SECOND
    assert all(fact.peaks and fact.media for fact in sent[:3])
    assert "held" in kinds
    assert len({fact.contact for fact in sent}) == 2
    assert ledger == ()


async def test_a_crash_is_no_part_of_a_chat(tmp_path: Path) -> None:
    file = tmp_path / "crash.yaml"
    file.write_text(
        "version: 1\nscenario: crash\nabout: It dies.\n"
        "given: {now: '2026-11-23T10:00:00', zone: UTC, contact: asha}\n"
        "steps: [{crash: true}]\nthen: {writes: []}\n"
    )
    async with open_script(options(tmp_path), file, watched=False) as script:
        with pytest.raises(UserInputError, match="wavoice test"):
            await script.play()
