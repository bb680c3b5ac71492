"""The jobs that ship with wavoice, by name."""

from __future__ import annotations

from wavoice.runtime.actions import change_address, refund_order, reschedule_delivery, track_order
from wavoice.runtime.actions.registry import Jobs

JOBS = Jobs((track_order.JOB, reschedule_delivery.JOB, change_address.JOB, refund_order.JOB))
