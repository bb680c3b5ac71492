"""Ears: Whisper on CTranslate2, made fast for voice notes.

Whisper's encoder always sees 30 s, and most notes are a tenth of that. Padding the *audio* with
silence to 10 s (or to 2 s more than the note) gives the encoder a third of the work and leaves the
words alone; below that floor Whisper repeats itself without end. A note too long for one window is cut
where it is quietest, so that nothing said after 30 s is lost.

While a proposal waits for its yes, the same encoder output is decoded twice (confirmation.md A2):
A hears with a prompt made of refusals, B without any. They run side by side on two workers. What
follows a long pause is then heard on its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from wavoice.runtime.adapters.weights import INSTALLED, Weights, located
from wavoice.runtime.errors import MissingModelError, SpeechError, WavoiceError
from wavoice.runtime.model import Audio, Decode, Heard
from wavoice.runtime.ports import Hint

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer

Samples = NDArray[np.float32]
P = ParamSpec("P")
T = TypeVar("T")

RATE = 16_000
SHORTEST_WINDOW = 10.0
"""Seconds. At 8 s and less Whisper base starts to loop."""
TAIL = 2.0
"""Seconds of silence after the note; with 1 s Whisper base repeats itself without end."""
LONGEST_PIECE = 28.0
"""Seconds: a window of 30 s less the tail."""
SHORTEST_PIECE = 14.0
LONG_PAUSE = 1.0
"""Seconds of silence after which an answer to a question is heard on its own."""
TOKENS_PER_SECOND = 9
"""Nobody speaks faster; a decode that wants more is a loop and is cut."""
UNHEARD_LOGPROB = -10.0
"""Of an empty note: finite, so that it can be stored, and far below every floor."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way to decode a note."""

    name: str
    prompt: str
    beam: int


# Never a yes in a prompt: silence then decodes to one. Beam 5 here would invent words in noise.
_REFUSALS = _Pass("negative", "No wait. No, don't. Hold on. Actually no. Stop. Cancel it.", beam=1)
_PLAIN = _Pass("none", "", beam=5)


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

    `model` is a name that `weights.located` knows. `workers` decodes run at a time, each on
    `intra_threads` threads: two single-thread workers beat one with two threads even for a lone note.
    Weights are loaded by the first `hear` or by `warm`. A cancelled `hear` lets the decode that is
    running finish in its thread; its length is bounded by that of the note.
    """

    def __init__(
        self,
        model: str = INSTALLED,
        *,
        workers: int = 2,
        intra_threads: int = 1,
        device: str = "cpu",
        compute_type: str = "int8",
        downloads: bool = False,
    ) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ears")
        self._lock = threading.Lock()
        self._loaded: _Whisper | None = None
        self._model, self._downloads = model, downloads
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
        samples = _samples(audio)
        if not samples.size:
            return _unheard(audio, hint)
        whisper = await self._run(self._whisper)
        if not hint.awaiting_yes and not hint.words:
            return await self._hear_request(whisper, samples, audio, _primary(hint.language))
        spans = await self._run(whisper.speech, samples)
        speech = _seconds(spans)
        passes = _passes(hint, speech)
        breaths = _breaths(samples, spans) if hint.awaiting_yes else [samples]
        cuts = [piece for breath in breaths for piece in _cut(breath)]
        pieces = await asyncio.gather(
            *(self._hear_piece(whisper, piece, passes, _primary(hint.language)) for piece in cuts)
        )
        decodes = tuple(
            _joined(each, made, _primary(hint.language), whisper.name)
            for each, made in zip(passes, zip(*pieces, strict=True), strict=True)
        )
        return Heard(decodes=decodes, speech_seconds=speech, note_seconds=audio.seconds)

    async def _hear_request(self, whisper: _Whisper, samples: Samples, audio: Audio, language: str) -> Heard:
        """Where the speech is decides nothing here: look for it beside the decoder, which leaves a core."""
        encoded = [await self._encode(whisper, piece, language) for piece in _cut(samples)]
        decoding = asyncio.gather(*(self._run(whisper.decode, window, _PLAIN) for window in encoded))
        spans, heard = await asyncio.gather(self._run(whisper.speech, samples), decoding)
        return Heard(
            decodes=(_joined(_PLAIN, heard, language, whisper.name),),
            speech_seconds=_seconds(spans),
            note_seconds=audio.seconds,
        )

    async def _encode(self, whisper: _Whisper, piece: Samples, language: str) -> _Window:
        encoded = await self._run(whisper.encode, piece)
        return _Window(encoded, piece.size / RATE, language, with_words=False)

    async def _hear_piece(
        self, whisper: _Whisper, piece: Samples, passes: Sequence[_Pass], language: str
    ) -> list[_Piece]:
        window = replace(await self._encode(whisper, piece, language), with_words=passes[0].name == "words")
        return await asyncio.gather(*(self._run(whisper.decode, window, each) for each in passes))

    def _whisper(self) -> _Whisper:
        with self._lock:
            if self._loaded is None:
                with located(self._model, downloads=self._downloads) as weights:
                    self._loaded = _Whisper(weights, self._fleet)
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

    def __init__(self, weights: Weights, fleet: Mapping[str, Any]) -> None:
        # imported here, in a worker: together they take half a second
        from faster_whisper import WhisperModel, vad  # noqa: PLC0415

        self.name = weights.name
        self._vad = vad
        self._vad_options = vad.VadOptions(min_silence_duration_ms=100, speech_pad_ms=0)
        self._tokenizers: dict[str, Tokenizer] = {}
        try:
            self._model = WhisperModel(str(weights.folder), **fleet)
        except RuntimeError as error:
            raise MissingModelError(
                f"The model {weights.name} cannot be loaded: {error}.", remedy="Fetch its files again."
            ) from error

    def speech(self, samples: Samples) -> list[tuple[int, int]]:
        """Where Silero finds speech, as samples; pauses and margins are not part of it."""
        spans = self._vad.get_speech_timestamps(samples, self._vad_options)
        return [(span["start"], span["end"]) for span in spans]

    def encode(self, samples: Samples) -> Any:
        seconds = max(SHORTEST_WINDOW, samples.size / RATE + TAIL)
        padded = np.pad(samples, (0, max(0, round(seconds * RATE) - samples.size)))
        features = self._model.feature_extractor(padded, padding=0)
        return self._model.encode(features[:, : round(seconds * 100)])

    def decode(self, window: _Window, how: _Pass) -> _Piece:
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
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, self._model.model.is_multilingual, "transcribe", language
            )
        return self._tokenizers[language]


def _samples(audio: Audio) -> Samples:
    if audio.rate != RATE:
        raise SpeechError(f"Whisper hears {RATE} Hz, not {audio.rate} Hz: decode the note to that rate.")
    return np.frombuffer(audio.pcm, dtype="<f4")


def _primary(language: str) -> str:
    """The language of a tag such as `pt-BR`, which is all that Whisper tells apart."""
    return language.lower().replace("_", "-").partition("-")[0]


def _passes(hint: Hint, speech: float) -> tuple[_Pass, ...]:
    if hint.awaiting_yes:
        return _REFUSALS, _PLAIN
    if hint.words and speech:
        return (_Pass("words", ", ".join(hint.words), _PLAIN.beam),)
    return (_PLAIN,)


def _seconds(spans: Sequence[tuple[int, int]]) -> float:
    return sum(end - start for start, end in spans) / RATE


def _breaths(samples: Samples, spans: Sequence[tuple[int, int]]) -> list[Samples]:
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


def _joined(how: _Pass, pieces: Sequence[_Piece], language: str, model: str) -> Decode:
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


def _unheard(audio: Audio, hint: Hint) -> Heard:
    decodes = tuple(
        Decode("", UNHEARD_LOGPROB, 1.0, _primary(hint.language), how.name, how.beam)
        for how in _passes(hint, speech=0.0)
    )
    return Heard(decodes=decodes, speech_seconds=0.0, note_seconds=audio.seconds)
