"""Small audio files of every container, made here and now."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

import av
import numpy as np
from av.audio.stream import AudioStream
from av.stream import Disposition
from av.video.stream import VideoStream

RATE = 16_000
AMR, AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"


def tone(seconds: float = 2.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """440 Hz."""
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def container(
    kind: str,
    codec: str,
    layout: str = "mono",
    *,
    rate: int = 48_000,
    seconds: float = 2.0,
    picture: str | None = None,
    options: Mapping[str, str] | None = None,
) -> bytes:
    """A tone in that container; `picture`: `cover` for a picture beside it, `film` for a video."""
    target = io.BytesIO()
    with av.open(target, mode="w", format=kind, options=dict(options or {})) as out:
        track = out.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(track, AudioStream)
        video = _picture(out, picture) if picture else None
        frame = av.AudioFrame.from_ndarray(tone(seconds)[np.newaxis, :], format="flt", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(track.format, layout, rate, frame_size=track.frame_size or 1024)
        if video is not None:
            black = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            out.mux(video.encode(black))
            out.mux(video.encode(None))
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(track.encode(part))
        out.mux(track.encode(None))
    return target.getvalue()


def _picture(out: av.container.OutputContainer, kind: str) -> VideoStream:
    video = out.add_stream("png" if kind == "cover" else "mpeg4", rate=1)
    assert isinstance(video, VideoStream)
    video.width = video.height = 64
    video.pix_fmt = "rgb24" if kind == "cover" else "yuv420p"
    if kind == "cover":
        video.disposition = Disposition.attached_pic
    return video


def wide_amr(frames: int = 50) -> bytes:
    """AMR-WB at 6.60 kbit/s: FFmpeg reads it and cannot write it, so its frames hold counted bytes."""
    return AMR_WB + (b"\x04" + bytes(range(3, 20))) * frames


def box(kind: bytes, body: bytes = b"") -> bytes:
    """An MP4 box."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def made(seconds: float = 2.0) -> dict[str, bytes]:
    """A file of each container, as phones write them."""
    return {
        "aac": container("adts", "aac", rate=44_100, seconds=seconds),
        "amr": container("amr", "libopencore_amrnb", rate=8_000, seconds=seconds),
        "mp3": container("mp3", "libmp3lame", rate=44_100, seconds=seconds),
        "m4a": container("ipod", "aac", rate=44_100, seconds=seconds),
    }


def endless_m4a(samples: int) -> bytes:
    """A file whose index names its first frame again and again: 23 ms for four bytes each."""
    m4a = container("ipod", "aac", rate=44_100, seconds=0.2)
    moov, mdat = _child(m4a, b"moov"), _child(m4a, b"mdat")
    first = int.from_bytes(_inside(moov, b"stsz")[12:16], "big")
    head = box(b"ftyp", b"M4A \0\0\0\0")
    start = len(head) + 8
    tables = {
        b"stts": struct.pack(">IIII", 0, 1, samples, 1024),
        b"stsc": struct.pack(">IIIII", 0, 1, 1, 1, 1),
        b"stsz": struct.pack(">III", 0, first, samples),
        b"stco": struct.pack(">II", 0, samples) + struct.pack(">I", start) * samples,
    }
    return head + box(b"mdat", mdat) + box(b"moov", _with_tables(moov, tables))


def _boxes(body: bytes) -> list[tuple[bytes, bytes]]:
    found, at = list[tuple[bytes, bytes]](), 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        found.append((body[at + 4 : at + 8], body[at + 8 : at + size]))
        at += size
    return found


def _child(body: bytes, wanted: bytes) -> bytes:
    return next(inner for kind, inner in _boxes(body) if kind == wanted)


def _inside(moov: bytes, leaf: bytes) -> bytes:
    for kind in (b"trak", b"mdia", b"minf", b"stbl", leaf):
        moov = _child(moov, kind)
    return moov


def _with_tables(body: bytes, tables: Mapping[bytes, bytes]) -> bytes:
    kept = [(kind, inner) for kind, inner in _boxes(body) if kind not in (b"edts", b"sgpd", b"sbgp")]
    nested = (b"trak", b"mdia", b"minf", b"stbl")
    return b"".join(
        box(kind, _with_tables(inner, tables) if kind in nested else tables.get(kind, inner))
        for kind, inner in kept
    )
