"""Models of what changes about users, and of rarer messages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, Field

from wavoice.sim.emulator.control.models.acts import Said
from wavoice.sim.emulator.control.models.base import Model
from wavoice.sim.emulator.phone import Deliver


class NewNumber(Model):
    """Another phone number."""

    phone: Annotated[str, Field(pattern=r"^[0-9]{5,15}$")]
    """Its digits."""
    before_user_ids: bool = False
    """Tell it as before April 2026, without user ids."""


class NewKey(Model):
    """Another identity key."""

    identity_key_hash: Annotated[str, Field(min_length=1)]
    """Its hash."""


class MarketingWish(Model):
    """What a user wants of the business's marketing."""

    wish: Literal["stop", "resume", "signup"]
    """The wish."""


class FromAd(Model):
    """A click-to-WhatsApp ad."""

    headline: str = "Chat with us"
    """Its headline."""
    body: str = "Same-day delivery"
    """Its words."""
    click_id: bool = True
    """Whether `ctwa_clid` is told; ads in WhatsApp Status tell none."""


class SayVideo(Said):
    """A video."""

    data: Base64Bytes | None = None
    """MP4 bytes, in base64; absent: a video without a track."""
    caption: str | None = None
    """Words under it."""


class SaySticker(Said):
    """A sticker."""

    data: Base64Bytes | None = None
    """WebP bytes, in base64; absent: one pixel."""
    animated: bool = False
    """Whether it moves."""


class SayContacts(Said):
    """Contact cards."""

    cards: Annotated[list[dict[str, Any]], Field(min_length=1)]
    """As the webhook reference has them: `name`, `phones`, …"""


class Answer(Model):
    """An answer to a message of the business."""

    on: str | None = None
    """wamid of the message; absent: the newest that asks."""
    deliver: Deliver = "once"
    """As for a text."""


class Form(Answer):
    """A form that is filled in."""

    answers: dict[str, Any]
    """What was entered, by the names of the fields."""


class CallPermission(Answer):
    """An answer to a request for calls."""

    accept: bool
    """Whether the business may call."""


class Item(Model):
    """A line of a basket."""

    product_retailer_id: str
    """The product."""
    quantity: Annotated[int, Field(ge=1)] = 1
    """How many."""
    item_price: Annotated[float, Field(allow_inf_nan=False)] = 1
    """Price of one."""
    currency: str = "USD"
    """ISO 4217."""


class Basket(Model):
    """A basket."""

    items: Annotated[list[Item], Field(min_length=1)]
    """Its lines."""
    text: str = ""
    """Words with it."""
    deliver: Deliver = "once"
    """As for a text."""


class ProductQuestion(Model):
    """A question from a product's page."""

    product: str
    """The product, as the catalogue names it."""
    text: Annotated[str, Field(min_length=1)]
    """The question."""
    deliver: Deliver = "once"
    """As for a text."""


class Unsupported(Model):
    """What arrives as `unsupported`."""

    kind: str | None = None
    """`unsupported.type`, such as `poll_creation`; of a file that is too large its type."""
    too_large: bool = False
    """A file above 100 MB."""
    deliver: Deliver = "once"
    """As for a text."""
