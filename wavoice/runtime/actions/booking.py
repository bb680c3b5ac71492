"""Times that are booked and times that are free: which one is meant, found in the record. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from wavoice.runtime.actions import Ask, Refuse
from wavoice.runtime.actions.matching import meant, nth
from wavoice.runtime.model import Appointment, Facts, FreeSlot, Proposal
from wavoice.runtime.replies import english, service

PARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
"""Parts of a day, by their hours."""
NOTHING_BOOKED = "You have no appointment."
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")


def free_slots(facts: Facts) -> tuple[FreeSlot, ...]:
    """What can still be booked, the earliest first."""
    ahead = (one for one in facts.records.slots if facts.now is None or one.start > facts.now)
    return tuple(sorted(ahead, key=lambda one: (one.start, one.service)))


def booked(facts: Facts) -> tuple[Appointment, ...]:
    """Appointments that are still to come, the earliest first."""
    mine = (one for one in facts.records.appointments if one.state == "booked")
    ahead = (one for one in mine if facts.now is None or one.start > facts.now)
    return tuple(sorted(ahead, key=lambda one: (one.start, one.id)))


def at(start: datetime, slots: Mapping[str, str], *names: str) -> bool:
    """True if a time fits what was said of `names`: `day`, `part` of the day, `time`."""
    return all(_FITS[name](start, slots[name]) for name in names if slots.get(name))


def _fits_clock(start: datetime, time: str) -> bool:
    """`15:30` is exact, `3:30` may be in either half of the day."""
    clock = _CLOCK.fullmatch(time)
    if clock is None:
        return False
    hour, minute = int(clock[1]), int(clock[2])
    either = len(clock[1]) == 1
    return start.minute == minute and (start.hour == hour or (either and start.hour == hour + 12))


def _fits_part(start: datetime, part: str) -> bool:
    first, end = PARTS.get(part, (0, 24))
    return first <= start.hour < end


_FITS: Mapping[str, Callable[[datetime, str], bool]] = {
    "day": lambda start, day: start.date() == date.fromisoformat(day),
    "part": _fits_part,
    "time": _fits_clock,
}


def args_of(start: datetime) -> dict[str, str]:
    """A time as it is bound: on the clock of the shop."""
    return {"day": start.date().isoformat(), "time": f"{start:%H:%M}"}


def moment_of(args: Mapping[str, str]) -> str:
    """The bound time as it is said."""
    return f"{english.day(date.fromisoformat(args['day']))} at {args['time']}"


def what(proposal: Proposal) -> str:
    """What a proposal books or frees, and when."""
    return f"{proposal.args['service']} on {moment_of(proposal.args)}"


def which_service(slots: Mapping[str, str], free: Sequence[FreeSlot]) -> str | Ask | Refuse:
    """The service that is wanted; the only one there is need not be said."""
    names = list(dict.fromkeys(one.service for one in free))
    if not names:
        return Refuse(f"No time is free at the moment. {service.ASK_A_PERSON}")
    said = slots.get("service", "")
    found = [name for name in names if name == said] or list(meant(said, names))
    if len(found) == 1:
        return found[0]
    if not found and len(names) == 1:
        return names[0]
    among = (found or names)[: service.MOST_OFFERED]
    return Ask("service", f"What would you like to book: {service.one_of(among)}?")


def which_time(slots: Mapping[str, str], free: Sequence[FreeSlot], lead: str) -> FreeSlot | Ask:
    """The free time that is meant, or a question with at most three; `lead` names what it is for."""
    fitting = [one for one in free if at(one.start, slots, "day", "part", "time")]
    shown = fitting[: service.MOST_OFFERED] or _near(slots, free)
    if (picked := _picked(slots.get("pick", ""), shown)) is not None:
        return picked
    if len(fitting) == 1:
        return fitting[0]
    offered = f"{lead}: {service.moments([one.start for one in shown])}. Which one?"
    if fitting:
        return Ask("pick", offered)
    return Ask("pick", f"{_said(slots)} is not free. {offered}")


def _picked(said: str, shown: Sequence[FreeSlot]) -> FreeSlot | None:
    """One of those that were just offered: by its place, or by its time or day alone."""
    if not said:
        return None
    place = nth(said, len(shown))
    if place is not None:
        return shown[place]
    named = [one for one in shown if said in (one.start.date().isoformat(), f"{one.start:%H:%M}")]
    named = named or [one for one in shown if at(one.start, {"time": said}, "time")]
    return named[0] if len(named) == 1 else None


def _near(slots: Mapping[str, str], free: Sequence[FreeSlot]) -> Sequence[FreeSlot]:
    """What comes nearest to what was asked for: from that day on, else whatever there is."""
    day = slots.get("day")
    later = [one for one in free if not day or one.start.date() >= date.fromisoformat(day)]
    return (later or free)[: service.MOST_OFFERED]


def _said(slots: Mapping[str, str]) -> str:
    """What was asked for, read back: it may be heard wrongly."""
    day, part, time = slots.get("day"), slots.get("part"), slots.get("time")
    when = english.day(date.fromisoformat(day)) if day else ""
    if time:
        when = f"{when} at {time}"
    elif part:
        when = f"{when} in the {part}"
    return service.capital(when.strip())


def which_appointment(slots: Mapping[str, str], facts: Facts, *, by_time: bool) -> Appointment | Ask | Refuse:
    """The booked time that is meant; `by_time`: a day that was said is that of the appointment."""
    mine = booked(facts)
    if name := slots.get("appointment"):
        found = next((one for one in mine if one.id == name), None)
        return found or Refuse("That appointment is not booked any more.")
    if not mine:
        return Refuse(NOTHING_BOOKED)
    fitting = [one for one in mine if not by_time or at(one.start, slots, "day", "part", "time")]
    named = meant(slots.get("service", ""), [one.service for one in fitting])
    fitting = [one for one in fitting if one.service in named] or fitting
    if len(fitting) == 1:
        return fitting[0]
    shown = (fitting or mine)[: service.MOST_OFFERED]
    if (chosen := _chosen(slots.get("which", ""), shown)) is not None:
        return chosen
    listed = service.one_of([f"{one.service} on {service.moment(one.start)}" for one in shown])
    if fitting:
        return Ask("which", f"Which one do you mean: {listed}?")
    return Ask("which", f"{_said(slots)}: nothing is booked then. You have {listed}. Which one is it?")


def _chosen(said: str, shown: Sequence[Appointment]) -> Appointment | None:
    """One of those that were just offered: by its place, or by what it is; a lone one by any word."""
    place = nth(said, len(shown))
    if place is not None:
        return shown[place]
    if said and len(shown) == 1:  # it is read back before anything is done
        return shown[0]
    named = meant(said, [one.service for one in shown])
    found = [one for one in shown if one.service in named]
    return found[0] if len(found) == 1 else None
