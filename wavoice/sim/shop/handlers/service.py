"""The actions beyond orders."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.sim.shop.handlers import appointments, contact, money, subscriptions
from wavoice.sim.shop.handlers.handler import Handler

HANDLERS: Mapping[str, Handler] = {
    "payment_link": money.PAYMENT_LINK,
    "pay_reminder": money.PAY_REMINDER,
    "saved_card": money.SAVED_CARD,
    "book_appointment": appointments.BOOK,
    "move_appointment": appointments.MOVE,
    "cancel_appointment": appointments.CANCEL,
    "pause_subscription": subscriptions.PAUSE,
    "skip_subscription": subscriptions.SKIP,
    "cancel_subscription": subscriptions.CANCEL,
    "update_contact": contact.UPDATE,
    "open_ticket": contact.TICKET,
}
