"""Recordings to samples and back, as a customer's phone and the runtime would do it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import av
import numpy as np

from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.audio.trim import trim_silence
from wavoice.runtime.errors import MediaError, UserInputError
from wavoice.runtime.model import Audio, Speech
from wavoice.runtime.ports import Decoder
from wavoice.sim.fixtures import PHONE_COMPLEXITY
from wavoice.sim.noise import RATE, Signal

_PLAIN = {b"RIFF": "wav", b"fLaC": "flac"}
"""What datasets come in and no phone sends: opened here, by one pinned demuxer each."""
_FULL_SCALE = 0.98
_LONGEST = 16 * 1024 * 1024
"""Bytes of a coded note: what WhatsApp takes."""


async def opened(path: Path, where: str, decoder: Decoder) -> Audio:
    """What the runtime would hear of a file; WAV and FLAC are taken as the samples that they are.

    Raises `UserInputError` that says where the file was named.
    """
    try:
        data = await asyncio.to_thread(path.read_bytes)
        plain = _PLAIN.get(data[:4])
        return _trimmed(_samples_of(path, plain), len(data)) if plain else await decoder.decode(data)
    except (OSError, MediaError, av.FFmpegError) as error:
        raise UserInputError(
            f"{where}: {path} is no recording that can be heard: {error}",
            remedy="Give it as WAV, FLAC or Ogg Opus.",
        ) from error


def signal_of(audio: Audio) -> Signal:
    """The samples as noise is mixed into them."""
    return np.frombuffer(audio.pcm, dtype="<f4").astype(np.float64)


def audio_of(signal: Signal) -> Audio:
    """Samples as the runtime gets them from its decoder; what would overflow is turned down as a whole."""
    return _trimmed(_within(signal).astype(np.float32), 2 * signal.size)


async def through_opus(signal: Signal, bit_rate: int, decoder: Decoder) -> Audio:
    """The same, coded by a phone at that many bits a second and decoded by the runtime."""
    speech = Speech(_within(signal).astype("<f4").tobytes(), RATE, voice="")
    return await decoder.decode(to_voice_note(speech, _LONGEST, PHONE_COMPLEXITY, bit_rate))


def _within(signal: Signal) -> Signal:
    peak = float(np.max(np.abs(signal), initial=0.0))
    return signal * min(1.0, _FULL_SCALE / peak) if peak else signal


def _trimmed(samples: np.ndarray[tuple[int], np.dtype[np.float32]], size: int) -> Audio:
    trimmed = trim_silence(samples, RATE)
    return Audio(
        pcm=trimmed.pcm.astype("<f4").tobytes(),
        seconds=samples.size / RATE,
        trimmed_start=trimmed.start_s,
        trimmed_end=trimmed.end_s,
        codec="pcm",
        source_rate=RATE,
        bytes_in=size,
    )


def _samples_of(path: Path, demuxer: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    resampler = av.AudioResampler("flt", "mono", RATE)
    parts: list[np.ndarray[tuple[int], np.dtype[np.float32]]] = []
    with av.open(str(path), mode="r", format=demuxer) as container:
        for frame in container.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    if not sum(part.size for part in parts):
        raise MediaError("It holds no samples.")
    return np.concatenate(parts)
