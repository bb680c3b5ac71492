"""Whom a message may go to, and what it may be about.

Codes: Cloud API error reference (v24.0): 131021, 131030, 137000; reactions fail later with 131009.
"""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.runtime.model import Micros
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.moments import Moments
from wavoice.sim.emulator.sending.content import Send
from wavoice.sim.emulator.wire import Person

_NO_BUBBLE = frozenset({"reaction", "template"})
"""Kinds that never show what they answer."""


def check_addressee(config: EmulatorConfig, request: Send, person: Person, phone: Handset | None) -> None:
    """Raise `GraphError` where the message must not go to that person."""
    if person.phone == config.business.display_phone:
        raise GraphError(131021, "The recipient is the sender's own number")
    allowed = config.allowed_recipients
    if allowed is not None and person.phone not in allowed:
        raise GraphError(131030, "The recipient is not in the list of numbers allowed for this test number")
    known = None if phone is None else phone.identity
    if request.identity is not None and known is not None and request.identity != known:
        raise GraphError(137000, "Param recipient_identity_key_hash is not that of the recipient's identity")


def late_refusal(
    request: Send, received: Mapping[str, Handset], phone: Handset | None, recent: bool
) -> GraphError | None:
    """Return why a reaction will fail although it was accepted; None if it will not.

    `recent`: whether the message that it is about is less than thirty days old.
    """
    about = request.content.about
    if about is None:
        return None
    author = received.get(about)
    if author is None or author is not phone or not recent:
        return GraphError(131009, "Param reaction['message_id'] is not a recent message of this user")
    if author.said.get(about) in {"reaction", "revoke"}:
        return GraphError(131009, "Param reaction['message_id'] is a reaction or a deleted message")
    return None


def bubble(request: Send, moments: Moments, now: Micros) -> str | None:
    """Return the message that the handset shows as the one answered; None where it shows none."""
    quoted = request.quotes
    if quoted is None or request.content.kind in _NO_BUBBLE or not moments.recent(quoted, now):
        return None
    return quoted
