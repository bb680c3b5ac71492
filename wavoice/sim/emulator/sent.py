"""A message of the business on its way, and as it is saved."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from pydantic import BaseModel

from wavoice.runtime.model import Micros
from wavoice.sim.emulator.enclosures import File
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.media import Base64
from wavoice.sim.emulator.pricing import Category, Price
from wavoice.sim.emulator.sending.content import Send
from wavoice.sim.emulator.voice_probe import VoiceProbe
from wavoice.sim.emulator.wire import Person


@dataclass(slots=True, eq=False)
class Sent:
    """A message of the business, accepted."""

    wamid: str
    to: Person
    phone: Handset | None
    """None for a number that is not on WhatsApp: the message will fail."""
    request: Send
    at: Micros
    """When it was accepted."""
    by_staff: bool = False
    """Sent from the business's own phone: WhatsApp reports nothing of it."""
    failure: GraphError | None = None
    """Why it will fail although it was accepted."""
    category: Category = "service"
    """What it is paid as, but for an ad's chat."""
    price: Price | None = None
    """Known once it is sent."""
    file: File | None = None
    """The file that it brings, until it is shown."""
    probe: VoiceProbe | None = None
    """What was found in a file that is to be a voice note."""
    arrived: bool = False
    """Its price was told a second time, with `delivered` or `read`."""
    lane: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Statuses of one message are first tried one after the other."""


class KeptFailure(BaseModel, defer_build=True):
    """Why a message fails."""

    code: int
    details: str
    subcode: int | None = None


class Enclosed(BaseModel, defer_build=True):
    """The file of a message that still waits."""

    data: Base64
    mime_type: str


class KeptSent(BaseModel, defer_build=True):
    """All of a message that must survive; a handset is named by its owner's user id."""

    wamid: str
    to: Person
    user: str | None
    request: Send
    at: Micros
    by_staff: bool
    failure: KeptFailure | None
    category: Category
    price: Price | None
    file: Enclosed | None
    probe: VoiceProbe | None
    arrived: bool


def keep(sent: Sent) -> KeptSent:
    """Return what to save of a message."""
    error, file = sent.failure, sent.file
    return KeptSent(
        wamid=sent.wamid,
        to=sent.to,
        user=None if sent.phone is None else sent.phone.person.bsuid,
        request=sent.request,
        at=sent.at,
        by_staff=sent.by_staff,
        failure=None
        if error is None
        else KeptFailure(code=error.code, details=error.details, subcode=error.subcode),
        category=sent.category,
        price=sent.price,
        file=None if file is None else Enclosed(data=file.data, mime_type=file.mime_type),
        probe=sent.probe,
        arrived=sent.arrived,
    )


def restore(kept: KeptSent, phone: Handset | None) -> Sent:
    """Return the message that was saved."""
    error = kept.failure
    return Sent(
        kept.wamid,
        kept.to,
        phone,
        kept.request,
        kept.at,
        by_staff=kept.by_staff,
        failure=None if error is None else GraphError(error.code, error.details, subcode=error.subcode),
        category=kept.category,
        price=kept.price,
        file=kept.file,
        probe=kept.probe,
        arrived=kept.arrived,
    )
