"""Where a note is made: said, shaped, set in noise and sent through a bad microphone."""

from __future__ import annotations

import hashlib
import json
import platform
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from wavoice.sim import noise as sound
from wavoice.sim.manifest import Manifest, Note
from wavoice.sim.noise import RATE, Signal
from wavoice.sim.voices import Speaker

_MAKES_SOUND = {"id", "text", "voice", "noise", "snr_db", "seed", "channel", "level_db", "lead", "tail"}

Pcm = npt.NDArray[np.int16]


class Said(BaseModel):
    """Where a segment lies in its note, in seconds, and its level relative to the note's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: float
    end: float
    gain_db: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """A note before encoding."""

    pcm: Pcm
    snr_db: float | None
    said: tuple[Said, ...]

    @property
    def seconds(self) -> float:
        """Length."""
        return self.pcm.size / RATE

    @property
    def sha256(self) -> str:
        """Hash of the samples, little-endian."""
        return hashlib.sha256(self.pcm.astype("<i2").tobytes()).hexdigest()


class Studio:
    """Speakers, noise and bad microphones for the notes of one manifest."""

    def __init__(self, manifest: Manifest, speakers: Mapping[str, Speaker]) -> None:
        self._manifest = manifest
        self._speakers = speakers
        self._talkers: list[Signal] = []

    def render(self, note: Note) -> Rendered:
        """Make one note. Raises `MissingModelError` or `SpeechError` of the speaker."""
        speech, said = self._shape(note)
        rng = np.random.default_rng([note.seed, *note.id.encode()])
        mixed, snr = speech, None
        if note.snr_db is not None and note.noise != "none":
            mixed = sound.mix(speech, self._noise(note.noise, speech.size, rng), note.snr_db)
            snr = round(sound.snr_db(speech, mixed - speech), 2)
        for effect in note.channel:
            mixed = sound.CHANNELS[effect](mixed, rng)
        return Rendered(sound.to_pcm16(mixed), snr, said)

    def tools(self, note: Note) -> dict[str, str]:
        """Versions that decide the samples of this note."""
        voices = {note.voice, *(self._manifest.noises[note.noise].voices if note.noise != "none" else ())}
        engines = {self._manifest.voices[voice].engine for voice in voices}
        base = {"platform": f"{platform.system()}-{platform.machine()}"}
        libraries = {name: version(name) for name in ("av", "numpy", "pydub")}
        return (
            base
            | libraries
            | {k: v for name in sorted(engines) for k, v in self._speakers[name].tools().items()}
        )

    def recipe(self, note: Note) -> str:
        """Hash of everything in the manifest that decides the sound of this note."""
        parts: list[Any] = [note.model_dump(include=_MAKES_SOUND), self._voice(note.voice)]
        if note.noise != "none":
            crowd = self._manifest.noises[note.noise]
            parts += [crowd.sentences, [self._voice(name) for name in crowd.voices]]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _voice(self, name: str) -> dict[str, Any]:
        return self._manifest.voices[name].model_dump(include={"engine", "model", "speed"})

    def say(self, text: str, name: str) -> Signal:
        """Say a line in one of the manifest's voices, at 16 kHz. Raises what its speaker raises."""
        voice = self._manifest.voices[name]
        return self._speakers[voice.engine].say(text, voice)

    def _shape(self, note: Note) -> tuple[Signal, tuple[Said, ...]]:
        audio_segment = _audio_segment()
        whole = audio_segment.silent(note.lead * 1000, RATE)
        said = []
        for segment in note.segments:
            level = sound.at_level(self.say(segment.text, note.voice), note.level_db)
            spoken = audio_segment(
                sound.to_pcm16(level).tobytes(), sample_width=2, frame_rate=RATE, channels=1
            ).apply_gain(segment.gain_db)
            whole += audio_segment.silent(segment.pause_before * 1000, RATE)
            start, whole = whole.frame_count() / RATE, whole + spoken
            said.append(
                Said(start=round(start, 3), end=round(whole.frame_count() / RATE, 3), gain_db=segment.gain_db)
            )
        whole += audio_segment.silent(note.tail * 1000, RATE)
        return np.frombuffer(whole.raw_data, dtype=np.int16) / 32767, tuple(said)

    def _noise(self, kind: str, samples: int, rng: np.random.Generator) -> Signal:
        if kind == "street":
            return sound.street(samples, rng)
        if kind == "wind":
            return sound.wind(samples, rng)
        if not self._talkers:
            crowd = self._manifest.noises[kind]
            self._talkers = [
                sound.at_level(np.concatenate([self.say(text, name) for text in crowd.sentences]), -23)
                for name in crowd.voices
            ]
        return sound.babble(samples, rng, self._talkers)


@cache
def _audio_segment() -> Any:
    with warnings.catch_warnings():
        # pydub warns at import that it finds no ffmpeg (not used here) and of old spellings in its own source
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415
    return AudioSegment
