"""What a customer taps."""

from __future__ import annotations

from typing import Any

from wavoice.runtime.model import Button
from wavoice.sim.emulator.handset.base import Deliver, Handset
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.wire import content


class Answers(Handset):
    """Tapping."""

    async def taps(self, choice: str, *, on: str | None = None, deliver: Deliver = "once") -> str:
        """Tap a button by title or id, on the newest message that has it; return the wamid.

        A quick reply of a template reaches the business as a `button`, with its payload.
        `on`: the wamid of an older message. Raises `UserInputError` if there is none.
        """
        for message in reversed(self.messages):
            for button in message.buttons:
                if choice in {button.id, button.title} and on in (None, message.wamid):
                    return await self.send(_tap(message, button), self.context(message.wamid), deliver)
        remedy = "Wait for the question with `hears`, and tap a title or id that it shows."
        raise self.missing(f"no button {choice!r}", remedy)


def _tap(message: PhoneMessage, button: Button) -> dict[str, Any]:
    if message.kind == "template":
        return content("button", payload=button.id, text=button.title)
    reply = {"id": button.id, "title": button.title}
    return content("interactive", type="button_reply", button_reply=reply)
