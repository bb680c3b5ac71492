"""Section `[people]` of `wavoice.toml`: when people of the shop are there to answer. docs/hand-off.md."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from wavoice.runtime.people import Hours, Span
from wavoice.runtime.settings_speech import Section, from_commas

_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)")
_DAY = 24 * 60


def spans_of(parts: tuple[str, ...]) -> tuple[Span, ...]:
    """Hours of a day such as "09:00-12:30". Raises `ValueError` for what is none, or out of order."""
    spans: list[Span] = []
    for part in parts:
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise ValueError(f"{part!r} is no span such as 09:00-17:30")
        hours = [int(number) for number in found.groups()]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if not start < end <= _DAY:
            raise ValueError(f"{part!r} ends before it begins, or after 24:00; split a night in two")
        if spans and start < spans[-1].end:
            raise ValueError(f"{part!r} begins before the span in front of it ends")
        spans.append(Span(start, end))
    return tuple(spans)


def _are_spans(parts: tuple[str, ...]) -> tuple[str, ...]:
    spans_of(parts)
    return parts


_Spans = Annotated[tuple[str, ...], BeforeValidator(from_commas), AfterValidator(_are_spans)]
_Dates = Annotated[tuple[date, ...], BeforeValidator(from_commas)]


class Week(Section):
    """Hours of each weekday in the shop's zone, as `"09:00-12:00, 13:00-17:30"`; absent: nobody is there."""

    monday: _Spans = ()
    tuesday: _Spans = ()
    wednesday: _Spans = ()
    thursday: _Spans = ()
    friday: _Spans = ()
    saturday: _Spans = ()
    sunday: _Spans = ()


class People(Section):
    """When people of the shop are there to answer what is handed to them."""

    hours: Week | None = None
    """`[people.hours]`, a key a weekday; absent: it is not known, and nothing is said of it."""
    holidays: _Dates = ()
    """ISO dates on which nobody is there."""

    def known(self) -> Hours | None:
        """The hours, if the owner has said any."""
        if self.hours is None:
            return None
        week = tuple(spans_of(getattr(self.hours, day)) for day in Week.model_fields)
        return Hours(week, frozenset(self.holidays)) if any(week) else None
