"""Files for those to whom it does not matter what is in them: small, whole, and the same every time."""

from __future__ import annotations

import struct

from wavoice.runtime.audio.ogg import checksum

_SILENCE = b"\xf8\xff\xfe"
"""An Opus packet of 20 ms in which nothing is heard (RFC 6716: CELT, full band, one frame)."""
_PACKETS = 50
_SAMPLES_A_PACKET = 960
_FIRST, _LAST = 0x02, 0x04


def _page(packets: list[bytes], number: int, flags: int, samples: int) -> bytes:
    """One Ogg page (RFC 3533) of packets shorter than 255 bytes."""
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, samples, 1, number, 0, len(packets))
    page = head + bytes(len(packet) for packet in packets) + b"".join(packets)
    return page[:22] + checksum(page).to_bytes(4, "little") + page[26:]


def _silent_note() -> bytes:
    opening = struct.pack("<8sBBHIHB", b"OpusHead", 1, 1, 312, 48_000, 0, 0)
    tags = struct.pack("<8sI7sI", b"OpusTags", 7, b"wavoice", 0)
    return (
        _page([opening], 0, _FIRST, 0)
        + _page([tags], 1, 0, 0)
        + _page([_SILENCE] * _PACKETS, 2, _LAST, _PACKETS * _SAMPLES_A_PACKET)
    )


SILENT_NOTE = _silent_note()
"""One second of silence, recorded as WhatsApp does: Ogg, Opus, mono."""
STICKER_MIME = "image/webp"
TINY_STICKER = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")
"""A sticker of one pixel (WebP, lossless)."""
VIDEO_MIME = "video/mp4"
TINY_VIDEO = struct.pack(">I4s4sI4s", 20, b"ftyp", b"mp42", 0, b"mp42") + struct.pack(">I4s", 8, b"mdat")
"""An MP4 with no track: the shape of a video for who does not play it."""
