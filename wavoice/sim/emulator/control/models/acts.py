"""Models of what users do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Base64Bytes, Field

from wavoice.sim.emulator.control.models.base import Model
from wavoice.sim.emulator.phone import Deliver, Forwarded


class Wamid(Model):
    """What a customer's message became on the wire."""

    wamid: str
    """Id of the message, as in the webhook."""


class CallId(Model):
    """What a call became on the wire."""

    call: str
    """Id of the call, as in its webhooks."""


class Said(Model):
    """What every message has."""

    quotes: str | None = None
    """wamid of the message that this answers."""
    deliver: Deliver = "once"
    """How its webhook comes: `once`; `twice`, the same bytes again although they were answered; `late`, 10 s
    after its sending; `reordered`, just after that of the user's next message."""


class SayText(Said):
    """A text message."""

    text: Annotated[str, Field(min_length=1)]
    """What is written."""
    forwarded: Forwarded = False
    """Marked as forwarded; `often`: more than five times."""


class SayNote(Said):
    """A voice note: `data`, `fixture` or `say`."""

    data: Base64Bytes | None = None
    """Ogg Opus bytes, in base64. A request of type `audio/ogg` may carry the bytes themselves."""
    fixture: Annotated[str, Field(pattern=r"^\w+$")] | None = None
    """Name of a note in the folder of fixtures (`--fixtures`), without `.ogg`."""
    say: Annotated[str, Field(min_length=1)] | None = None
    """Words for the voice that is installed on this machine (`wavoice doctor`)."""
    language: str = "en"
    """With `say`: the language of the words."""
    noise: Literal["none", "street", "wind"] = "none"
    """Noise around what is said; seeded."""
    snr: Annotated[float, Field(allow_inf_nan=False)] = 10.0
    """Speech over noise, in dB."""
    voice: bool = True
    """True: recorded in WhatsApp. False: an audio file."""
    forwarded: Forwarded = False
    """Marked as forwarded, which on the wire makes it a file; `often`: more than five times."""


class SayImage(Said):
    """A JPEG picture."""

    data: Base64Bytes | None = None
    """The picture, in base64; absent: one grey pixel."""
    caption: str | None = None
    """Words under it."""
    forwarded: Forwarded = False
    """Marked as forwarded."""


class SayDocument(Said):
    """A document."""

    filename: Annotated[str, Field(min_length=1)]
    """Its name, which decides its type."""
    data: Base64Bytes | None = None
    """Its bytes, in base64; absent: its name."""
    caption: str | None = None
    """Words under it."""


class SayLocation(Said):
    """A place."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    """Degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)]
    """Degrees east."""
    name: str | None = None
    """Its name."""
    address: str | None = None
    """Its address."""


class Tap(Model):
    """A tap on a button or on a row of a list."""

    choice: str
    """Title or id."""
    on: str | None = None
    """wamid of the message that shows it; absent: the newest that does. An older one makes a stale tap."""
    deliver: Deliver = "once"
    """As for a text."""


class React(Model):
    """A reaction."""

    message: str
    """wamid of the message."""
    emoji: str | None = None
    """The emoji. Absent or empty takes the reaction back; the wire has both forms."""
    deliver: Deliver = "once"
    """As for a text."""


class Edit(Model):
    """A text that is changed after it was sent."""

    message: str
    """wamid of the text."""
    text: Annotated[str, Field(min_length=1)]
    """What it says now."""
    deliver: Deliver = "once"
    """As for a text."""


class Revoke(Model):
    """A message that is deleted for everyone."""

    message: str
    """wamid of the message."""
    deliver: Deliver = "once"
    """As for a text."""
