"""Reads `POST /{phone}/messages`: which message it is, and whether WhatsApp would take its shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.sending import cards, choices, leads, plain, shop, template
from wavoice.sim.emulator.sending.content import Content, Receipt, Send
from wavoice.sim.emulator.sending.shape import Shape, Shown, Words, refusal, unknown_keys

MAX_REFERENCE = 512


class Context(Shape):
    """`context`: the message that this one answers."""

    message_id: Words


class Envelope(Shape):
    """What all messages have; the object named by `type` comes on top."""

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual", "group"] | None = None
    to: Words | None = None
    """Phone number; `+`, spaces, hyphens and brackets are allowed."""
    recipient: Words | None = None
    """Business-scoped user id; `to` wins."""
    type: str = "text"
    status: None = None
    context: Context | None = None
    biz_opaque_callback_data: Annotated[str, Field(max_length=MAX_REFERENCE)] | None = None
    """Comes back in every status, never in the answer."""
    recipient_identity_key_hash: Words | None = None
    """Send to this identity or to nobody (137000)."""


class Typing(Shape):
    """`typing_indicator`: there is no other than of text."""

    type: Literal["text"]


class ReceiptShape(Shape):
    """A read receipt, perhaps with typing."""

    messaging_product: Literal["whatsapp"]
    status: Literal["read"]
    message_id: Words
    typing_indicator: Typing | None = None


_PLAIN: Mapping[str, type[Shown]] = {
    "text": plain.Text,
    "image": plain.Image,
    "video": plain.Video,
    "document": plain.Document,
    "sticker": plain.Sticker,
    "audio": plain.Audio,
    "location": plain.Location,
    "contacts": plain.Contacts,
    "reaction": plain.Reaction,
    "template": template.Template,
}
_INTERACTIVE: Mapping[str, type[Shown]] = {
    "button": choices.ReplyButtons,
    "list": choices.List,
    "cta_url": leads.CtaUrl,
    "flow": leads.Flow,
    "product": shop.Product,
    "product_list": shop.ProductList,
    "catalog_message": shop.Catalog,
    "location_request_message": leads.PlaceRequest,
    "address_message": leads.Address,
    "order_details": shop.OrderDetails,
    "order_status": shop.OrderStatus,
    "contact_request": leads.ContactRequest,
    "request_contact_info": leads.ContactRequest,
    "call_permission_request": leads.CallPermission,
    "voice_call": leads.VoiceCall,
    "carousel": cards.Carousel,
}
KINDS = frozenset({*_PLAIN, "interactive"})
"""Values of `type` that can be sent to one person."""
S = TypeVar("S", bound=Shape)


def read_request(body: object) -> Receipt | Send:
    """Return what is asked for. Raises `GraphError`, naming field and limit."""
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "Param messaging_product must be 'whatsapp'")
    if body.get("status") is not None:
        receipt = _shape(ReceiptShape, body)
        return Receipt(receipt.message_id, typing=receipt.typing_indicator is not None)
    envelope = _shape(Envelope, body)
    if envelope.to is None and envelope.recipient is None:
        raise GraphError(131008, "Param to or recipient is required")
    if envelope.recipient_type == "group":
        raise unknown_object(str(envelope.to))
    content, inner = _content(envelope.type, body)
    extra = (key for key in unknown_keys(envelope) if key != envelope.type)
    return Send(
        to=envelope.to,
        recipient=envelope.recipient,
        content=content,
        quotes=None if envelope.context is None else envelope.context.message_id,
        reference=envelope.biz_opaque_callback_data,
        identity=envelope.recipient_identity_key_hash,
        unknown=(*extra, *inner),
    )


def _content(kind: str, body: Mapping[str, Any]) -> tuple[Content, tuple[str, ...]]:
    if kind not in KINDS:
        raise GraphError(131051, f"Param type must be one of {', '.join(sorted(KINDS))}, not {kind!a}")
    node = body.get(kind)
    if node is None:
        raise GraphError(131008, f"Param {kind} is required when type is '{kind}'")
    at: tuple[str, ...] = (kind,)
    if kind == "contacts":  # an array: the only one whose object is not an object
        node, at = {"contacts": node}, ()
    shape = _INTERACTIVE[_kind(node)] if kind == "interactive" else _PLAIN[kind]
    found = _shape(shape, node, *at)
    return found.content(node), tuple(unknown_keys(found, *at))


def _kind(node: object) -> str:
    """Return the type of an interactive message."""
    if not isinstance(node, dict):
        raise GraphError(131009, "Param interactive must be an object")
    kind = node.get("type")
    if kind is None:
        raise GraphError(131008, "Param interactive['type'] is required")
    if not isinstance(kind, str) or kind not in _INTERACTIVE:
        raise GraphError(
            131009, f"Param interactive['type'] must be one of {', '.join(sorted(_INTERACTIVE))}"
        )
    return kind


def _shape(shape: type[S], node: object, *at: str) -> S:
    try:
        return shape.model_validate(node)
    except ValidationError as error:
        raise refusal(error, *at) from error
