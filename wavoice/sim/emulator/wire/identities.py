"""What WhatsApp tells when a user is known by another name from now on.

Shapes: system messages webhook reference (August 2026), business-scoped user id pages.
"""

from __future__ import annotations

from typing import Any

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.wire.build import contact, content, envelope, inbound, seconds
from wavoice.sim.emulator.wire.parties import Business, Person


def moved(business: Business, was: Person, now: Person, wamid: str, at: Micros) -> dict[str, Any]:
    """Return the system message of a user who has another phone number, without `contacts`.

    `user_changed_number` if the new number may be told; else `user_changed_user_id`, without a number.
    """
    told = now.phone is not None
    old, new = (was.phone or was.bsuid, now.phone) if told else (was.bsuid, now.bsuid)
    system = content(
        "system",
        body=f"User {was.name} changed from {old} to {new}",
        wa_id=now.phone,
        user_id=now.bsuid,
        parent_user_id=now.parent_bsuid,
        type="user_changed_number" if told else "user_changed_user_id",
    )
    return envelope(business, {"messages": [inbound(was, wamid, at, system)]})


def moved_before_user_ids(
    business: Business, was: Person, now: Person, wamid: str, at: Micros
) -> dict[str, Any]:
    """Return the same as it was written before April 2026, when users had no ids."""
    system = content(
        "system",
        body=f"User {was.name} changed from {was.phone} to {now.phone}",
        wa_id=now.phone,
        type="user_changed_number",
    )
    node = {"from": was.phone, "id": wamid, "timestamp": seconds(at), **system}
    return envelope(business, {"messages": [node]})


def another_user_id(business: Business, was: Person, now: Person, at: Micros) -> dict[str, Any]:
    """Return the webhook of field `user_id_update`."""
    update: dict[str, Any] = {
        "detail": "The business-scoped user id changed because the user changed the phone number",
        "user_id": {"previous": was.bsuid, "current": now.bsuid},
        "timestamp": seconds(at),
    }
    if now.phone is not None:
        update["wa_id"] = now.phone
    if was.parent_bsuid is not None and now.parent_bsuid is not None:
        update["parent_user_id"] = {"previous": was.parent_bsuid, "current": now.parent_bsuid}
    return envelope(business, {"user_id_update": [update]}, "user_id_update")


def another_key(business: Business, person: Person, wamid: str, at: Micros, key: str) -> dict[str, Any]:
    """Return the system message of a user with another identity key: the one kind with `contacts`."""
    system = content("system", body=f"User {person.name} identity changed", type="customer_identity_changed")
    identity = {"acknowledged": False, "created_timestamp": seconds(at), "hash": key}
    node = inbound(person, wamid, at, {**system, "identity": identity})
    return envelope(business, {"contacts": [contact(person, username=True)], "messages": [node]})


def preference(business: Business, person: Person, value: str, at: Micros) -> dict[str, Any]:
    """Return the webhook of a user who says `stop`, `resume` or `signup` to marketing.

    Its timestamp is a number, as nowhere else (user_preferences webhook reference).
    """
    words = {
        "stop": "User requested to stop marketing messages",
        "resume": "User requested to resume marketing messages",
        "signup": "User signed up via signup link",
    }
    item: dict[str, Any] = {"user_id": person.bsuid, "detail": words[value], "category": "marketing_messages"}
    item |= {"value": value, "timestamp": at // SECOND}
    if person.phone is not None:
        item["wa_id"] = person.phone
    if person.parent_bsuid is not None:
        item["parent_user_id"] = person.parent_bsuid
    if value == "signup":
        item["signup_id"] = "13176843987434774"
    value_node = {"contacts": [contact(person, username=True)], "user_preferences": [item]}
    return envelope(business, value_node, "user_preferences")
