"""Messages that say or show something: `text`, files, places, cards, baskets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wavoice.sim.emulator.wire.shapes.base import Digits, Shape, Text
from wavoice.sim.emulator.wire.shapes.cards import Card
from wavoice.sim.emulator.wire.shapes.media import Audio, Captioned, Document, Sticker
from wavoice.sim.emulator.wire.shapes.message import Message


class TextBody(Shape):
    """A text."""

    body: Text
    """Its words."""


class TextMessage(Message):
    """Words."""

    type: Literal["text"]
    """Kind of message."""
    text: TextBody
    """The words."""


class AudioMessage(Message):
    """A voice note or an audio file."""

    type: Literal["audio"]
    """Kind of message."""
    audio: Audio
    """The file."""


class ImageMessage(Message):
    """A picture."""

    type: Literal["image"]
    """Kind of message."""
    image: Captioned
    """The file."""


class VideoMessage(Message):
    """A video."""

    type: Literal["video"]
    """Kind of message."""
    video: Captioned
    """The file."""


class DocumentMessage(Message):
    """Any file."""

    type: Literal["document"]
    """Kind of message."""
    document: Document
    """The file."""


class StickerMessage(Message):
    """A sticker."""

    type: Literal["sticker"]
    """Kind of message."""
    sticker: Sticker
    """The file."""


class Location(Shape):
    """A place."""

    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    name: Text | None = None
    """What it is called."""
    address: Text | None = None
    """Where it is, in words."""
    url: Text | None = None
    """Its web page."""


class LocationMessage(Message):
    """A place, also the answer to a request for one, then with `context`."""

    type: Literal["location"]
    """Kind of message."""
    location: Location
    """The place."""


class ContactsMessage(Message):
    """Contact cards."""

    type: Literal["contacts"]
    """Kind of message."""
    contacts: list[Card]
    """The cards."""


class OrderItem(Shape):
    """A line of a basket."""

    product_retailer_id: Text
    """The product."""
    quantity: int
    """How many."""
    item_price: float
    """Price of one, as a number."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""


class Order(Shape):
    """A basket."""

    catalog_id: Digits
    """Its catalogue."""
    text: str
    """What the customer wrote with it; often empty."""
    product_items: list[OrderItem]
    """Its lines."""


class OrderMessage(Message):
    """A basket from the catalogue."""

    type: Literal["order"]
    """Kind of message."""
    order: Order
    """The basket."""
