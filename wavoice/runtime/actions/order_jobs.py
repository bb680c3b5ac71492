"""The jobs about orders, in the order in which they are offered."""

from __future__ import annotations

from wavoice.runtime.actions import change_address, refund_order, reschedule_delivery, track_order

JOBS = (
    track_order.JOB,
    reschedule_delivery.JOB,
    change_address.JOB,
    refund_order.JOB,
)
