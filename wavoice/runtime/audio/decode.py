"""Ogg Opus to samples. Runs on untrusted bytes: call it through `adapters.decoder` only.

The demuxer and the codec are named, never detected: FFmpeg's detection opens other local files when
a text file asks for them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from wavoice.runtime.audio.ogg import check_one_stream
from wavoice.runtime.audio.refusals import refusal
from wavoice.runtime.audio.trim import trim_silence
from wavoice.runtime.errors import CorruptMediaError, NotAudioError, NoteTooLongError
from wavoice.runtime.model import Audio

_CODEC = "opus"
_RATE = 16_000


def decode_note(data: bytes, max_seconds: float) -> Audio:
    """Decode to 16 kHz mono, trimmed.

    Samples are counted as they are decoded, what the container claims about its length is not read.
    Raises `NotAudioError`, `CorruptMediaError` (also when nothing decodes) or `NoteTooLongError`.
    """
    check_one_stream(data)
    try:
        with av.open(io.BytesIO(data), mode="r", format="ogg", metadata_errors="ignore") as container:
            samples, source_rate, channels = _decode(container, max_seconds)
    except av.FFmpegError as error:
        raise refusal(CorruptMediaError) from error
    trimmed = trim_silence(samples, _RATE)
    return Audio(
        pcm=trimmed.pcm.astype("<f4").tobytes(),
        seconds=samples.size / _RATE,
        trimmed_start=trimmed.start_s,
        trimmed_end=trimmed.end_s,
        codec=_CODEC,
        source_rate=source_rate,
        channels=channels,
        bytes_in=len(data),
        rate=_RATE,
    )


def _decode(container: InputContainer, max_seconds: float) -> tuple[NDArray[np.float32], int, int]:
    if len(container.streams) != 1 or len(container.streams.audio) != 1:
        raise refusal(NotAudioError)
    stream = container.streams.audio[0]
    context = stream.codec_context
    if context.codec.canonical_name != _CODEC or context.channels not in {1, 2}:
        raise refusal(NotAudioError)
    resampler = av.AudioResampler("flt", "mono", _RATE)
    pcm = _Samples(limit=int(max_seconds * _RATE))
    for frame in container.decode(stream):
        pcm.add(resampler.resample(frame))
    pcm.add(resampler.resample(None))
    return pcm.joined(), context.sample_rate, context.channels


@dataclass(slots=True)
class _Samples:
    """Collects samples up to a limit."""

    limit: int
    parts: list[NDArray[np.float32]] = field(default_factory=list)
    size: int = 0

    def add(self, frames: list[av.AudioFrame]) -> None:
        for frame in frames:
            self.size += frame.samples
            if self.size > self.limit:
                raise refusal(NoteTooLongError)
            self.parts.append(frame.to_ndarray()[0])

    def joined(self) -> NDArray[np.float32]:
        if not self.size:
            raise refusal(CorruptMediaError)
        return np.clip(np.concatenate(self.parts), -1.0, 1.0)
