"""What a customer taps."""

from __future__ import annotations

from wavoice.sim.emulator.handset.base import Deliver, Handset
from wavoice.sim.emulator.wire import content


class Answers(Handset):
    """Tapping."""

    async def taps(self, choice: str, *, on: str | None = None, deliver: Deliver = "once") -> str:
        """Tap a button by title or id, on the newest message that has it; return the wamid.

        `on`: the wamid of an older message. Raises `UserInputError` if there is none.
        """
        for message in reversed(self.messages):
            for button in message.buttons:
                if choice in {button.id, button.title} and on in (None, message.wamid):
                    reply = {"id": button.id, "title": button.title}
                    tap = content("interactive", type="button_reply", button_reply=reply)
                    return await self.send(tap, self.context(message.wamid), deliver)
        remedy = "Wait for the question with `hears`, and tap a title or id that it shows."
        raise self.missing(f"no button {choice!r}", remedy)
