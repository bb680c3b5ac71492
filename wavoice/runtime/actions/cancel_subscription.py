"""End a subscription (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Prepared, Words
from wavoice.runtime.actions.recurring import offer, said_day, stays, which_subscription
from wavoice.runtime.model import Facts, Subscription, Tier


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    mine = which_subscription(slots, facts)
    if not isinstance(mine, Subscription):
        return mine
    return offer(mine, facts, {"skipped": mine.next.isoformat()})


JOB = Job(
    name="cancel_subscription",
    can="cancel a subscription",
    slots=("product", "which"),
    shown="{product}: cancel it, also the delivery of {skipped}?",
    tier=Tier.R2,
    needs=("subscriptions",),
    prepare=_prepare,
    words=Words(
        question=lambda p: (
            f"{p.args['product']}: cancel it, also the delivery on {said_day(p.args, 'skipped')}?"
        ),
        still=stays,
        done=lambda p: f"Done: {p.args['product']} is cancelled.",
        already=lambda p: f"{p.args['product']} is cancelled already.",
    ),
    way_back=False,
)
