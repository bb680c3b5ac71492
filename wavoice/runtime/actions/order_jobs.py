"""The jobs about orders, in the order in which they are offered."""

from __future__ import annotations

from wavoice.runtime.actions import (
    cancel_order,
    change_address,
    confirm_cod,
    delivery_estimate,
    place_order,
    refund_order,
    reorder,
    reschedule_delivery,
    track_order,
)

JOBS = (
    track_order.JOB,
    reschedule_delivery.JOB,
    change_address.JOB,
    refund_order.JOB,
    cancel_order.JOB,
    place_order.JOB,
    reorder.JOB,
    delivery_estimate.JOB,
    confirm_cod.JOB,
)
