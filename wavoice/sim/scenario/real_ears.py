"""Scenarios through the real recogniser: of a note with a file, the script's words are only compared.

Models work in threads, in real time; what they take is then let pass on the scenario's clock, so a
settle window is as long as ever beside a slow transcript.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import ScenarioError
from wavoice.runtime.model import Audio, Heard, Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock, Hint, SpeechToText, TextToSpeech
from wavoice.runtime.settings import Settings
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.notes import SCRIPTED, Faults, NoteEars, ScriptedDecoder, pause, scripted_note
from wavoice.sim.scenario.stage import Models
from wavoice.sim.virtual_loop import VirtualLoop

OGG = b"OggS"


@contextmanager
def real_models() -> Iterator[Models]:
    """Load what the settings name, warm. Raises `MissingModelError` if it is not here."""
    settings = Settings.load()
    system = SystemClock()
    ears, _ = open_ears(settings.ears, system)
    voice, _ = open_voice(settings.voice, system)
    decoder = SandboxedDecoder(Policy())
    decoder.start()
    listening = _Listening(ears, decoder, system)
    with asyncio.Runner() as runner:
        runner.run(ears.warm())
        try:
            yield Models(
                ears=listening,
                voice=None if voice is None else _Speaking(voice, system),
                decoder=listening,
                recorder=_record,
            )
        finally:
            runner.run(_close(decoder, ears, *([voice] if voice else [])))


class _Closing(Protocol):
    async def close(self) -> None: ...


async def _close(*models: _Closing) -> None:
    await asyncio.gather(*(model.close() for model in models))


@contextmanager
def _real_time(system: Clock) -> Iterator[list[int]]:
    """Work of threads and processes: nothing is quiet meanwhile. The list then holds what it took."""
    loop, took = asyncio.get_running_loop(), list[int]()
    if not isinstance(loop, VirtualLoop):
        raise TypeError("real models of a scenario run on its virtual loop")
    began = system.ticks()
    with loop.work():
        yield took
    took.append(system.ticks() - began)


async def _let_pass(took: list[int]) -> None:
    loop = asyncio.get_running_loop()
    if isinstance(loop, VirtualLoop) and took:
        await pause(loop.clock, took[0])


class _Listening:
    """Real ears, voice and decoder for notes from files; a note without a file is heard as scripted."""

    def __init__(self, ears: SpeechToText, decoder: SandboxedDecoder, system: Clock) -> None:
        self._ears, self._decoder, self._system = ears, decoder, system
        self._script = ScriptedDecoder(Faults())

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """See `ports.SpeechToText`."""
        loop = asyncio.get_running_loop()
        if audio.codec == SCRIPTED and isinstance(loop, VirtualLoop):
            return await NoteEars(loop.clock, Faults()).hear(audio, hint)
        with _real_time(self._system) as took:
            heard = await self._ears.hear(audio, hint)
        await _let_pass(took)
        return heard

    async def decode(self, data: bytes) -> Audio:
        """See `ports.Decoder`."""
        if not data.startswith(OGG):
            return await self._script.decode(data)
        with _real_time(self._system) as took:
            audio = await self._decoder.decode(data)
        await _let_pass(took)
        return audio


class _Speaking:
    def __init__(self, voice: TextToSpeech, system: Clock) -> None:
        self._voice, self._system = voice, system

    async def say(self, text: str, language: str) -> Speech:
        """See `ports.TextToSpeech`; encoded too, so that the time this takes is counted."""
        with _real_time(self._system) as took:
            speech = await self._voice.say(text, language)
            ogg = speech.ogg or await asyncio.to_thread(to_voice_note, speech, Policy().max_reply_bytes)
        await _let_pass(took)
        return replace(speech, ogg=ogg)


async def _record(step: Step, scenario: Path) -> bytes:
    return scripted_note(step) if step.audio is None else find_audio(step.audio, scenario).read_bytes()


def find_audio(name: str, scenario: Path) -> Path:
    """The file of a note: from here, or from a folder above the scenario. Raises `ScenarioError`."""
    for folder in (Path.cwd(), *scenario.resolve().parents):
        if (folder / name).is_file():
            return folder / name
    raise ScenarioError(scenario, [(None, f"there is no audio file {name} here or above the scenario")])
