"""What a customer says, in letters or aloud, and where they come from."""

from __future__ import annotations

from wavoice.sim.emulator.handset.ad import Ad
from wavoice.sim.emulator.handset.base import Deliver, Forwarded, Handset
from wavoice.sim.emulator.wire import VOICE_MIME, content


class Speech(Handset):
    """Speaking and writing."""

    async def says(
        self,
        text: str,
        quotes: str | None = None,
        *,
        forwarded: Forwarded = False,
        deliver: Deliver = "once",
    ) -> str:
        """Send text, perhaps as an answer to the message `quotes`; return the wamid."""
        context = self.context(quotes, forwarded=forwarded)
        return await self.send(content("text", body=text), context, deliver)

    async def records(
        self,
        ogg: bytes,
        *,
        voice: bool = True,
        forwarded: Forwarded = False,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a voice note (`voice`) or an audio file; a forwarded note is a file on the wire."""
        audio = content("audio", **self.network.keep(ogg, VOICE_MIME), voice=voice and not forwarded)
        return await self.send(audio, self.context(quotes, forwarded=forwarded), deliver)

    async def asks_about(
        self, product: str, text: str, *, catalog: str = "194836987003835", deliver: Deliver = "once"
    ) -> str:
        """Write to the business from the page of a product of its catalogue; return the wamid."""
        asked = {"catalog_id": catalog, "product_retailer_id": product}
        context = self.network.product_page() | {"referred_product": asked}
        return await self.send(content("text", body=text), context, deliver)

    def comes_from(self, ad: Ad) -> None:
        """Open the chat from an ad: this customer's next message says so, whatever it is."""
        self.referral = ad.referral()
