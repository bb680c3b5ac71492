"""MP4 boxes, walked before FFmpeg sees them (ISO/IEC 14496-12).

An M4A file may be cut, may hold what is encrypted or packed, may point at other files. FFmpeg's reader of
MP4 is the largest that a customer's file reaches, so what no phone writes is refused here: unknown boxes,
encryption (FFmpeg before 8.1 wrote out of bounds there, CVE-2026-40962), compressed headers.
"""

from __future__ import annotations

from collections.abc import Iterator

from wavoice.runtime.audio.refusals import refusal
from wavoice.runtime.errors import CorruptMediaError, NotAudioError

_KNOWN = frozenset(
    {
        *(b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"meta", b"uuid"),
        *(b"styp", b"sidx", b"moof", b"mfra", b"emsg", b"prft"),  # of files that are recorded in pieces
    }
)
_FORBIDDEN = (
    *(b"enca", b"encv", b"sinf", b"schi", b"tenc", b"pssh", b"senc", b"saiz", b"saio", b"seig"),
    *(b"cmov", b"dcom", b"cmvd"),
)
"""Boxes of encryption, and of headers that are packed."""
_MOST = 4096
"""Boxes; five minutes in pieces of a second are a tenth of that."""


def check_boxes(data: bytes) -> None:
    """Return if `data` is whole boxes of known kinds: `ftyp` first, one `moov`, nothing encrypted.

    Raises `CorruptMediaError` for a cut or headless file, `NotAudioError` for the rest.
    """
    kinds = list[bytes]()
    for kind, body in _boxes(data):
        kinds.append(kind)
        if kind not in _KNOWN or len(kinds) > _MOST:
            raise refusal(NotAudioError)
        if kind != b"mdat" and any(forbidden in body for forbidden in _FORBIDDEN):
            raise refusal(NotAudioError)
    if kinds[:1] != [b"ftyp"] or kinds.count(b"moov") > 1:
        raise refusal(NotAudioError)
    if b"moov" not in kinds or b"mdat" not in kinds:  # a recording that was broken off
        raise refusal(CorruptMediaError)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        head = 8
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + head]
        if size == 1:  # the true size follows
            head = 16
            size = int.from_bytes(data[at + 8 : at + head], "big")
        elif size == 0:  # as far as the file goes
            size = len(data) - at
        if size < head or at + size > len(data):
            raise refusal(CorruptMediaError)
        yield kind, data[at + head : at + size]
        at += size
