"""The least that a transcript takes: decode, voice activity, Whisper with the short window; nothing else.

Straight calls of the libraries, one after the other, in one thread: no sandbox, no queue, no loop. The
model, its threads, the window and the beam are those of the runtime's ears; nothing of their code is used,
so that what they add is seen.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from wavoice.runtime.adapters.passes import PLAIN, RATE
from wavoice.runtime.adapters.weights import located
from wavoice.runtime.adapters.whisper import LONGEST_PIECE, compute_type_of, source_of
from wavoice.runtime.adapters.whisper_model import SHORTEST_WINDOW, TAIL
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.settings_speech import Ears

BEAM = PLAIN.beam
"""That of a request."""
LANGUAGE = "en"
_LONGEST_NOTE = 300.0


def no_model(ears: Ears) -> str | None:
    """Why these ears have no floor; None if they have one."""
    return None if ears.backend == "faster-whisper" else f"ears of {ears.backend!r} cannot be taken apart"


def open_model(ears: Ears) -> Any:
    """Load Whisper as the ears load it; blocks. Raises `MissingModelError`."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 -- half a second

    with located(source_of(ears)) as weights:
        return WhisperModel(
            str(weights.folder),
            device=ears.device,
            compute_type=compute_type_of(ears),
            num_workers=ears.workers,
            cpu_threads=1,
        )


class Floor:
    """The recipe, with a model that may be shared: its methods block."""

    def __init__(self, model: Any) -> None:
        from faster_whisper import vad  # noqa: PLC0415
        from faster_whisper.tokenizer import Tokenizer  # noqa: PLC0415

        self._model, self._vad = model, vad
        self._options = vad.VadOptions(min_silence_duration_ms=100, speech_pad_ms=0)
        multilingual = model.model.is_multilingual
        self._tokenizer = Tokenizer(model.hf_tokenizer, multilingual, "transcribe", LANGUAGE)

    def transcribe(self, ogg: bytes) -> tuple[str, float]:
        """Return the words of a note and the milliseconds that it took to get them."""
        begun = time.perf_counter()
        samples = np.frombuffer(decode_note(ogg, _LONGEST_NOTE).pcm, "<f4")
        self._vad.get_speech_timestamps(samples, self._options)
        words = " ".join(self._window(piece) for piece in _pieces(samples))
        return words, (time.perf_counter() - begun) * 1000

    def _window(self, samples: Any) -> str:
        seconds = max(SHORTEST_WINDOW, samples.size / RATE + TAIL)
        padded = np.pad(samples, (0, max(0, round(seconds * RATE) - samples.size)))
        features = self._model.feature_extractor(padded, padding=0)
        encoded = self._model.encode(features[:, : round(seconds * 100)])
        prompt = self._model.get_prompt(self._tokenizer, [], without_timestamps=True)
        best = self._model.model.generate(encoded, [prompt], beam_size=BEAM)[0]
        return str(self._tokenizer.decode(best.sequences_ids[0]).strip())


def _pieces(samples: Any) -> list[Any]:
    """As many as windows are needed, equally long: where they are cut costs no time."""
    return np.array_split(samples, max(1, -(-samples.size // round(LONGEST_PIECE * RATE))))
