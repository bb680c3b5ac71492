"""Builds the spoken set: phrases said by many voices, clean and in noise, as WhatsApp's voice notes."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks.question import PROMPT
from benchmarks.spoken_phrases import BACKGROUND, LABELS, SAID
from wavoice.runtime.adapters.piper_voice import PiperVoice
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.model import Speech
from wavoice.sim import noise as sound
from wavoice.sim.fixtures import MAX_BYTES, PHONE_COMPLEXITY
from wavoice.sim.manifest import Voice
from wavoice.sim.noise import RATE, Signal
from wavoice.sim.voices import speakers

HALVES = {"A": ("joe", "af_heart"), "B": ("am_michael", "bf_emma", "bm_george")}
"""Natural voices: `joe` is Piper's, the others Kokoro's. Thresholds are fitted on those of one half and
reported on those of the other, so no speaker is in both."""
ACCENTS = ("en-gb-scotland", "en-gb-x-rp", "en-us", "en-029")
"""Of espeak-ng: robotic, so counted apart."""
TALKERS = ("am_adam", "bf_isabella", "af_nova", "bm_lewis")
"""Behind the speaker, each with a sentence of their own; never the speaker."""
BODIES = (1.0, 0.92, 1.09)
"""A voice as it is, and as that of a larger and of a smaller person: slower and deeper, faster and higher."""
CONDITIONS: dict[str, float | None] = {"clean": None, "10 dB": 10.0, "5 dB": 5.0}
NOISES = ("street", "babble", "wind")
LEVEL_DB = -23.0
LEAD, PAUSE, TAIL = 0.3, 1.2, 0.5
"""Seconds before the first word, within a phrase where it says so, and after the last."""
SILENCES = 12
"""Notes that nobody speaks into, among the phrases."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One note of the set. `noise` is `none` in a quiet room."""

    group: str
    number: int
    said: str
    voice: str
    body: float
    condition: str
    noise: str

    @property
    def id(self) -> str:
        """Name of its file."""
        return f"{self.group}-{self.number:02}.{self.speaker}.{self.condition.replace(' ', '').lower()}"

    @property
    def speaker(self) -> str:
        """The voice, and what was done to it in percent."""
        return self.voice if self.body == 1.0 else f"{self.voice}-{100 * self.body:.0f}"

    @property
    def snr(self) -> float | None:
        """Active speech over noise in dB; None in a quiet room."""
        return CONDITIONS[self.condition]

    @property
    def half(self) -> str | None:
        """Half of the natural voices that it belongs to; None for a robot."""
        return half_of(self.voice)

    def row(self) -> dict[str, object]:
        """As `wavoice eval replies` reads it."""
        label = LABELS.get(self.group, self.group)
        return {
            "id": self.id,
            "prompt": PROMPT,
            "path": f"{self.id}.ogg",
            "label": label,
            "accept": [label],
            "language": "en",
            "channel": "voice",
            "voice": self.speaker,
            "snr": self.snr,
            "noise": self.noise,
            "said": self.said,
        }


def half_of(voice: str) -> str | None:
    """Half of the natural voices that this one belongs to; None for a robot."""
    return next((half for half, voices in HALVES.items() if voice in voices), None)


def clips(condition: str, part: int = 1) -> Iterator[Clip]:
    """All clips of a condition, or of every `part`-th phrase.

    Piper is quick, so joe says everything; each Kokoro voice says half of the phrases in two bodies, and
    each robot an eighth in one. joe has two bodies for a yes.
    """
    kokoro = [voice for voices in HALVES.values() for voice in voices if voice != "joe"]
    casts = [("joe", 1, 0, BODIES[1])]
    casts += [(voice, 2, at % 2, BODIES[1 + at % 2]) for at, voice in enumerate(kokoro)]
    casts += [(voice, 8, at, 1.0) for at, voice in enumerate(ACCENTS)]
    said = [(group, number, text) for group, texts in SAID.items() for number, text in enumerate(texts)]
    said += [("silence", number, "") for number in range(SILENCES)]
    for voice, share, offset, body in casts:
        for at, (group, number, text) in enumerate(said):
            if at % share != offset or at // share % part or not (text or share < 8):
                continue
            yield _clip(group, number, text, voice, 1.0, condition)
            if body != 1.0 and text and (share == 2 or group == "yes"):
                yield _clip(group, number, text, voice, body, condition)


def _clip(group: str, number: int, said: str, voice: str, body: float, condition: str) -> Clip:
    place = crc32(f"{group} {number} {voice} {body}".encode())
    noise = "none" if CONDITIONS[condition] is None else NOISES[place % len(NOISES)]
    return Clip(group, number, said, voice, body, condition, noise)


def resampled(signal: Signal, factor: float) -> Signal:
    """As many times the samples as `factor` says: played at the same rate it is slower and deeper."""
    size = round(signal.size * factor)
    spectrum = np.fft.rfft(signal)
    wanted = size // 2 + 1
    spectrum = np.pad(spectrum[:wanted], (0, max(0, wanted - spectrum.size)))
    return np.fft.irfft(spectrum, size) * factor


class Booth:
    """Where the clips are made; what is there already is not made again."""

    def __init__(self, folder: Path, kokoro_voices: Path) -> None:
        self._folder = folder
        self._speech = folder / "speech"
        self._speech.mkdir(parents=True, exist_ok=True)
        self._speakers = speakers(kokoro_voices)
        self._piper = PiperVoice()
        self._talkers: list[Signal] = []

    def make(self, wanted: Sequence[Clip]) -> None:
        """Make the files that are missing, and the list of all."""
        for at, clip in enumerate(wanted):
            path = self._folder / f"{clip.id}.ogg"
            if not path.is_file():
                path.write_bytes(self._note(clip))
            if at % 100 == 99:
                print(f"made {at + 1} of {len(wanted)} clips", file=sys.stderr)
        rows = (json.dumps(clip.row()) + "\n" for clip in wanted)
        (self._folder / "replies.jsonl").write_text("".join(rows), encoding="utf-8")

    def _note(self, clip: Clip) -> bytes:
        rng = np.random.default_rng([*clip.id.encode()])
        signal = self._unvoiced(clip, rng) if not clip.said else self._spoken(clip, rng)
        pcm = sound.to_pcm16(signal) / np.float32(32768)
        return to_voice_note(
            Speech(pcm.astype("<f4").tobytes(), RATE, clip.voice), MAX_BYTES, PHONE_COMPLEXITY
        )

    def _spoken(self, clip: Clip, rng: np.random.Generator) -> Signal:
        parts = [
            resampled(self._say(part.strip(), clip.voice), 1 / clip.body)
            for part in clip.said.split("[pause]")
        ]
        spoken = [piece for part in parts for piece in (np.zeros(round(PAUSE * RATE)), part)][1:]
        speech = np.concatenate([np.zeros(round(LEAD * RATE)), *spoken, np.zeros(round(TAIL * RATE))])
        if clip.snr is None:
            return speech
        return sound.mix(speech, self._noise(clip.noise, speech.size, rng), clip.snr)

    def _unvoiced(self, clip: Clip, rng: np.random.Generator) -> Signal:
        """A note that nobody spoke into: the noise of its condition, or a room with a tap or a beep in it."""
        size = round(float(rng.uniform(1.2, 3.5)) * RATE)
        if clip.noise != "none":
            return self._noise(clip.noise, size, rng) * sound.amplitude(LEVEL_DB)
        room = rng.standard_normal(size) * sound.amplitude(float(rng.uniform(-65, -45)))
        length = round(0.15 * RATE)
        time = np.arange(length) / RATE
        tap = rng.standard_normal(length) * np.exp(-time * 60)
        beep = np.sin(2 * np.pi * float(rng.uniform(300, 1200)) * time)
        event = (0 * tap, tap, beep)[clip.number % 3]
        start = int(rng.integers(size - length))
        room[start : start + length] += event * sound.amplitude(LEVEL_DB)
        return room

    def _noise(self, kind: str, samples: int, rng: np.random.Generator) -> Signal:
        if kind == "babble":
            self._talkers = self._talkers or [*map(self._say, BACKGROUND, TALKERS)]
            made = sound.babble(samples, rng, self._talkers)
        else:
            made = {"street": sound.street, "wind": sound.wind}[kind](samples, rng)
        return made / sound.rms(made)

    def _say(self, text: str, voice: str) -> Signal:
        path = self._speech / f"{voice}-{crc32(text.encode()):08x}.npy"
        if not path.is_file():
            np.save(path, sound.at_level(self._speak(text, voice), LEVEL_DB))
        spoken: Signal = np.load(path)
        return spoken

    def _speak(self, text: str, voice: str) -> Signal:
        if voice == "joe":
            speech = asyncio.run(self._piper.say(text, "en"))
            pcm = np.frombuffer(speech.pcm, "<f4").astype(np.float64)
            loud = np.flatnonzero(np.abs(pcm) > sound.amplitude(-50))
            return resampled(pcm[loud[0] : loud[-1] + 1], RATE / speech.rate)
        engine = "espeak-ng" if voice in ACCENTS else "kokoro"
        about = Voice(engine=engine, model=voice, licence="-", provenance="-")
        return self._speakers[engine].say(text, about)
