"""What a customer says, in letters or aloud."""

from __future__ import annotations

from wavoice.sim.emulator.handset.base import Deliver, Handset
from wavoice.sim.emulator.wire import VOICE_MIME, content


class Speech(Handset):
    """Speaking and writing."""

    async def says(
        self, text: str, quotes: str | None = None, *, forwarded: bool = False, deliver: Deliver = "once"
    ) -> str:
        """Send text, perhaps as an answer to the message `quotes`; return the wamid."""
        context = self.context(quotes, forwarded=forwarded)
        return await self.send(content("text", body=text), context, deliver)

    async def records(
        self,
        ogg: bytes,
        *,
        voice: bool = True,
        forwarded: bool = False,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a voice note (`voice`) or an audio file; a forwarded note is a file on the wire."""
        audio = content("audio", **self.network.keep(ogg, VOICE_MIME), voice=voice and not forwarded)
        return await self.send(audio, self.context(quotes, forwarded=forwarded), deliver)
