"""Recordings to voice notes as a customer's phone sends them, and notes back to samples."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import av
import numpy as np

from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.model import Speech
from wavoice.sim import noise as sound
from wavoice.sim.noise import Signal
from wavoice.sim.pack import talkers
from wavoice.sim.sound.levels import Samples
from wavoice.sim.sound.ports import RATE, SoundError

if TYPE_CHECKING:
    from wavoice.sim.manifest import NoiseKind

PHONE_COMPLEXITY: Final = 5
"""Of the phone that records: as in the committed fixtures."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Largest audio that WhatsApp carries (Cloud API, "Supported media types")."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a customer is surrounded by while speaking."""

    noise: NoiseKind = "none"
    snr_db: float = 10.0
    """Active speech (ITU-T P.56) over noise, in dB."""
    seed: int = 1
    """The same seed, noise and length give the same noise."""

    def added_to(self, speech: Signal) -> Signal:
        """Set speech in that noise; silence stays as it is, for nothing can be louder than it by a ratio."""
        if self.noise == "none" or not speech.any():
            return speech
        rng = np.random.default_rng([self.seed, *self.noise.encode()])
        match self.noise:
            case "street":
                noise = sound.street(speech.size, rng)
            case "wind":
                noise = sound.wind(speech.size, rng)
            case "babble":
                noise = sound.babble(speech.size, rng, talkers())
        return sound.mix(speech, noise, self.snr_db)


QUIET: Final = Around()
"""No noise but the microphone's own."""


def record_note(pcm: bytes, around: Around = QUIET) -> bytes:
    """A recording (`Recording.pcm`) as Ogg Opus, mono, 16 kHz, 16 kbit/s, as WhatsApp records it.

    Raises `SoundError` for a recording of nothing.
    """
    speech = np.frombuffer(pcm, dtype="<f4").astype(np.float64)
    if not speech.size:
        raise SoundError("Nothing was recorded.", remedy="Speak before you stop.")
    mixed = sound.to_pcm16(around.added_to(speech))
    plain = (mixed / np.float32(32768)).astype("<f4").tobytes()
    return to_voice_note(Speech(plain, RATE, "microphone"), MAX_BYTES, PHONE_COMPLEXITY)


def samples_of(ogg: bytes, rate: int = RATE) -> Samples:
    """All samples of an Ogg Opus file, mono, at that rate; silence at its ends included.

    Only for notes of this machine: a customer's file goes through `adapters.decoder`. Raises `SoundError`.
    """
    options = {"protocol_whitelist": "none", "codec_whitelist": "opus,libopus"}
    resampler = av.AudioResampler("flt", "mono", rate)
    try:
        with av.open(io.BytesIO(ogg), mode="r", format="ogg", options=options) as container:
            frames = [
                part for frame in container.decode(audio=0) for part in resampler.resample(frame)
            ] + resampler.resample(None)
    except (av.FFmpegError, IndexError) as error:
        raise SoundError("That is no voice note: Ogg with Opus.") from error
    parts = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
