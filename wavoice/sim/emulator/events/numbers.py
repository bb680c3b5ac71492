"""What else concerns one business number, by name: calls, groups, the business's own app, other agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wavoice.runtime.model import SECOND
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.events.kinds import EventContext, EventKind, Payload, number


def _call(context: EventContext, event: str, **more: Any) -> dict[str, Any]:
    call: dict[str, Any] = {
        "id": f"wacid.{context.ids.token()}",
        "to": context.business.display_phone,
        "event": event,
        "timestamp": wire.seconds(context.now),
        "direction": "USER_INITIATED",
        "from_user_id": context.person.bsuid,
        **more,
    }
    if context.person.phone is not None:
        call["from"] = context.person.phone
    return {"contacts": [wire.contact(context.person, username=True)], "calls": [call]}


def _hangs_up(context: EventContext) -> dict[str, Any]:
    end = wire.seconds(context.now)
    start = wire.seconds(context.now - 120 * SECOND)
    return _call(context, "terminate", status="COMPLETED", start_time=start, end_time=end, duration=120)


def _ringing(context: EventContext) -> dict[str, Any]:
    status: dict[str, Any] = {
        "id": f"wacid.{context.ids.token()}",
        "timestamp": wire.seconds(context.now),
        "type": "call",
        "status": "RINGING",
        "recipient_user_id": context.person.bsuid,
    }
    if context.person.phone is not None:
        status["recipient_id"] = context.person.phone
    return {"contacts": [wire.contact(context.person, username=True)], "statuses": [status]}


def _group(context: EventContext, kind: str, **more: Any) -> dict[str, Any]:
    group = {
        "timestamp": wire.seconds(context.now),
        "group_id": "Y2FwaV9ncm91cDoxNTU1MDEwMDEwMA",
        "type": kind,
        "request_id": "784D93D0C468593037EA0B1ECA245D9C",
    }
    return {"groups": [group | more]}


def _participant(context: EventContext) -> dict[str, Any]:
    known = context.person.phone
    return {"input": known, "wa_id": known} if known else {"input": context.person.bsuid}


def _echo(context: EventContext) -> Payload:
    said = wire.content("text", body="I'll call you")
    return wire.echo(context.business, context.person, context.ids.wamid(), context.now, said)


def _address_book(context: EventContext) -> dict[str, Any]:
    name = context.person.name
    contact = {"full_name": name, "first_name": name, "user_id": context.person.bsuid}
    if context.person.phone is not None:
        contact["phone_number"] = context.person.phone
    when = {"timestamp": wire.seconds(context.now)}
    return {"state_sync": [{"type": "contact", "contact": contact, "action": "add", "metadata": when}]}


def _history(context: EventContext) -> dict[str, Any]:
    said = wire.content("text", body="Thanks!")
    node = wire.inbound(context.person, context.ids.wamid(), context.now, said)
    thread = {
        "id": context.person.phone or context.person.bsuid,
        "messages": [node | {"history_context": {"status": "READ"}}],
    }
    progress = {"phase": 0, "chunk_order": 1, "progress": 55}
    return {"history": [{"metadata": progress, "threads": [thread]}]}


def _history_refused(_context: EventContext) -> dict[str, Any]:
    title = "History sync is turned off by the business from the WhatsApp Business App"
    details = {"details": "History sharing is turned off by the business"}
    error = {"code": 2593109, "title": title, "message": title, "error_data": details}
    return {"history": [{"errors": [error]}]}


def _lead(context: EventContext) -> dict[str, Any]:
    event = {
        "id": context.ids.wamid(),
        "event_name": "LeadSubmitted",
        "timestamp": int(wire.seconds(context.now)),
        "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
    }
    return {"automatic_events": [event]}


def _standby(context: EventContext) -> dict[str, Any]:
    said = wire.content("text", body="Hello")
    node = wire.inbound(context.person, context.ids.wamid(), context.now, said)
    return {"contacts": [wire.contact(context.person, username=True)], "messages": [node]}


def _handover(context: EventContext) -> dict[str, Any]:
    control = {
        "type": "control_passed",
        "user_id": context.person.bsuid,
        "timestamp": wire.seconds(context.now),
    }
    return {"messaging_handovers": [control]}


NUMBERS: Mapping[str, EventKind] = {
    "call.connect": number(
        "A customer calls; answer within 30 to 60 s.",
        "calls",
        lambda c: _call(c, "connect", session={"sdp_type": "offer", "sdp": "v=0\r\n"}),
    ),
    "call.terminate": number("A call has ended.", "calls", _hangs_up),
    "call.ringing": number("A call of the business rings.", "calls", _ringing),
    "group.created": number(
        "A group was made.",
        "group_lifecycle_update",
        lambda c: _group(
            c,
            "group_create",
            subject="Deliveries",
            description="All about deliveries",
            added_participants=[_participant(c)],
        ),
    ),
    "group.participants_removed": number(
        "Somebody was removed from a group.",
        "group_participants_update",
        lambda c: _group(c, "group_participants_remove", removed_participants=[_participant(c)]),
    ),
    "group.settings": number(
        "A group has another subject.",
        "group_settings_update",
        lambda c: _group(c, "group_settings_update", subject="Deliveries"),
    ),
    "group.suspended": number(
        "A group was suspended.", "group_status_update", lambda c: _group(c, "group_suspend")
    ),
    "app.echo": EventKind("Staff wrote to a customer in the business's own app.", _echo),
    "app.contact": number(
        "Staff saved a contact in the business's own app.", "smb_app_state_sync", _address_book
    ),
    "app.history": number("Earlier messages of the business's own app.", "history", _history),
    "app.history_refused": number("The business does not share its history.", "history", _history_refused),
    "ad.lead": number("WhatsApp saw a lead in a conversation from an ad.", "automatic_events", _lead),
    "message.standby": number(
        "A message while Meta's own agent answers: never answer it.", "standby", _standby
    ),
    "agent.handover": number(
        "Another agent passes control. Meta has published no shape: this one is a guess.",
        "messaging_handovers",
        _handover,
    ),
}
