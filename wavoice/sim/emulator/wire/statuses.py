"""What happened to a message of the business, as a webhook.

Shapes: Cloud API status webhook reference for v24.0 and later (no `conversation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.model import SECOND, Micros, PromptState
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
        if person.parent_bsuid is not None:
            node["recipient_parent_user_id"] = person.parent_bsuid
    if update.error is not None:
        return envelope(business, {"statuses": [{**node, "errors": [dict(update.error)]}]})
    if update.state in {PromptState.SENT, PromptState.DELIVERED}:
        node["pricing"] = _pricing(at)
    about = contact(person, username=update.state is not PromptState.SENT)
    return envelope(business, {"contacts": [about], "statuses": [node]})


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
