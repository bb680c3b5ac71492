"""What is waiting, over inbox and timers.

The inbox comes before the timers and keeps its order, so what a contact waits for is its oldest
undone message; only a contact without one is woken by a timer.
"""

from __future__ import annotations

from sqlalchemy import and_, bindparam, exists, false, func, or_, select, union, union_all

from wavoice.runtime.adapters.store.tables import inbox, timers

_oldest = (
    select(func.min(inbox.c.seq))
    .where(inbox.c.done == false())
    .group_by(inbox.c.tenant, inbox.c.number, inbox.c.contact)
)
_inbox_empty = ~exists().where(
    inbox.c.tenant == timers.c.tenant,
    inbox.c.number == timers.c.number,
    inbox.c.contact == timers.c.contact,
    inbox.c.done == false(),
)
_ready = select(inbox.c.tenant, inbox.c.number, inbox.c.contact).where(
    inbox.c.seq.in_(_oldest), or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= bindparam("now"))
)
_due = select(timers.c.tenant, timers.c.number, timers.c.contact).where(
    timers.c.due_at <= bindparam("now"), _inbox_empty
)
_moments = union_all(
    select(func.min(inbox.c.retry_at).label("moment")).where(inbox.c.seq.in_(_oldest)),
    select(func.min(timers.c.due_at)).where(_inbox_empty),
).subquery()

_left_lying = select(inbox.c.tenant, inbox.c.number, inbox.c.contact).where(
    inbox.c.seq.in_(_oldest),
    or_(
        inbox.c.retry_at <= bindparam("now"),
        # A moment that is still to come: the clock was set back, and says nothing of how long it lies there.
        and_(
            inbox.c.retry_at.is_(None),
            or_(inbox.c.received_at <= bindparam("since"), inbox.c.received_at > bindparam("now")),
        ),
    ),
)

LEFT_LYING = union(_left_lying, _due).order_by("tenant", "number", "contact")
"""The same where somebody is told of each message: only what was received before `since`, and who is to be
woken by the clock."""

WITH_WORK = union(_ready, _due).order_by("tenant", "number", "contact")
"""Addresses with something to do at `now`, in a fixed order."""

NEXT_DUE = select(func.min(_moments.c.moment))
"""The earliest moment at which that changes by itself."""
