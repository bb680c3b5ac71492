"""What a send comes to: who gets it, and what the handset will show of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from wavoice.runtime.model import Button

Plain = Literal[
    "text",
    "image",
    "video",
    "document",
    "sticker",
    "audio",
    "location",
    "contacts",
    "reaction",
    "template",
]
Interactive = Literal[
    "buttons",
    "list",
    "cta_url",
    "flow",
    "product",
    "product_list",
    "catalog_message",
    "location_request_message",
    "address_message",
    "order_details",
    "order_status",
    "contact_request",
    "call_permission_request",
    "voice_call",
    "carousel",
]
Kind = Plain | Interactive
"""WhatsApp's own names; only reply buttons, `button` on the wire, are called `buttons` here."""


_INTERACTIVE = frozenset(get_args(Interactive))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list, as the handset shows it once the list is open."""

    id: str
    title: str
    description: str | None = None
    section: str | None = None
    """Title of the section that it stands in."""


@dataclass(frozen=True, slots=True)
class Link:
    """A button that leads elsewhere and tells the business nothing: a page, a call, a flow, a catalogue."""

    kind: str
    """`url`, `phone_number`, `copy_code`, `flow`, `catalog` … as WhatsApp names it, in small letters."""
    label: str
    target: str | None = None
    """Where it leads: a URL, a number, the code that is copied, the id of a flow or product."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the customer will see or hear."""

    kind: Kind
    text: str | None = None
    """Words of the message: its body or caption, the emoji of a reaction."""
    buttons: tuple[Button, ...] = ()
    """What can be tapped and answers the business: reply buttons, quick replies of a template."""
    media: str | None = None
    """Id of the file that is the message, or its header."""
    voice: bool = False
    link: str | None = None
    """URL of that file, if it was sent as one; nobody fetches it here."""
    header: str | None = None
    footer: str | None = None
    filename: str | None = None
    menu: str | None = None
    """Label of the button that opens the list."""
    rows: tuple[Row, ...] = ()
    links: tuple[Link, ...] = ()
    about: str | None = None
    """wamid of the message that a reaction is put on."""
    others: tuple[str, ...] = ()
    """Ids of further files: those of carousel cards."""
    node: Mapping[str, Any] = field(default_factory=dict)
    """The object of its type as the business sent it, with all that has no field of its own."""

    @property
    def type(self) -> str:
        """`type` on the wire."""
        return "interactive" if self.kind in _INTERACTIVE else self.kind

    @property
    def files(self) -> tuple[str, ...]:
        """Ids of all files that must exist when it is sent."""
        return (self.media, *self.others) if self.media is not None else self.others


@dataclass(frozen=True, slots=True)
class Receipt:
    """The business has read a message, and perhaps shows typing."""

    message: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Send:
    """A message to one user; `to` wins over `recipient`."""

    to: str | None
    recipient: str | None
    content: Content
    quotes: str | None
    """wamid in `context.message_id`."""
    reference: str | None
    """`biz_opaque_callback_data`."""
    identity: str | None = None
    """`recipient_identity_key_hash`: the message must go to this identity or to nobody."""
    unknown: tuple[str, ...] = ()
    """Paths of keys that WhatsApp does not know; it took the message all the same."""
