"""Reads webhook bodies: the signature over the exact bytes, then messages and statuses.

Reading is lenient on purpose. WhatsApp adds fields and types without notice, and a strict parser
turns each of them into an outage: what is not understood is reported beside what is, never raised.
Wire facts: Cloud API webhook reference (v24.0) and the business-scoped user id pages of 2026.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from wavoice.runtime.model import (
    SECOND,
    Alias,
    Arrived,
    MediaRef,
    Micros,
    Modality,
    PromptState,
    StatusUpdate,
)
from wavoice.runtime.redact import redact, redact_tree

Node = Mapping[str, Any]
T = TypeVar("T")

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_VALUE_KEYS = frozenset({"messaging_product", "metadata", "contacts", "messages", "statuses"})
_STATUSES = {
    state.value: state
    for state in (
        PromptState.SENT,
        PromptState.DELIVERED,
        PromptState.READ,
        PromptState.PLAYED,
        PromptState.FAILED,
    )
}
_LATEST_SECOND = 1 << 33
"""Year 2242: a larger timestamp is damage, and would not fit a database integer as microseconds."""


class BadWebhook(ValueError):  # noqa: N818 - the name of the thing, not of a failure of ours
    """The body is not a JSON object: answer 400 and store nothing."""


class _MalformedError(ValueError):
    """One message or status lacks what every such item has; says which key, never a value."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One webhook: up to a thousand updates, for any of the business's numbers."""

    messages: tuple[Arrived, ...]
    statuses: tuple[StatusUpdate, ...]
    unknown: tuple[str, ...]
    """What was not understood, as places and names without personal values: log it, answer 200."""


def verify_signature(body: bytes, header: str | None, secrets: Sequence[bytes]) -> bool:
    """Tell whether `X-Hub-Signature-256` was made over exactly these bytes with one of the app secrets.

    Several secrets let an old and a new one stand side by side while they are rotated. Takes the
    same time whichever byte differs. No secret, or an empty one, verifies nothing.
    """
    found = _SIGNATURE.fullmatch(header or "")
    if found is None:
        return False
    matches = [
        hmac.compare_digest(hmac.new(secret, body, hashlib.sha256).hexdigest(), found[1])
        for secret in secrets
        if secret
    ]
    return any(matches)


def parse(body: bytes) -> Batch:
    """Read a webhook whose signature was verified. Raises `BadWebhook` unless it is a JSON object."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadWebhook("the webhook body is not JSON") from error
    if not isinstance(envelope, dict):
        raise BadWebhook("the webhook body is not a JSON object")
    messages: list[Arrived] = []
    statuses: list[StatusUpdate] = []
    unknown: list[str] = []
    for change in [change for entry in _nodes(envelope, "entry") for change in _nodes(entry, "changes")]:
        value = _node(change, "value")
        number = _string(_node(value, "metadata"), "phone_number_id")
        if change.get("field") != "messages" or number is None:
            unknown.append(f"field {change.get('field')}")
            continue
        read_message = partial(_message, number=number, contacts=_nodes(value, "contacts"))
        messages += _each(value, "messages", read_message, unknown)
        statuses += _each(value, "statuses", partial(_status, number=number), unknown)
        unknown += [f"value.{key}" for key in value if key not in _VALUE_KEYS]
    return Batch(tuple(messages), tuple(statuses), tuple(unknown))


def _each(value: Node, key: str, read: Callable[[Node], T], unknown: list[str]) -> list[T]:
    items: list[T] = []
    for place, node in enumerate(_nodes(value, key)):
        try:
            items.append(read(node))
        except _MalformedError as error:
            unknown.append(f"{key}[{place}]: {error}")
    return items


def _message(node: Node, number: str, contacts: Sequence[Node]) -> Arrived:
    if "group_id" in node:
        # A yes to somebody else in a group must never answer a private question of ours.
        raise _MalformedError("a group message")
    kind = _required(node, "type")
    context = _node(node, "context")
    modality, text, media, button = _content(kind, node)
    return Arrived(
        number=number,
        id=_required(node, "id"),
        alias=_alias(node, contacts),
        sent_at=_moment(node),
        modality=modality,
        type=kind,
        body=redact_tree(dict(node)),
        text=None if text is None else redact(text),
        media=media,
        button=button,
        quotes=_string(context, "id"),
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
    )


def _content(kind: str, node: Node) -> tuple[Modality, str | None, MediaRef | None, str | None]:
    """Modality, text, audio and button id of a message of that type."""
    own = _node(node, kind)
    match kind:
        case "text":
            return Modality.TEXT, _required(own, "body"), None, None
        case "audio":
            return Modality.VOICE, None, _audio(own), None
        case "button":
            return Modality.BUTTON, _string(own, "text"), None, _required(own, "payload")
        case "interactive" if own.get("type") in ("button_reply", "list_reply"):
            reply = _node(own, str(own["type"]))
            return Modality.BUTTON, _string(reply, "title"), None, _required(reply, "id")
    return Modality.OTHER, None, None, None


def _audio(node: Node) -> MediaRef:
    return MediaRef(
        id=_required(node, "id"),
        mime_type=_string(node, "mime_type") or "application/octet-stream",
        sha256=_string(node, "sha256") or "",
        voice=node.get("voice") is True,
        url=_string(node, "url"),
    )


def _alias(node: Node, contacts: Sequence[Node]) -> Alias:
    """Names of the sender: either may be absent, or stand in `contacts` alone."""
    phone, bsuid = _string(node, "from"), _string(node, "from_user_id")

    def same(contact: Node) -> bool:
        known = _string(contact, "user_id")
        if bsuid and known:
            return known == bsuid
        # `from` and `wa_id` of one person differ in Brazil and Mexico: a sole contact needs no match.
        return len(contacts) == 1 or (phone is not None and _string(contact, "wa_id") == phone)

    contact = next(filter(same, contacts), {})
    phone = phone or _string(contact, "wa_id")
    bsuid = bsuid or _string(contact, "user_id")
    if phone is None and bsuid is None:
        raise _MalformedError("no sender")
    return Alias(phone=phone.removeprefix("+") if phone else None, bsuid=bsuid)


def _status(node: Node, number: str) -> StatusUpdate:
    status = _STATUSES.get(_required(node, "status"))
    if status is None:
        raise _MalformedError("an unknown `status`")
    codes = [error.get("code") for error in _nodes(node, "errors")]
    return StatusUpdate(
        number=number,
        message=_required(node, "id"),
        reference=_string(node, "biz_opaque_callback_data"),
        status=status,
        at=_moment(node),
        error_code=next((code for code in codes if isinstance(code, int)), None),
    )


def _moment(node: Node) -> Micros:
    seconds = _required(node, "timestamp")
    if not (seconds.isdecimal() and len(seconds) <= 12 and int(seconds) < _LATEST_SECOND):
        raise _MalformedError("`timestamp` is no Unix time in seconds")
    return int(seconds) * SECOND


def _node(node: Node, key: str) -> Node:
    value = node.get(key)
    return value if isinstance(value, dict) else {}


def _nodes(node: Node, key: str) -> list[Node]:
    value = node.get(key)
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _required(node: Node, key: str) -> str:
    value = _string(node, key)
    if value is None:
        raise _MalformedError(f"no `{key}`")
    return value


def _string(node: Node, key: str) -> str | None:
    """The value as text; empty counts as absent, as drafts of the identity pages send it."""
    value = node.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    # JSON may hold half a surrogate pair (a name cut inside an emoji), which no database stores.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
