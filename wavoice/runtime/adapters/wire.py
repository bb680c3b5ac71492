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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from wavoice.runtime.adapters.wire_messages import echo, message, renamed
from wavoice.runtime.adapters.wire_nodes import (
    MalformedError,
    Node,
    child,
    children,
    moment,
    required,
    string,
)
from wavoice.runtime.model import Arrived, PromptState, StatusUpdate

T = TypeVar("T")

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_VALUE_KEYS = frozenset({"messaging_product", "metadata", "contacts"})
_READERS = {"messages": message, "smb_message_echoes": echo, "user_id_update": renamed}
"""By the field of a change: what reads an item of its list."""
_LISTS = {"messages": "messages", "smb_message_echoes": "message_echoes", "user_id_update": "user_id_update"}
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


class BadWebhook(ValueError):  # noqa: N818 - the name of the thing, not of a failure of ours
    """The body is not a JSON object: answer 400 and store nothing."""


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
    for change in [change for entry in children(envelope, "entry") for change in children(entry, "changes")]:
        value, field = child(change, "value"), str(change.get("field"))
        number = string(child(value, "metadata"), "phone_number_id")
        if field not in _LISTS or number is None:
            unknown.append(f"field {field}")
            continue
        known = {*_VALUE_KEYS, _LISTS[field]}
        read = partial(_READERS[field], number=number, contacts=children(value, "contacts"))
        messages += _each(value, _LISTS[field], read, unknown)
        if field == "messages":
            known.add("statuses")
            statuses += _each(value, "statuses", partial(_status, number=number), unknown)
        unknown += [f"value.{key}" for key in value if key not in known]
    return Batch(tuple(messages), tuple(statuses), tuple(unknown))


def _each(value: Node, key: str, read: Callable[[Node], T], unknown: list[str]) -> list[T]:
    items: list[T] = []
    for place, node in enumerate(children(value, key)):
        try:
            items.append(read(node))
        except MalformedError as error:
            unknown.append(f"{key}[{place}]: {error}")
    return items


def _status(node: Node, number: str) -> StatusUpdate:
    status = _STATUSES.get(required(node, "status"))
    if status is None:
        raise MalformedError("an unknown `status`")
    codes = [error.get("code") for error in children(node, "errors")]
    return StatusUpdate(
        number=number,
        message=required(node, "id"),
        reference=string(node, "biz_opaque_callback_data"),
        status=status,
        at=moment(node),
        error_code=next((code for code in codes if isinstance(code, int)), None),
    )
