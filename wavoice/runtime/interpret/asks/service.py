"""How the jobs beyond orders are asked for."""

from __future__ import annotations

from wavoice.runtime.interpret.asks import (
    book_appointment,
    cancel_appointment,
    cancel_subscription,
    invoice,
    move_appointment,
    open_ticket,
    own_data,
    pause_subscription,
    pay_reminder,
    payment_link,
    payment_problem,
    product_question,
    recommend,
    saved_card,
    skip_subscription,
    update_contact,
)
from wavoice.runtime.interpret.asks.ask import Ask

ASKS: tuple[Ask, ...] = (
    *(payment_link.ASK, invoice.ASK, payment_problem.ASK, pay_reminder.ASK, saved_card.ASK),
    *(book_appointment.ASK, move_appointment.ASK, cancel_appointment.ASK),
    *(pause_subscription.ASK, skip_subscription.ASK, cancel_subscription.ASK),
    *(update_contact.ASK, product_question.ASK, recommend.ASK, open_ticket.ASK),
    *(own_data.ERASE, own_data.SEND),
)
"""A question that the shop has answered itself is known by the shop's own words (`faq.py`)."""
