"""AAC (ADTS), AMR and MP3: files that are nothing but frames, walked from the first to the last.

Frames carry no checksum that is worth anything, so an altered byte may pass; a frame that is cut, missing
or followed by something else does not. Every frame lasts as long as its header says, which is how a
long file is refused before a sample of it is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator

from wavoice.runtime.audio.refusals import refusal
from wavoice.runtime.audio.sniff import AMR, AMR_WB, after_tag
from wavoice.runtime.errors import CorruptMediaError, NotAudioError, NoteTooLongError

_AMR_FRAME = 0.02
"""Seconds (RFC 4867, section 3.1)."""
_AMR_BYTES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_WB_BYTES = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
"""Bytes of a frame by its type, the header with them (3GPP TS 26.101 and 26.201, as RFC 4867 stores them)."""
_ADTS_HEADER = 7
_ADTS_RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050),
    *(16_000, 12_000, 11_025, 8_000, 7_350),
)
"""By index (ISO/IEC 14496-3, table 1.18)."""
_AAC_SAMPLES = 1024
_MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By version, 3 for MPEG-1, 2 for MPEG-2, 0 for MPEG-2.5 (ISO/IEC 11172-3, 2.4.2.3)."""
_MP3_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_KBITS_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""Layer III; the second for MPEG-2 and 2.5."""
_ID3V1, _APE = 128, 32
"""Bytes of a tag at the end, and of the foot of an APE tag, which says how long that is."""

_Frame = tuple[int, float]
"""Bytes and seconds."""


def check_adts(data: bytes, max_seconds: float) -> bytes:
    """Return the frames of an AAC file, without the tags before them; see the module for what is refused."""
    frames = data[after_tag(data) :]
    return _counted(frames, _adts(frames), max_seconds)


def check_amr(data: bytes, max_seconds: float) -> bytes:
    """Return the file. One channel alone: files of several have another beginning and are not taken."""
    magic, sizes = (AMR_WB, _AMR_WB_BYTES) if data.startswith(AMR_WB) else (AMR, _AMR_BYTES)
    frames = data[len(magic) :]
    _counted(frames, _amr(frames, sizes), max_seconds)
    return data


def check_mp3(data: bytes, max_seconds: float) -> bytes:
    """Return the frames of an MP3 file, without the tags around them: covers are never opened."""
    frames = _before_tags(data[after_tag(data) :])
    return _counted(frames, _mp3(frames), max_seconds)


def _counted(frames: bytes, found: Iterator[_Frame], max_seconds: float) -> bytes:
    size, seconds = 0, 0.0
    for length, lasts in found:
        size, seconds = size + length, seconds + lasts
        if seconds > max_seconds:
            raise refusal(NoteTooLongError)
    if not size or size != len(frames):
        raise refusal(CorruptMediaError)
    return frames


def _amr(frames: bytes, sizes: tuple[int, ...]) -> Iterator[_Frame]:
    at = 0
    while at < len(frames):
        length = sizes[frames[at] >> 3 & 15]
        at += length
        yield length, _AMR_FRAME


def _adts(frames: bytes) -> Iterator[_Frame]:
    at = 0
    while at < len(frames):
        head = frames[at : at + _ADTS_HEADER]
        if len(head) < _ADTS_HEADER or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
            raise refusal(CorruptMediaError)
        rate, length = head[2] >> 2 & 15, (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        if rate >= len(_ADTS_RATES) or length < _ADTS_HEADER:
            raise refusal(CorruptMediaError)
        at += length
        yield length, (1 + (head[6] & 3)) * _AAC_SAMPLES / _ADTS_RATES[rate]


def _mp3(frames: bytes) -> Iterator[_Frame]:
    at = 0
    while at < len(frames):
        head = frames[at : at + 4]
        if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
            raise refusal(CorruptMediaError)
        version, kbits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
        if version == 1 or rate == 3 or kbits == 15:
            raise refusal(CorruptMediaError)
        if kbits == 0:  # of no stated rate: nobody can tell where such a frame ends
            raise refusal(NotAudioError)
        samples = 1152 if version == 3 else 576
        hertz = _MP3_RATES[version][rate]
        kilobits = (_MP3_KBITS if version == 3 else _MP3_KBITS_LOW)[kbits]
        length = samples // 8 * kilobits * 1000 // hertz + (head[2] >> 1 & 1)
        at += length
        yield length, samples / hertz


def _before_tags(data: bytes) -> bytes:
    """Without an ID3v1 tag and an APE tag at the end."""
    if data[-_ID3V1:][:3] == b"TAG":
        data = data[:-_ID3V1]
    foot = data[-_APE:]
    if foot[:8] == b"APETAGEX" and len(foot) == _APE:
        has_head = foot[23] >> 7
        size = int.from_bytes(foot[12:16], "little") + has_head * _APE
        data = data[: max(0, len(data) - size)]
    return data
