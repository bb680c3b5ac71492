"""Book a time that is free, as the record says at that moment (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Offer, Prepared, Words
from wavoice.runtime.actions.booking import args_of, free_slots, what, which_service, which_time
from wavoice.runtime.model import Facts, FreeSlot, Tier
from wavoice.runtime.replies import service


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    free = free_slots(facts)
    name = which_service(slots, free)
    if not isinstance(name, str):
        return name
    slot = which_time(slots, [one for one in free if one.service == name], f"Free for {name}")
    if not isinstance(slot, FreeSlot):
        return slot
    return Offer(
        order=None,
        args={"customer": facts.owner, "service": slot.service, **args_of(slot.start)},
        before={},
        version=f"free:{slot.service}:{slot.start.isoformat()}",
    )


JOB = Job(
    name="book_appointment",
    can="book an appointment",
    slots=("service", "day", "part", "time", "pick"),
    shown="Book {service} on {day} at {time}?",
    tier=Tier.R2,
    needs=("slots",),
    prepare=_prepare,
    undo="cancel_appointment",
    words=Words(
        question=lambda p: f"Book {what(p)}?",
        still=lambda _: "nothing is booked",
        done=lambda p: f"Done: {what(p)} is booked.",
        already=lambda p: f"{service.capital(what(p))} is booked already.",
    ),
)
