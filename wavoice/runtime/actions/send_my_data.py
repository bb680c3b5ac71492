"""Ask for a copy of what is kept of the customer: a ticket, since people look to whom they send it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Instead, Job, Prepared
from wavoice.runtime.actions.erase_my_data import of_others
from wavoice.runtime.actions.open_ticket import NAME as OPEN_TICKET
from wavoice.runtime.model import Facts, Tier
from wavoice.runtime.replies import service

NAME = "send_my_data"
SUBJECT = "a copy of all that is kept about me"
"""Of the ticket."""


def _prepare(slots: Mapping[str, str], _facts: Facts, _today: date) -> Prepared:
    return of_others(slots) or Instead(OPEN_TICKET, {"subject": SUBJECT}, service.COPIES_BY_PEOPLE)


JOB = Job(name=NAME, slots=("whose",), tier=Tier.R0, prepare=_prepare, public=True)
"""It writes nothing itself: the ticket is asked for like any other (R1)."""
