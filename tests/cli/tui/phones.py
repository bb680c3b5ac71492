"""The terminal phone for tests: the app on a real session, whose clock moves only when something takes time.

Ears are scripted and take their time on the clock; the voice takes none, for it speaks ahead as fast as the
machine lets it. Notes are decoded in this process. The same keys give the same screen, to the last cell.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from tests.rehearsing import MONDAY, NOTE
from tests.sim.chat.chats import plain_settings
from wavoice.cli.tui.app import ChatApp
from wavoice.cli.tui.entry import Field
from wavoice.cli.tui.opening import Opened
from wavoice.cli.tui.sound import Devices
from wavoice.runtime.model import SECOND, Audio, Heard, Micros
from wavoice.runtime.ports import Hint
from wavoice.sim.chat.session import ChatOptions, ChatSession, open_chat
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.sound.open import NoMicrophone, NoSpeaker

LOOKS, STILL = 50, 3
"""How often the screen is looked at, at most, and how often it must be the same in a row."""
HEARING: Micros = 280_000
RATE = 16_000
SPOKEN = NOTE.read_bytes()
NO_SOUND = "There is no sound library here. Install it with: sudo apt install libportaudio2"


class TakingEars(ScriptedEars):
    """Scripted ears that take their time."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        self._clock.advance_to(self._clock.now() + HEARING)
        return await super().hear(audio, hint)


class PlainDecoder:
    """`ports.Decoder` to which all notes sound alike: what codecs make of them differs between machines."""

    async def decode(self, data: bytes) -> Audio:
        seconds = 1.6 if data == SPOKEN else 2.4
        moments = np.arange(round(seconds * RATE)) / RATE
        swells = np.abs(np.sin(moments * 5.1)) * np.abs(np.cos(moments * 1.7))
        pcm = (swells * np.sin(moments * 1400)).astype("<f4").tobytes()
        return Audio(pcm=pcm, seconds=seconds, bytes_in=len(data), codec="opus")


@dataclass(slots=True)
class Phone:
    """The app, and both hands on it."""

    app: ChatApp
    chat: ChatSession
    pilot: Pilot[None]
    ears: TakingEars

    async def rest(self) -> None:
        """Return when nothing is under way and all of it is on the screen."""
        for _ in range(2):
            await self.pilot.pause()
            await self.app.idle()
            await self.chat.idle()
        self.app.face.look()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.rest()

    async def types(self, line: str) -> None:
        """Type a line, all at once, and enter it."""
        field = self.app.query_one(Field)
        field.focus()
        field.value = line
        await self.press("enter")

    async def says(self, words: str, **line: object) -> None:
        """Send a voice note that is heard so."""
        self.ears.lines.append(Line(words, **line))  # type: ignore[arg-type]
        await self.chat.note(SPOKEN, said=words)
        await self.rest()

    async def waits(self, seconds: float) -> None:
        await self.chat.advance(round(seconds * SECOND))
        await self.rest()

    def _cells(self) -> list[Strip]:
        return list(self.app.screen._compositor.render_strips())

    def text(self) -> str:
        """The screen, without its colours."""
        return "\n".join(strip.text.rstrip() for strip in self._cells())

    async def picture(self) -> str:
        """The screen as an SVG, the same for the same screen: it has come to rest, and no cursor blinks."""
        for screen in self.app.screen_stack:  # what is behind a dialog shines through it
            for each in screen.query(Input):
                each.cursor_blink = False
        before, same = self._cells(), 0
        for _ in range(LOOKS):
            await self.pilot.pause()
            now = self._cells()
            before, same = now, same + 1 if now == before else 0
            if same == STILL:
                break
        return slim(self.app.export_screenshot(title="wavoice chat", simplify=True))


_RECT = re.compile(
    r'<rect fill="([^"]+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"[^>]*/>'
)


def slim(svg: str) -> str:
    """The picture without what makes it large: a rectangle a cell, a clip a line, a name by its content."""
    svg = re.sub(r"terminal-\d+", "screen", svg)
    svg = re.sub(r'<clipPath id="screen-line.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r' clip-path="url\(#screen-line-\d+\)"', "", svg)
    cells = [match.groups() for match in _RECT.finditer(svg)]
    rows = groupby(cells, key=lambda cell: (cell[2], cell[4], cell[0]))
    merged = "\n".join(
        _wide(key, [(float(x), float(width)) for _, x, _, width, _ in run]) for key, run in rows
    )
    first = _RECT.search(svg)
    assert first is not None
    return _RECT.sub("", svg[: first.start()]) + merged + _RECT.sub("", svg[first.start() :])


def _wide(key: tuple[str, str, str], run: list[tuple[float, float]]) -> str:
    """One rectangle over neighbours of one colour; Rich draws them from left to right."""
    y, height, fill = key
    width = run[-1][0] + run[-1][1] - run[0][0]
    return f'<rect fill="{fill}" x="{run[0][0]:g}" y="{y}" width="{width:g}" height="{height}"/>'


@asynccontextmanager
async def phone(
    folder: Path,
    size: tuple[int, int] = (100, 30),
    *,
    devices: Devices | None = None,
    keys: Mapping[str, str] | None = None,
    theme: str = "dark",
    warm: bool = True,
    shut: asyncio.Event | None = None,
    typed: str = "",
) -> AsyncIterator[Phone]:
    """Open it. `warm`: ears and voice are there from the start. `shut`: the shop opens with this event."""
    clock = VirtualClock(MONDAY)
    ears = TakingEars(clock)
    options = ChatOptions(
        settings=plain_settings(),
        store=folder / "chat.db",
        folder=folder,
        clock=clock,
        ids=CountingIds(),
        ears=ears if warm else None,
        voice=ToneVoice() if warm else None,
        decoder=PlainDecoder(),
        warm=False,
    )
    devices = devices or Devices(NoMicrophone(NO_SOUND), NoSpeaker(NO_SOUND))
    async with open_chat(options) as chat:
        opened = Opened(chat, devices)
        opening = opened if shut is None else partial(late, shut, opened)
        app = ChatApp(opening, keys=keys, theme=theme, typed=typed, quiet=0)
        async with app.run_test(size=size) as pilot:
            app.animation_level = "none"
            one = Phone(app, chat, pilot, ears)
            await (one.rest() if shut is None else pilot.pause())
            yield one


async def late(opens: asyncio.Event, opened: Opened) -> Opened:
    """A shop that takes a while to open."""
    await opens.wait()
    return opened
