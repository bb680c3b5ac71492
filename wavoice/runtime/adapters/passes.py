"""How a note is decoded, whoever decodes it: the passes of confirmation.md A2, and what goes into them.

While a proposal waits for its yes a note is decoded twice: A hears with a prompt made of refusals, B
without any. What follows a long pause is then heard on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Audio, Decode, Heard
from wavoice.runtime.ports import Hint
from wavoice.runtime.tongues import primary

Samples = NDArray[np.float32]

RATE: Final = 16_000
LONG_PAUSE: Final = 1.0
"""Seconds of silence after which an answer to a question is heard on its own."""
UNHEARD_LOGPROB: Final = -10.0
"""Of what was not heard, or told without figures: finite, so that it can be stored, and far below
every floor."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One way to decode a note."""

    name: str
    prompt: str
    beam: int


# Never a yes in a prompt: silence then decodes to one. Beam 5 here would invent words in noise.
REFUSALS: Final = Pass("negative", "No wait. No, don't. Hold on. Actually no. Stop. Cancel it.", beam=1)
PLAIN: Final = Pass("none", "", beam=5)


def passes_for(hint: Hint, speech: float) -> tuple[Pass, ...]:
    """A and B while a yes is awaited, else B; its prompt names `hint.words`, unless nobody speaks.

    `speech` is in seconds. In silence a prompt comes back as a transcript.
    """
    if hint.awaiting_yes:
        return REFUSALS, PLAIN
    if hint.words and speech:
        return (Pass("words", ", ".join(hint.words), PLAIN.beam),)
    return (PLAIN,)


def samples_of(audio: Audio) -> Samples:
    """The samples of a note at 16 kHz. Raises `SpeechError` for another rate."""
    if audio.rate != RATE:
        raise SpeechError(f"Whisper hears {RATE} Hz, not {audio.rate} Hz: decode the note to that rate.")
    return np.frombuffer(audio.pcm, dtype="<f4")


def speech_spans(samples: Samples) -> list[tuple[int, int]]:
    """Where Silero finds speech, as samples; pauses and margins are not part of it.

    5 ms for 5 s. Blocks, and may be called from several threads at a time.
    """
    find, options = _silero()
    return [(span["start"], span["end"]) for span in find(samples, options)]


@cache
def _silero() -> tuple[Any, Any]:
    # imported here, in a worker: it takes half a second
    from faster_whisper import vad  # noqa: PLC0415

    return vad.get_speech_timestamps, vad.VadOptions(min_silence_duration_ms=100, speech_pad_ms=0)


def seconds_of(spans: Sequence[tuple[int, int]]) -> float:
    """How long speech lasts in all."""
    return sum(end - start for start, end in spans) / RATE


def split_at_pauses(samples: Samples, spans: Sequence[tuple[int, int]]) -> list[Samples]:
    """The note, cut in the middle of every long pause.

    Heard in one window with a loud "yes" before it, a quiet "no wait" after a pause is dropped by the
    decoder; heard alone it is not.
    """
    cuts = [
        (end + start) // 2
        for (_, end), (start, _) in pairwise(spans)
        if start - end >= LONG_PAUSE * RATE
    ]  # fmt: skip
    return np.split(samples, cuts)


def unheard(audio: Audio, hint: Hint) -> Heard:
    """What is heard of a note without a sample."""
    decodes = tuple(
        Decode("", UNHEARD_LOGPROB, 1.0, primary(hint.language), how.name, how.beam)
        for how in passes_for(hint, speech=0.0)
    )
    return Heard(decodes=decodes, speech_seconds=0.0, note_seconds=audio.seconds)
