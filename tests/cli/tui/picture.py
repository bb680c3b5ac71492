"""README's picture of the terminal phone: `uv run python -m tests.cli.tui.picture` writes docs/chat.svg.

The app as it is, on scripted ears and a scripted voice: the picture is the same wherever it is made.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.cli.tui.phones import Phone, phone
from wavoice.cli.tui.sound import Devices
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.sim.sound.open import open_sound
from wavoice.sim.sound.scripted import ScriptedSound

FILE = Path(__file__).parents[3] / "docs" / "chat.svg"
SIZE = (164, 44)


async def talk(at: Phone) -> None:
    """A yes that is taken back while it settles."""
    await at.says("move my delivery to Friday")
    await at.waits(4)
    await at.says("yes")
    await at.waits(1)
    await at.says("no wait")
    await at.waits(5)
    await at.press("up")


async def main() -> None:
    sound = open_sound(SystemClock(), ScriptedSound())
    devices = Devices(sound.microphone, sound.speaker)
    with tempfile.TemporaryDirectory() as folder:
        async with phone(Path(folder), SIZE, devices=devices) as at:
            await talk(at)
            FILE.write_text(await at.picture(), encoding="utf-8")
    print(f"{FILE}: {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    asyncio.run(main())
