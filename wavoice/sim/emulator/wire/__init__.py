"""What WhatsApp sends to the business: parties, shapes and the functions that write them.

Models (`shape.py` names the files) are the documented truth; webhooks are plain dicts, because a
thousand of them a second are written, and tests hold every one against its model.
"""

from wavoice.sim.emulator.wire.build import (
    VOICE_MIME,
    account_envelope,
    contact,
    content,
    echo,
    encode,
    envelope,
    inbound,
    message,
    seconds,
    sign,
    unsupported,
)
from wavoice.sim.emulator.wire.calls import call_began, call_unanswered
from wavoice.sim.emulator.wire.parties import Business, Person, WireIds
from wavoice.sim.emulator.wire.senders import Sender, field_of, senders, status_of
from wavoice.sim.emulator.wire.statuses import StatusUpdate, status

__all__ = [
    "VOICE_MIME",
    "Business",
    "Person",
    "Sender",
    "StatusUpdate",
    "WireIds",
    "account_envelope",
    "call_began",
    "call_unanswered",
    "contact",
    "content",
    "echo",
    "encode",
    "envelope",
    "field_of",
    "inbound",
    "message",
    "seconds",
    "senders",
    "sign",
    "status",
    "status_of",
    "unsupported",
]
