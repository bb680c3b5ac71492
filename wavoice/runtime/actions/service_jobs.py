"""The jobs beyond orders, in the order in which they are offered."""

from __future__ import annotations

from wavoice.runtime.actions import (
    Job,
    book_appointment,
    cancel_appointment,
    cancel_subscription,
    erase_my_data,
    faq,
    invoice,
    move_appointment,
    open_ticket,
    pause_subscription,
    pay_reminder,
    payment_link,
    payment_problem,
    product_question,
    recommend,
    saved_card,
    send_my_data,
    skip_subscription,
    update_contact,
)

JOBS: tuple[Job, ...] = (
    *(product_question.JOB, recommend.JOB, faq.JOB),
    *(payment_link.JOB, invoice.JOB, payment_problem.JOB, pay_reminder.JOB, saved_card.JOB),
    *(book_appointment.JOB, move_appointment.JOB, cancel_appointment.JOB),
    *(pause_subscription.JOB, skip_subscription.JOB, cancel_subscription.JOB),
    *(update_contact.JOB, open_ticket.JOB, erase_my_data.JOB, send_my_data.JOB),
)
