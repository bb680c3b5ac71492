"""Customer audio to samples. Runs on untrusted bytes: call it through `adapters.decoder` only.

The demuxer and the decoder are named, never detected: FFmpeg's detection opens other local files when
a text file asks for them.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import av
import numpy as np
from av.container import InputContainer
from av.stream import Disposition
from numpy.typing import NDArray

from wavoice.runtime.audio.containers import CONTAINERS, Container
from wavoice.runtime.audio.refusals import refusal
from wavoice.runtime.audio.sniff import kind_of
from wavoice.runtime.audio.trim import trim_silence
from wavoice.runtime.errors import CorruptMediaError, NotAudioError, NoteTooLongError
from wavoice.runtime.model import Audio

_RATE = 16_000
_PROTOCOLS = "none"
"""No such protocol: a file that names another one gets nothing."""


PART_SECONDS = 30.0
"""A note that is longer is handed on in parts of this length."""


def decode_note(data: bytes, max_seconds: float, part: Callable[[bytes], None] | None = None) -> Audio:
    """Decode any file of `containers.CONTAINERS` to 16 kHz mono, trimmed.

    Given `part`, a note longer than `PART_SECONDS` goes there while it is decoded, untrimmed and to its
    last sample; the audio that is returned then has none.

    Samples are counted as they are decoded, what the container claims about its length is not read.
    Raises `NotAudioError`, `CorruptMediaError` (also when nothing decodes) or `NoteTooLongError`.
    """
    kind = kind_of(data)
    if kind is None:
        raise refusal(NotAudioError)
    shape = CONTAINERS[kind]
    audio = shape.check(data, max_seconds)
    options = {"codec_whitelist": shape.decoders, "protocol_whitelist": _PROTOCOLS}
    try:
        with av.open(
            io.BytesIO(audio), mode="r", format=shape.demuxer, options=options, metadata_errors="ignore"
        ) as container:
            return _decode(container, shape, _Samples(int(max_seconds * _RATE), part), len(data))
    except av.FFmpegError as error:
        raise refusal(CorruptMediaError) from error


def _decode(container: InputContainer, shape: Container, pcm: _Samples, size: int) -> Audio:
    context = _only_audio(container).codec_context
    codec, rate, channels = context.codec.canonical_name, context.sample_rate, context.channels
    if codec not in shape.codecs or channels not in {1, 2}:
        raise refusal(NotAudioError)
    samples = _samples(container, pcm)
    trimmed = trim_silence(samples, _RATE)
    return Audio(
        pcm=b"" if pcm.handed_on else _bytes(trimmed.pcm),
        seconds=samples.size / _RATE,
        trimmed_start=trimmed.start_s,
        trimmed_end=trimmed.end_s,
        codec=codec,
        source_rate=rate,
        channels=channels,
        bytes_in=size,
        rate=_RATE,
    )


def _only_audio(container: InputContainer) -> av.AudioStream:
    """The one stream of audio; a cover picture beside it is passed over and never decoded."""
    others = [stream for stream in container.streams if stream.type != "audio"]
    covers = all(stream.disposition & Disposition.attached_pic for stream in others)
    if len(container.streams.audio) != 1 or not covers:
        raise refusal(NotAudioError)
    return container.streams.audio[0]


def _samples(container: InputContainer, pcm: _Samples) -> NDArray[np.float32]:
    seen, resampler = None, _resampler()
    for frame in container.decode(audio=0):
        if frame.layout.nb_channels not in {1, 2}:
            raise refusal(NotAudioError)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if seen is not None and shape != seen:  # HE-AAC may say so late; a resampler takes one shape
            pcm.add(resampler.resample(None))
            resampler = _resampler()
        seen = shape
        pcm.add(resampler.resample(frame))
    if seen is not None:
        pcm.add(resampler.resample(None))
    return pcm.joined()


def _resampler() -> av.AudioResampler:
    return av.AudioResampler("flt", "mono", _RATE)


@dataclass(slots=True)
class _Samples:
    """Collects samples up to a limit, and hands them on in parts if there are many."""

    limit: int
    part: Callable[[bytes], None] | None = None
    parts: list[NDArray[np.float32]] = field(default_factory=list)
    size: int = 0
    handed_on: int = 0
    _from: int = 0
    """Index of the first array that was not handed on."""

    def add(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            self.size += frame.samples
            if self.size > self.limit:
                raise refusal(NoteTooLongError)
            self.parts.append(frame.to_ndarray()[0])
        if self.size - self.handed_on > PART_SECONDS * _RATE:
            self._hand_on()

    def _hand_on(self) -> None:
        if self.part is not None and self.size > self.handed_on:
            self.part(_bytes(_clipped(self.parts[self._from :])))
            self.handed_on, self._from = self.size, len(self.parts)

    def joined(self) -> NDArray[np.float32]:
        if not self.size:
            raise refusal(CorruptMediaError)
        if self.handed_on:
            self._hand_on()
        return _clipped(self.parts)


def _clipped(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.clip(np.concatenate(parts), -1.0, 1.0)


def _bytes(samples: NDArray[np.float32]) -> bytes:
    return samples.astype("<f4").tobytes()
