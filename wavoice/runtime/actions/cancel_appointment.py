"""Cancel an appointment (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Offer, Prepared, Words
from wavoice.runtime.actions.booking import args_of, moment_of, which_appointment
from wavoice.runtime.model import Appointment, Facts, Proposal, Tier
from wavoice.runtime.replies import service


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    mine = which_appointment(slots, facts, by_time=True)
    if not isinstance(mine, Appointment):
        return mine
    customer = facts.identity.customer
    return Offer(
        order=None,
        args={
            "customer": customer.id if customer else "",
            "appointment": mine.id,
            "service": mine.service,
            **args_of(mine.start),
        },
        before={},
        version=mine.version,
    )


def _what(proposal: Proposal) -> str:
    return f"{proposal.args['service']} on {moment_of(proposal.args)}"


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
        question=lambda p: f"Cancel {_what(p)}?",
        still=lambda p: f"{_what(p)} stays booked",
        done=lambda p: f"Done: {_what(p)} is cancelled.",
        already=lambda p: f"{service.capital(_what(p))} is cancelled already.",
    ),
)
