"""Cancel an appointment (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Offer, Prepared, Words
from wavoice.runtime.actions.booking import args_of, what, which_appointment
from wavoice.runtime.model import Appointment, Facts, Tier
from wavoice.runtime.replies import service


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    mine = which_appointment(slots, facts, by_time=True)
    if not isinstance(mine, Appointment):
        return mine
    return Offer(
        order=None,
        args={
            "customer": facts.owner,
            "appointment": mine.id,
            "service": mine.service,
            **args_of(mine.start),
        },
        before={},
        version=mine.version,
    )


JOB = Job(
    name="cancel_appointment",
    can="cancel an appointment",
    slots=("service", "day", "part", "time", "which"),
    shown="Cancel {service} on {day} at {time}?",
    tier=Tier.R2,
    needs=("appointments",),
    prepare=_prepare,
    undo="book_appointment",
    words=Words(
        question=lambda p: f"Cancel {what(p)}?",
        still=lambda p: f"{what(p)} stays booked",
        done=lambda p: f"Done: {what(p)} is cancelled.",
        already=lambda p: f"{service.capital(what(p))} is cancelled already.",
    ),
)
