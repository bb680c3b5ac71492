"""Move an appointment to another time that is free (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Offer, Prepared, Refuse, Words
from wavoice.runtime.actions.booking import args_of, free_slots, moment_of, which_appointment, which_time
from wavoice.runtime.model import Appointment, Facts, FreeSlot, Proposal, Tier
from wavoice.runtime.replies import service


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    mine = which_appointment(slots, facts, by_time=False)
    if not isinstance(mine, Appointment):
        return mine
    free = [one for one in free_slots(facts) if one.service == mine.service and one.start != mine.start]
    if not free:
        stays = f"It stays on {service.moment(mine.start)}."
        return Refuse(f"No other time is free for {mine.service}. {stays}")
    slot = which_time(slots, free, f"Free for {mine.service}")
    if not isinstance(slot, FreeSlot):
        return slot
    return Offer(
        order=None,
        args={
            "customer": facts.owner,
            "appointment": mine.id,
            "service": mine.service,
            **args_of(slot.start),
        },
        before=args_of(mine.start),
        version=mine.version,
    )


def _to(proposal: Proposal) -> str:
    return f"{proposal.args['service']} to {moment_of(proposal.args)}"


JOB = Job(
    name="move_appointment",
    can="move an appointment",
    slots=("service", "day", "part", "time", "pick", "which"),
    shown="Move {service} to {day} at {time}?",
    tier=Tier.R2,
    needs=("appointments", "slots"),
    prepare=_prepare,
    words=Words(
        question=lambda p: f"Move {_to(p)}?",
        still=lambda p: f"{p.args['service']} is still on {moment_of(p.before)}",
        done=lambda p: f"Done: {p.args['service']} is now on {moment_of(p.args)}.",
        already=lambda p: f"{service.capital(p.args['service'])} is on {moment_of(p.args)} already.",
    ),
)
