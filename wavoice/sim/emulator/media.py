"""Media as WhatsApp keeps them: ids that die, and URLs that live five minutes.

Cloud API media reference: a URL is valid for 5 minutes, an uploaded id for 30 days, an id from a
webhook for 7 days (since 2025-10-09).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, PlainSerializer

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.graph_errors import unknown_object
from wavoice.sim.emulator.wire import WireIds

URL_LIFETIME: Micros = 5 * 60 * SECOND
INBOUND_LIFETIME: Micros = 7 * 24 * 3600 * SECOND
UPLOAD_LIFETIME: Micros = 30 * 24 * 3600 * SECOND
MEDIA_PATH = "/whatsapp_business/attachments/"
JPEG_MIME = "image/jpeg"

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Base64 = Annotated[
    bytes,
    BeforeValidator(lambda value: base64.b64decode(value) if isinstance(value, str) else value),
    PlainSerializer(lambda value: base64.b64encode(value).decode(), return_type=str, when_used="json"),
]
"""Bytes that are base64 in JSON."""


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """A file on WhatsApp's side."""

    id: str
    data: Base64
    mime_type: str
    dies_at: Micros


class MediaState(BaseModel, defer_build=True):
    """All files that still live, and the URLs that were handed out for them."""

    files: list[StoredMedia] = []
    urls: dict[str, tuple[str, Micros]] = {}
    """By the `hash` of the URL: whose it is, and until when it is good."""


class MediaShelf:
    """Files by id, and the URLs handed out for them. `host` is not Graph's, as in production."""

    def __init__(self, host: str, ids: WireIds, clock: Clock) -> None:
        self.host = host
        self._ids = ids
        self._clock = clock
        self._files: dict[str, StoredMedia] = {}
        self._urls: dict[str, tuple[str, Micros]] = {}
        self._swept_at: Micros = 0

    @property
    def state(self) -> MediaState:
        """What to keep."""
        self._sweep()
        return MediaState(files=list(self._files.values()), urls=dict(self._urls))

    def load(self, state: MediaState) -> None:
        """Go on where another emulator stood."""
        self._files = {file.id: file for file in state.files}
        self._urls = dict(state.urls)

    def put(self, data: bytes, mime_type: str, lifetime: Micros) -> StoredMedia:
        """Keep a file under a new id."""
        if self._clock.now() >= self._swept_at + URL_LIFETIME:
            self._sweep()
        media = StoredMedia(self._ids.digits(), data, mime_type, self._clock.now() + lifetime)
        self._files[media.id] = media
        return media

    def get(self, media_id: str) -> StoredMedia:
        """Return a file that still lives. Raises `GraphError` 100/33."""
        media = self._files.get(media_id)
        if media is None or media.dies_at <= self._clock.now():
            raise unknown_object(media_id)
        return media

    def delete(self, media_id: str) -> None:
        """Forget a file; its URLs are dead too. Raises `GraphError` 100/33."""
        del self._files[self.get(media_id).id]

    def url(self, media: StoredMedia) -> str:
        """Return a new URL for it, good for five minutes."""
        token, end = self._ids.token(), self._clock.now() + URL_LIFETIME
        self._urls[token] = (media.id, end)
        return f"{self.host}{MEDIA_PATH}?mid={media.id}&ext={end // SECOND}&hash={token}"

    def open(self, token: str) -> StoredMedia | None:
        """Return the file behind a URL's hash; None if it was never handed out, has expired or is gone."""
        media_id, end = self._urls.get(token, ("", 0))
        return self._files.get(media_id) if self._clock.now() < end else None

    def _sweep(self) -> None:
        """Forget what is dead: a simulator may run for weeks of its clock."""
        now = self._swept_at = self._clock.now()
        self._files = {media_id: file for media_id, file in self._files.items() if file.dies_at > now}
        self._urls = {token: url for token, url in self._urls.items() if url[1] > now}


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
