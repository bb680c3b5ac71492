"""What customers send, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from wavoice.sim.emulator import wire
from wavoice.sim.emulator.events.kinds import EventContext, EventKind, Payload
from wavoice.sim.emulator.handset.ad import Ad
from wavoice.sim.emulator.media import JPEG_MIME, TINY_JPEG, document_mime
from wavoice.sim.emulator.samples import (
    SILENT_NOTE,
    STICKER_MIME,
    TINY_STICKER,
    TINY_VIDEO,
    VIDEO_MIME,
)
from wavoice.sim.emulator.wire import VOICE_MIME, content, unsupported

Said = Callable[[EventContext], dict[str, Any]]


def _message(doc: str, said: Said) -> EventKind:
    def payload(context: EventContext) -> Payload:
        wamid = context.ids.wamid()
        return wire.message(context.business, context.person, wamid, context.now, said(context))

    return EventKind(doc, payload)


def _audio(context: EventContext, *, voice: bool) -> dict[str, Any]:
    return content("audio", **context.file(SILENT_NOTE, VOICE_MIME), voice=voice)


def _document(context: EventContext) -> dict[str, Any]:
    name = "receipt.pdf"
    return content("document", **context.file(b"%PDF-1.4\n", document_mime(name)), filename=name)


def _tap(context: EventContext, kind: str, reply: Mapping[str, Any]) -> dict[str, Any]:
    return content("interactive", type=kind, **{kind: dict(reply)}) | context.answers()


def _form(context: EventContext, name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    reply = {"name": name, "body": "Sent", "response_json": json.dumps(answer)}
    return _tap(context, "nfm_reply", reply)


def _call_permission(context: EventContext) -> dict[str, Any]:
    week = context.now // 1_000_000 + 7 * 24 * 3600
    reply = {"response": "accept", "expiration_timestamp": week}
    return _tap(context, "call_permission_reply", {**reply, "response_source": "user_action"})


def _card(context: EventContext, **more: Any) -> dict[str, Any]:
    name, phone = context.person.name, context.person.phone or "15550100200"
    card = {
        "name": {"formatted_name": f"{name} Sample", "first_name": name, "last_name": "Sample"},
        "phones": [{"phone": f"+{phone}", "wa_id": phone, "type": "CELL"}],
    }
    return {"type": "contacts", "contacts": [card | more]}


def _from_ad(ad: Ad) -> dict[str, Any]:
    return content("text", body="Is it still on offer?") | {"referral": ad.referral()}


def _order(_context: EventContext) -> dict[str, Any]:
    item = {"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30, "currency": "USD"}
    return content("order", catalog_id="194836987003835", text="", product_items=[item])


def _edit(context: EventContext) -> dict[str, Any]:
    edited = content("text", body="Saturday, please")
    return content("edit", original_message_id=context.subject, message=edited)


def _product(context: EventContext) -> dict[str, Any]:
    product = {"catalog_id": "194836987003835", "product_retailer_id": "di9ozbzfi4"}
    asked = {"from": context.business.display_phone, "id": context.subject, "referred_product": product}
    return content("text", body="Is this still available?") | {"context": asked}


_MEDIA = {
    "message.voice": _message("A voice note, recorded in the app.", lambda c: _audio(c, voice=True)),
    "message.audio": _message("An audio file: no voice note.", lambda c: _audio(c, voice=False)),
    "message.voice_forwarded": _message(
        "A forwarded note: `voice` is false on the wire.",
        lambda c: _audio(c, voice=False) | {"context": {"forwarded": True}},
    ),
    "message.image": _message(
        "A picture with a caption.",
        lambda c: content("image", **c.file(TINY_JPEG, JPEG_MIME), caption="my door"),
    ),
    "message.video": _message(
        "A video with a caption.",
        lambda c: content("video", **c.file(TINY_VIDEO, VIDEO_MIME), caption="see for yourself"),
    ),
    "message.document": _message("A document with its file name.", _document),
    "message.sticker": _message(
        "A sticker that does not move.",
        lambda c: content("sticker", **c.file(TINY_STICKER, STICKER_MIME), animated=False),
    ),
    "message.media_too_large": _message(
        "A file of more than 100 MB: it arrives as unsupported, with 131052.",
        lambda _: unsupported("video", too_large=True),
    ),
}

_TAPS = {
    "message.button_reply": _message(
        "A tap on a reply button.",
        lambda c: _tap(c, "button_reply", {"id": "yes", "title": "Yes"}),
    ),
    "message.list_reply": _message(
        "A tap on a row of a list.",
        lambda c: _tap(c, "list_reply", {"id": "fri", "title": "Friday", "description": "9 to 12"}),
    ),
    "message.template_button": _message(
        "A tap on a quick reply of a template: its own type, with the payload as sent.",
        lambda c: content("button", payload="CONFIRM-1842", text="Confirm") | c.answers(),
    ),
    "message.flow_reply": _message(
        "A finished flow: its answers are JSON inside a string.",
        lambda c: _form(c, "flow", {"flow_token": "unused", "delivery_rating": "4"}),
    ),
    "message.address_reply": _message(
        "An address, asked for with an address message (India).",
        lambda c: _form(
            c, "address_message", {"saved_address_id": "home", "values": {"in_pin_code": "400063"}}
        ),
    ),
    "message.call_permission": _message("The business may call, for a week.", _call_permission),
}

_ABOUT_OTHERS = {
    "message.reaction": _message(
        "A reaction to a message.", lambda c: content("reaction", message_id=c.subject, emoji="👍")
    ),
    "message.reaction_removed": _message(
        "A reaction taken back: the emoji is empty.",
        lambda c: content("reaction", message_id=c.subject, emoji=""),
    ),
    "message.reaction_removed_without_key": _message(
        "A reaction taken back: the key `emoji` is absent.",
        lambda c: content("reaction", message_id=c.subject),
    ),
    "message.edit": _message("The customer changes a text that was sent.", _edit),
    "message.revoke": _message(
        "The customer deletes a message for everyone.",
        lambda c: content("revoke", original_message_id=c.subject),
    ),
}

_TEXTS = {
    "message.text": _message("A customer writes.", lambda _: content("text", body="Hello")),
    "message.reply": _message(
        "A text that quotes a message of the business.", lambda c: content("text", body="yes") | c.answers()
    ),
    "message.forwarded": _message(
        "A forwarded text.", lambda _: content("text", body="Look") | {"context": {"forwarded": True}}
    ),
    "message.forwarded_often": _message(
        "A text that was forwarded more than five times.",
        lambda _: content("text", body="Look") | {"context": {"frequently_forwarded": True}},
    ),
    "message.product_inquiry": _message("A question about a product of the catalogue.", _product),
    "message.ad_referral": _message(
        "The first text of who comes from a click-to-WhatsApp ad.",
        lambda _: _from_ad(Ad(greeting="Hi! How can we help?")),
    ),
    "message.status_ad_referral": _message(
        "The same from an ad in WhatsApp Status: without `ctwa_clid`.", lambda _: _from_ad(Ad(click_id=None))
    ),
    "message.group_text": _message(
        "A text in a group: never an answer to a private question.",
        lambda _: content("text", body="yes") | {"group_id": "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMA"},
    ),
}

_OTHERS = {
    "message.location": _message(
        "A place with name and address.",
        lambda _: content(
            "location",
            latitude=37.4611978,
            longitude=-122.2164385,
            name="Home",
            address="14 Lake Road",
            url="https://maps.example/14",
        ),
    ),
    "message.contacts": _message(
        "A contact card that the customer shares.", lambda c: _card(c, org={"company": "Corner Shop"})
    ),
    "message.contact_shared": _message(
        "The customer's own number, asked for with a contact request.",
        lambda c: _card(c, origin="contact_request") | c.answers(),
    ),
    "message.order": _message("A basket from the catalogue; prices are numbers.", _order),
    "message.unsupported": _message("A kind that the API does not know: 131051.", lambda _: unsupported()),
    "message.unsupported_poll": _message(
        "A poll: 131051, and its type is told.", lambda _: unsupported("poll_creation")
    ),
    "unknown.message_type": _message(
        "A type that nobody has documented yet: answer 200, and log it.",
        lambda _: content("hologram", id="1003383421387256", depth=3),
    ),
}

MESSAGES: Mapping[str, EventKind] = {**_TEXTS, **_MEDIA, **_TAPS, **_ABOUT_OTHERS, **_OTHERS}
