"""Models of message templates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from wavoice.sim.emulator.control.models.base import Model


class NewTemplate(Model):
    """A template that is approved already."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    """Small letters, digits and underscores."""
    language: str = "en_US"
    """Code of its language."""
    body: Annotated[str, Field(min_length=1)]
    """Its words, with `{{1}}` for what is filled in."""
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"] = "UTILITY"
    """What it is paid as."""
    components: list[dict[str, Any]] = Field(default_factory=list)
    """Header, footer and buttons, as the Graph API takes them."""


class Rejection(Model):
    """Why a template was turned down."""

    reason: str = "INVALID_FORMAT"
    """As in the webhook reference, e.g. `TAG_CONTENT_MISMATCH`."""
    advice: str | None = None
    """What the reviewer recommends."""


class Rating(Model):
    """What customers think of a template."""

    quality: Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]
    """Its quality."""


class Template(Model):
    """A template."""

    id: str
    """Digits."""
    name: str
    """Its name."""
    language: str
    """Code of its language."""
    category: str
    """What it is paid as."""
    status: str
    """APPROVED, PENDING, REJECTED, PAUSED, DISABLED …"""
    quality: str
    """What customers think of it."""
    body: str
    """Its words."""
    paused_until: int | None
    """When a pause ends, in microseconds since the epoch."""


class Templates(Model):
    """All templates."""

    templates: list[Template]
    """Oldest first."""
