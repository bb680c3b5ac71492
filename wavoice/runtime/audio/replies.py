"""Speech that a server made, to samples: three formats, none of them detected.

The server was chosen by the owner, but what it sends is checked all the same: the demuxer is pinned
(FFmpeg's detection opens other files), one stream, mono or stereo, and only so much of it.
"""

from __future__ import annotations

import io
from itertools import chain
from typing import Final, Literal

import av
import numpy as np
from numpy.typing import NDArray

from wavoice.runtime.errors import SpeechError

PCM_RATE: Final = 24_000
"""Of headerless samples, in OpenAI's speech API (text to speech guide: 24 kHz, 16 bits, little endian)."""
LONGEST_SECONDS: Final = 300.0
_DEMUXERS: Final = {"wav": "wav", "opus": "ogg"}
_CODECS: Final = ("pcm_", "opus")
"""Beginnings of the codecs that may be inside."""


def speech_from(data: bytes, kind: Literal["wav", "pcm", "opus"]) -> tuple[bytes, int]:
    """Mono float32 samples as bytes, and their rate. Blocks; raises `SpeechError` for anything else.

    A WAV header may claim any length: one that is streamed is not known when the header is written.
    """
    if kind == "pcm":
        if not data or len(data) % 2:
            raise SpeechError("The speech is not 16-bit samples.")
        samples = np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768)
        return _checked(samples, PCM_RATE)
    try:
        with av.open(
            io.BytesIO(data), mode="r", format=_DEMUXERS[kind], metadata_errors="ignore"
        ) as container:
            return _decoded(container)
    except (av.FFmpegError, ValueError) as error:
        raise SpeechError(f"The speech is not what was asked for ({kind}).") from error


def _decoded(container: av.container.InputContainer) -> tuple[bytes, int]:
    if len(container.streams) != 1 or len(container.streams.audio) != 1:
        raise SpeechError("The speech is not one stream of audio.")
    stream = container.streams.audio[0]
    if not stream.codec_context.codec.canonical_name.startswith(_CODECS):
        raise SpeechError("The speech is neither samples nor Opus.")
    rate = stream.codec_context.sample_rate
    resampler = av.AudioResampler("flt", "mono", rate)
    parts, size = list[NDArray[np.float32]](), 0
    for frame in chain(container.decode(stream), (None,)):
        for made in resampler.resample(frame):
            size += made.samples
            if size > LONGEST_SECONDS * rate:
                raise SpeechError("The speech is longer than any reply.")
            parts.append(made.to_ndarray()[0])
    if not parts:
        raise SpeechError("The speech backend returned no audio.")
    return _checked(np.concatenate(parts), rate)


def _checked(samples: NDArray[np.float32], rate: int) -> tuple[bytes, int]:
    if samples.size > LONGEST_SECONDS * rate:
        raise SpeechError("The speech is longer than any reply.")
    return np.clip(samples, -1.0, 1.0).astype("<f4").tobytes(), rate
