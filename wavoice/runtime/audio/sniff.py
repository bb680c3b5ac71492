"""What a file is, by its first bytes; whether it is the one that was announced."""

from __future__ import annotations

import base64
import hashlib


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
