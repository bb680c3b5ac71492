"""What a file is, by its first bytes; whether it is the one that was announced."""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum

AMR, AMR_WB = b"#!AMR\n", b"#!AMR-WB\n"
"""How files of one channel begin (RFC 4867, section 5.1)."""
_ID3_HEADER = 10


class Kind(StrEnum):
    """A container of audio that WhatsApp carries, by its usual extension."""

    OGG = "ogg"
    AAC = "aac"
    AMR = "amr"
    MP3 = "mp3"
    M4A = "m4a"


def kind_of(data: bytes) -> Kind | None:
    """What the file begins like; None for anything but the audio that WhatsApp carries.

    Names and announced types are not asked: either may be wrong, and a playlist can have both right.
    Nothing is promised about what follows.
    """
    if is_ogg_opus(data):
        return Kind.OGG
    if data.startswith((AMR, AMR_WB)):
        return Kind.AMR
    if data[4:8] == b"ftyp":
        return Kind.M4A
    start = after_tag(data)
    head = data[start : start + 2]
    if len(head) == 2 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:  # twelve bits of sync, layer 0: ADTS
            return Kind.AAC
        if head[1] & 0xE6 == 0xE2:  # eleven bits of sync, Layer III
            return Kind.MP3
    return None


def after_tag(data: bytes) -> int:
    """Where the first byte after ID3v2 tags is (id3.org, ID3v2.4, section 3.1)."""
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) >= at + _ID3_HEADER:
        high, upper, lower, low = (byte & 0x7F for byte in data[at + 6 : at + _ID3_HEADER])
        foot = _ID3_HEADER if data[at + 5] & 0x10 else 0
        at += _ID3_HEADER + (high << 21 | upper << 14 | lower << 7 | low) + foot
    return at


def is_ogg_opus(data: bytes) -> bool:
    """True if the file opens with an Ogg page whose first packet is an Opus header.

    Nothing is promised about what follows. Wire facts: RFC 3533 section 6, RFC 7845 section 5.1.
    """
    if len(data) < 27 or data[:5] != b"OggS\x00":
        return False
    packet = 27 + data[26]
    return data[packet : packet + 8] == b"OpusHead"


def sha256_matches(data: bytes, announced: str) -> bool:
    """True if `announced` is the SHA-256 of `data`, as 64 hex digits or as padded base64.

    WhatsApp announces either form. Anything else, also a hash with blanks around it, does not match.
    """
    digest = hashlib.sha256(data).digest()
    return announced.lower() == digest.hex() or announced == base64.b64encode(digest).decode()
