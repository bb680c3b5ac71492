"""A customer's call, as a webhook (Cloud API calling reference: user-initiated calls)."""

from __future__ import annotations

from typing import Any

from wavoice.runtime.model import Micros
from wavoice.sim.emulator.wire.build import contact, envelope, seconds
from wavoice.sim.emulator.wire.parties import Business, Person

_OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=rtpmap:111 opus/48000/2",
        "",
    ]
)
"""One audio line with the codec that WhatsApp speaks (RFC 8866); nothing listens behind it."""


def call_began(business: Business, person: Person, call: str, at: Micros) -> dict[str, Any]:
    """Return the webhook of a call that rings at the business."""
    session = {"sdp_type": "offer", "sdp": _OFFER}
    return _call(business, person, {"id": call, "event": "connect", "session": session}, at)


def call_unanswered(business: Business, person: Person, call: str, at: Micros) -> dict[str, Any]:
    """Return the webhook of a call that ended without an answer: no start, no duration."""
    return _call(business, person, {"id": call, "event": "terminate", "status": "FAILED"}, at)


def _call(business: Business, person: Person, node: dict[str, Any], at: Micros) -> dict[str, Any]:
    who = {"to": business.display_phone, "from_user_id": person.bsuid}
    if person.phone is not None:
        who["from"] = person.phone
    if person.parent_bsuid is not None:
        who["from_parent_user_id"] = person.parent_bsuid
    call = {**node, **who, "timestamp": seconds(at), "direction": "USER_INITIATED"}
    return envelope(business, {"contacts": [contact(person, username=True)], "calls": [call]}, "calls")
