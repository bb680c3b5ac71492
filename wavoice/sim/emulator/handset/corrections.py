"""What a customer does to a message that was sent: react, edit, take back."""

from __future__ import annotations

from wavoice.sim.emulator.handset.base import Deliver, Handset
from wavoice.sim.emulator.wire import content

_ABOUT_ANOTHER = frozenset({"reaction", "edit", "revoke", "system"})
"""Types that are no message of their own: they cannot be deleted."""


class Corrections(Handset):
    """Second thoughts."""

    async def reacts(self, wamid: str, emoji: str | None, *, deliver: Deliver = "once") -> str:
        """React to a message on this phone; return the wamid of the reaction.

        None and the empty string both take a reaction back, as WhatsApp writes it: without the key,
        or with an empty one. Raises `UserInputError` for a message that this phone does not show.
        """
        if wamid not in self.said and all(message.wamid != wamid for message in self.messages):
            raise self.missing(f"no message {wamid!r} to react to")
        return await self.send(content("reaction", message_id=wamid, emoji=emoji), {}, deliver)

    async def edits(self, wamid: str, text: str, *, deliver: Deliver = "once") -> str:
        """Change an own text that still stands, else `UserInputError`; return the wamid of the edit."""
        if self.said.get(wamid) != "text":
            raise self.missing(f"no own text {wamid!r} to edit")
        edit = content("edit", original_message_id=wamid, message=content("text", body=text))
        return await self.send(edit, {}, deliver)

    async def revokes(self, wamid: str, *, deliver: Deliver = "once") -> str:
        """Delete an own message for everyone, else `UserInputError`; return the wamid of the deletion."""
        if self.said.get(wamid, "revoke") in _ABOUT_ANOTHER:
            raise self.missing(f"no own message {wamid!r} to delete")
        self.said[wamid] = "revoke"
        return await self.send(content("revoke", original_message_id=wamid), {}, deliver)
