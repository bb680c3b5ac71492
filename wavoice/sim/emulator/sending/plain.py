"""Shapes of messages without parts that can be tapped: text, files, places, cards, reactions.

Limits: Cloud API message reference (v24.0), counted in characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from wavoice.sim.emulator.sending.content import Content
from wavoice.sim.emulator.sending.shape import Body, LongBody, Shape, Shown, Url, Words, wrong

MAX_CONTACTS = 257


class Text(Shown):
    """`text`."""

    body: LongBody
    """The words; URLs in it become links."""
    preview_url: bool | None = None
    """Whether the first URL is shown with a preview."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content("text", text=self.body, node=node)


class File(Shape):
    """A file by id or by URL, exactly one of them."""

    id: Words | None = None
    """Of an upload."""
    link: Url | None = None
    """WhatsApp fetches it when the message is sent; the emulator does not."""

    @model_validator(mode="after")
    def _one_source(self) -> File:
        if self.id is None and self.link is None:
            raise wrong("must have an id or a link: one of them is required", 131008)
        if self.id is not None and self.link is not None:
            raise wrong("must have either an id or a link, not both")
        return self


class Captioned(File):
    """A file with words below it."""

    caption: Body | None = None


class Named(Captioned):
    """A file with a name."""

    filename: Words | None = None
    """Shown as its name; without it the customer sees a generic one."""


class Image(Captioned, Shown):
    """`image`."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content("image", text=self.caption, media=self.id, link=self.link, node=node)


class Video(Captioned, Shown):
    """`video`."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content("video", text=self.caption, media=self.id, link=self.link, node=node)


class Document(Named, Shown):
    """`document`."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        name = self.filename
        return Content("document", text=self.caption, media=self.id, link=self.link, filename=name, node=node)


class Sticker(File, Shown):
    """`sticker`: no caption."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content("sticker", media=self.id, link=self.link, node=node)


class Audio(File, Shown):
    """`audio`: no caption."""

    voice: bool | None = None
    """Shown as a voice note: a waveform that reports when it was played."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content("audio", media=self.id, link=self.link, voice=self.voice is True, node=node)


class Location(Shown):
    """`location`."""

    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    name: str | None = None
    address: str | None = None

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows: a map with the name below."""
        return Content("location", text=self.name, node=node)


class Reaction(Shown):
    """`reaction`."""

    message_id: Words
    """Message of the customer; too old, unknown or a reaction itself fails later with 131009."""
    emoji: Annotated[str, Field(max_length=64)]
    """One emoji; the empty string takes the reaction back."""

    @model_validator(mode="after")
    def _emoji(self) -> Reaction:
        if self.emoji and self.emoji.isascii():
            raise wrong("must have an emoji in emoji, or an empty string")
        return self

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        return Content("reaction", text=self.emoji, about=self.message_id, node=node)


class Name(Shape):
    """`contacts[].name`."""

    formatted_name: Words
    """Shown in the message."""
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None


class Phone(Shape):
    """`contacts[].phones[]`."""

    phone: str | None = None
    type: str | None = None
    wa_id: str | None = None
    """With it the card has a button to write to them, else one to invite them."""


class Card(Shape):
    """`contacts[]`; addresses, emails, org and urls are passed on as they are."""

    name: Name
    phones: tuple[Phone, ...] = ()
    addresses: tuple[dict[str, Any], ...] = ()
    emails: tuple[dict[str, Any], ...] = ()
    urls: tuple[dict[str, Any], ...] = ()
    org: dict[str, Any] | None = None
    birthday: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    """`YYYY-MM-DD`."""


class Contacts(Shown):
    """`contacts`, which is an array on the wire."""

    contacts: Annotated[tuple[Card, ...], Field(min_length=1, max_length=MAX_CONTACTS)]

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows: the names."""
        names = ", ".join(card.name.formatted_name for card in self.contacts)
        return Content("contacts", text=names, node=node)
