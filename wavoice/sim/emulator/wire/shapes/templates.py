"""Fields about templates (webhook reference of each field). Ids are numbers here, as nowhere else."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator

from wavoice.sim.emulator.wire.shapes.base import Shape, Text

Quality = Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]


class Template(Shape):
    """Which template."""

    message_template_id: int
    """Its id."""
    message_template_name: Text
    """Its name."""
    message_template_language: Text
    """Its language."""


class DisableInfo(Shape):
    """Of DISABLED."""

    disable_date: Text | int
    """When: in words, or as Unix seconds."""


class OtherInfo(Shape):
    """Of PAUSED, REINSTATED and LOCKED."""

    title: Literal["FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE", "UNPAUSE", "DISABLED"]
    """Which."""
    description: Text
    """In words."""


class RejectionInfo(Shape):
    """Of REJECTED, with reason INVALID_FORMAT."""

    reason: Text
    """What is wrong."""
    recommendation: Text
    """What to do about it."""


class TemplateStatus(Template):
    """`message_template_status_update`: whether a template may be sent."""

    nullable: ClassVar[frozenset[str]] = frozenset({"reason"})
    event: Literal[
        "APPROVED",
        "REJECTED",
        "PENDING",
        "PAUSED",
        "DISABLED",
        "REINSTATED",
        "FLAGGED",
        "LOCKED",
        "IN_APPEAL",
        "LIMIT_EXCEEDED",
        "ARCHIVED",
        "PENDING_DELETION",
        "DELETED",
    ]
    """Where it stands."""
    reason: Text | None
    """Why, or `NONE`; null for deletions."""
    message_template_category: Text | None = None
    """`UTILITY`, `MARKETING` or `AUTHENTICATION`."""
    disable_info: DisableInfo | None = None
    """Of DISABLED."""
    other_info: OtherInfo | None = None
    """Of pauses."""
    rejection_info: RejectionInfo | None = None
    """Of REJECTED."""

    @model_validator(mode="after")
    def _only_a_deletion_has_no_reason(self) -> TemplateStatus:
        if self.reason is None and self.event not in {"PENDING_DELETION", "DELETED"}:
            raise ValueError("reason is null for deletions alone")
        return self


class TemplateQuality(Template):
    """`message_template_quality_update`: what customers think of a template."""

    previous_quality_score: Quality
    """Before."""
    new_quality_score: Quality
    """Now."""


class TemplateCategory(Template):
    """`template_category_update`: a template was, or will be, put into another category."""

    new_category: Text
    """Now, or what it still is while `correct_category` is announced."""
    previous_category: Text | None = None
    """Before; absent when a change is only announced."""
    correct_category: Text | None = None
    """What it will be."""
    category_update_timestamp: int | None = None
    """Unix seconds of the announced change."""


class TemplateButton(Shape):
    """A button of a template."""

    message_template_button_type: Text
    """`URL`, `QUICK_REPLY` …"""
    message_template_button_text: Text
    """Its label."""
    message_template_button_url: Text | None = None
    """Where it leads."""
    message_template_button_phone_number: Text | None = None
    """Whom it calls."""


class TemplateComponents(Template):
    """`message_template_components_update`: the words of a template changed."""

    message_template_element: Text
    """Its body."""
    message_template_title: Text | None = None
    """Its header."""
    message_template_footer: Text | None = None
    """Its footer."""
    message_template_buttons: list[TemplateButton] | None = None
    """Its buttons."""
