"""What a customer shares: pictures, files, places."""

from __future__ import annotations

from wavoice.sim.emulator.handset.base import Deliver, Handset
from wavoice.sim.emulator.media import JPEG_MIME, TINY_JPEG, document_mime
from wavoice.sim.emulator.wire import content


class Sharing(Handset):
    """Sharing."""

    async def shares_image(
        self,
        data: bytes = TINY_JPEG,
        caption: str | None = None,
        *,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a JPEG picture; return the wamid."""
        image = content("image", **self.network.keep(data, JPEG_MIME), caption=caption)
        return await self.send(image, self.context(quotes), deliver)

    async def shares_document(
        self,
        filename: str,
        caption: str | None = None,
        *,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a file of that name, which holds nothing but its name; return the wamid."""
        kept = self.network.keep(filename.encode(), document_mime(filename))
        document = content("document", **kept, filename=filename, caption=caption)
        return await self.send(document, self.context(quotes), deliver)

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
        """Send a place, in degrees; return the wamid."""
        place = content("location", latitude=latitude, longitude=longitude, name=name, address=address)
        return await self.send(place, self.context(quotes), deliver)
