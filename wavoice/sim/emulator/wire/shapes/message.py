"""What every inbound message has.

Shapes: messages webhook reference (October 2025 to August 2026), business-scoped user id pages.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wavoice.sim.emulator.wire.shapes.base import Bsuid, Digits, ParentBsuid, Seconds, Shape, Text, Wamid


class ReferredProduct(Shape):
    """A product that a question is about."""

    catalog_id: Digits
    """Its catalogue."""
    product_retailer_id: Text
    """Its id there."""


class Context(Shape):
    """What a message answers, and whether it was forwarded; the two may stand together."""

    from_: Digits | None = Field(None, alias="from")
    """Who wrote what is answered: the business number, or the customer's own."""
    from_user_id: Bsuid | None = None
    """The same as user id, if a customer wrote it."""
    id: Wamid | None = None
    """The message that is answered."""
    forwarded: Literal[True] | None = None
    """Forwarded at most five times."""
    frequently_forwarded: Literal[True] | None = None
    """Forwarded more than five times."""
    referred_product: ReferredProduct | None = None
    """Of a question from a product's page."""


class Welcome(Shape):
    """The greeting that an ad shows."""

    text: Text
    """Its words."""


class Referral(Shape):
    """The ad or post that a customer came from; on their first message."""

    source_url: Text
    """The ad."""
    source_id: Text
    """Its id."""
    source_type: Literal["ad", "post"]
    """Which of the two."""
    headline: str | None = None
    """Its headline."""
    body: str | None = None
    """Its words."""
    media_type: Literal["image", "video"] | None = None
    """What it shows."""
    image_url: Text | None = None
    """Its picture."""
    video_url: Text | None = None
    """Its video."""
    thumbnail_url: Text | None = None
    """A picture of the video."""
    ctwa_clid: Text | None = None
    """Click id; absent for ads in WhatsApp Status since October 2025."""
    welcome_message: Welcome | None = None
    """Its greeting."""


class Message(Shape):
    """What every inbound message has."""

    from_: Digits | None = Field(None, alias="from")
    """Sender's phone number; absent, never empty, for who hides it."""
    from_user_id: Bsuid
    """Sender."""
    from_parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    id: Wamid
    """To answer, react and mark as read."""
    timestamp: Seconds
    """When it was sent."""
    context: Context | None = None
    """What it answers, or that it was forwarded."""
    referral: Referral | None = None
    """The ad that it came from."""
    group_id: Text | None = None
    """The group that it was sent to."""
