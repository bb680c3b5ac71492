"""Reads `POST /{phone}/messages`: what may be sent, and how long it may be.

Limits: Cloud API message reference (v24.0), counted in characters. Messages that exist on WhatsApp
but not here (images, templates, lists …) are refused as unsupported, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from wavoice.runtime.model import Button
from wavoice.sim.emulator.graph_errors import GraphError

MAX_TEXT = 4096
MAX_BODY = 1024
MAX_BUTTONS = 3
MAX_TITLE = 20
MAX_BUTTON_ID = 256
MAX_REFERENCE = 512

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The business has read a message, and perhaps shows typing."""

    message: str
    typing: bool


@dataclass(frozen=True, slots=True)
class Content:
    """What the customer will see or hear."""

    kind: Literal["text", "buttons", "audio"]
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    media: str | None = None
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """A message to one user; `to` wins over `recipient`."""

    to: str | None
    recipient: str | None
    content: Content
    quotes: str | None
    reference: str | None


def read_request(body: object) -> Receipt | Send:
    """Return what is asked for. Raises `GraphError`, naming field and limit."""
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "Param messaging_product must be 'whatsapp'")
    if body.get("status") == "read":
        return Receipt(_text(body, "message_id"), typing="typing_indicator" in body)
    if body.get("to") is None and body.get("recipient") is None:
        raise GraphError(131008, "Param to or recipient is required")
    return Send(
        to=_optional(body, "to", MAX_TEXT),
        recipient=_optional(body, "recipient", MAX_TEXT),
        content=_content(body),
        quotes=_text(_node(body, "context"), "message_id") if "context" in body else None,
        reference=_optional(body, "biz_opaque_callback_data", MAX_REFERENCE),
    )


def _content(body: Node) -> Content:
    kind = body.get("type", "text")
    match kind:
        case "text":
            return Content("text", text=_text(_node(body, "text"), "body", MAX_TEXT))
        case "audio":
            audio = _node(body, "audio")
            return Content("audio", media=_text(audio, "id"), voice=audio.get("voice") is True)
        case "interactive" if _node(body, "interactive").get("type") == "button":
            interactive = _node(body, "interactive")
            text = _text(_node(interactive, "body"), "text", MAX_BODY)
            return Content("buttons", text=text, buttons=_buttons(_node(interactive, "action")))
    raise GraphError(131051, f"Param type '{kind}' is not a message that this emulator can send")


def _buttons(action: Node) -> tuple[Button, ...]:
    nodes = action.get("buttons")
    if not isinstance(nodes, list) or not 1 <= len(nodes) <= MAX_BUTTONS:
        raise GraphError(131009, f"Param action.buttons must hold 1 to {MAX_BUTTONS} buttons")
    buttons = tuple(_button(node) for node in nodes)
    for field, values in (("id", {b.id for b in buttons}), ("title", {b.title for b in buttons})):
        if len(values) < len(buttons):
            raise GraphError(131009, f"Param action.buttons: every {field} must be unique")
    return buttons


def _button(node: object) -> Button:
    if not isinstance(node, dict) or node.get("type") != "reply":
        raise GraphError(131009, "Param action.buttons: every type must be 'reply'")
    reply = _node(node, "reply")
    return Button(id=_text(reply, "id", MAX_BUTTON_ID), title=_text(reply, "title", MAX_TITLE))


def _node(node: Node, key: str) -> Node:
    value = node.get(key)
    if not isinstance(value, dict):
        raise GraphError(131008, f"Param {key} is required and must be an object")
    return value


def _optional(node: Node, key: str, longest: int) -> str | None:
    return _text(node, key, longest) if node.get(key) is not None else None


def _text(node: Node, key: str, longest: int = MAX_TEXT) -> str:
    value = node.get(key)
    if value is None:
        raise GraphError(131008, f"Param {key} is required")
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise GraphError(131009, f"Param {key} must be a string of 1 to {longest} characters")
    return value
