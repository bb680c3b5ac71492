"""What users do with their phones."""

from __future__ import annotations

from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.calls import Call
from wavoice.sim.emulator.control.users import find_phone
from wavoice.sim.emulator.control.voice import NoteSource
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.media import TINY_JPEG


class ActsDesk:
    """Calls in place of a customer. Each returns once its webhook was tried, unless `deliver` says later."""

    def __init__(self, live: Live, notes: NoteSource) -> None:
        self._live = live
        self._notes = notes

    def calls(self) -> list[Call]:
        """What can be asked for here."""
        return [
            Call("POST", "/users/{user}/texts", self.text),
            Call("POST", "/users/{user}/notes", self.note),
            Call("POST", "/users/{user}/images", self.image),
            Call("POST", "/users/{user}/documents", self.document),
            Call("POST", "/users/{user}/locations", self.location),
            Call("POST", "/users/{user}/taps", self.tap),
            Call("POST", "/users/{user}/reactions", self.react),
            Call("POST", "/users/{user}/edits", self.edit),
            Call("POST", "/users/{user}/revocations", self.revoke),
            Call("POST", "/users/{user}/calls", self.call),
            Call("POST", "/users/{user}/reads", self.read),
            Call("POST", "/users/{user}/plays", self.play),
        ]

    async def text(self, user: str, body: m.SayText) -> m.Wamid:
        """Send a text."""
        phone = find_phone(self._live, user)
        return m.Wamid(
            wamid=await phone.says(body.text, body.quotes, forwarded=body.forwarded, deliver=body.deliver)
        )

    async def note(self, user: str, body: m.SayNote) -> m.Wamid:
        """Send a voice note: bytes, a fixture, or words for the installed voice."""
        phone = find_phone(self._live, user)
        ogg = await self._notes.make(body)
        wamid = await phone.records(
            ogg, voice=body.voice, forwarded=body.forwarded, quotes=body.quotes, deliver=body.deliver
        )
        return m.Wamid(wamid=wamid)

    async def image(self, user: str, body: m.SayImage) -> m.Wamid:
        """Send a picture."""
        phone, data = find_phone(self._live, user), body.data or TINY_JPEG
        wamid = await phone.shares_image(
            data, body.caption, quotes=body.quotes, forwarded=body.forwarded, deliver=body.deliver
        )
        return m.Wamid(wamid=wamid)

    async def document(self, user: str, body: m.SayDocument) -> m.Wamid:
        """Send a document."""
        phone = find_phone(self._live, user)
        wamid = await phone.shares_document(
            body.filename, body.caption, data=body.data, quotes=body.quotes, deliver=body.deliver
        )
        return m.Wamid(wamid=wamid)

    async def location(self, user: str, body: m.SayLocation) -> m.Wamid:
        """Send a place."""
        phone = find_phone(self._live, user)
        wamid = await phone.shares_location(
            body.latitude, body.longitude, body.name, body.address, quotes=body.quotes, deliver=body.deliver
        )
        return m.Wamid(wamid=wamid)

    async def tap(self, user: str, body: m.Tap) -> m.Wamid:
        """Tap a button or a row of a list."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.taps(body.choice, on=body.on, deliver=body.deliver))

    async def react(self, user: str, body: m.React) -> m.Wamid:
        """React to a message, or take the reaction back."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.reacts(body.message, body.emoji, deliver=body.deliver))

    async def edit(self, user: str, body: m.Edit) -> m.Wamid:
        """Change an own text."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.edits(body.message, body.text, deliver=body.deliver))

    async def revoke(self, user: str, body: m.Revoke) -> m.Wamid:
        """Delete an own message for everyone."""
        phone = find_phone(self._live, user)
        return m.Wamid(wamid=await phone.revokes(body.message, deliver=body.deliver))

    async def call(self, user: str) -> m.CallId:
        """Call the business, and hang up unanswered; that opens the 24-hour window, too."""
        return m.CallId(call=await find_phone(self._live, user).calls())

    async def read(self, user: str) -> m.Done:
        """Open the chat: everything unread is reported as read."""
        await find_phone(self._live, user).reads()
        return m.Done()

    async def play(self, user: str) -> m.Done:
        """Play the newest voice note; its first playing is reported."""
        await find_phone(self._live, user).plays()
        return m.Done()
