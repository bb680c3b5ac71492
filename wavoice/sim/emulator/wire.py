"""Webhook bodies as WhatsApp writes them since 2026: pure functions from facts to bytes.

Shapes: Cloud API webhook reference for v24.0 and later (no `conversation`) and the business-scoped
user id pages. Absent identities are absent keys, never empty ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.model import SECOND, Micros, PromptState

VOICE_MIME = "audio/ogg; codecs=opus"


@dataclass(frozen=True, slots=True)
class Business:
    """A business number and the account it belongs to."""

    waba: str = "200000000000001"
    """WhatsApp Business Account; `entry[].id` of every webhook."""
    number: str = "100000000000001"
    """`phone_number_id`."""
    display_phone: str = "15550100100"
    """Digits only."""
    name: str = "Corner Shop"


@dataclass(frozen=True, slots=True)
class Person:
    """A WhatsApp user as the business sees them."""

    name: str
    bsuid: str
    """Business-scoped user id, e.g. `US.1349…`."""
    phone: str | None = None
    """Digits with country code; None for a user who hides it behind a username."""
    username: str | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What happened to one message of the business."""

    wamid: str
    state: PromptState
    reference: str | None = None
    error: Mapping[str, Any] | None = None
    """Present exactly when `state` is failed."""


class WireIds:
    """Ids as they look on the wire, the same in every run of one seed, unique within a run."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = itertools.count(1)

    def wamid(self) -> str:
        """Return a message id."""
        return f"wamid.{base64.b64encode(self._bytes()[:33]).decode()}"

    def digits(self) -> str:
        """Return a media id: sixteen digits, as a string."""
        return str(10**15 + int.from_bytes(self._bytes()[:6], "big"))

    def token(self) -> str:
        """Return an opaque word: the hash of a URL, a trace id."""
        return base64.urlsafe_b64encode(self._bytes()[:18]).decode()

    def _bytes(self) -> bytes:
        return hashlib.sha512(f"{self._seed}/{next(self._count)}".encode()).digest()


def encode(payload: Mapping[str, Any]) -> bytes:
    r"""Return the exact bytes: ASCII, everything else as `\uXXXX`, no spaces."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def sign(body: bytes, app_secret: str) -> str:
    """Return the value of `X-Hub-Signature-256` for exactly these bytes."""
    return f"sha256={hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()}"


def seconds(at: Micros) -> str:
    """Return a timestamp: Unix seconds as a string."""
    return str(at // SECOND)


def content(kind: str, /, **keys: Any) -> dict[str, Any]:
    """Return type and node of a message; a key without a value is absent, never null."""
    return {"type": kind, kind: {key: value for key, value in keys.items() if value is not None}}


def message(
    business: Business,
    person: Person,
    wamid: str,
    at: Micros,
    said: Mapping[str, Any],
    identity: str | None = None,
) -> dict[str, Any]:
    """Return the webhook of one inbound message; `said` holds type, its node and context.

    The identity key hash stands beside the contact where the business has the check switched on.
    """
    node = {"from_user_id": person.bsuid, "id": wamid, "timestamp": seconds(at), **said}
    if person.phone is not None:
        node["from"] = person.phone
    contact = _contact(person, username=True)
    if identity is not None:
        contact["identity_key_hash"] = identity
    return _envelope(business, {"contacts": [contact], "messages": [node]})


def echo(
    business: Business, person: Person, wamid: str, at: Micros, said: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the webhook of a message that somebody sent from the business's own phone app."""
    node: dict[str, Any] = {"from": business.display_phone}
    if person.phone is not None:
        node["to"] = person.phone
    node |= {"to_user_id": person.bsuid, "id": wamid, "timestamp": seconds(at), **said}
    value = {"contacts": [_contact(person, username=True)], "message_echoes": [node]}
    return _envelope(business, value, "smb_message_echoes")


def status(business: Business, person: Person, update: StatusUpdate, at: Micros) -> dict[str, Any]:
    """Return the webhook of one status.

    `failed` has no contacts, and no user id if the phone is known; `sent` never has the username.
    """
    node: dict[str, Any] = {"id": update.wamid, "status": update.state.value, "timestamp": seconds(at)}
    if person.phone is not None:
        node["recipient_id"] = person.phone
    if update.reference is not None:
        node["biz_opaque_callback_data"] = update.reference
    if person.phone is None or update.error is None:
        node["recipient_user_id"] = person.bsuid
    if update.error is not None:
        return _envelope(business, {"statuses": [{**node, "errors": [dict(update.error)]}]})
    if update.state in {PromptState.SENT, PromptState.DELIVERED}:
        node["pricing"] = _pricing(at)
    contact = _contact(person, username=update.state is not PromptState.SENT)
    return _envelope(business, {"contacts": [contact], "statuses": [node]})


_SERVICE_CHARGED_FROM: Micros = 1_790_812_800 * SECOND
"""2026-10-01T00:00Z: replies inside the service window are no longer free."""


def _pricing(at: Micros) -> dict[str, Any]:
    charged = at >= _SERVICE_CHARGED_FROM
    return {
        "billable": charged,
        "pricing_model": "PMP",
        "type": "regular" if charged else "free_customer_service",
        "category": "service",
    }


def _contact(person: Person, *, username: bool) -> dict[str, Any]:
    profile = {"name": person.name}
    if username and person.username is not None:
        profile["username"] = person.username
    contact: dict[str, Any] = {"profile": profile, "user_id": person.bsuid}
    if person.phone is not None:
        contact["wa_id"] = person.phone
    return contact


def _envelope(business: Business, value: Mapping[str, Any], field: str = "messages") -> dict[str, Any]:
    metadata = {"display_phone_number": business.display_phone, "phone_number_id": business.number}
    change = {
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
        "field": field,
    }
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": business.waba, "changes": [change]}],
    }
