"""What WhatsApp tells the business of its templates: values of four webhook fields.

Source: Cloud API webhook reference, `message_template_*_update` and `template_category_update`.
"""

from __future__ import annotations

from typing import Any

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.templates.shapes import Quality, Template

STATUS = "message_template_status_update"
QUALITY = "message_template_quality_update"
CATEGORY = "template_category_update"
COMPONENTS = "message_template_components_update"


def _which(template: Template) -> dict[str, Any]:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


def status(template: Template, event: str, reason: str | None = "NONE", **more: Any) -> dict[str, Any]:
    """Return what happened to it; `reason` is null only for deletion."""
    return {
        "event": event,
        **_which(template),
        "reason": reason,
        "message_template_category": template.category,
        **more,
    }


def paused(template: Template, hours: int) -> dict[str, Any]:
    """Return that it rests."""
    title = "FIRST_PAUSE" if template.pauses == 1 else "SECOND_PAUSE"
    told = f"Your WhatsApp message template has been paused for {hours} hours"
    return status(template, "PAUSED", other_info={"title": title, "description": told})


def unpaused(template: Template) -> dict[str, Any]:
    """Return that it may be sent again."""
    told = "Your WhatsApp message template has been unpaused"
    return status(template, "APPROVED", other_info={"title": "UNPAUSE", "description": told})


def disabled(template: Template, at: Micros) -> dict[str, Any]:
    """Return that it is over."""
    told = "Your WhatsApp message template has been disabled"
    return status(
        template,
        "DISABLED",
        disable_info={"disable_date": str(at // SECOND)},
        other_info={"title": "DISABLED", "description": told},
    )


def rejected(template: Template, advice: str | None) -> dict[str, Any]:
    """Return that it was turned down; `advice` is what INVALID_FORMAT comes with."""
    if template.rejected_reason != "INVALID_FORMAT":
        return status(template, "REJECTED", template.rejected_reason)
    info = {"reason": advice or "Its format is invalid.", "recommendation": "Correct it and submit it again."}
    return status(template, "REJECTED", template.rejected_reason, rejection_info=info)


def quality(template: Template, before: Quality) -> dict[str, Any]:
    """Return how customers take it."""
    return {
        "previous_quality_score": before,
        "new_quality_score": template.quality,
        **_which(template),
    }


def category(template: Template) -> dict[str, Any]:
    """Return that WhatsApp moved it to another category."""
    return {
        **_which(template),
        "previous_category": template.previous_category,
        "new_category": template.category,
    }


def components(template: Template) -> dict[str, Any]:
    """Return its new words."""
    value = {**_which(template), "message_template_element": template.body}
    header = template.part("HEADER")
    if header is not None and header.text is not None:
        value["message_template_title"] = header.text
    if template.footer is not None:
        value["message_template_footer"] = template.footer
    if template.buttons:
        value["message_template_buttons"] = [
            {
                "message_template_button_type": button.type,
                "message_template_button_text": button.label,
                **({"message_template_button_url": button.url} if button.url else {}),
                **(
                    {"message_template_button_phone_number": button.phone_number}
                    if button.phone_number
                    else {}
                ),
            }
            for button in template.buttons
        ]
    return value
