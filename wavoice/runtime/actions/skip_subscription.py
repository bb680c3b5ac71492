"""Leave out the next delivery of a subscription (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Prepared, Refuse, Words
from wavoice.runtime.actions.recurring import after_next, offer, said_day, stays, which_subscription
from wavoice.runtime.model import Facts, Proposal, Subscription, Tier
from wavoice.runtime.replies import english


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    mine = which_subscription(slots, facts)
    if not isinstance(mine, Subscription):
        return mine
    if mine.state != "active":
        due = english.day(mine.next)
        return Refuse(f"{mine.product} is paused and comes again on {due}. There is nothing to skip.")
    then = after_next(mine)
    return offer(mine, facts, {"skipped": mine.next.isoformat(), "next": then.isoformat()})


def _skips(proposal: Proposal) -> str:
    return f"{proposal.args['product']}: skip {said_day(proposal.args, 'skipped')}"


JOB = Job(
    name="skip_subscription",
    can="skip a delivery of it",
    slots=("product", "which"),
    shown="{product}: skip {skipped}, next one {next}?",
    tier=Tier.R2,
    needs=("subscriptions",),
    prepare=_prepare,
    words=Words(
        question=lambda p: f"{_skips(p)}, next one on {said_day(p.args, 'next')}?",
        still=stays,
        done=lambda p: f"Done: {p.args['product']} comes next on {said_day(p.args, 'next')}.",
        already=lambda p: f"{p.args['product']} comes next on {said_day(p.args, 'next')} already.",
    ),
    way_back=False,
)
