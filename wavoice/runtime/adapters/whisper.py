"""Ears: Whisper on CTranslate2, made fast for voice notes.

Whisper's encoder always sees 30 s, and most notes are a tenth of that. Padding the *audio* with
silence to 10 s (or to 2 s more than the note) gives the encoder a third of the work and leaves the
words alone; below that floor Whisper repeats itself without end. A note too long for one window is cut
where it is quietest, so that nothing said after 30 s is lost.

While a proposal waits for its yes, the same encoder output is decoded twice (`passes.py`), side by side
on two workers.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from wavoice.runtime.adapters.backends import EarsBackend
from wavoice.runtime.adapters.passes import (
    PLAIN,
    RATE,
    Pass,
    Samples,
    passes_for,
    primary,
    samples_of,
    seconds_of,
    speech_spans,
    split_at_pauses,
    unheard,
)
from wavoice.runtime.adapters.weights import INSTALLED, Source, Weights, located, unavailable
from wavoice.runtime.errors import (
    ConfigError,
    MissingModelError,
    SpeechError,
    UnsupportedLanguageError,
    WavoiceError,
)
from wavoice.runtime.model import Audio, Decode, Heard
from wavoice.runtime.ports import Hint
from wavoice.runtime.settings_speech import Ears

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST_WINDOW = 10.0
"""Seconds. At 8 s and less Whisper base starts to loop."""
TAIL = 2.0
"""Seconds of silence after the note; with 1 s Whisper base repeats itself without end."""
LONGEST_PIECE = 28.0
"""Seconds: a window of 30 s less the tail."""
SHORTEST_PIECE = 14.0
TOKENS_PER_SECOND = 9
"""Nobody speaks faster; a decode that wants more is a loop and is cut."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one pass heard in one window."""

    text: str
    logprob: float
    """Sum over all tokens."""
    tokens: int
    """With the token that ends the text."""
    no_speech: float
    words: tuple[tuple[str, float], ...]


class WhisperEars:
    """`SpeechToText` with a local Whisper model.

    `model` is where `weights.located` finds it. `workers` decodes run at a time, each on
    `intra_threads` threads: two single-thread workers beat one with two threads even for a lone note.
    Weights are loaded by the first `hear` or by `warm`. A cancelled `hear` lets the decode that is
    running finish in its thread; its length is bounded by that of the note.
    """

    def __init__(
        self,
        model: str | Source = INSTALLED,
        *,
        workers: int = 2,
        intra_threads: int = 1,
        device: str = "cpu",
        compute_type: str = "int8",
        window: float = SHORTEST_WINDOW,
    ) -> None:
        """`window` are the seconds that the encoder sees at least, `SHORTEST_WINDOW` to 30."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ears")
        self._lock = threading.Lock()
        self._loaded: _Whisper | None = None
        self._source = Source(model) if isinstance(model, str) else model
        self._window = window
        self._fleet = {
            "device": device,
            "compute_type": compute_type,
            "num_workers": workers,
            "cpu_threads": intra_threads,
        }

    async def warm(self) -> None:
        """Load the weights and decode one second of silence. Raises `MissingModelError` or `SpeechError`."""
        silence = Audio(pcm=bytes(4 * RATE), seconds=1.0)
        await self.hear(silence, Hint(awaiting_yes=True))

    async def close(self) -> None:
        """Let the workers go; decodes that are running finish first."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Transcribe 16 kHz audio of any length in `hint.language`.

        Decode B alone, or A and B when `hint.awaiting_yes`. `hint.words` become B's prompt (then
        named `words`) unless a yes is awaited or no speech was found: in silence a prompt comes back
        as a transcript. Only such a B carries the probability of each word: it costs some 20 ms, and
        names heard under a prompt are what it is for.
        Raises `SpeechError`, and `MissingModelError` if there are no weights.
        """
        try:
            return await self._hear(audio, hint)
        except WavoiceError:
            raise
        except Exception as error:
            raise SpeechError(f"Whisper could not transcribe the note: {error}.") from error

    async def _hear(self, audio: Audio, hint: Hint) -> Heard:
        samples = samples_of(audio)
        if not samples.size:
            return unheard(audio, hint)
        whisper = await self._run(self._whisper)
        if not hint.awaiting_yes and not hint.words:
            return await self._hear_request(whisper, samples, audio, primary(hint.language))
        spans = await self._run(speech_spans, samples)
        speech = seconds_of(spans)
        passes = passes_for(hint, speech)
        breaths = split_at_pauses(samples, spans) if hint.awaiting_yes else [samples]
        cuts = [piece for breath in breaths for piece in _cut(breath)]
        pieces = await asyncio.gather(
            *(self._hear_piece(whisper, piece, passes, primary(hint.language)) for piece in cuts)
        )
        decodes = tuple(
            _joined(each, made, primary(hint.language), whisper.name)
            for each, made in zip(passes, zip(*pieces, strict=True), strict=True)
        )
        return Heard(decodes=decodes, speech_seconds=speech, note_seconds=audio.seconds)

    async def _hear_request(self, whisper: _Whisper, samples: Samples, audio: Audio, language: str) -> Heard:
        """Where the speech is decides nothing here: look for it beside the decoder, which leaves a core."""
        encoded = [await self._encode(whisper, piece, language) for piece in _cut(samples)]
        decoding = asyncio.gather(*(self._run(whisper.decode, window, PLAIN) for window in encoded))
        spans, heard = await asyncio.gather(self._run(speech_spans, samples), decoding)
        return Heard(
            decodes=(_joined(PLAIN, heard, language, whisper.name),),
            speech_seconds=seconds_of(spans),
            note_seconds=audio.seconds,
        )

    async def _encode(self, whisper: _Whisper, piece: Samples, language: str) -> _Window:
        encoded = await self._run(whisper.encode, piece)
        return _Window(encoded, piece.size / RATE, language, with_words=False)

    async def _hear_piece(
        self, whisper: _Whisper, piece: Samples, passes: Sequence[Pass], language: str
    ) -> list[_Piece]:
        window = replace(await self._encode(whisper, piece, language), with_words=passes[0].name == "words")
        return await asyncio.gather(*(self._run(whisper.decode, window, each) for each in passes))

    def _whisper(self) -> _Whisper:
        with self._lock:
            if self._loaded is None:
                with located(self._source) as weights:
                    self._loaded = _Whisper(weights, self._fleet, self._window)
            return self._loaded

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.wrap_future(self._pool.submit(call, *args, **kwargs))


@dataclass(frozen=True, slots=True)
class _Window:
    """Encoder output, kept for as many decodes as are wanted."""

    encoded: Any
    seconds: float
    language: str
    with_words: bool


class _Whisper:
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
        seconds = max(self._least, samples.size / RATE + TAIL)
        padded = np.pad(samples, (0, max(0, round(seconds * RATE) - samples.size)))
        features = self._model.feature_extractor(padded, padding=0)
        return self._model.encode(features[:, : round(seconds * 100)])

    def decode(self, window: _Window, how: Pass) -> _Piece:
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
        return _Piece(
            text=tokenizer.decode(tokens).strip(),
            logprob=result.scores[0] * len(tokens),
            tokens=len(tokens) + 1,
            no_speech=result.no_speech_prob,
            words=self._words(window, tokens) if window.with_words else (),
        )

    def _words(self, window: _Window, tokens: list[int]) -> tuple[tuple[str, float], ...]:
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


def _cut(samples: Samples) -> list[Samples]:
    """Pieces that fit one window, cut at the quietest fifth of a second of their later half."""
    pieces = []
    step = RATE // 5
    while samples.size > LONGEST_PIECE * RATE:
        later = np.abs(samples[int(SHORTEST_PIECE * RATE) : int(LONGEST_PIECE * RATE)])
        quietest = int(later.reshape(-1, step).mean(axis=1).argmin())
        cut = int(SHORTEST_PIECE * RATE) + quietest * step + step // 2
        pieces.append(samples[:cut])
        samples = samples[cut:]
    return [*pieces, samples]


def _joined(how: Pass, pieces: Sequence[_Piece], language: str, model: str) -> Decode:
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


def _open(settings: Ears) -> WhisperEars:
    compute_type = settings.compute_type or ("float16" if settings.device == "cuda" else "int8")
    return WhisperEars(
        Source(settings.model or INSTALLED, settings.downloads, settings.sha256),
        workers=settings.workers,
        device=settings.device,
        compute_type=compute_type,
        window=settings.window_seconds,
    )


BACKEND = EarsBackend(
    open=_open,
    describe=lambda settings: f"Whisper {settings.model or INSTALLED} on {settings.device}",
    unavailable=lambda settings: unavailable(settings.model or INSTALLED),
)
