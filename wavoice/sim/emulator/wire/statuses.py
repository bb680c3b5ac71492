"""What happened to a message of the business, as a webhook.

Shapes: Cloud API status webhook reference. v24.0 and later have no `conversation`, but inside a
free-entry-point window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.model import Micros, PromptState
from wavoice.sim.emulator.wire.build import contact, envelope, seconds
from wavoice.sim.emulator.wire.parties import Business, Person


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What happened to one message of the business."""

    wamid: str
    state: PromptState
    reference: str | None = None
    error: Mapping[str, Any] | None = None
    """Present exactly when `state` is failed."""
    pricing: Mapping[str, Any] | None = None
    """Present on `sent` and on the first of `delivered` and `read` that comes."""
    conversation: Mapping[str, Any] | None = None
    """Present up to version 23, and inside a free-entry-point window."""
    to_phone: bool = True
    """It was sent to a phone number, not to a user id."""


def status(business: Business, person: Person, update: StatusUpdate, at: Micros) -> dict[str, Any]:
    """Return the webhook of one status.

    `failed` has no contacts, and no user id if it was sent to a phone number; `sent` never has the username.
    """
    node: dict[str, Any] = {"id": update.wamid, "status": update.state.value, "timestamp": seconds(at)}
    if person.phone is not None:
        node["recipient_id"] = person.phone
    if update.reference is not None:
        node["biz_opaque_callback_data"] = update.reference
    if update.error is None or not update.to_phone:
        node["recipient_user_id"] = person.bsuid
        if person.parent_bsuid is not None:
            node["recipient_parent_user_id"] = person.parent_bsuid
    if update.error is not None:
        return envelope(business, {"statuses": [{**node, "errors": [dict(update.error)]}]})
    if update.conversation is not None:
        node["conversation"] = dict(update.conversation)
    if update.pricing is not None:
        node["pricing"] = dict(update.pricing)
    about = contact(person, username=update.state is not PromptState.SENT)
    return envelope(business, {"contacts": [about], "statuses": [node]})
