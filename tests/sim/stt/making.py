"""Recordings, ears and clocks for tests of hearing: small, and the same every time."""

from __future__ import annotations

import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wavoice.runtime.model import Audio, Decode, Heard, Micros
from wavoice.runtime.ports import Hint
from wavoice.sim.noise import RATE, Signal
from wavoice.sim.stt.acts import Answering
from wavoice.sim.stt.conditions import Condition
from wavoice.sim.stt.rows import Sample
from wavoice.sim.stt.score import Scored, Scorer
from wavoice.sim.stt.trials import Trial


def voice(seconds: float = 1.5, pitch: float = 140.0) -> Signal:
    """A voiced tone that comes in syllables."""
    time = np.arange(int(seconds * RATE)) / RATE
    voiced = sum(np.sin(2 * np.pi * pitch * h * time) / h for h in range(1, 20))
    return 0.1 * np.asarray(voiced) * np.square(np.sin(2 * np.pi * 2 * time))


def written(path: Path, signal: Signal) -> Path:
    """A WAV of it."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((signal * 32767).astype("<i2").tobytes())
    return path


def sample(**labels: Any) -> Sample:
    """A recording with these labels."""
    return Sample(where="notes.jsonl:1", id=labels.pop("id", "a"), path=Path("a.wav"), **labels)


def heard(*texts: str, logprob: float = -0.1) -> Heard:
    """What ears return that heard this, once or in both decodes."""
    named = zip(("negative", "none")[-len(texts) :], texts, strict=True)
    decodes = tuple(Decode(text, logprob, 0.02, "en", name, 1, model="scripted") for name, text in named)
    return Heard(decodes, speech_seconds=0.4, note_seconds=1.5)


def scored(of: Sample, text: str, *, logprob: float = -0.1, snr: float | None = None) -> Scored:
    """A recording heard as this text, in both decodes if it answers a question."""
    answering = Answering()
    texts = (text, text) if answering.answers(of) else (text,)
    trial = Trial(
        of, Condition(snr, None if snr is None else "street"), heard(*texts, logprob=logprob), 100, 2
    )
    return Scorer.of([of], answering)(trial)


class Tick:
    """A clock of which every look takes 50 ms."""

    def __init__(self) -> None:
        self._ticks = 0

    def now(self) -> Micros:
        """The same as the ticks."""
        return self.ticks()

    def ticks(self) -> Micros:
        """50 ms later than at the last look."""
        self._ticks += 50_000
        return self._ticks

    async def wait(self, *_: object) -> None:
        """Nobody waits here."""
        raise AssertionError("nobody waits here")


class ScriptedEars:
    """Ears that hear what they are told by the length of a note, in ms to the nearest half second."""

    def __init__(self, texts: Mapping[int, str] | str) -> None:
        self._texts = texts
        self.hints: list[Hint] = []
        self.audio: list[Audio] = []

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Return the text, in both decodes if a yes is awaited."""
        self.hints.append(hint)
        self.audio.append(audio)
        text = self._texts if isinstance(self._texts, str) else self._texts[500 * round(2 * audio.seconds)]
        return heard(text, text) if hint.awaiting_yes else heard(text)
