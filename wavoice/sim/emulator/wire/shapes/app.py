"""Fields of numbers that staff also use in the business's own app, and of other agents on the number.

Shapes: webhook reference of each field. `messaging_handovers` is unpublished: its shape is a guess.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wavoice.sim.emulator.wire.shapes.base import (
    Bsuid,
    Digits,
    ParentBsuid,
    Seconds,
    Shape,
    Text,
    Wamid,
    WireError,
)
from wavoice.sim.emulator.wire.shapes.contacts import Contact
from wavoice.sim.emulator.wire.shapes.done import Edit, Revoke
from wavoice.sim.emulator.wire.shapes.media import Audio, Captioned, Document, Sticker
from wavoice.sim.emulator.wire.shapes.message import Context
from wavoice.sim.emulator.wire.shapes.people import NumberValue
from wavoice.sim.emulator.wire.shapes.said import Location, TextBody


class AppMessage(Shape):
    """A message of either side, as the business's own app has it."""

    from_: Digits | None = Field(None, alias="from")
    """Who wrote: the business number, or the customer's."""
    from_user_id: Bsuid | None = None
    """The customer, if they wrote."""
    from_parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    to: Digits | None = None
    """To whom the business wrote; absent for who hides the number."""
    to_user_id: Bsuid | None = None
    """The same as user id."""
    to_parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    id: Wamid
    """The message."""
    timestamp: Seconds
    """When it was sent."""
    type: Text
    """Kind of message; `media_placeholder` for a file whose webhook follows."""
    context: Context | None = None
    """What it answers."""
    text: TextBody | None = None
    """Of a text."""
    audio: Audio | None = None
    """Of a note."""
    image: Captioned | None = None
    """Of a picture."""
    video: Captioned | None = None
    """Of a video."""
    document: Document | None = None
    """Of a file."""
    sticker: Sticker | None = None
    """Of a sticker."""
    location: Location | None = None
    """Of a place."""
    edit: Edit | None = None
    """Of a change."""
    revoke: Revoke | None = None
    """Of a deletion."""


class EchoesValue(NumberValue):
    """`smb_message_echoes`: staff wrote to customers."""

    contacts: list[Contact] | None = None
    """The customers."""
    message_echoes: list[AppMessage]
    """What staff wrote, changed or deleted."""


class SavedContact(Shape):
    """An entry of the app's address book."""

    full_name: Text | None = None
    """Name; absent when it is removed."""
    first_name: Text | None = None
    """Given name; absent when it is removed."""
    phone_number: Digits | None = None
    """Phone number; absent for who hides it."""
    user_id: Bsuid | None = None
    """User id."""
    username: Text | None = None
    """With its leading `@`."""


class SyncMoment(Shape):
    """When an entry changed."""

    timestamp: Seconds
    """Unix seconds."""


class StateSync(Shape):
    """An item of `state_sync`."""

    type: Literal["contact"]
    """What changed."""
    contact: SavedContact
    """The entry."""
    action: Literal["add", "remove"]
    """Added or edited, or removed."""
    metadata: SyncMoment
    """When."""


class StateSyncValue(NumberValue):
    """`smb_app_state_sync`: the app's address book changed."""

    state_sync: list[StateSync]
    """The changes."""


class HistoryContext(Shape):
    """How far a message has got."""

    status: Literal["DELIVERED", "ERROR", "PENDING", "PLAYED", "READ", "SENT"]
    """Capitals, unlike statuses."""


class HistoryMessage(AppMessage):
    """A message of the past."""

    history_context: HistoryContext
    """How far it has got."""


class Thread(Shape):
    """A chat of the past."""

    id: Text
    """Phone number of the customer, or the user id of one who hides it."""
    messages: list[HistoryMessage]
    """What was said, oldest first."""


class HistoryProgress(Shape):
    """Which part of the history this is."""

    phase: Literal[0, 1, 2]
    """The first day, up to 90 days, up to 180 days ago."""
    chunk_order: int
    """Place of this part; parts come in any order."""
    progress: Annotated[int, Field(ge=0, le=100)]
    """Per cent of all; 100 ends it."""


class History(Shape):
    """An item of `history`: a part of it, or why there is none."""

    metadata: HistoryProgress | None = None
    """Which part."""
    threads: list[Thread] | None = None
    """The chats."""
    errors: list[WireError] | None = None
    """2593109: the business does not share its history."""


class HistoryValue(NumberValue):
    """`history`: what was said before the number came to the API."""

    history: list[History] | None = None
    """Parts of it."""
    messages: list[AppMessage] | None = None
    """Files of messages that came as `media_placeholder` before."""


class Purchase(Shape):
    """What was bought."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""
    value: float
    """How much."""


class AutomaticEvent(Shape):
    """An item of `automatic_events`."""

    id: Wamid
    """The message in which it was seen."""
    event_name: Literal["LeadSubmitted", "Purchase"]
    """What was seen."""
    timestamp: int
    """Unix seconds, as a number."""
    ctwa_clid: Text | None = None
    """Click id of the ad."""
    custom_data: Purchase | None = None
    """Of a purchase."""


class AutomaticEventsValue(NumberValue):
    """`automatic_events`: WhatsApp saw a lead or a purchase in a chat that began with an ad."""

    automatic_events: list[AutomaticEvent]
    """What it saw."""


class Handover(Shape):
    """An item of `messaging_handovers`."""

    type: Text
    """What happens to control of the chat."""
    user_id: Bsuid
    """The customer."""
    timestamp: Seconds
    """When."""


class HandoversValue(NumberValue):
    """`messaging_handovers`: control of a chat goes from one agent to another."""

    messaging_handovers: list[Handover]
    """What happened."""
