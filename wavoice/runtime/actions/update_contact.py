"""Change the email address or the name that the shop writes to (R2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Ask, Job, Offer, Prepared, Refuse, Words
from wavoice.runtime.model import Contact, Facts, Proposal, Tier
from wavoice.runtime.replies import service

FIELDS = ("email", "name")
"""What may be changed here, one at a time."""
LONGEST = {"email": 100, "name": 60}
_EMAIL = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+(?:[ .'\u2019-]+[^\W\d_]+)*\.?")
_CALLED = {"email": "email address", "name": "name"}


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    if not facts.records.contact:
        return Refuse(f"I cannot see what we have of you. {service.ASK_A_PERSON}")
    contact = facts.records.contact[0]
    if slots.get("field") == "phone":
        return Refuse(service.NOT_THE_NUMBER)
    field = next((name for name in FIELDS if slots.get(name)), slots.get("field", ""))
    if field not in FIELDS:
        return Ask("field", service.EMAIL_OR_NAME)
    asked = service.WHAT_IS_THE_EMAIL if field == "email" else service.WHAT_IS_THE_NAME
    value = slots.get(field, "")
    if not value:
        return Ask(field, asked)
    if not is_possible(field, value):
        return Ask(field, f"That does not look like a complete {_CALLED[field]}. {asked}")
    now = _now(contact, field)
    if value.casefold() == now.casefold() and (field == "email" or value == now):
        return Refuse(f"Your {_CALLED[field]} is {now} already.")
    return Offer(
        order=None,
        args={"customer": contact.id, field: value},
        before={field: now},
        version=contact.version,
    )


def is_possible(field: str, value: str) -> bool:
    """True for what can be an address, or a name, as a whole."""
    pattern = _EMAIL if field == "email" else _NAME
    return len(value) <= LONGEST[field] and pattern.fullmatch(value) is not None


def _now(contact: Contact, field: str) -> str:
    return contact.email if field == "email" else contact.name


def _field(proposal: Proposal) -> str:
    return next(name for name in FIELDS if name in proposal.args)


def _change(proposal: Proposal) -> str:
    field = _field(proposal)
    return f"your {_CALLED[field]} to {proposal.args[field]}"


def _still(proposal: Proposal) -> str:
    field = _field(proposal)
    now = proposal.before.get(field)
    return f"your {_CALLED[field]} is still {now}" if now else f"no {_CALLED[field]} was entered"


JOB = Job(
    name="update_contact",
    can="change your email address or name",
    slots=("field", "email", "name"),
    shown="Change your email address to {email}?",
    tier=Tier.R2,
    needs=("contact",),
    prepare=_prepare,
    words=Words(
        question=lambda p: f"Change {_change(p)}?",
        still=_still,
        done=lambda p: f"Done: your {_CALLED[_field(p)]} is {p.args[_field(p)]} now.",
        already=lambda p: f"Your {_CALLED[_field(p)]} is {p.args[_field(p)]} already.",
    ),
)
