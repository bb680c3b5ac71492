"""What is likely to be said next, so that it can be spoken before it is wanted. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from wavoice.runtime.actions import Answer, Job, Mode
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.model import Facts, Proposal, Tier
from wavoice.runtime.replies import english

DAYS = 7
"""Deliveries are mostly moved within a week."""


def always(today: date) -> Sequence[str]:
    """The fixed parts of replies, the commonest first, and the days that deliveries are moved to."""
    week = [english.move_to(today + timedelta(days=ahead)) for ahead in range(1, DAYS + 1)]
    return (
        *(english.YES_OR_NO, english.TAP_YES_OR_NO, english.NOT_CAUGHT, english.TO_BE_SURE, *week),
        *(english.WHICH_DAY, english.WHICH_ADDRESS, english.NOTHING_WAITING, english.HANDED_OFF),
        *(english.MEDIA_TROUBLE["no_speech"], english.SYSTEM_DOWN, english.CHECKING),
    )


def while_heard(jobs: Jobs, facts: Facts, today: date, asked: Proposal | None) -> Sequence[str]:
    """What a customer with these orders may be told once the note is heard; `asked` waits for an answer."""
    if asked is not None:
        return (english.nothing_changed(still),) if (still := _still(jobs, asked)) else ()
    told = [text for job in jobs if (text := _answer(job, facts, today))]
    first = next((order for order in facts.orders if order.is_under_way), None)
    return (*told, english.of_order(first.id)) if first else told


def while_settling(jobs: Jobs, settles: Proposal) -> Sequence[str]:
    """What will be said when the window has passed."""
    words = jobs.about(settles.action).words
    return (words.done(settles),) if words else ()


def _answer(job: Job, facts: Facts, today: date) -> str | None:
    """What a job that only reads would say, if it needs no more than the records."""
    if job.tier is not Tier.R0 or job.mode is Mode.OFF or job.sensitive or facts.identity.customer is None:
        return None
    if job.needs or (job.own is not None and (job.own.reads or job.own.reads_for)):
        return None  # nobody has read them yet
    prepared = job.prepare({}, facts, today)
    return prepared.text if isinstance(prepared, Answer) else None


def _still(jobs: Jobs, asked: Proposal) -> str:
    words = jobs.about(asked.action).words
    return words.still(asked) if words else ""
