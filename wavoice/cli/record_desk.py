"""Where a note is recorded: somebody at a terminal who is asked, or a command line that has said it all."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.text import Text

from wavoice.runtime.errors import UserInputError
from wavoice.sim.recording import Choice, Question, spoilt
from wavoice.sim.sound.ports import Recording, SoundError
from wavoice.sim.sound.takes import Count, Listening

_BAR: Final = 30
_LOUD_DB, _MEDIUM_DB = -6.0, -18.0
_CHOICES: Final[dict[str, Choice]] = {"": "keep", "k": "keep", "r": "again", "p": "play", "q": "quit"}


class Unattended:
    """A `recording.Desk` with nobody at it."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()

    async def answer(self, open_questions: tuple[Question, ...]) -> Mapping[str, str]:
        """Nobody can be asked."""
        raise UserInputError(
            "Nobody can be asked here.", remedy=f"Add {', '.join(one.option for one in open_questions)}."
        )

    def show(self, moment: Count | Listening) -> None:
        """Nobody looks."""

    def say(self, line: str) -> None:
        """On standard output."""
        print(line)  # noqa: T201

    def leave(self) -> None:
        """Nothing stands half drawn."""

    async def choose(self, recording: Recording, remarks: tuple[str, ...]) -> Choice:
        """Keep it, unless it is spoilt."""
        if spoilt(recording):
            raise SoundError(" ".join(remarks), remedy="Nothing was kept.")
        for remark in remarks:
            print(f"wavoice: {remark}", file=sys.stderr)  # noqa: T201
        return "keep"


class Attended:
    """A `recording.Desk` at a terminal. Use it inside `asyncio.run`, one at a time."""

    def __init__(self, console: Console | None = None) -> None:
        self.stop = asyncio.Event()
        self._console = console or Console(stderr=True, highlight=False)
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._drawn = False
        # A thread of its own: nothing waits for it when the program ends under it.
        threading.Thread(target=self._read, name="keyboard", daemon=True).start()

    async def answer(self, open_questions: tuple[Question, ...]) -> Mapping[str, str]:
        """Ask one by one; an empty answer is the default, or is asked again."""
        answers = dict[str, str]()
        for one in open_questions:
            answer = ""
            while not answer:
                hint = f" [{one.default}]" if one.default else ""
                answer = (await self._ask(f"{one.text}{hint} ")).strip() or one.default
            answers[one.key] = answer
        return answers

    def show(self, moment: Count | Listening) -> None:
        """One line that is drawn over and over."""
        text = Text(f"{moment.left} …") if isinstance(moment, Count) else _meter(moment)
        text.truncate(max(1, self._console.width - 1))
        self._console.file.write("\r\x1b[K")
        self._console.print(text, end="")
        self._console.file.flush()
        self._drawn = True

    def say(self, line: str) -> None:
        """On standard output."""
        print(line)  # noqa: T201

    async def choose(self, recording: Recording, remarks: tuple[str, ...]) -> Choice:
        """Ask what to do with the take."""
        self.leave()
        for remark in remarks:
            self._console.print(Text(remark, style="yellow"))
        while True:
            question = f"{recording.seconds:.1f} s. Enter keep · r again · p play · q quit "
            choice = _CHOICES.get((await self._ask(question)).strip().lower())
            if choice is not None:
                self.stop.clear()
                return choice

    def leave(self) -> None:
        """Go to a new line behind the meter."""
        if self._drawn:
            self._console.print()
            self._drawn = False

    async def _ask(self, question: str) -> str:
        while not self._lines.empty():  # typed before the question stood there
            self._lines.get_nowait()
        self._console.print(Text(question), end="")
        line = await self._lines.get()
        if line is None:
            raise UserInputError("The terminal is gone.", remedy="Nothing was kept.")
        return line

    def _typed(self, line: str | None) -> None:
        self.stop.set()
        self._lines.put_nowait(line)

    def _read(self) -> None:
        while True:
            data = os.read(sys.stdin.fileno(), 4096)
            line = data.decode(errors="replace").rstrip("\r\n") if data else None
            if self._loop.is_closed():
                return
            self._loop.call_soon_threadsafe(self._typed, line)
            if not data:
                return


def _meter(moment: Listening) -> Text:
    level, meter = moment.meter.level, moment.meter
    lit = round(level.share * _BAR)
    style = "red" if level.peak_db > _LOUD_DB else "yellow" if level.peak_db > _MEDIUM_DB else "green"
    return Text.assemble(
        ("● ", "red"), f"{meter.seconds:5.1f} s ",
        ("█" * lit, style), ("·" * (_BAR - lit), "dim"),
        f" {level.rms_db:4.0f} dBFS, peak {level.peak_db:4.0f} ",
        ("CLIPPED " if meter.clipped else "", "bold red"),
        ("Enter ends it", "dim"),
    )  # fmt: skip
