"""Files that WhatsApp carries as audio: how each is known, checked, and opened.

A container names its demuxer and its decoders, so that nothing is ever detected by FFmpeg (which opens
other local files when a text file asks for them) and no other decoder is so much as initialised. The
check walks the file to its end first: FFmpeg passes over what is cut or altered without a word, and a
"no wait" could be what is gone.

Cloud API media reference, "Supported audio types": aac, amr, mp3, m4a, and ogg with Opus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wavoice.runtime.audio.boxes import check_boxes
from wavoice.runtime.audio.frames import check_adts, check_amr, check_mp3
from wavoice.runtime.audio.ogg import check_one_stream
from wavoice.runtime.audio.sniff import Kind

CODECS = ("opus", "aac", "amr_nb", "amr_wb", "mp3")
"""Every codec that is decoded, by FFmpeg's canonical name; a position stands for it between processes."""


@dataclass(frozen=True, slots=True)
class Container:
    """One kind of file."""

    demuxer: str
    """FFmpeg's name; no other is tried."""
    decoders: str
    """FFmpeg's names of the decoders that may be opened, with commas."""
    codecs: frozenset[str]
    """Canonical names of what may be in it."""
    check: Callable[[bytes, float], bytes]
    """Given the file and the most seconds: what FFmpeg is to see of it. Raises a `MediaError`.

    Seconds are counted in what is there, never in what a header claims.
    """


def _ogg(data: bytes, _max_seconds: float) -> bytes:
    check_one_stream(data)
    return data


def _m4a(data: bytes, _max_seconds: float) -> bytes:
    check_boxes(data)
    return data


CONTAINERS: Mapping[Kind, Container] = MappingProxyType(
    {
        Kind.OGG: Container("ogg", "opus,libopus", frozenset({"opus"}), _ogg),
        Kind.AAC: Container("aac", "aac", frozenset({"aac"}), check_adts),
        Kind.AMR: Container("amr", "amrnb,amrwb", frozenset({"amr_nb", "amr_wb"}), check_amr),
        Kind.MP3: Container("mp3", "mp3float,mp3", frozenset({"mp3"}), check_mp3),
        Kind.M4A: Container("mov", "aac", frozenset({"aac"}), _m4a),
    }
)
