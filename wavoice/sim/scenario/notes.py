"""Voice notes by script: what is heard travels in the note itself, through the real wire.

A scripted note is fetched, checked by its hash and decoded like any other; only that its decoder and
ears read what they are to hear out of the bytes. So a note that is heard again after a crash, twice
or out of order says the same each time.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from functools import cache

import numpy as np

from wavoice.runtime.audio.encode import too_large
from wavoice.runtime.audio.opus import PACKET_SECONDS, Packets, encode, note_of
from wavoice.runtime.errors import CorruptMediaError, MediaGoneError, SpeechError
from wavoice.runtime.model import SECOND, Audio, Decode, Heard, Micros, Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock, Hint
from wavoice.sim.scenario.format import HeardSpec, Step

SECONDS_A_WORD = 0.4
"""Length of a note whose length is not said, and of what the scripted voice says."""
_SAMPLES = 8_000
SCRIPTED = "scripted"
"""Codec of a scripted note, by which its ears know it."""


def length(words: str) -> float:
    """Seconds that these words take: 0.4 a word, at least 1."""
    return max(1.0, SECONDS_A_WORD * len(words.split()))


def scripted_note(step: Step) -> bytes:
    """The bytes of a note whose `note` is said and whose `heard` is heard."""
    said, heard = step.note or "", step.heard or HeardSpec()
    text = said if heard.text is None else heard.text
    lasts = None if step.lasts is None else step.lasts / SECOND
    seconds = length(said) if lasts is None else lasts
    speech = min(seconds, SECONDS_A_WORD * len(text.split())) if lasts is None else lasts
    line = {
        "speech": speech,
        "text": text,
        "second": text if heard.second is None else heard.second,
        "logprob": heard.logprob,
        "no_speech": heard.no_speech,
        "language": heard.language,
        "took": heard.took,
        "voices": heard.voices,
        "seconds": seconds,
        **({} if heard.figures else {"figures": False}),
    }
    return json.dumps(line, ensure_ascii=False, sort_keys=True).encode()


class Faults:
    """What is to go wrong with ears, voice and files, by script; each is used up."""

    def __init__(self) -> None:
        self._left: Counter[tuple[str, str]] = Counter()

    def add(self, system: str, does: str, times: int) -> None:
        """The next `times` uses of that system do this."""
        self._left[system, does] += times

    def take(self, system: str, does: str) -> bool:
        """True if it is to happen now."""
        left = self._left[system, does] > 0
        self._left[system, does] -= left
        return left


class ScriptedDecoder:
    """`ports.Decoder` of scripted notes."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def decode(self, data: bytes) -> Audio:
        """As long as the script says; raises what the script says."""
        if self._faults.take("media", "garbage"):
            raise CorruptMediaError("The note is damaged, as the script says.")
        if self._faults.take("media", "fail"):
            raise MediaGoneError("The note is gone, as the script says.")
        try:
            seconds = float(json.loads(data)["seconds"])
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptMediaError("The bytes are no scripted note.") from error
        return Audio(pcm=data, seconds=seconds, bytes_in=len(data), codec=SCRIPTED)


class NoteEars:
    """`ports.SpeechToText` that hears what the note carries, and takes its time on the clock."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Two decodes while a yes is awaited, else one."""
        line = json.loads(audio.pcm)
        if hint.find_language:  # the script says in which language it is heard
            return Heard((), 0.0, audio.seconds)
        await pause(self._clock, line["took"])
        if self._faults.take("ears", "timeout"):
            await asyncio.Event().wait()
        if self._faults.take("ears", "fail"):
            raise SpeechError("The recogniser fails, as the script says.")
        seconds = float(line["speech"]) if line["text"].strip() else 0.0
        last = _decode(line, line["text"], "none", 5)
        first = (_decode(line, line["second"], "negative", 1),) if hint.awaiting_yes else ()
        return Heard((*first, last), seconds, audio.seconds, background=line["voices"] > 1)


def _decode(line: dict[str, object], text: object, prompt: str, beam: int) -> Decode:
    return Decode(
        str(text),
        float(str(line["logprob"])),
        float(str(line["no_speech"])),
        str(line["language"]),
        prompt,
        beam,
        model="scripted",
        measured=bool(line.get("figures", True)),
    )


class ScriptedVoice:
    """`ports.TextToSpeech` that is silent for as long as the words would take."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def say(self, text: str, language: str) -> Speech:
        """0.4 s of silence a word, as a voice note."""
        if self._faults.take("voice", "fail"):
            raise SpeechError("The voice fails, as the script says.")
        if self._faults.take("voice", "timeout"):
            await asyncio.Event().wait()
        if language != "en":
            raise SpeechError(f"The scripted voice does not speak {language}.")
        pcm, ogg = _silence(max(1, len(text.split())))
        return Speech(pcm=pcm, rate=_SAMPLES, voice="scripted", ogg=ogg)


@cache
def _silence(words: int) -> tuple[bytes, bytes]:
    """Samples, and the packets of one word as often as there are words: it sounds the same all through."""
    note = note_of(Packets(_word() * words, "scripted"))
    if len(note) > (most := Policy().max_reply_bytes):
        raise too_large(most)
    return _samples(words), note


@cache
def _word() -> tuple[bytes, ...]:
    quiet = encode(Speech(_samples(1), _SAMPLES, "scripted"), complexity=0)
    return quiet.data[: round(SECONDS_A_WORD / PACKET_SECONDS)]


def _samples(words: int) -> bytes:
    return np.zeros(round(_SAMPLES * SECONDS_A_WORD * words), dtype="<f4").tobytes()


async def pause(clock: Clock, micros: Micros) -> None:
    """Let that much time of the clock pass."""
    if micros > 0:
        await clock.wait(asyncio.Event(), clock.now() + micros)
