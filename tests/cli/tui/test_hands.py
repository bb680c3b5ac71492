"""Recording, playing and keys: what the hands do with the phone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.cli.tui.phones import Phone, phone
from wavoice.cli.tui.entry import Field
from wavoice.cli.tui.sound import Devices
from wavoice.sim.clock import VirtualClock
from wavoice.sim.scripted import Line
from wavoice.sim.sound.levels import Samples
from wavoice.sim.sound.open import open_sound
from wavoice.sim.sound.scripted import ScriptedSound


def words() -> Samples:
    """Half a second of a tone, at the rate of the scripted headset."""
    return (0.4 * np.sin(np.arange(22_050) / 9)).astype(np.float32)


def devices(library: ScriptedSound) -> Devices:
    sound = open_sound(VirtualClock(0), library)
    return Devices(sound.microphone, sound.speaker)


def forms(at: Phone) -> list[tuple[bool, str]]:
    return [(bubble.mine, bubble.form) for bubble in at.app.bubbles()]


async def test_a_note_is_recorded_between_two_keys(tmp_path: Path) -> None:
    library = ScriptedSound(hears=lambda it: it.speak(words()))
    async with phone(tmp_path, devices=devices(library)) as at:
        await at.press("ctrl+r")
        assert "●" in at.text()
        at.ears.lines.append(Line("where is my order"))
        await at.press("ctrl+r")
        assert forms(at)[0] == (True, "voice")
        assert (False, "voice") in forms(at)
        assert "●" not in at.text()


async def test_escape_discards_a_recording(tmp_path: Path) -> None:
    async with phone(tmp_path, devices=devices(ScriptedSound(hears=lambda it: it.speak(words())))) as at:
        await at.press("ctrl+r")
        await at.press("escape")
        assert forms(at) == []
        assert "Type a message" in at.text()


async def test_the_bot_learns_that_its_note_was_played(tmp_path: Path) -> None:
    library = ScriptedSound()
    async with phone(tmp_path, devices=devices(library)) as at:
        await at.says("where is my order")
        await at.press("ctrl+l")
        assert "■" in at.text()
        played = [bubble.ticks for bubble in at.app.bubbles() if bubble.form == "voice" and not bubble.mine]
        assert played == ["played"]


async def test_no_microphone_is_said_and_the_phone_works_on(tmp_path: Path) -> None:
    async with phone(tmp_path) as at:
        await at.press("ctrl+r")
        await at.types("where is my order")
        assert (False, "text") in forms(at)


async def test_own_keys(tmp_path: Path) -> None:
    async with phone(tmp_path, keys={"record": "ctrl+k", "stop_all": "ctrl+r"}) as at:
        await at.press("ctrl+r")
        assert [bubble.text for bubble in at.app.bubbles() if bubble.mine] == ["STOP"]


async def test_ctrl_c_says_how_to_leave_and_copies_what_is_selected(tmp_path: Path) -> None:
    async with phone(tmp_path, keys={"quit": "f12"}) as at:
        field = at.app.query_one(Field)
        field.value = "hello"
        await at.press("ctrl+c")
        assert "f12 leaves" in at.text()
        field.select_all()
        await at.press("ctrl+c")
        assert at.app.clipboard == "hello"
        assert at.text().count("leaves") == 1


async def test_one_key_saves_what_happened(tmp_path: Path) -> None:
    async with phone(tmp_path) as at:
        await at.types("where is my order")
        await at.press("ctrl+s")
        assert [file.suffix for file in (tmp_path / "scenarios").iterdir()] == [".yaml"]


@pytest.mark.bulk
async def test_a_window_of_any_size(tmp_path: Path) -> None:
    async with phone(tmp_path, (200, 60)) as at:
        await at.types("move my delivery to Friday")
        for size in ((80, 24), (100, 24), (40, 12), (160, 45), (80, 24)):
            await at.pilot.resize_terminal(*size)
            await at.rest()
            assert "Type a message" in at.text()


async def test_who_types_on_loses_no_letter(tmp_path: Path) -> None:
    """Enter is handled a moment later: what was typed in between belongs to the next line."""
    async with phone(tmp_path) as at:
        field = at.app.query_one(Field)
        field.value = "where is my order"
        await field.action_submit()
        field.insert_text_at_cursor("an")
        await at.rest()
        assert field.value == "an"
        field.insert_text_at_cursor("d")
        assert field.value == "and"
        assert [bubble.text for bubble in at.app.bubbles() if bubble.mine] == ["where is my order"]
