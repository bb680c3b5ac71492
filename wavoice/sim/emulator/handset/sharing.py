"""What a customer shares: pictures, files, places, cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wavoice.sim.emulator.handset.base import Deliver, Forwarded, Handset
from wavoice.sim.emulator.media import JPEG_MIME, TINY_JPEG, document_mime
from wavoice.sim.emulator.samples import STICKER_MIME, TINY_STICKER, TINY_VIDEO, VIDEO_MIME
from wavoice.sim.emulator.wire import content, unsupported

MAX_INBOUND_BYTES = 100 * 1024 * 1024
"""A larger file reaches the business as `unsupported`, with 131052 (media messages reference)."""


class Sharing(Handset):
    """Sharing. A file that is too large for WhatsApp reaches the business as `unsupported`."""

    async def shares_image(
        self,
        data: bytes = TINY_JPEG,
        caption: str | None = None,
        *,
        quotes: str | None = None,
        forwarded: Forwarded = False,
        deliver: Deliver = "once",
    ) -> str:
        """Send a JPEG picture; return the wamid."""
        image = self._file("image", data, JPEG_MIME, caption=caption)
        return await self.send(image, self.context(quotes, forwarded=forwarded), deliver)

    async def shares_video(
        self,
        data: bytes = TINY_VIDEO,
        caption: str | None = None,
        *,
        quotes: str | None = None,
        forwarded: Forwarded = False,
        deliver: Deliver = "once",
    ) -> str:
        """Send an MP4 video; return the wamid."""
        video = self._file("video", data, VIDEO_MIME, caption=caption)
        return await self.send(video, self.context(quotes, forwarded=forwarded), deliver)

    async def shares_sticker(
        self,
        data: bytes = TINY_STICKER,
        *,
        animated: bool = False,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a WebP sticker; return the wamid."""
        sticker = self._file("sticker", data, STICKER_MIME, animated=animated)
        return await self.send(sticker, self.context(quotes), deliver)

    async def shares_document(
        self,
        filename: str,
        caption: str | None = None,
        *,
        data: bytes | None = None,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a file of that name; without `data` it holds nothing but its name. Return the wamid."""
        held = filename.encode() if data is None else data
        document = self._file("document", held, document_mime(filename), filename=filename, caption=caption)
        return await self.send(document, self.context(quotes), deliver)

    async def shares_too_large(self, kind: str = "video", *, deliver: Deliver = "once") -> str:
        """Send a file of that kind and of more than 100 MB, which costs no memory here; return the wamid."""
        return await self.send(unsupported(kind, too_large=True), {}, deliver)

    async def shares_location(
        self,
        latitude: float,
        longitude: float,
        name: str | None = None,
        address: str | None = None,
        *,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a place, in degrees, perhaps in answer to a request for it; return the wamid."""
        place = content("location", latitude=latitude, longitude=longitude, name=name, address=address)
        return await self.send(place, self.context(quotes), deliver)

    async def shares_contacts(
        self, *cards: Mapping[str, Any], quotes: str | None = None, deliver: Deliver = "once"
    ) -> str:
        """Send contact cards, each as `wire.shapes.cards.Card` has it; return the wamid."""
        shared = {"type": "contacts", "contacts": [dict(card) for card in cards]}
        return await self.send(shared, self.context(quotes), deliver)

    async def shares_what_is_unsupported(self, kind: str | None = None, *, deliver: Deliver = "once") -> str:
        """Send what the API does not know, e.g. a `poll_creation`; None: WhatsApp does not say what."""
        return await self.send(unsupported(kind), {}, deliver)

    def _file(self, kind: str, data: bytes, mime_type: str, **keys: Any) -> dict[str, Any]:
        if len(data) > MAX_INBOUND_BYTES:
            return unsupported(kind, too_large=True)
        return content(kind, **self.network.keep(data, mime_type), **keys)
