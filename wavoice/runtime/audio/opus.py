"""Speech as Opus packets, which are encoded once and put into as many voice notes as are wanted.

A packet stands on its own: packets of several sentences follow each other in one note as long as they
meet in silence. WhatsApp plays Ogg Opus in mono as a voice note, and shows a file of more than 512 kB as a
download.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Speech

RATE = 16_000
"""Wideband, which is what Opus codes speech in at this bit rate; the file's clock is 48 kHz anyway."""
BIT_RATE = 16_000
"""Bits a second, of replies."""
REPLY_COMPLEXITY = 3
"""Of 10. For 4 s of speech 3 takes 17 ms, 5 takes 22 and 8 takes 31."""
PACKET_SECONDS = 0.02
_PACKET_SAMPLES = 320
_TICK = Fraction(1, RATE)
_PAGE_MICROSECONDS = 400_000
"""How much speech is written at a time: an Ogg page costs 28 bytes."""


@dataclass(frozen=True, slots=True)
class Packets:
    """Encoded speech: Opus packets of 20 ms each, and the voice that spoke."""

    data: tuple[bytes, ...]
    voice: str

    @property
    def size(self) -> int:
        """Bytes, without those that a file adds."""
        return sum(map(len, self.data))

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.data) * PACKET_SECONDS


class SpeechEncoder:
    """Encodes one stretch of speech as it comes; its parts are of one rate."""

    def __init__(self, rate: int, complexity: int = REPLY_COMPLEXITY, bit_rate: int = BIT_RATE) -> None:
        self._rate = rate
        self._codec = _codec(complexity, bit_rate)
        self._resampler = av.AudioResampler("s16", "mono", RATE, frame_size=_PACKET_SAMPLES)

    def add(self, pcm: bytes) -> tuple[bytes, ...]:
        """Take mono float32 samples; return the packets that are ready. Raises `SpeechError`."""
        samples = np.frombuffer(pcm, dtype="<f4")
        if samples.size == 0:
            return ()
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="flt", layout="mono")
        frame.sample_rate = self._rate
        return self._encode(frame)

    def close(self) -> tuple[bytes, ...]:
        """Return what was held back; nothing can be added any more."""
        return (*self._encode(None), *self._encoded(None))

    def _encode(self, frame: av.AudioFrame | None) -> tuple[bytes, ...]:
        try:
            parts = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError) as error:
            raise SpeechError("The spoken reply could not be encoded.") from error
        return tuple(packet for part in parts for packet in self._encoded(part))

    def _encoded(self, frame: av.AudioFrame | None) -> tuple[bytes, ...]:
        try:
            return tuple(bytes(packet) for packet in self._codec.encode(frame))
        except (av.error.FFmpegError, ValueError) as error:
            raise SpeechError("The spoken reply could not be encoded.") from error


def encode(speech: Speech, complexity: int = REPLY_COMPLEXITY, bit_rate: int = BIT_RATE) -> Packets:
    """Encode the whole of it. Raises `SpeechError` if there is nothing to encode."""
    if not speech.pcm:
        raise SpeechError("The speech backend returned no audio.")
    encoder = SpeechEncoder(speech.rate, complexity, bit_rate)
    return Packets((*encoder.add(speech.pcm), *encoder.close()), speech.voice)


def _codec(complexity: int, bit_rate: int) -> AudioCodecContext:
    codec = av.CodecContext.create("libopus", "w")
    assert isinstance(codec, AudioCodecContext)  # noqa: S101 -- what "libopus" is
    codec.sample_rate, codec.layout, codec.format = RATE, "mono", "s16"
    codec.bit_rate, codec.time_base = bit_rate, _TICK
    codec.options = {"application": "voip", "compression_level": str(complexity)}
    codec.open()
    return codec


class NoteWriter:
    """One voice note, page by page: the bytes that its calls return, one after the other, are the file."""

    def __init__(self) -> None:
        self._pages = _Pages()
        # FFmpeg draws a random stream serial; the same speech should be the same bytes.
        options = {"fflags": "+bitexact+flush_packets", "page_duration": str(_PAGE_MICROSECONDS)}
        self._container = av.open(self._pages, mode="w", format="ogg", options=options)
        self._stream = self._container.add_stream("libopus", rate=RATE, layout="mono")
        self._count = 0

    def add(self, packets: Sequence[bytes]) -> bytes:
        """Put packets of 20 ms behind the last ones; return the pages that are full."""
        for data in packets:
            packet = av.Packet(data)
            packet.stream, packet.time_base = self._stream, _TICK
            packet.pts = packet.dts = self._count * _PACKET_SAMPLES
            packet.duration = _PACKET_SAMPLES
            self._container.mux(packet)
            self._count += 1
        return self._pages.taken()

    def close(self) -> bytes:
        """Return the last page. Raises `SpeechError` for a note of nothing."""
        if not self._count:
            raise SpeechError("The speech backend returned no audio.")
        self._container.close()
        return self._pages.taken()


def note_of(packets: Packets) -> bytes:
    """A whole voice note of these. Raises `SpeechError` if there are none."""
    writer = NoteWriter()
    return writer.add(packets.data) + writer.close()


class _Pages(io.RawIOBase):
    """A file that is handed on as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._written += bytes(data)  # type: ignore[call-overload]
        return len(data)  # type: ignore[arg-type]

    def taken(self) -> bytes:
        data, self._written = bytes(self._written), bytearray()
        return data
