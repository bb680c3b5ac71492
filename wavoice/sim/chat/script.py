"""A scenario at watching speed: the steps of a file, in a chat that somebody looks at.

Steps, times and faults are those of `wavoice test`; checks are its business too. Notes are heard as the
file says, whatever is in them, so that a conversation comes out here as it does there. The bot speaks with
its own voice.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import SpeechError, WavoiceError
from wavoice.runtime.model import SECOND, Audio, Heard, Micros, Speech
from wavoice.runtime.ports import Clock, Hint
from wavoice.sim.chat.customers import Caller
from wavoice.sim.chat.live_scene import LiveScene
from wavoice.sim.chat.screen import Draft
from wavoice.sim.chat.session import ChatOptions, ChatSession, open_chat
from wavoice.sim.chat.waveform import bars
from wavoice.sim.scenario.cast import name_of, numbers_of, shop_of, start_of
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.load import Case, load_cases
from wavoice.sim.scenario.notes import Faults, NoteEars, length, scripted_note
from wavoice.sim.scenario.numbers import policy_with
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.real_ears import find_audio
from wavoice.sim.scenario.stage import Models, agreed

_RATE = 16_000
_MAX_BYTES = 16 * 1024 * 1024


class StartingAt:
    """A clock, as if it were a given moment now."""

    def __init__(self, clock: Clock, start: Micros) -> None:
        self._clock, self._ahead = clock, start - clock.now()

    def now(self) -> Micros:
        """See `ports.Clock`."""
        return self._clock.now() + self._ahead

    def ticks(self) -> Micros:
        """See `ports.Clock`."""
        return self._clock.ticks()

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        """See `ports.Clock`."""
        await self._clock.wait(poke, None if until is None else until - self._ahead)


@dataclass(slots=True)
class ScriptEars:
    """`ports.SpeechToText` that hears in each note what the script says of it."""

    clock: Clock
    faults: Faults
    _scripts: dict[object, bytes] = field(default_factory=dict)

    def expect(self, audio: Audio, step: Step) -> None:
        """A note that sounds like this is heard as that step says."""
        self._scripts[_sound(audio)] = self._scripts[audio.bytes_in] = scripted_note(step)

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Raises `SpeechError` for a note of which the script says nothing, or by fault."""
        # A long note was heard while it was decoded, and comes without its samples.
        script = self._scripts.get(_sound(audio)) or self._scripts.get(audio.bytes_in)
        if script is None:
            raise SpeechError("The script says nothing of this note.")
        return await NoteEars(self.clock, self.faults).hear(replace(audio, pcm=script), hint)


def _sound(audio: Audio) -> str:
    return hashlib.sha256(audio.pcm).hexdigest()


@dataclass(slots=True)
class Recorder:
    """Makes the notes of a script: from their files, by a voice if somebody looks, else as a hum."""

    chat: ChatSession
    ears: ScriptEars
    watched: bool
    _made: int = 0

    async def note(self, step: Step, source: Path) -> bytes:
        """The note of that step, which is shown and heard as the step says. Raises `ScenarioError`."""
        ogg = await self._ogg(step, source)
        audio = await self.chat.behind.decoder.decode(ogg)
        self.ears.expect(audio, step)
        self.chat.behind.screens.redraft(Draft("voice", step.note or "", None, ogg, bars(audio)))
        return ogg

    async def _ogg(self, step: Step, source: Path) -> bytes:
        if step.audio is not None:
            return find_audio(step.audio, source).read_bytes()
        said = step.note or ""
        if self.watched and said.strip():
            try:
                return await self.chat.mouth.say(said, self.chat.mouth.manner)
            except WavoiceError:  # nobody here can say it, or not that: it is heard all the same
                pass
        self._made += 1
        seconds = length(said) if step.lasts is None else step.lasts / SECOND
        return await asyncio.to_thread(_hum, seconds, self._made)


def _hum(seconds: float, number: int) -> bytes:
    """A quiet tone, another one for each note."""
    import numpy as np  # noqa: PLC0415

    time = np.arange(round(seconds * _RATE)) / _RATE
    pcm = (0.1 * np.sin(2 * np.pi * (200 + 7 * number) * time)).astype("<f4").tobytes()
    return to_voice_note(Speech(pcm, _RATE, "hum"), _MAX_BYTES)


@dataclass(slots=True)
class Script:
    """A scenario file, in a chat that is open."""

    chat: ChatSession
    case: Case
    scene: LiveScene
    recorder: Recorder

    async def play(self) -> None:
        """Carry out every step. Raises `UserInputError` for one that cannot be."""
        scenario = self.case.scenario
        play = Play(self.case, self.scene, Models(recorder=self.recorder.note))
        for index, step in enumerate(scenario.steps):
            await self.chat.switch(step.from_ or scenario.given.contact)
            await play.step(index, step)
        await self.chat.finish()

    async def show(self) -> None:
        """Play it for somebody who looks: what cannot be carried out, and the end, are notices."""
        try:
            await self.play()
            self.chat.notice("The script is over; go on as you like.")
        except WavoiceError as error:
            self.chat.notice(str(error))


@asynccontextmanager
async def open_script(options: ChatOptions, file: Path, *, watched: bool) -> AsyncIterator[Script]:
    """Open the chat that a scenario begins with; of a matrix or a sweep, the first point undisturbed.

    `watched`: notes sound, and pauses are waited for as long as is bearable. Raises `ScenarioError` for a
    file that is wrong.
    """
    case = load_cases(file)[0]
    given = case.scenario.given
    clock = StartingAt(options.clock or SystemClock(), start_of(given))
    names = case.scenario.contacts
    shop = options.settings.shop.model_copy(update={"zone": given.zone})
    faults = Faults()
    # The ears wait on the clock of the chat, which can be skipped, once there is one.
    ears = ScriptEars(clock, faults)
    opened = replace(
        options,
        settings=options.settings.model_copy(update={"shop": shop}),
        clock=clock,
        ears=ears,
        callers=tuple(_caller(case, name) for name in names),
        customer=names[0],
        handsets=None,
        shop=lambda _, at: shop_of(given, case.world, names, at),
        policy=policy_with(given.policy),
    )
    async with open_chat(opened) as chat:
        ears.clock = chat.clock
        if given.chaos:
            chat.emulator.chaos = given.chaos.chaos()
        if given.language != chat.settings.bot.language:
            await chat.language(given.language)
        scene = LiveScene(chat, given.zone, faults, LONGEST if watched else 0)
        yield Script(chat, case, scene, Recorder(chat, ears, watched))


LONGEST: Micros = 3 * SECOND
"""So long somebody who watches waits for what comes next; more of a pause is skipped."""


def _caller(case: Case, name: str) -> Caller:
    given = case.scenario.given
    digits, bsuid = numbers_of(name, given.contact)
    told = tuple(agreed(given.consent))
    return Caller(name, name_of(case.world, name), case.scenario.about, digits, bsuid, agreed=told)
