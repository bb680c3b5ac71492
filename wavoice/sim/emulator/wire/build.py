"""Webhook bodies as WhatsApp writes them since 2026: pure functions from facts to bytes.

Shapes: Cloud API webhook reference for v24.0 and later and the business-scoped user id pages.
Absent identities are absent keys, never empty ones.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.wire.parties import Business, Person

VOICE_MIME = "audio/ogg; codecs=opus"


def encode(payload: Mapping[str, Any]) -> bytes:
    r"""Return the exact bytes: ASCII, everything else as `\uXXXX`, no spaces."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def sign(body: bytes, app_secret: str) -> str:
    """Return the value of `X-Hub-Signature-256` for exactly these bytes."""
    return f"sha256={hmac.digest(app_secret.encode(), body, hashlib.sha256).hex()}"


def seconds(at: Micros) -> str:
    """Return a timestamp: Unix seconds as a string."""
    return str(at // SECOND)


def content(kind: str, /, **keys: Any) -> dict[str, Any]:
    """Return type and node of a message; a key without a value is absent, never null."""
    return {"type": kind, kind: {key: value for key, value in keys.items() if value is not None}}


def unsupported(kind: str | None = None, *, too_large: bool = False) -> dict[str, Any]:
    """Return type and nodes of what the API cannot show: an unknown kind, or media over 100 MB.

    `kind` is told since November 2025, and not always (unsupported messages webhook reference).
    """
    title = "Media download error" if too_large else "Message type unknown"
    details = "Media file size too big. Max file size we currently support: 100 MB."
    error = {
        "code": 131052 if too_large else 131051,
        "title": title,
        "message": title,
        "error_data": {"details": details if too_large else "Message type is currently not supported."},
    }
    node = {"type": "unsupported", "errors": [error]}
    return node if kind is None else {**node, "unsupported": {"type": kind}}


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
    sender = contact(person, username=True)
    if identity is not None:
        sender["identity_key_hash"] = identity
    return envelope(business, {"contacts": [sender], "messages": [inbound(person, wamid, at, said)]})


def inbound(person: Person, wamid: str, at: Micros, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of `messages`: who, when and what."""
    node = {"from_user_id": person.bsuid, "id": wamid, "timestamp": seconds(at), **said}
    if person.phone is not None:
        node["from"] = person.phone
    if person.parent_bsuid is not None:
        node["from_parent_user_id"] = person.parent_bsuid
    return node


def echo(
    business: Business, person: Person, wamid: str, at: Micros, said: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the webhook of a message that somebody sent from the business's own phone app."""
    node: dict[str, Any] = {"from": business.display_phone}
    if person.phone is not None:
        node["to"] = person.phone
    node |= {"to_user_id": person.bsuid, "id": wamid, "timestamp": seconds(at), **said}
    if person.parent_bsuid is not None:
        node["to_parent_user_id"] = person.parent_bsuid
    value = {"contacts": [contact(person, username=True)], "message_echoes": [node]}
    return envelope(business, value, "smb_message_echoes")


def contact(person: Person, *, username: bool) -> dict[str, Any]:
    """Return an item of `contacts`; statuses `sent` are told without the username."""
    profile = {"name": person.name}
    if username and person.username is not None:
        profile["username"] = person.username
    node: dict[str, Any] = {"profile": profile, "user_id": person.bsuid}
    if person.phone is not None:
        node["wa_id"] = person.phone
    if person.parent_bsuid is not None:
        node["parent_user_id"] = person.parent_bsuid
    return node


def envelope(business: Business, value: Mapping[str, Any], field: str = "messages") -> dict[str, Any]:
    """Return a webhook of a field that concerns one number."""
    metadata = {"display_phone_number": business.display_phone, "phone_number_id": business.number}
    return _webhook(business, {"messaging_product": "whatsapp", "metadata": metadata, **value}, field, {})


def account_envelope(business: Business, field: str, value: Mapping[str, Any], at: Micros) -> dict[str, Any]:
    """Return a webhook of a field that concerns the account: without metadata, and dated as a number."""
    return _webhook(business, value, field, {"time": at // SECOND})


def _webhook(
    business: Business, value: Mapping[str, Any], field: str, when: Mapping[str, int]
) -> dict[str, Any]:
    entry = {"id": business.waba, **when, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
