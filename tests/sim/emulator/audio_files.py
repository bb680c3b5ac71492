"""Small true audio files for the emulator: what businesses upload by right and by mistake."""

from __future__ import annotations

import io
import struct
from functools import cache

import av
import numpy as np

from wavoice.runtime.audio.ogg import checksum

SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms, mono (RFC 6716, section 3.1)."""
_FRAME = 960
_SERIAL = 7
_BODY = 255 * 255
"""Bytes that fit on one Ogg page."""


@cache
def opus(channels: int = 1, size: int = 200) -> bytes:
    """A valid Ogg Opus file of exactly `size` bytes: some silence, and a comment that fills it up."""
    for frames in range(1, 8):
        filler = max(0, size - 150)
        for _ in range(8):
            made = _opus(channels, frames, filler)
            if len(made) == size:
                return made
            filler = max(0, filler + size - len(made))
    raise ValueError(f"no note has {size} bytes")


def _opus(channels: int, frames: int, filler: int) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, 0, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<III", 0, 1, filler) + b"x" * filler
    sound = bytes([SILENCE[0] | (4 if channels == 2 else 0)]) + SILENCE[1:]
    pages = [_page([head], 0x02, 0)]
    for start in range(0, len(tags), _BODY):
        part, last = tags[start : start + _BODY], start + _BODY >= len(tags)
        pages.append(_page([part], 0x01 if start else 0, len(pages), whole=last))
    pages.append(_page([sound] * frames, 0x04, len(pages), granule=frames * _FRAME))
    return b"".join(pages)


def _page(packets: list[bytes], flags: int, number: int, *, granule: int = 0, whole: bool = True) -> bytes:
    lacing = b""
    for packet in packets:
        lacing += b"\xff" * (len(packet) // 255) + (bytes([len(packet) % 255]) if whole else b"")
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, _SERIAL, number, 0, len(lacing))
    page = header + lacing + b"".join(packets)
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


@cache
def tone(container: str, codec: str, layout: str = "mono", seconds: float = 0.3) -> bytes:
    """A tone of 440 Hz, encoded by FFmpeg; the same bytes every time."""
    rate = 48_000
    wave = (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype("f4")
    channels = 2 if layout == "stereo" else 1
    frame = av.AudioFrame.from_ndarray(np.tile(wave, (channels, 1)), format="fltp", layout=layout)
    frame.sample_rate = rate
    target = io.BytesIO()
    # FFmpeg's own Vorbis encoder counts as an experiment.
    options = {"strict": "experimental"} if codec == "vorbis" else {}
    with av.open(target, mode="w", format=container, options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout, options=options)
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(stream.format.name, layout, rate, frame_size=stream.frame_size or 0)
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return target.getvalue()
