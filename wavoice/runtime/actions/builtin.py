"""The jobs that ship with wavoice, by name."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.runtime.actions import Job, change_address, refund_order, reschedule_delivery, track_order

JOBS: Mapping[str, Job] = {
    job.name: job for job in (track_order.JOB, reschedule_delivery.JOB, change_address.JOB, refund_order.JOB)
}
