"""Answers to what the business asked: taps, forms, permissions."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from wavoice.sim.emulator.wire.shapes.base import Shape, Text


def _an_object(text: str) -> str:
    if not text.startswith("{"):
        raise ValueError("not a JSON object")
    json.loads(text)  # raises ValueError
    return text


JsonText = Annotated[str, AfterValidator(_an_object)]
"""A JSON object, written as a string."""


class ButtonReply(Shape):
    """A reply button."""

    id: Text
    """As the business named it."""
    title: Text
    """Its label."""


class ListReply(ButtonReply):
    """A row of a list."""

    description: Text | None = None
    """The row's second line, if it has one."""


class FormReply(Shape):
    """A finished flow or address form."""

    name: Literal["flow", "address_message"]
    """Which of the two."""
    body: Text
    """What the chat shows, e.g. `Sent`."""
    response_json: JsonText
    """The answers; a flow's hold its `flow_token`, an address its `values` or `saved_address_id`."""


class CallPermissionReply(Shape):
    """Whether the business may call."""

    response: Literal["accept", "reject"]
    """The answer."""
    response_source: Literal["user_action", "automatic"]
    """Who gave it: the user, or WhatsApp after a call of the user."""
    is_permanent: bool | None = None
    """Whether it never ends."""
    expiration_timestamp: int | None = None
    """Unix seconds at which an acceptance ends, as a number."""


class ButtonTap(Shape):
    """`interactive` of a reply button."""

    type: Literal["button_reply"]
    """Kind of answer."""
    button_reply: ButtonReply
    """The button."""


class ListTap(Shape):
    """`interactive` of a list."""

    type: Literal["list_reply"]
    """Kind of answer."""
    list_reply: ListReply
    """The row."""


class FormAnswer(Shape):
    """`interactive` of a flow or an address form."""

    type: Literal["nfm_reply"]
    """Kind of answer: native flow message."""
    nfm_reply: FormReply
    """The answers."""


class CallPermission(Shape):
    """`interactive` of a request for calls."""

    type: Literal["call_permission_reply"]
    """Kind of answer."""
    call_permission_reply: CallPermissionReply
    """The answer."""


Interactive = Annotated[ButtonTap | ListTap | FormAnswer | CallPermission, Field(discriminator="type")]


class TemplateTap(Shape):
    """`button`: a quick reply of a template."""

    payload: Text
    """As the business sent it."""
    text: Text
    """Its label."""
