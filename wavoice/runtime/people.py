"""When people of the shop are there to answer: hours a weekday in the shop's zone, and holidays. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LONGEST = 366
"""Days in which somebody is looked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of a day in which somebody is there; `end` is not one of them, and at most 1440."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a shop. All moments are aware and in its zone."""

    week: tuple[tuple[Span, ...], ...]
    """Monday first; spans of a day in order, none over another."""
    holidays: frozenset[date] = frozenset()

    def until(self, at: datetime) -> datetime | None:
        """Until when somebody is there; None if nobody is. Nights that are worked through are one span."""
        end = self._end(at)
        for _ in range(7):
            later = self._end(end) if end is not None else None
            if later is None:
                break
            end = later
        return end

    def back(self, at: datetime) -> datetime | None:
        """When somebody is there next, if nobody is now; None if that is not within a year."""
        for days in range(LONGEST + 1):
            day = at.date() + timedelta(days=days)
            for span in self._of(day):
                begins = _moment(day, span.start, at)
                if begins > at:
                    return begins
        return None

    def _end(self, at: datetime) -> datetime | None:
        for span in self._of(at.date()):
            if _moment(at.date(), span.start, at) <= at < (end := _moment(at.date(), span.end, at)):
                return end
        return None

    def _of(self, day: date) -> tuple[Span, ...]:
        return () if day in self.holidays else self.week[day.weekday()]


def _moment(day: date, minutes: int, at: datetime) -> datetime:
    days, rest = divmod(minutes, 24 * 60)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), tzinfo=at.tzinfo)
