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
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from wavoice.runtime.adapters.backends import EarsBackend
from wavoice.runtime.adapters.passes import (
    PLAIN,
    RATE,
    Pass,
    Samples,
    passes_for,
    samples_of,
    seconds_of,
    speech_spans,
    split_at_pauses,
    unheard,
)
from wavoice.runtime.adapters.weights import INSTALLED, Source, located, unavailable
from wavoice.runtime.adapters.whisper_model import SHORTEST_WINDOW, Piece, Whisper, Window, joined
from wavoice.runtime.adapters.workers import Line, Workers
from wavoice.runtime.errors import speech_errors
from wavoice.runtime.model import Audio, Heard
from wavoice.runtime.ports import Hint
from wavoice.runtime.settings_speech import Ears
from wavoice.runtime.tongues import primary

Run = Callable[..., Awaitable[Any]]
"""`Line.run` for one piece."""

LONGEST_PIECE = 28.0
"""Seconds: a window of 30 s less the tail."""
SHORTEST_PIECE = 14.0


class WhisperEars:
    """`SpeechToText` and `ListensAhead` with a local Whisper model.

    `model` is where `weights.located` finds it. `workers` decodes run at a time, each on
    `intra_threads` threads: two single-thread workers beat one with two threads even for a lone note.
    Notes are heard piece by piece, and whose piece is next is said in `workers.py`.
    Weights are loaded by the first `hear` or by `warm`. A cancelled `hear` lets the decode that is
    running finish in its thread; its length is bounded by that of a piece.
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
        self._workers = Workers(workers, "ears")
        self._lock = threading.Lock()
        self._loaded: Whisper | None = None
        self._source = Source(model) if isinstance(model, str) else model
        self._window = window
        self._fleet = {
            "device": device,
            "compute_type": compute_type,
            "num_workers": workers,
            "cpu_threads": intra_threads,
        }

    async def warm(self) -> None:
        """Load the weights and have every worker decode a second of silence.

        Raises `MissingModelError` or `SpeechError`.
        """
        silence = Audio(pcm=bytes(4 * RATE), seconds=1.0)
        await asyncio.gather(
            *(self.hear(silence, Hint(awaiting_yes=True)) for _ in range(self._workers.count))
        )

    async def close(self) -> None:
        """Let the workers go; decodes that are running finish first."""
        self._workers.close()

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Transcribe 16 kHz audio of any length in `hint.language`.

        Decode B alone, or A and B when `hint.awaiting_yes`. `hint.words` become B's prompt (then
        named `words`) unless a yes is awaited or no speech was found: in silence a prompt comes back
        as a transcript. Only such a B carries the probability of each word: it costs some 20 ms, and
        names heard under a prompt are what it is for.
        Raises `SpeechError`, and `MissingModelError` if there are no weights.
        """
        if hint.find_language:
            return await self._in_its_own_language(audio, hint)
        with closing(self.listen(hint)) as listening:
            return await listening.finish(audio)

    async def _in_its_own_language(self, audio: Audio, hint: Hint) -> Heard:
        """The first window tells the language; the note is then heard like any other of that language."""
        samples, line = samples_of(audio), self.line()
        if not samples.size:
            return Heard((), 0.0, audio.seconds)
        with speech_errors("Whisper could not find the language of the note"):
            whisper = await line.run(0.0, self.model)
            found, probability = await line.run(0.0, whisper.language, _cut(samples)[0])
        if found == primary(hint.language):
            return Heard((), 0.0, audio.seconds, language_p=probability)
        heard = await self.hear(audio, replace(hint, language=found, find_language=False))
        return replace(heard, language_p=probability)

    def listen(self, hint: Hint) -> Listening:
        """Begin to hear a note whose end is not known yet; see `hear`."""
        return Listening(self, hint)

    def line(self) -> Line:
        """The place in the queue of a note that begins now."""
        return self._workers.line()

    @property
    def at_once(self) -> int:
        """Pieces of one note that are worth having in the queue."""
        return self._workers.count

    def model(self) -> Whisper:
        """The loaded model; blocks while it loads. Raises `MissingModelError` or `ConfigError`."""
        with self._lock:
            if self._loaded is None:
                with located(self._source) as weights:
                    self._loaded = Whisper(weights, self._fleet, self._window)
            return self._loaded


class Listening:
    """One note that is being heard, from its first piece on. Use it from one event loop."""

    def __init__(self, ears: WhisperEars, hint: Hint) -> None:
        self._ears, self._hint = ears, hint
        self._language = primary(hint.language)
        self._line = ears.line()
        self._few = asyncio.Semaphore(ears.at_once)
        self._rest: Samples = np.empty(0, np.float32)
        self._cut_seconds = 0.0
        self._pieces: list[asyncio.Task[_PieceHeard]] = []
        self._fed = False

    def feed(self, pcm: bytes) -> None:
        """Take the next samples, as in `Audio.pcm`; what fills a piece is heard from now on."""
        self._fed = True
        self._take(np.frombuffer(pcm, dtype="<f4"))

    async def finish(self, audio: Audio) -> Heard:
        """The end of the note. `audio` is the whole of it; its samples count only if none were fed.

        Raises `SpeechError`, and `MissingModelError` if there are no weights.
        """
        with speech_errors("Whisper could not transcribe the note"):
            return await self._finish(audio)

    def close(self) -> None:
        """Hear no more of it. Does nothing to a note that was heard."""
        for piece in self._pieces:
            piece.cancel()
            piece.add_done_callback(_let_go)

    async def _finish(self, audio: Audio) -> Heard:
        if not self._fed:
            self._take(samples_of(audio))
        if self._rest.size:
            self._begin(self._rest)
        if not self._pieces:
            return unheard(audio, self._hint)
        pieces = await asyncio.gather(*self._pieces)
        name = (await self._line.run(0.0, self._ears.model)).name
        breaths = [breath for piece in pieces for breath in piece.breaths]
        passes = max((piece.passes for piece in pieces), key=lambda each: each[0].prompt != "")
        return Heard(
            decodes=tuple(
                joined(how, [breath[number] for breath in breaths], self._language, name)
                for number, how in enumerate(passes)
            ),
            speech_seconds=sum(piece.speech for piece in pieces),
            note_seconds=audio.seconds,
        )

    def _take(self, samples: Samples) -> None:
        *full, self._rest = _cut(np.concatenate((self._rest, samples)) if self._rest.size else samples)
        for piece in full:
            self._begin(piece)

    def _begin(self, piece: Samples) -> None:
        self._cut_seconds += piece.size / RATE
        self._pieces.append(asyncio.create_task(self._hear(piece, self._cut_seconds)))

    async def _hear(self, samples: Samples, upto: float) -> _PieceHeard:
        run: Run = partial(self._line.run, upto)
        async with self._few:
            whisper = await run(self._ears.model)
            if not self._hint.awaiting_yes and not self._hint.words:
                # Where the speech is decides nothing here: look for it beside the decoder.
                window = await self._encoded(run, whisper, samples)
                spans, heard = await asyncio.gather(
                    run(speech_spans, samples), run(whisper.decode, window, PLAIN)
                )
                return _PieceHeard((PLAIN,), [[heard]], seconds_of(spans))
            spans = await run(speech_spans, samples)
            passes = passes_for(self._hint, seconds_of(spans))
            breaths = split_at_pauses(samples, spans) if self._hint.awaiting_yes else [samples]
            heard_all = await asyncio.gather(*(self._breath(run, whisper, each, passes) for each in breaths))
            return _PieceHeard(passes, heard_all, seconds_of(spans))

    async def _breath(
        self, run: Run, whisper: Whisper, samples: Samples, passes: Sequence[Pass]
    ) -> list[Piece]:
        window = await self._encoded(run, whisper, samples)
        window = replace(window, with_words=passes[0].name == "words")
        return await asyncio.gather(*(run(whisper.decode, window, each) for each in passes))

    async def _encoded(self, run: Run, whisper: Whisper, samples: Samples) -> Window:
        encoded = await run(whisper.encode, samples)
        return Window(encoded, samples.size / RATE, self._language, with_words=False)


@dataclass(frozen=True, slots=True)
class _PieceHeard:
    """What was heard of one piece."""

    passes: Sequence[Pass]
    breaths: Sequence[Sequence[Piece]]
    """Between long pauses: what each pass heard."""
    speech: float
    """Seconds."""


def _let_go(piece: asyncio.Task[_PieceHeard]) -> None:
    """Nobody waits for it any more, whatever it ended in."""
    if not piece.cancelled():
        piece.exception()


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


def source_of(settings: Ears) -> Source:
    """Where the weights are that the settings name."""
    return Source(settings.model or INSTALLED, settings.downloads, settings.sha256)


def compute_type_of(settings: Ears) -> str:
    """CTranslate2's quantisation that the settings name, or that suits their device."""
    return settings.compute_type or ("float16" if settings.device == "cuda" else "int8")


def _open(settings: Ears) -> WhisperEars:
    return WhisperEars(
        source_of(settings),
        workers=settings.workers,
        device=settings.device,
        compute_type=compute_type_of(settings),
        window=settings.window_seconds,
    )


BACKEND = EarsBackend(
    open=_open,
    describe=lambda settings: f"Whisper {settings.model or INSTALLED} on {settings.device}",
    unavailable=lambda settings: unavailable(settings.model or INSTALLED),
)
