"""Fields about business numbers: account fields that name a number (webhook reference of each)."""

from __future__ import annotations

from typing import ClassVar, Literal

from wavoice.sim.emulator.wire.shapes.base import Digits, Shape, Text


class AboutNumber(Shape):
    """Which number."""

    display_phone_number: Digits
    """The number itself."""


class NumberQuality(AboutNumber):
    """`phone_number_quality_update`: how much the number may send."""

    event: Literal["ONBOARDING", "THROUGHPUT_UPGRADE"]
    """What happened; upgrades and downgrades went in 2025."""
    current_limit: Text | None = None
    """`TIER_250` … `TIER_UNLIMITED`; was to go in February 2026."""
    old_limit: Text | None = None
    """Before."""
    max_daily_conversations_per_business: int | Text | None = None
    """Since v24."""


class NumberName(AboutNumber):
    """`phone_number_name_update`: a new display name was decided on."""

    nullable: ClassVar[frozenset[str]] = frozenset({"rejection_reason"})
    decision: Literal["APPROVED", "REJECTED", "DEFERRED", "PENDING"]
    """The decision."""
    requested_verified_name: Text
    """The name."""
    rejection_reason: Text | None = None
    """Why not; null with APPROVED."""


class Security(AboutNumber):
    """`security`: the PIN of two-step verification."""

    event: Literal["PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_RESET_SUCCESS"]
    """What happened."""
    requester: Text | None = None
    """The Meta Business Suite user who did it; absent when a reset by mail is done."""


class BusinessUsername(AboutNumber):
    """`business_username_update`: the business's own username (business-scoped user id pages)."""

    username: Text | None = None
    """Without `@`; absent once it is deleted."""
    status: Literal["approved", "reserved", "deleted"]
    """Where it stands."""
