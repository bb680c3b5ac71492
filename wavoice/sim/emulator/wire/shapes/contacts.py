"""Who wrote, or was written to. Shapes: business-scoped user id pages (2026)."""

from __future__ import annotations

from wavoice.sim.emulator.wire.shapes.base import Bsuid, Digits, ParentBsuid, Shape, Text


class Profile(Shape):
    """How a user presents themselves."""

    name: Text | None = None
    """Profile name; may be missing."""
    username: Text | None = None
    """With its leading `@`; absent without one, and in statuses `sent`."""


class Contact(Shape):
    """An item of `contacts`."""

    profile: Profile
    """Name and username."""
    user_id: Bsuid
    """Present for everybody since April 2026, with or without a username."""
    wa_id: Digits | None = None
    """Phone number; absent for who hides it. May differ from `from` (Brazil, Mexico)."""
    parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    identity_key_hash: Text | None = None
    """Only where the business has the identity check switched on."""


class Metadata(Shape):
    """The business number that a webhook concerns."""

    display_phone_number: Digits
    """The number itself; never the id."""
    phone_number_id: Digits
    """Its id in the Graph API."""
