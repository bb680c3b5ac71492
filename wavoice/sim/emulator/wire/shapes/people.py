"""Fields about customers: ids that change, and what they want to hear of."""

from __future__ import annotations

from typing import Literal

from wavoice.sim.emulator.wire.shapes.base import Bsuid, Digits, ParentBsuid, Seconds, Shape, Text
from wavoice.sim.emulator.wire.shapes.contacts import Contact, Metadata


class NumberValue(Shape):
    """What a field of one business number has."""

    messaging_product: Literal["whatsapp"]
    """Always the same."""
    metadata: Metadata
    """The number."""


class Renewal(Shape):
    """An id before and after."""

    previous: Bsuid
    """Before."""
    current: Bsuid
    """Now."""


class ParentRenewal(Shape):
    """A parent id before and after."""

    previous: ParentBsuid
    """Before."""
    current: ParentBsuid
    """Now."""


class UserIdUpdate(Shape):
    """An item of `user_id_update`."""

    wa_id: Digits | None = None
    """The customer's number now; absent for who hides it."""
    detail: Text
    """Why, in words."""
    user_id: Renewal
    """The ids."""
    parent_user_id: ParentRenewal | None = None
    """Only for enterprises that Meta enrolled."""
    timestamp: Seconds
    """When."""


class UserIdUpdates(NumberValue):
    """`user_id_update`: customers are known by another id from now on."""

    contacts: list[Contact] | None = None
    """Who they are."""
    user_id_update: list[UserIdUpdate]
    """The changes."""


class UserPreference(Shape):
    """An item of `user_preferences`."""

    wa_id: Digits | None = None
    """The customer's number; absent for who hides it."""
    user_id: Bsuid
    """The customer."""
    parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    detail: Text
    """What happened, in words."""
    category: Literal["marketing_messages"]
    """Of what."""
    value: Literal["stop", "resume", "signup"]
    """What the customer wants."""
    signup_id: Text | None = None
    """Of which link, with `signup`."""
    timestamp: int
    """Unix seconds as a number, as nowhere else."""


class UserPreferences(NumberValue):
    """`user_preferences`: whether customers want marketing."""

    contacts: list[Contact] | None = None
    """Who they are."""
    user_preferences: list[UserPreference]
    """What they want."""
