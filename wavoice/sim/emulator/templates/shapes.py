"""Shapes of a template: as a business submits it, and as WhatsApp keeps it.

Source: Cloud API pages on template components and template management (v24.0).
"""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from wavoice.runtime.model import Micros

Category = Literal["AUTHENTICATION", "MARKETING", "UTILITY"]
Status = Literal[
    "PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "FLAGGED", "LOCKED", "ARCHIVED"
]
Quality = Literal["GREEN", "YELLOW", "RED", "UNKNOWN"]
Naming = Literal["POSITIONAL", "NAMED"]
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}\s]+)\s*\}\}")


def placeholders(text: str) -> list[str]:
    """Return the names in `{{…}}`, each once, in the order of their first use."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill(text: str, values: dict[str, str]) -> str:
    """Return the text with its placeholders replaced."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


class Part(BaseModel, defer_build=True):
    """What both shapes have: keys that are not known are kept, capitals do not matter in types."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Button(Part):
    """A button of a template."""

    type: str
    """`QUICK_REPLY`, `URL`, `PHONE_NUMBER`, `COPY_CODE`, `OTP`, `FLOW`, `CATALOG`, `MPM` …"""
    text: str | None = None
    """Label; special buttons have their own."""
    url: str | None = None
    """May end in one placeholder."""
    phone_number: str | None = None
    otp_type: str | None = None
    """`COPY_CODE`, `ONE_TAP` or `ZERO_TAP`."""
    example: Any = None
    """A sample of the placeholder, or of the code."""
    flow_id: str | None = None

    _capitals = field_validator("type", "otp_type", mode="before")(
        lambda value: value.upper() if isinstance(value, str) else value
    )

    @property
    def label(self) -> str:
        """What the customer reads on it."""
        return self.text or _LABELS.get(self.otp_type or self.type, self.type.replace("_", " ").capitalize())


_LABELS = {
    "COPY_CODE": "Copy code",
    "ONE_TAP": "Autofill",
    "ZERO_TAP": "Copy code",
    "CATALOG": "View catalog",
}


class Component(Part):
    """Header, body, footer or buttons of a template."""

    type: str
    """`HEADER`, `BODY`, `FOOTER`, `BUTTONS`, `CAROUSEL`, `LIMITED_TIME_OFFER` …"""
    format: str | None = None
    """Of a header: `TEXT`, `IMAGE`, `VIDEO`, `GIF`, `DOCUMENT`, `LOCATION`."""
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    example: Any = None
    """Samples for the placeholders."""
    add_security_recommendation: bool | None = None
    """Of the body for a code."""
    code_expiration_minutes: int | None = Field(None, ge=1, le=90)
    """Of the footer for a code."""

    _capitals = field_validator("type", "format", mode="before")(
        lambda value: value.upper() if isinstance(value, str) else value
    )


class NewTemplate(Part):
    """Body of `POST /{waba}/message_templates`."""

    name: str
    """Lower-case letters, digits and underscores; the same in all languages."""
    language: str
    """Such as `en_US`."""
    category: Category
    components: tuple[Component, ...]
    parameter_format: Naming = "POSITIONAL"
    """How placeholders are called: `{{1}}` or `{{first_name}}`."""
    message_send_ttl_seconds: int | None = None
    """How long an undelivered message is kept."""
    sub_category: str | None = None

    _capitals = field_validator("category", "parameter_format", mode="before")(
        lambda value: value.upper() if isinstance(value, str) else value
    )


class Template(BaseModel, defer_build=True):
    """A template as WhatsApp keeps it."""

    id: str
    """Digits; a number in webhooks."""
    name: str
    language: str
    category: Category
    components: tuple[Component, ...]
    parameter_format: Naming = "POSITIONAL"
    message_send_ttl_seconds: int | None = None
    sub_category: str | None = None
    status: Status = "PENDING"
    quality: Quality = "UNKNOWN"
    quality_at: Micros = 0
    """Since when it has this quality."""
    previous_category: Category | None = None
    """Before WhatsApp moved it."""
    rejected_reason: str = "NONE"
    pauses: int = 0
    """How often it was paused; the third time it is disabled."""
    paused_until: Micros | None = None
    """When it comes back by itself; None while it is not paused."""
    forbidden: bool = False
    """Its content violates a policy: sending it is refused with 132007."""
    edited: tuple[Micros, ...] = ()
    """When it was edited while approved."""

    def part(self, kind: str) -> Component | None:
        """Return its header, body, footer or buttons."""
        return next((one for one in self.components if one.type == kind), None)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return its buttons, in the order of their indexes."""
        found = self.part("BUTTONS")
        return () if found is None else found.buttons

    @property
    def body(self) -> str:
        """Return the words of its body; those of codes are WhatsApp's own."""
        found = self.part("BODY")
        if found is None:
            return ""
        if self.category == "AUTHENTICATION" and found.text is None:
            advice = (
                " For your security, do not share this code." if found.add_security_recommendation else ""
            )
            return "*{{1}}* is your verification code." + advice
        return found.text or ""

    @property
    def footer(self) -> str | None:
        """Return the words below it."""
        found = self.part("FOOTER")
        if found is None or found.code_expiration_minutes is None:
            return None if found is None else found.text
        return f"This code expires in {found.code_expiration_minutes} minutes."

    @property
    def sends_code(self) -> bool:
        """True for codes by one tap, no tap or copying, which user ids cannot get (131062)."""
        return any(button.type == "OTP" for button in self.buttons)
