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
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from wavoice.runtime.adapters.wire_messages import echo, message, oddity, renamed
from wavoice.runtime.adapters.wire_nodes import (
    MalformedError,
    Node,
    child,
    children,
    moment,
    name,
    outline,
    required,
    string,
)
from wavoice.runtime.model import Arrived, PromptState, StatusUpdate

T = TypeVar("T")

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_PLACE = re.compile(r"\[\d+\]")
_VALUE_KEYS = frozenset({"messaging_product", "metadata", "contacts"})
_READERS = {"messages": message, "smb_message_echoes": echo, "user_id_update": renamed}
"""By the field of a change: what reads an item of its list."""
_LISTS = {"messages": "messages", "smb_message_echoes": "message_echoes", "user_id_update": "user_id_update"}
ALERTS = {
    "account_alerts": "alert_type",
    "account_offboarded": "event",
    "account_reconnected": "event",
    "account_review_update": "decision",
    "account_update": "event",
    "business_capability_update": "event",
    "message_template_components_update": "event",
    "message_template_quality_update": "new_quality_score",
    "message_template_status_update": "event",
    "phone_number_name_update": "decision",
    "phone_number_quality_update": "event",
    "security": "event",
    "template_category_update": "new_category",
}
"""Fields that an operator has to hear of, and the key that says what happened."""
_STATUS_KEYS = frozenset(
    {
        *("id", "status", "timestamp", "type", "conversation", "pricing", "errors", "payment"),
        *("biz_opaque_callback_data", "recipient_type", "recipient_identity_key_hash", "recipient_id"),
        *("recipient_user_id", "recipient_parent_user_id", "recipient_participant_id"),
        *("recipient_participant_user_id", "recipient_participant_parent_user_id"),
    }
)
_MESSAGE_KEYS = frozenset(
    {
        *("id", "from", "from_user_id", "from_parent_user_id", "timestamp", "type", "context", "referral"),
        *("errors", "identity", "group_id", "to", "to_user_id", "to_parent_user_id"),
    }
)
_KEYS = {"messages": _MESSAGE_KEYS, "message_echoes": _MESSAGE_KEYS, "statuses": _STATUS_KEYS}
"""By list: the keys of its items that are read or may be passed over; others are told of."""
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
class Alert:
    """News of the account, a template or the whole number: for the operator's log, no customer's matter."""

    field: str
    """The field of the webhook, or `errors` for an error that concerns no single message."""
    event: str
    """What happened, in WhatsApp's word or its error code."""
    subject: str = ""
    """The business number or template that it is about; empty: the account."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One webhook: up to a thousand updates, for any of the business's numbers."""

    messages: tuple[Arrived, ...]
    statuses: tuple[StatusUpdate, ...]
    unknown: tuple[str, ...]
    """What was not understood, as places and names without personal values: log it, answer 200."""
    alerts: tuple[Alert, ...] = ()
    outlines: Mapping[str, str] = field(default_factory=dict)
    """By kind of what was not understood: what the last one was made of, without values (`outline`)."""

    def odd(self) -> Counter[str]:
        """Count what was not understood by kind, without places: message types among it."""
        types = (oddity(message) for message in self.messages)
        kinds = (_PLACE.sub("", what) for what in self.unknown)
        return Counter([*kinds, *(kind for kind in types if kind)])


def verify_signature(body: bytes, header: str | None, secrets: Sequence[bytes]) -> bool:
    """Tell whether `X-Hub-Signature-256` was made over exactly these bytes with one of the app secrets.

    Several secrets let an old and a new one stand side by side while they are rotated. Takes the
    same time whichever byte differs. No secret, or an empty one, verifies nothing.
    """
    found = _SIGNATURE.fullmatch(header or "")
    if found is None:
        return False
    matches = [
        hmac.compare_digest(hmac.digest(secret, body, hashlib.sha256).hex(), found[1])
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
    found = _Found()
    for entry in children(envelope, "entry"):
        for change in children(entry, "changes"):
            _change(change, found)
    return Batch(
        messages=tuple(found.messages),
        statuses=tuple(found.statuses),
        unknown=tuple(found.unknown),
        alerts=tuple(found.alerts),
        outlines={kind: outline(value) for kind, value in found.odd_values.items()},
    )


@dataclass(slots=True)
class _Found:
    messages: list[Arrived] = field(default_factory=list)
    statuses: list[StatusUpdate] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    odd_values: dict[str, object] = field(default_factory=dict)
    """The last of each kind."""

    def odd(self, what: str, value: object) -> None:
        """Note what was not understood."""
        self.unknown.append(what)
        self.odd_values[_PLACE.sub("", what)] = value


def _change(change: Node, found: _Found) -> None:
    value, named = child(change, "value"), name(change.get("field"))
    number = string(child(value, "metadata"), "phone_number_id")
    if named in ALERTS:
        about = value.get("display_phone_number") or value.get("message_template_name")
        subject = name(about) if about else ""
        found.alerts.append(Alert(named, name(value.get(ALERTS[named])), subject))
    if named not in _LISTS or number is None:
        found.odd(f"field {named}", value)
        return
    known = {*_VALUE_KEYS, _LISTS[named]}
    read = partial(_READERS[named], number=number, contacts=children(value, "contacts"))
    found.messages += _each(value, _LISTS[named], read, found)
    if named == "messages":
        known.add("statuses")
        found.statuses += _each(value, "statuses", partial(_status, number=number), found)
        codes = (string(error, "code") for error in children(value, "errors"))
        found.alerts += [Alert("errors", name(code)) for code in codes]
    for key in value:
        if key not in known:
            found.odd(f"value.{name(key)}", value[key])


def _each(value: Node, key: str, read: Callable[[Node], T], found: _Found) -> list[T]:
    items: list[T] = []
    known = _KEYS.get(key)
    for place, node in enumerate(children(value, key)):
        if known is not None:
            named = node.get("type")
            for one in node:
                if one not in known and one != named:
                    found.odd(f"{key}[{place}].{name(one)}", node[one])
        try:
            items.append(read(node))
        except MalformedError as error:
            found.odd(f"{key}[{place}]: {error}", node)
        except RecursionError:
            found.unknown.append(f"{key}[{place}]: nested too deeply")
    return items


def _status(node: Node, number: str) -> StatusUpdate:
    if node.get("type") == "payment":  # its `failed` says nothing of the message
        raise MalformedError("a payment")
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
