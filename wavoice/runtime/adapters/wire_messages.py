"""Messages of a webhook: what was said, what was done to it, and by whom."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from wavoice.runtime.adapters.wire_nodes import MalformedError, Node, child, moment, name, required, string
from wavoice.runtime.model import Alias, Arrived, Form, MediaRef, Modality, Referral
from wavoice.runtime.redact import redact, redact_tree

_CAPTIONED = frozenset({"image", "video", "document"})
_TYPES = frozenset(
    {
        *("audio", "button", "contacts", "document", "edit", "image", "interactive", "location", "order"),
        *("reaction", "revoke", "sticker", "system", "text", "video"),
    }
)
"""Types of the Cloud API that can be read; `unsupported` is what WhatsApp itself could not pass on."""
_LONGEST = 1000
"""Characters of a value of a referral that are kept."""
_MOVES = frozenset({"user_changed_number", "user_changed_user_id"})
"""System messages: the customer writes under another name from now on."""


@dataclass(frozen=True, slots=True)
class _Content:
    """What a message says, or what it does to another one."""

    modality: Modality = Modality.OTHER
    text: str | None = None
    media: MediaRef | None = None
    button: str | None = None
    form: Form = Form.MESSAGE
    target: str | None = None


def message(node: Node, number: str, contacts: Sequence[Node]) -> Arrived:
    """An item of `messages`. Raises `MalformedError`."""
    if "group_id" in node:
        # A yes to somebody else in a group must never answer a private question of ours.
        raise MalformedError("a group message")
    kind = required(node, "type")
    context = child(node, "context")
    content = _content(kind, node)
    return Arrived(
        number=number,
        id=required(node, "id"),
        alias=_alias(node, contacts),
        sent_at=moment(node),
        modality=content.modality,
        type=kind,
        body=redact_tree(dict(node)),
        text=None if content.text is None else redact(content.text),
        media=content.media,
        button=content.button,
        quotes=string(context, "id"),
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
        form=content.form,
        target=content.target,
        identity=_identity(node, contacts),
        becomes=_new_name(child(node, "system")),
        referral=_referral(node),
    )


def _content(kind: str, node: Node) -> _Content:
    """What a message of that type holds; of a type that is not known, nothing."""
    own = child(node, kind)
    match kind:
        case "text":
            return _Content(Modality.TEXT, required(own, "body"))
        case "audio":
            return _Content(Modality.VOICE, media=_audio(own))
        case "button":
            return _Content(Modality.BUTTON, string(own, "text"), button=required(own, "payload"))
        case "interactive" if own.get("type") in ("button_reply", "list_reply"):
            reply = child(own, str(own["type"]))
            return _Content(Modality.BUTTON, string(reply, "title"), button=required(reply, "id"))
        case "reaction":
            # Taken back: an empty emoji, or none at all; both occur on the wire.
            emoji = string(own, "emoji")
            form = Form.REACTION_REMOVED if emoji is None else Form.REACTION
            return _Content(text=emoji, form=form, target=required(own, "message_id"))
        case "edit":
            target = required(own, "original_message_id")
            edited = _words(child(own, "message"))
            typed = child(own, "message").get("type") == "text"
            return _Content(Modality.TEXT if typed else Modality.OTHER, edited, form=Form.EDIT, target=target)
        case "revoke":
            return _Content(form=Form.REVOKE, target=required(own, "original_message_id"))
        case "system" if string(own, "type") in _MOVES or "identity" in node:
            return _Content(form=Form.IDENTITY)
    return _Content(text=_words(node))


def oddity(arrived: Arrived) -> str | None:
    """What of a message nobody here understands, as a kind to be counted: its type. None: it is known."""
    if arrived.type not in _TYPES and arrived.form is Form.MESSAGE:
        return f"type {name(arrived.type)}"
    if arrived.type == "interactive" and arrived.button is None and arrived.form is Form.MESSAGE:
        inner = arrived.body.get("interactive")
        return f"interactive {name(inner.get('type') if isinstance(inner, dict) else None)}"
    return None


def _referral(node: Node) -> Referral | None:
    """The advertisement that the message came from (`referral`, Click-to-WhatsApp)."""
    own = child(node, "referral")
    if not own:
        return None
    told = {key: string(own, key) for key in ("source_id", "source_url", "media_type", "ctwa_clid")}
    words = {key: string(own, key) for key in ("headline", "body")}
    return Referral(
        source_type=name(own.get("source_type")),
        **{key: value[:_LONGEST] if value else None for key, value in told.items()},
        **{key: redact(value[:_LONGEST]) if value else None for key, value in words.items()},
        at=moment(node),
    )


def _words(node: Node) -> str | None:
    """Words that a text or a caption holds: under a picture they can still say "no wait"."""
    kind = string(node, "type") or ""
    if kind == "text":
        return string(child(node, "text"), "body")
    return string(child(node, kind), "caption") if kind in _CAPTIONED else None


def _identity(node: Node, contacts: Sequence[Node]) -> str | None:
    """Hash of the key of the sender's account: another one after a change of handset or owner."""
    own = string(child(node, "identity"), "hash")
    return own or string(_contact(node, contacts), "identity_key_hash")


def _new_name(system: Node) -> Alias | None:
    """How WhatsApp calls the customer from now on. What it does not tell is not known any more."""
    phone, bsuid = string(system, "wa_id"), string(system, "user_id")
    return Alias(phone, bsuid) if string(system, "type") in _MOVES and (phone or bsuid) else None


def renamed(node: Node, number: str, contacts: Sequence[Node]) -> Arrived:  # noqa: ARG001 -- as the others
    """An item of the field `user_id_update`: no message, so its id is made of what it says."""
    ids, phone = child(node, "user_id"), string(node, "wa_id")
    previous, current = required(ids, "previous"), required(ids, "current")
    digest = hashlib.sha256(f"{number}\n{previous}\n{current}".encode()).hexdigest()
    return Arrived(
        number=number,
        id=f"user_id_update.{digest[:32]}",
        alias=Alias(phone=None, bsuid=previous),
        sent_at=moment(node),
        modality=Modality.OTHER,
        type="user_id_update",
        body={"type": "user_id_update"},
        form=Form.IDENTITY,
        becomes=Alias(phone=phone, bsuid=current),
    )


def echo(node: Node, number: str, contacts: Sequence[Node]) -> Arrived:
    """Staff wrote to a customer from the shop's own phone: to whom, and what; never an answer."""
    if "group_id" in node:
        raise MalformedError("a group message")
    to = {"from": node.get("to"), "from_user_id": node.get("to_user_id")}
    text = _words(node)
    return Arrived(
        number=number,
        id=required(node, "id"),
        alias=_alias(to, contacts),
        sent_at=moment(node),
        modality=Modality.OTHER,
        type=required(node, "type"),
        body=redact_tree(dict(node)),
        text=None if text is None else redact(text),
        form=Form.ECHO,
    )


def _audio(node: Node) -> MediaRef:
    return MediaRef(
        id=required(node, "id"),
        mime_type=string(node, "mime_type") or "application/octet-stream",
        sha256=string(node, "sha256") or "",
        voice=node.get("voice") is True,
        url=string(node, "url"),
    )


def _contact(node: Node, contacts: Sequence[Node]) -> Node:
    """The sender among the contacts of the webhook; empty if not found."""
    phone, bsuid = string(node, "from"), string(node, "from_user_id")

    def same(contact: Node) -> bool:
        known = string(contact, "user_id")
        if bsuid and known:
            return known == bsuid
        # `from` and `wa_id` of one person differ in Brazil and Mexico: a sole contact needs no match.
        return len(contacts) == 1 or (phone is not None and string(contact, "wa_id") == phone)

    return next(filter(same, contacts), {})


def _alias(node: Node, contacts: Sequence[Node]) -> Alias:
    """Names of the sender: either may be absent, or stand in `contacts` alone."""
    contact = _contact(node, contacts)
    phone = string(node, "from") or string(contact, "wa_id")
    bsuid = string(node, "from_user_id") or string(contact, "user_id")
    if phone is None and bsuid is None:
        raise MalformedError("no sender")
    return Alias(phone=phone.removeprefix("+") if phone else None, bsuid=bsuid)
