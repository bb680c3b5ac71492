"""What a customer taps, picks and fills in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.model import SECOND, Button, Micros
from wavoice.sim.emulator.handset.base import Deliver, Handset
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.sending.content import Row
from wavoice.sim.emulator.wire import content

CALLS_ALLOWED: Micros = 7 * 24 * 3600 * SECOND
"""How long a business may call once it is allowed to (Cloud API, user call permissions)."""
_ORDERABLE = ("product", "product_list", "catalog_message")


@dataclass(frozen=True, slots=True)
class BasketItem:
    """A line of a basket."""

    product_retailer_id: str
    """The product, as the business's catalogue names it."""
    quantity: int = 1
    item_price: float = 1
    """Of one."""
    currency: str = "USD"
    """ISO 4217."""


class Answers(Handset):
    """Tapping and filling in."""

    async def taps(self, choice: str, *, on: str | None = None, deliver: Deliver = "once") -> str:
        """Tap a button or a list row by title or id, on the newest message that has it; return the wamid.

        A quick reply of a template reaches the business as a `button`, with its payload.
        `on`: the wamid of an older message. Raises `UserInputError` if there is none.
        """
        for message in reversed(self.messages):
            options: list[Button | Row] = [*message.buttons, *message.rows]
            for option in options:
                if choice in {option.id, option.title} and on in (None, message.wamid):
                    return await self.send(_tap(message, option), self.context(message.wamid), deliver)
        remedy = "Wait for the question with `hears`, and tap a title or id that it shows."
        raise self.missing(f"no button {choice!r}", remedy)

    async def fills_in(
        self, answers: Mapping[str, Any], *, on: str | None = None, deliver: Deliver = "once"
    ) -> str:
        """Finish the newest flow or address form, or the one of wamid `on`; return the wamid.

        The token of a flow comes back with the answers, `unused` if the business gave none.
        """
        form = self._newest("flow or address form", on, "flow", "address_message")
        name = "address_message" if form.kind == "address_message" else "flow"
        token = form.node.get("action", {}).get("parameters", {}).get("flow_token", "unused")
        said = {"flow_token": token, **answers} if name == "flow" else {"values": dict(answers)}
        reply = {"name": name, "body": "Sent", "response_json": json.dumps(said)}
        node = content("interactive", type="nfm_reply", nfm_reply=reply)
        return await self.send(node, self.context(form.wamid), deliver)

    async def orders(self, *items: BasketItem, text: str = "", deliver: Deliver = "once") -> str:
        """Send a basket; quotes the newest message that shows the catalogue, if there is one."""
        shown = next((message for message in reversed(self.messages) if message.kind in _ORDERABLE), None)
        action = shown.node.get("action", {}) if shown else {}
        lines = [
            {
                "product_retailer_id": item.product_retailer_id,
                "quantity": item.quantity,
                "item_price": item.item_price,
                "currency": item.currency,
            }
            for item in items
        ]
        catalogue = str(action.get("catalog_id", "194836987003835"))
        order = content("order", catalog_id=catalogue, text=text, product_items=lines)
        return await self.send(order, self.context(shown.wamid if shown else None), deliver)

    async def shares_own_number(self, *, on: str | None = None, deliver: Deliver = "once") -> str:
        """Answer the newest request for the phone number, or the one of wamid `on`; return the wamid.

        From then on the business knows the number. Raises `UserInputError` without a request or a number.
        """
        asked = self._newest("request for the number", on, "contact_request", "template")
        person = self.person
        if person.phone is None:
            raise self.missing("no phone number", "Connect the customer with its digits.")
        self.network.number_shared(self)
        card = {
            "origin": "contact_request",
            "name": {"formatted_name": person.name, "first_name": person.name},
            "phones": [{"phone": f"+{person.phone}", "wa_id": person.phone, "type": "CELL"}],
        }
        return await self.send({"type": "contacts", "contacts": [card]}, self.context(asked.wamid), deliver)

    async def answers_call_request(
        self, *, accept: bool, on: str | None = None, deliver: Deliver = "once"
    ) -> str:
        """Allow calls for a week, or refuse them, as asked last or by the message of wamid `on`."""
        asked = self._newest("request for calls", on, "call_permission_request")
        until = (self._clock.now() + CALLS_ALLOWED) // SECOND
        reply: dict[str, Any] = {
            "response": "accept" if accept else "reject",
            "response_source": "user_action",
        }
        reply |= {"expiration_timestamp": until} if accept else {}
        node = content("interactive", type="call_permission_reply", call_permission_reply=reply)
        return await self.send(node, self.context(asked.wamid), deliver)

    def _newest(self, what: str, on: str | None, *kinds: str) -> PhoneMessage:
        found = (m for m in reversed(self.messages) if m.kind in kinds and on in (None, m.wamid))
        message = next(found, None)
        if message is None:
            raise self.missing(f"no {what}", "Wait for it with `hears`.")
        return message


def _tap(message: PhoneMessage, option: Button | Row) -> dict[str, Any]:
    if message.kind == "template":
        return content("button", payload=option.id, text=option.title)
    reply = {"id": option.id, "title": option.title}
    if isinstance(option, Row):
        reply |= {"description": option.description} if option.description else {}
        return content("interactive", type="list_reply", list_reply=reply)
    return content("interactive", type="button_reply", button_reply=reply)
