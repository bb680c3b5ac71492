"""Whisper on CTranslate2: samples to an encoder's output, and that to words and their figures.

Everything here blocks; `whisper.py` has threads for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wavoice.runtime.adapters.passes import RATE, Pass, Samples
from wavoice.runtime.adapters.weights import Weights
from wavoice.runtime.errors import ConfigError, MissingModelError, UnsupportedLanguageError
from wavoice.runtime.model import Decode

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer

SHORTEST_WINDOW = 10.0
"""Seconds. At 8 s and less Whisper base starts to loop."""
TAIL = 2.0
"""Seconds of silence after the note; with 1 s Whisper base repeats itself without end."""
TOKENS_PER_SECOND = 9
"""Nobody speaks faster; a decode that wants more is a loop and is cut."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one pass heard in one window."""

    text: str
    logprob: float
    """Sum over all tokens."""
    tokens: int
    """With the token that ends the text."""
    no_speech: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Encoder output, kept for as many decodes as are wanted."""

    encoded: Any
    seconds: float
    language: str
    with_words: bool


class Whisper:
    """A loaded model. Its methods block; they may be called from several threads at a time."""

    def __init__(self, weights: Weights, fleet: Mapping[str, Any], window: float) -> None:
        # imported here, in a worker: together they take half a second
        from faster_whisper import WhisperModel  # noqa: PLC0415

        self.name, self._least = weights.name, window
        self._tokenizers: dict[str, Tokenizer] = {}
        try:
            self._model = WhisperModel(str(weights.folder), **fleet)
        except RuntimeError as error:
            if "cuda" in str(error).casefold():
                raise ConfigError(
                    f"The model {weights.name} cannot run on this machine's GPU: {error}.",
                    remedy='Install the NVIDIA driver, cuBLAS and cuDNN, or set ears.device = "cpu".',
                ) from error
            raise MissingModelError(
                f"The model {weights.name} cannot be loaded: {error}.", remedy="Fetch its files again."
            ) from error
        except ValueError as error:  # an unknown device or compute type, or one this machine has not
            raise ConfigError(f"The model {weights.name} cannot run so: {error}.") from error

    def encode(self, samples: Samples) -> Any:
        """Encoder output of a piece, padded with silence to a window."""
        seconds = max(self._least, samples.size / RATE + TAIL)
        padded = np.pad(samples, (0, max(0, round(seconds * RATE) - samples.size)))
        features = self._model.feature_extractor(padded, padding=0)
        return self._model.encode(features[:, : round(seconds * 100)])

    def language(self, samples: Samples) -> tuple[str, float]:
        """The most probable language, as Whisper's own code; a model of English knows no other."""
        if not self._model.model.is_multilingual:
            return "en", 1.0
        token, probability = self._model.model.detect_language(self.encode(samples))[0][0]
        return token.strip("<|>"), probability

    def decode(self, window: Window, how: Pass) -> Piece:
        """What one pass hears in it. Raises `UnsupportedLanguageError`."""
        tokenizer = self._tokenizer(window.language)
        prompt = self._model.get_prompt(tokenizer, [], without_timestamps=True, hotwords=how.prompt or None)
        limit = len(prompt) + int(window.seconds * TOKENS_PER_SECOND) + 16
        result = self._model.model.generate(
            window.encoded,
            [prompt],
            beam_size=how.beam,
            max_length=min(limit, self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = result.sequences_ids[0]
        return Piece(
            text=tokenizer.decode(tokens).strip(),
            logprob=result.scores[0] * len(tokens),
            tokens=len(tokens) + 1,
            no_speech=result.no_speech_prob,
            words=self._words(window, tokens) if window.with_words else (),
        )

    def _words(self, window: Window, tokens: list[int]) -> tuple[tuple[str, float], ...]:
        # a beam search keeps no probabilities per token; aligning the finished text costs one step
        tokenizer = self._tokenizer(window.language)
        frames = int(window.seconds * 100)
        aligned = self._model.model.align(window.encoded, tokenizer.sot_sequence, [tokens], frames)[0]
        odds = iter(aligned.text_token_probs)
        words, groups = tokenizer.split_to_word_tokens(tokens)
        scored = [(word, min(next(odds) for _ in group)) for word, group in zip(words, groups, strict=True)]
        return tuple((word.strip(), odd) for word, odd in scored if any(map(str.isalnum, word)))

    def _tokenizer(self, language: str) -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer  # noqa: PLC0415

        if language not in self._tokenizers:
            several = self._model.model.is_multilingual
            if not several and language != "en":  # it would write English words for whatever it hears
                raise UnsupportedLanguageError(f"{self.name} hears English, not {language!r}.")
            try:
                made = Tokenizer(self._model.hf_tokenizer, several, "transcribe", language)
            except ValueError as error:
                raise UnsupportedLanguageError(f"Whisper does not hear {language!r}: {error}.") from error
            self._tokenizers[language] = made
        return self._tokenizers[language]


def joined(how: Pass, pieces: Sequence[Piece], language: str, model: str) -> Decode:
    """What one pass heard in all pieces, in order."""
    return Decode(
        text=" ".join(piece.text for piece in pieces),
        avg_logprob=sum(piece.logprob for piece in pieces) / sum(piece.tokens for piece in pieces),
        no_speech=min(piece.no_speech for piece in pieces),
        language=language,
        prompt=how.name,
        beam=how.beam,
        words=tuple(word for piece in pieces for word in piece.words),
        model=model,
    )
