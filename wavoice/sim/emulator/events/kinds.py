"""What an event is, and what it needs to be made."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator import wire

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContext:
    """Who, when, and the ids to use."""

    business: wire.Business
    person: wire.Person
    """The customer that the event is about, as the business sees them."""
    clock: Clock
    ids: wire.WireIds
    keep: Callable[[bytes, str], dict[str, Any]] | None = None
    """Keeps a file of that MIME type and returns its node. None: nothing can be fetched by the id."""
    about: str | None = None
    """wamid of the message of the business that is answered or reported on. None: made up."""

    @property
    def now(self) -> Micros:
        """The moment of the event."""
        return self.clock.now()

    @property
    def subject(self) -> str:
        """The wamid in question."""
        return self.about or self.ids.wamid()

    def answers(self) -> dict[str, Any]:
        """`context` of an answer to the business."""
        return {"context": {"from": self.business.display_phone, "id": self.subject}}

    def file(self, data: bytes, mime_type: str) -> dict[str, Any]:
        """What all media nodes have."""
        if self.keep is not None:
            return self.keep(data, mime_type)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        return {"mime_type": mime_type, "sha256": digest, "id": self.ids.digits()}


@dataclass(frozen=True, slots=True)
class EventKind:
    """A webhook that can be asked for by name."""

    doc: str
    """One sentence: what happens, and what is particular about its webhook."""
    payload: Callable[[EventContext], Payload]
    """Makes the whole body, before any override."""


def account(doc: str, field: str, value: Callable[[EventContext], dict[str, Any]]) -> EventKind:
    """Make an event of a field that concerns the account: no metadata, `entry.time` a number."""

    def payload(context: EventContext) -> Payload:
        return wire.account_envelope(context.business, field, value(context), context.now)

    return EventKind(doc, payload)


def number(doc: str, field: str, value: Callable[[EventContext], dict[str, Any]]) -> EventKind:
    """Make an event of a field that concerns one business number: with metadata, no `entry.time`."""

    def payload(context: EventContext) -> Payload:
        return wire.envelope(context.business, value(context), field)

    return EventKind(doc, payload)
