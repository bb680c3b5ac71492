"""The shape of `template` in a send. Whether it fits a template that exists: `templates.check`.

Source: Cloud API pages on template messages and components (v24.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from wavoice.sim.emulator.sending.content import Content
from wavoice.sim.emulator.sending.shape import Shape, Shown, Words

MAX_NAME = 512


class Language(Shape):
    """`template.language`."""

    code: Words
    """As in the template, e.g. `en_US`."""
    policy: str | None = None
    """`deterministic`, the only one left."""


class Parameter(Shape):
    """`components[].parameters[]`: a value for a placeholder, a header or a button."""

    type: Words
    """`text`, `currency`, `date_time`, `image`, `video`, `document`, `location`, `payload`, `action` …"""
    parameter_name: Words | None = None
    """Name of the placeholder, in a template with named ones."""
    text: str | int | float | bool | None = None
    """Clients send numbers and booleans too, and WhatsApp takes them."""
    payload: str | None = None
    """What a quick reply sends back."""
    coupon_code: str | None = None
    currency: dict[str, Any] | None = None
    date_time: dict[str, Any] | None = None
    image: dict[str, Any] | None = None
    video: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    action: dict[str, Any] | None = None


class Component(Shape):
    """`template.components[]`."""

    type: Words
    """`header`, `body`, `button`, `carousel` …, in any case."""
    sub_type: str | None = None
    """Kind of a button, in any case."""
    index: int | None = None
    """Place of a button, from 0; strings of digits are taken too."""
    parameters: tuple[Parameter, ...] = ()
    cards: tuple[dict[str, Any], ...] = ()


class Template(Shown):
    """`template`."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    language: Language
    components: tuple[Component, ...] = ()
    namespace: str | None = None
    """Of the time before the Cloud API; ignored."""

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return the request; its words come from the template once it is looked up."""
        files = [value.get("id") for value in self._files()]
        ids = [name for name in files if isinstance(name, str)]
        return Content("template", media=ids[0] if ids else None, others=tuple(ids[1:]), node=node)

    def _files(self) -> list[Mapping[str, Any]]:
        parameters = [one for part in self.components for one in part.parameters]
        return [
            file for one in parameters for file in (one.image, one.video, one.document) if file is not None
        ]
