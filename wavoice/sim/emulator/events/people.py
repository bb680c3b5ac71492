"""What changes about a customer, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wavoice.sim.emulator.events.kinds import EventContext, EventKind, Payload
from wavoice.sim.emulator.wire import Person, identities


def _moved(context: EventContext, *, told: bool) -> tuple[Person, Person]:
    """The customer as they were, and under a new number."""
    was, bsuid = context.person, context.ids.bsuid()
    known = replace(was, phone=was.phone or "15550100200")
    return (
        (known, replace(known, phone="15550100299", bsuid=bsuid))
        if told
        else (
            replace(was, phone=None),
            replace(was, phone=None, bsuid=bsuid),
        )
    )


def _number_changed(context: EventContext) -> Payload:
    was, now = _moved(context, told=True)
    return identities.moved(context.business, was, now, context.ids.wamid(), context.now)


def _number_changed_before_user_ids(context: EventContext) -> Payload:
    was, now = _moved(context, told=True)
    return identities.moved_before_user_ids(context.business, was, now, context.ids.wamid(), context.now)


def _user_id_changed(context: EventContext) -> Payload:
    was, now = _moved(context, told=False)
    return identities.moved(context.business, was, now, context.ids.wamid(), context.now)


def _user_id_update(context: EventContext) -> Payload:
    was, now = _moved(context, told=True)
    return identities.another_user_id(context.business, was, now, context.now)


def _key_changed(context: EventContext) -> Payload:
    wamid, key = context.ids.wamid(), context.ids.token()
    return identities.another_key(context.business, context.person, wamid, context.now, key)


def _preference(doc: str, value: str) -> EventKind:
    def payload(context: EventContext) -> Payload:
        return identities.preference(context.business, context.person, value, context.now)

    return EventKind(doc, payload)


PEOPLE: Mapping[str, EventKind] = {
    "user.number_changed": EventKind(
        "Another phone number, which may be told; no `contacts`.", _number_changed
    ),
    "user.number_changed_before_user_ids": EventKind(
        "Another phone number, as it was written before users had ids.", _number_changed_before_user_ids
    ),
    "user.user_id_changed": EventKind(
        "Another phone number, which stays hidden: only the user id is told.", _user_id_changed
    ),
    "user.user_id_update": EventKind("The old and the new user id, as a field of its own.", _user_id_update),
    "user.identity_changed": EventKind(
        "Another identity key, perhaps of another owner: the system message with `contacts`.", _key_changed
    ),
    "user.marketing_stopped": _preference(
        "The customer wants no marketing; `timestamp` is a number.", "stop"
    ),
    "user.marketing_resumed": _preference("The customer wants marketing again.", "resume"),
    "user.marketing_signup": _preference("The customer signed up for marketing by a link.", "signup"),
}
