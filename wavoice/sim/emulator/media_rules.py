"""Which files WhatsApp takes from a business: type, size, and bytes that are what they say.

Cloud API media reference, "Supported media types" (Nov 2025). WAV is not among them, Ogg only with
Opus; that Ogg should be mono is not checked here: a stereo note is sent, and flagged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from wavoice.runtime.audio.sniff import is_ogg_opus
from wavoice.sim.emulator.graph_errors import GraphError

MediaKind = Literal["audio", "video", "image", "document", "sticker"]

KB = 1024
MB = 1024 * KB
MAX_AUDIO_BYTES = 16 * MB
MAX_STATIC_STICKER_BYTES = 100 * KB
_OFFICE = "application/vnd.openxmlformats-officedocument"
_VP8X_ANIMATION = 0x02
"""Flag of an extended WebP header (WebP container specification)."""


@dataclass(frozen=True, slots=True)
class MediaRule:
    """What files of one MIME type must be."""

    kind: MediaKind
    max_bytes: int
    fits: Callable[[bytes], bool]
    """Whether bytes can be of this type."""
    wanted: str
    """What they have to be, in words."""
    extensions: frozenset[str]


def _rule(
    kind: MediaKind, max_bytes: int, wanted: str, extensions: str, fits: Callable[[bytes], bool]
) -> MediaRule:
    return MediaRule(kind, max_bytes, fits, wanted, frozenset(extensions.split()))


def _begins(*openings: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(openings)


def _is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def _is_png(data: bytes) -> bool:
    """PNG with 8 bits a channel, RGB or RGBA (PNG specification, IHDR)."""
    return (
        data.startswith(b"\x89PNG\r\n\x1a\n")
        and data[12:16] == b"IHDR"
        and data[24:25] == b"\x08"
        and data[25:26] in {b"\x02", b"\x06"}
    )


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _office(extension: str) -> MediaRule:
    return _rule("document", 100 * MB, "an Office Open XML file", extension, _begins(b"PK\x03\x04"))


def _old_office(extension: str) -> MediaRule:
    opening = _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    return _rule("document", 100 * MB, "an Office 97-2003 file", extension, opening)


RULES: Mapping[str, MediaRule] = {
    "audio/aac": _rule("audio", 16 * MB, "AAC in ADTS", "aac", _begins(b"\xff\xf1", b"\xff\xf9")),
    "audio/amr": _rule("audio", 16 * MB, "AMR", "amr", _begins(b"#!AMR")),
    "audio/mpeg": _rule(
        "audio", 16 * MB, "MP3", "mp3 mpeg mpga", _begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
    ),
    "audio/mp4": _rule("audio", 16 * MB, "MP4", "m4a mp4", _is_mp4),
    "audio/ogg": _rule("audio", 16 * MB, "Ogg with one Opus stream", "ogg oga opus", is_ogg_opus),
    "video/mp4": _rule("video", 16 * MB, "MP4", "mp4 m4v", _is_mp4),
    "video/3gpp": _rule("video", 16 * MB, "3GPP", "3gp 3gpp", lambda data: data[4:10] == b"ftyp3g"),
    "image/jpeg": _rule("image", 5 * MB, "JPEG", "jpg jpeg", _begins(b"\xff\xd8\xff")),
    "image/png": _rule("image", 5 * MB, "PNG, 8-bit, RGB or RGBA", "png", _is_png),
    "image/webp": _rule("sticker", 500 * KB, "WebP", "webp", _is_webp),
    "application/pdf": _rule("document", 100 * MB, "PDF", "pdf", _begins(b"%PDF-")),
    "text/plain": _rule("document", 100 * MB, "text", "txt csv log", lambda data: b"\x00" not in data),
    "application/msword": _old_office("doc"),
    "application/vnd.ms-excel": _old_office("xls"),
    "application/vnd.ms-powerpoint": _old_office("ppt"),
    f"{_OFFICE}.wordprocessingml.document": _office("docx"),
    f"{_OFFICE}.spreadsheetml.sheet": _office("xlsx"),
    f"{_OFFICE}.presentationml.presentation": _office("pptx"),
}
"""By MIME type, in small letters and without parameters."""

_FOREIGN = frozenset({"wav", "wave", "webm", "flac", "aiff", "gif", "bmp", "mkv", "avi", "mov"})
"""Extensions of well-known types that WhatsApp does not take."""


def _belongs(extension: str, kind: str) -> bool:
    """False for an extension of another kind of media; unknown ones tell nothing.

    Within a kind it is not looked at: pywa calls every audio file `audio.mp3`, and its voice notes arrive.
    """
    kinds = {rule.kind for rule in RULES.values() if extension in rule.extensions}
    return extension not in _FOREIGN and (not kinds or kind in kinds)


def bare_mime(mime_type: str) -> str:
    """Return a MIME type without parameters, in small letters."""
    return mime_type.partition(";")[0].strip().lower()


def check_upload(data: bytes, mime_type: str, filename: str | None = None) -> MediaRule:
    """Return the rule of a file that WhatsApp would take, as what it is said to be.

    Raises `GraphError` 100 for a type or an extension that is not taken and for too many bytes,
    131053 for bytes of another type.
    """
    kind = bare_mime(mime_type)
    rule = RULES.get(kind)
    if rule is None:
        raise GraphError(
            100,
            f"Param file must be a file with one of the following types: {', '.join(RULES)}."
            f" Received file of type '{kind}'.",
        )
    extension = (filename or "").rpartition(".")[2].lower()
    if not _belongs(extension, rule.kind):
        raise GraphError(100, f"Param file is named '.{extension}', which is no extension of type '{kind}'")
    largest = rule.max_bytes
    if rule.kind == "sticker" and not is_animated(data):
        largest = MAX_STATIC_STICKER_BYTES
    if len(data) > largest:
        raise GraphError(100, f"Param file must not be larger than {largest} bytes")
    if not rule.fits(data):
        raise GraphError(131053, f"The bytes of param file are not {rule.wanted}")
    return rule


def is_animated(webp: bytes) -> bool:
    """True for a WebP file whose extended header says that it moves."""
    return webp[12:16] == b"VP8X" and bool(webp[20:21]) and bool(webp[20] & _VP8X_ANIMATION)
