"""`ports.Tickets` over HTTP, and the contract that a ticket system offers for it.

JSON both ways, UTF-8, `Authorization: Bearer …` if a token is configured. Fields that are not ours are
ignored; a ticket system of another shape takes a few lines of glue in front of it.

* `PUT /entries/{key}` files one hand-off once: into the open ticket of its `thread`, else into a new one.
  The body is `{"thread", "reason", "title", "summary", "contact": {"id", "phone"?, "bsuid"?}, "at",
  "pending"?, "transcript", "tried"}`. `reason` is one of `model.HandOff`; `summary` a paragraph of plain
  text; `at` and every time in it microseconds since 1970, UTC. `pending` is what waits for the customer's
  yes (`model.Pending`), `transcript` a list of `model.Line`: who said what, how surely a voice note was
  heard, and the id of its recording if one is kept, never its bytes. All text is the customer's own:
  show it as plain text.
  * 200 `{"ticket", "appended"?}`: filed. The same key and body give the same answer and file nothing again.
  * The same key with another body is 409 `{"reason": "key_reused"}`; any other 409 means that the key is
    still in work.
  * 400, 413 or 422 `{"reason": …}`: it can never be filed. Any other answer is none: it is asked again.
* `GET /entries/{key}` → 200 as above, or 404 `{"reason": "not_filed"}`. Both halves of that 404 matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import httpx
from pydantic import SecretStr

from wavoice.runtime.adapters.filed_http import Filing, Shelf
from wavoice.runtime.model import HandOff, Packet, WriteResult

SHELF = Shelf("entries", "ticket", "not_filed")

TITLES: Mapping[HandOff, str] = {
    HandOff.ASKED_FOR_A_PERSON: "Asks for a person",
    HandOff.PAYMENT_DISPUTE: "Payment dispute",
    HandOff.FRAUD_FLAG: "Possible fraud",
    HandOff.POLICY_EXCEPTION: "Asks for an exception",
    HandOff.DUPLICATE_ORDER: "Duplicate order or charge",
    HandOff.DISTRESS: "Distress or danger",
    HandOff.LEGAL_THREAT: "Legal threat",
    HandOff.UNKNOWN_OUTCOME: "Write of unknown outcome",
    HandOff.OVER_THE_CAP: "Money above the cap",
}
"""Of any other reason, its own name without underscores."""


class HttpTickets:
    """`ports.Tickets` for a ticket system that offers the contract above. `budget_seconds`: see `Filing`."""

    def __init__(
        self, http: httpx.AsyncClient, base_url: str, token: SecretStr | None, budget_seconds: float
    ) -> None:
        self._filing = Filing(http, base_url, token, budget_seconds, SHELF)

    async def open_or_append(self, packet: Packet) -> WriteResult:
        """File it once under its key; never tried again from here."""
        return await self._filing.put(packet.key, body_of(packet))

    async def find(self, key: str) -> WriteResult | None:
        """The ticket with that packet; None if the system says that it was never filed."""
        return await self._filing.get(key)


def title_of(packet: Packet) -> str:
    """What a list of tickets shows: the packet's own title, else that of its reason; never empty."""
    named = TITLES.get(HandOff.named(packet.reason), packet.reason.replace("_", " ").capitalize())
    return packet.title or named


def body_of(packet: Packet) -> dict[str, object]:
    """The packet as the contract puts it."""
    alias = packet.alias
    names = {"id": packet.address.contact, "phone": alias.phone, "bsuid": alias.bsuid}
    return {
        "thread": packet.thread,
        "reason": packet.reason,
        "title": title_of(packet),
        "summary": packet.summary,
        "contact": {name: value for name, value in names.items() if value},
        "at": packet.at,
        "turn": packet.turn,
        "pending": None if packet.pending is None else {**asdict(packet.pending)},
        "transcript": [asdict(line) for line in packet.transcript],
        "tried": list(packet.tried),
    }
