"""What ears return and voices make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded customer audio: mono float32 PCM in [-1, 1] at 16 kHz, as raw little-endian bytes."""

    pcm: bytes
    seconds: float
    """Length of the note as decoded, before trimming; never the container's claim."""
    trimmed_start: float = 0.0
    """Seconds of leading silence that `pcm` no longer holds."""
    trimmed_end: float = 0.0
    codec: str = "opus"
    source_rate: int = 48_000
    channels: int = 1
    bytes_in: int = 0
    rate: int = 16_000


@dataclass(frozen=True, slots=True)
class Decode:
    """One pass of a recogniser over a note."""

    text: str
    avg_logprob: float
    """Mean log-probability per token; ≤ 0."""
    no_speech: float
    """Probability that the window holds no speech."""
    language: str
    prompt: str
    """`negative` (decode A), `none` (decode B), or `words` (B with names that were to be expected)."""
    beam: int
    words: tuple[tuple[str, float], ...] = ()
    """Token text with its probability; for read-backs, never a floor."""
    model: str = ""
    measured: bool = True
    """False: the recogniser told no figures. `avg_logprob` is then below every floor and `no_speech` 0:
    its words are read, vetoes among them, and a yes is not taken."""


@dataclass(frozen=True, slots=True)
class Detour:
    """A backend that was to hear or to speak and did not; another one was asked instead."""

    backend: str
    code: str
    """Of its error; `resting` if it was not asked because it had failed too often."""
    detail: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the ears return. `decodes[-1]` is the transcript (decode B, no prompt)."""

    decodes: tuple[Decode, ...]
    speech_seconds: float
    """Speech found by voice activity detection."""
    note_seconds: float
    language_p: float | None = None
    """How probable the language is, where it was looked for; None: not looked for, or not told."""
    background: bool = False
    """More than one source of speech, or a deciding word far below the loudest (D59)."""
    detours: tuple[Detour, ...] = ()
    """Who was asked before."""

    @property
    def transcript(self) -> Decode:
        """The decode whose text is used as what was said; there always is one, unless a language was looked
        for and was the expected one.
        """
        return self.decodes[-1]


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised audio: mono float32 PCM bytes at `rate`."""

    pcm: bytes
    rate: int
    voice: str
    ogg: bytes | None = None
    """The same as a voice note, if it was encoded before; sent as it is."""
    detours: tuple[Detour, ...] = ()
    """Who was asked before."""
