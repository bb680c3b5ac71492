"""What becomes of messages of the business, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wavoice.runtime.model import PromptState
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.events.kinds import EventContext, EventKind, Payload, number
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.pricing import Pricing

_PRICED = frozenset({PromptState.SENT, PromptState.DELIVERED})


def _price(context: EventContext) -> dict[str, Any]:
    """What the first answer of a month costs inside the window."""
    return Pricing().price("service", context.now, in_window=True, free_entry=False).node()


def _status(doc: str, state: PromptState, error: GraphError | None = None) -> EventKind:
    def payload(context: EventContext) -> Payload:
        update = wire.StatusUpdate(
            context.subject,
            state,
            error=error.in_status() if error else None,
            pricing=_price(context) if state in _PRICED else None,
            to_phone=context.person.phone is not None,
        )
        return wire.status(context.business, context.person, update, context.now)

    return EventKind(doc, payload)


def _payment(context: EventContext) -> dict[str, Any]:
    transaction = {
        "id": "order_KR6pc9yIJ1nvTD",
        "pg_transaction_id": "pay_KR6q1gBIzqpSRU",
        "type": "razorpay",
        "status": "success",
        "created_timestamp": int(wire.seconds(context.now)),
        "updated_timestamp": int(wire.seconds(context.now)),
        "method": {"type": "upi"},
    }
    payment = {
        "reference_id": "order-1842",
        "amount": {"value": 21_000, "offset": 100},
        "currency": "INR",
        "transaction": transaction,
    }
    status = {
        "id": context.subject,
        "status": "captured",
        "timestamp": wire.seconds(context.now),
        "recipient_user_id": context.person.bsuid,
        "type": "payment",
        "payment": payment,
    }
    if context.person.phone is not None:
        status["recipient_id"] = context.person.phone
    return {"contacts": [wire.contact(context.person, username=True)], "statuses": [status]}


def _error(_context: EventContext) -> dict[str, Any]:
    title = "Rate limit hit"
    details = {"details": "Message failed to send because there were too many messages sent in a short time"}
    return {"errors": [{"code": 130429, "title": title, "message": title, "error_data": details}]}


def _broken(context: EventContext) -> dict[str, Any]:
    node = wire.inbound(context.person, context.ids.wamid(), context.now, {"type": "interactive"})
    title = "Something went wrong"
    details = {"details": "Unsupported webhook payload"}
    return {
        "contacts": [wire.contact(context.person, username=True)],
        "messages": [node | context.answers()],
        "errors": [{"code": 131000, "title": title, "message": title, "error_data": details}],
    }


def _click(context: EventContext) -> dict[str, Any]:
    action = {
        "action_type": "marketing_messages_link_click",
        "timestamp": wire.seconds(context.now),
        "marketing_messages_link_click_data": {
            "tracking_token": "1842",
            "click_id": context.ids.digits(),
        },
    }
    return {"user_actions": [action]}


STATUSES: Mapping[str, EventKind] = {
    "status.sent": _status("WhatsApp has the message.", PromptState.SENT),
    "status.delivered": _status("The message is on the handset.", PromptState.DELIVERED),
    "status.read": _status("The customer has opened the chat; may come without delivered.", PromptState.READ),
    "status.played": _status("The first playing of a voice note.", PromptState.PLAYED),
    "status.failed": _status(
        "An accepted message could not be delivered (131026); no `contacts`.",
        PromptState.FAILED,
        GraphError(131026, "The message could not be delivered to the recipient"),
    ),
    "status.failed_window": _status(
        "An accepted message is refused because the 24 hours are over (131047).",
        PromptState.FAILED,
        GraphError(131047, "More than 24 hours have passed since the customer last replied"),
    ),
    "status.payment": number("A payment in India was captured.", "messages", _payment),
    "number.error": number("An error of the number, without any message.", "messages", _error),
    "number.broken_message": number(
        "A tap whose node is missing, beside an error 131000.", "messages", _broken
    ),
    "user.action": number("A link of a marketing message was opened; no `contacts`.", "messages", _click),
}
