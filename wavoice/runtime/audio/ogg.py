"""Ogg pages, checked one by one (RFC 3533).

FFmpeg skips a page whose checksum is wrong and decodes the rest: a second of speech, and the
"no wait" in it, would be gone without a word. A damaged note is refused here instead.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from wavoice.runtime.audio.refusals import refusal
from wavoice.runtime.errors import CorruptMediaError, NotAudioError

_HEADER_BYTES = 27
_CHECKSUM = slice(22, 26)
_FIRST_PAGE = 0x02
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def check_one_stream(data: bytes) -> None:
    """Return if `data` is whole, undamaged pages of one logical stream, and nothing else.

    Raises `CorruptMediaError` for a cut or altered page or bytes between pages, `NotAudioError`
    for chained or multiplexed streams (legal in Ogg, never a voice note).
    """
    for number, page in enumerate(_pages(data)):
        opens_stream = bool(page[5] & _FIRST_PAGE)
        if opens_stream != (number == 0) or page[14:18] != data[14:18]:
            raise refusal(NotAudioError)


def checksum(page: bytes) -> int:
    """Ogg's CRC-32 of a page: zlib's with the bits of every byte and of the result mirrored.

    The page's own checksum field counts as zero.
    """
    zeroed = page[: _CHECKSUM.start] + bytes(4) + page[_CHECKSUM.stop :]
    mirrored = zlib.crc32(zeroed.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRROR), "big")


def _pages(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        header = data[start : start + _HEADER_BYTES]
        if len(header) < _HEADER_BYTES or header[:5] != b"OggS\x00":
            raise refusal(CorruptMediaError)
        body = start + _HEADER_BYTES + header[26]
        end = body + sum(data[start + _HEADER_BYTES : body])
        page = data[start:end]
        if end > len(data) or checksum(page) != int.from_bytes(page[_CHECKSUM], "little"):
            raise refusal(CorruptMediaError)
        yield page
        start = end
