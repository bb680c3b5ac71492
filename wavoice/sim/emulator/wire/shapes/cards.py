"""Contact cards that customers share (contacts messages webhook reference)."""

from __future__ import annotations

from typing import Literal

from wavoice.sim.emulator.wire.shapes.base import Bsuid, Digits, Shape, Text


class CardName(Shape):
    """A name in parts."""

    formatted_name: Text
    """As the card shows it."""
    first_name: Text | None = None
    """Given name."""
    last_name: Text | None = None
    """Family name."""
    middle_name: Text | None = None
    """Between the two."""
    prefix: Text | None = None
    """Title before the name."""
    suffix: Text | None = None
    """After the name."""


class CardPhone(Shape):
    """A phone number."""

    phone: Text
    """As the card's owner wrote it."""
    wa_id: Digits | None = None
    """The same on WhatsApp, if it is there."""
    user_id: Bsuid | None = None
    """Business-scoped user id of that number, if it is on WhatsApp."""
    type: Text | None = None
    """`CELL`, `HOME`, `WORK` …"""


class CardEmail(Shape):
    """An e-mail address."""

    email: Text
    """The address."""
    type: Text | None = None
    """`HOME` or `WORK`."""


class CardUrl(Shape):
    """A web address."""

    url: Text
    """The address."""
    type: Text | None = None
    """`HOME` or `WORK`."""


class CardAddress(Shape):
    """A postal address."""

    street: Text | None = None
    """Street and number."""
    city: Text | None = None
    """Town."""
    state: Text | None = None
    """State or province."""
    zip: Text | None = None
    """Postal code."""
    country: Text | None = None
    """Country."""
    country_code: Text | None = None
    """ISO 3166-1 alpha-2."""
    type: Text | None = None
    """`HOME` or `WORK`."""


class CardOrg(Shape):
    """Where somebody works."""

    company: Text | None = None
    """Employer."""
    department: Text | None = None
    """Department."""
    title: Text | None = None
    """Post."""


class Card(Shape):
    """An item of `contacts` in a message of that type."""

    name: CardName | None = None
    """May be missing since 2026."""
    phones: list[CardPhone] | None = None
    """Numbers."""
    emails: list[CardEmail] | None = None
    """E-mail addresses."""
    addresses: list[CardAddress] | None = None
    """Postal addresses."""
    urls: list[CardUrl] | None = None
    """Web addresses."""
    org: CardOrg | None = None
    """Employer."""
    birthday: Text | None = None
    """`YYYY-MM-DD`."""
    origin: Literal["contact_request", "other"] | None = None
    """Since 2026: `contact_request` answers a request for the user's own number."""
    vcard: Text | None = None
    """Since 2026, and only with origin `other`: the card as its file."""
