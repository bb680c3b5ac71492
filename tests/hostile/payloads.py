"""Our own examples of every kind of webhook, by the Cloud API webhook reference (v24.0)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from wavoice.sim.emulator.wire import Business

NUMBER = Business().number
SENT = 1_795_515_300
MEDIA = {"id": "901", "mime_type": "image/jpeg", "sha256": "q83v", "url": "https://media.wavoice.test/901"}
NOTE = {**MEDIA, "mime_type": "audio/ogg; codecs=opus", "voice": True}
CONTENTS: Mapping[str, Any] = {
    "text": {"body": "move my delivery to Friday"},
    "audio": NOTE,
    "image": {**MEDIA, "caption": "look"},
    "video": MEDIA,
    "document": {**MEDIA, "filename": "bill.pdf"},
    "sticker": {**MEDIA, "animated": False},
    "location": {"latitude": 19.07, "longitude": 72.87, "name": "home"},
    "contacts": [{"name": {"formatted_name": "A"}, "phones": [{"phone": "+15550100201", "type": "CELL"}]}],
    "interactive": {"type": "button_reply", "button_reply": {"id": "yes:d1", "title": "Yes"}},
    "button": {"payload": "p", "text": "Track"},
    "reaction": {"message_id": "wamid.B", "emoji": "\U0001f44d"},
    "order": {
        "catalog_id": "1",
        "text": "these",
        "product_items": [{"product_retailer_id": "a", "quantity": 2, "item_price": 9.5, "currency": "EUR"}],
    },
    "system": {"type": "user_changed_number", "body": "changed", "wa_id": "15550100299"},
    "edit": {"original_message_id": "wamid.A", "message": {"type": "text", "text": {"body": "no wait"}}},
    "revoke": {"original_message_id": "wamid.A"},
    "unsupported": {"type": "poll_creation"},
    "hologram": {"depth": 3},
}
REFERRAL = {
    "source_url": "https://fb.test/ad",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "headline": "Fresh flowers",
    "body": "Order today",
    "media_type": "image",
    "image_url": "https://cdn.test/ad.jpg",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ",
}
FIELDS: Mapping[str, Any] = {
    "account_update": {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SCAM"}},
    "message_template_status_update": {
        "event": "REJECTED",
        "message_template_id": 597,
        "message_template_name": "order_update",
        "message_template_language": "en",
        "reason": "INVALID_FORMAT",
    },
    "phone_number_quality_update": {"display_phone_number": "15550100100", "event": "ONBOARDING"},
    "user_preferences": {
        "user_preferences": [
            {"wa_id": "15550100200", "category": "marketing_messages", "value": "stop", "timestamp": SENT}
        ]
    },
    "security": {"event": "PIN_CHANGED"},
    "group_lifecycle_update": {"groups": [{"group_id": "g1", "type": "group_create"}]},
    "messaging_handovers": {"new_owner": "agent"},
    "weather_update": {"rain": True},
}


def value(**more: Any) -> dict[str, Any]:
    """A value of the field `messages`."""
    metadata = {"display_phone_number": "15550100100", "phone_number_id": NUMBER}
    return {"messaging_product": "whatsapp", "metadata": metadata, **more}


def message(kind: str, name: str = "wamid.A", **more: Any) -> dict[str, Any]:
    """A message of that type."""
    who = {"from": "15550100200", "from_user_id": "US.13491208655302741918"}
    return {**who, "id": name, "timestamp": str(SENT), "type": kind, kind: CONTENTS[kind], **more}


def status(state: str, name: str = "wamid.B", **more: Any) -> dict[str, Any]:
    """A status of a message of ours."""
    whose = {"recipient_id": "15550100200", "recipient_user_id": "US.13491208655302741918"}
    return {"id": name, "status": state, "timestamp": str(SENT), **whose, **more}


def webhook(*values: Mapping[str, Any], field: str = "messages") -> dict[str, Any]:
    """A whole body, one change a value."""
    changes = [{"field": field, "value": dict(one)} for one in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290", "changes": changes}]}


def said(*messages: Mapping[str, Any], field: str = "messages", **more: Any) -> dict[str, Any]:
    """A body with these messages and their sender."""
    sender = {
        "profile": {"name": "Anna", "username": "@anna"},
        "wa_id": "15550100200",
        "user_id": "US.13491208655302741918",
    }
    return webhook(value(contacts=[sender], messages=list(messages), **more), field=field)


def examples() -> Iterator[dict[str, Any]]:
    """One body of every kind."""
    yield from (said(message(kind)) for kind in CONTENTS)
    yield said(message("text", context={"from": "15550100100", "id": "wamid.B"}, referral=REFERRAL))
    yield said(message("audio", context={"forwarded": True}))
    yield said(message("text", group_id="g1"))
    yield said(message("text"), field="standby")
    yield said(message("text", errors=[{"code": 131051, "title": "Unsupported"}]))
    price = {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}
    for state in ("sent", "delivered", "read", "played"):
        yield webhook(value(statuses=[status(state, pricing=price, biz_opaque_callback_data="o_1/0")]))
    failed = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "late"}}
    yield webhook(value(statuses=[status("failed", errors=[failed])]))
    yield webhook(value(errors=[{"code": 130429, "title": "Rate limit hit"}]))
    yield webhook(value(user_actions=[{"action_type": "marketing_messages_link_click"}]))
    ids = {"previous": "US.13491208655302741918", "current": "US.777"}
    yield webhook(value(user_id_update=[{"user_id": ids, "timestamp": str(SENT)}]), field="user_id_update")
    echo = {**message("text"), "to": "15550100200", "from": "15550100100"}
    yield webhook(value(message_echoes=[echo]), field="smb_message_echoes")
    yield from (webhook(found, field=field) for field, found in FIELDS.items())


def encode(body: object) -> bytes:
    """As Meta writes it: pure ASCII."""
    return json.dumps(body, ensure_ascii=True).encode()


def sign(body: bytes, secret: str) -> str:
    """The header over exactly these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
