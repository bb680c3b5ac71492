"""Media as WhatsApp keeps them: ids that die, URLs that live five minutes, magic that is checked."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.audio.sniff import is_ogg_opus
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.wire import WireIds

URL_LIFETIME: Micros = 5 * 60 * SECOND
INBOUND_LIFETIME: Micros = 7 * 24 * 3600 * SECOND
UPLOAD_LIFETIME: Micros = 30 * 24 * 3600 * SECOND
MAX_AUDIO_BYTES = 16 * 1024 * 1024
MEDIA_PATH = "/whatsapp_business/attachments/"
JPEG_MIME = "image/jpeg"

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PAGE_HEADER = 27
"""Bytes of an Ogg page before its segment table; the last one is the table's length (RFC 3533)."""


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file on WhatsApp's side."""

    id: str
    data: bytes
    mime_type: str
    dies_at: Micros


class MediaShelf:
    """Files by id, and the URLs handed out for them. `host` is not Graph's, as in production."""

    def __init__(self, host: str, ids: WireIds, clock: Clock) -> None:
        self.host = host
        self._ids = ids
        self._clock = clock
        self._files: dict[str, StoredMedia] = {}
        self._urls: dict[str, tuple[str, Micros]] = {}

    def put(self, data: bytes, mime_type: str, lifetime: Micros) -> StoredMedia:
        """Keep a file under a new id."""
        media = StoredMedia(self._ids.digits(), data, mime_type, self._clock.now() + lifetime)
        self._files[media.id] = media
        return media

    def get(self, media_id: str) -> StoredMedia:
        """Return a file that still lives. Raises `GraphError` 100/33."""
        media = self._files.get(media_id)
        if media is None or media.dies_at <= self._clock.now():
            raise unknown_object(media_id)
        return media

    def url(self, media: StoredMedia) -> str:
        """Return a new URL for it, good for five minutes."""
        token, end = self._ids.token(), self._clock.now() + URL_LIFETIME
        self._urls[token] = (media.id, end)
        return f"{self.host}{MEDIA_PATH}?mid={media.id}&ext={end // SECOND}&hash={token}"

    def open(self, token: str) -> StoredMedia | None:
        """Return the file behind a URL's hash; None if it was never handed out or has expired."""
        media_id, end = self._urls.get(token, ("", 0))
        return self._files[media_id] if self._clock.now() < end else None


def _grey_pixel() -> bytes:
    """The smallest picture that every decoder opens: one grey pixel (ITU-T T.81)."""
    codes = bytes([1, *bytes(15), 0])  # a Huffman table with one code, "0", for the value 0
    segments = {
        0xDB: bytes([0, *[1] * 64]),
        0xC0: bytes([8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        0xC4: bytes([0x00, *codes, 0x10, *codes]),
        0xDA: bytes([1, 1, 0, 0, 63, 0]),
    }
    parts = [
        bytes([0xFF, kind]) + (len(body) + 2).to_bytes(2, "big") + body for kind, body in segments.items()
    ]
    return b"\xff\xd8" + b"".join(parts) + b"\x3f\xff\xd9"


TINY_JPEG = _grey_pixel()
"""A picture for those to whom it does not matter which."""


def document_mime(filename: str) -> str:
    """Return the type that WhatsApp announces for a document, by its name."""
    known = {"pdf": "application/pdf", "txt": "text/plain", "csv": "text/csv", "docx": _DOCX}
    return known.get(filename.rpartition(".")[2].lower(), "application/octet-stream")


def opus_channels(data: bytes) -> int | None:
    """Channels that an Ogg Opus file claims (RFC 7845, section 5.1); None for anything else."""
    if not is_ogg_opus(data):
        return None
    header = data[_PAGE_HEADER + data[_PAGE_HEADER - 1] :]
    return header[9] if len(header) > 9 else None


def check_upload(data: bytes, mime_type: str) -> None:
    """Raise `GraphError` unless WhatsApp would take the file as audio of that type."""
    kind = mime_type.partition(";")[0].strip().lower()
    magic = {
        "audio/aac": data[:2] in {b"\xff\xf1", b"\xff\xf9"},
        "audio/amr": data.startswith(b"#!AMR"),
        "audio/mpeg": data.startswith(b"ID3") or data[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"},
        "audio/mp4": data[4:8] == b"ftyp",
        "audio/ogg": opus_channels(data) == 1,
    }
    if kind not in magic:
        raise GraphError(
            100, f"Param file must be a file with one of the following types: {', '.join(magic)}"
        )
    if len(data) > MAX_AUDIO_BYTES:
        raise GraphError(100, f"Param file must not be larger than {MAX_AUDIO_BYTES} bytes")
    if not magic[kind]:
        wanted = "Ogg with one mono Opus stream" if kind == "audio/ogg" else kind
        raise GraphError(131053, f"The bytes of param file are not {wanted}")
