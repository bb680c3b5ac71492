"""Pause a subscription until a day (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Ask, Job, Prepared, Words
from wavoice.runtime.actions.recurring import offer, said_day, stays, which_subscription
from wavoice.runtime.model import Facts, Subscription, Tier
from wavoice.runtime.replies import english, service

FARTHEST_DAYS = 366


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    mine = which_subscription(slots, facts)
    if not isinstance(mine, Subscription):
        return mine
    if not slots.get("day"):
        return Ask(
            "day", f"{mine.product}: {service.UNTIL_WHICH_DAY[:1].lower()}{service.UNTIL_WHICH_DAY[1:]}"
        )
    day = date.fromisoformat(slots["day"])
    if day <= mine.next and mine.state == "active":
        due = english.day(mine.next)
        return Ask("day", f"{mine.product} comes on {due} anyway. {service.UNTIL_WHICH_DAY}")
    if day <= today or (day - today).days > FARTHEST_DAYS:
        return Ask("day", f"{english.day(day)} is not possible. {service.UNTIL_WHICH_DAY}")
    return offer(mine, facts, {"day": day.isoformat()})


JOB = Job(
    name="pause_subscription",
    can="pause a subscription",
    slots=("product", "which", "day"),
    shown="{product}: pause it until {day}?",
    tier=Tier.R2,
    needs=("subscriptions",),
    prepare=_prepare,
    words=Words(
        question=lambda p: f"{p.args['product']}: pause it, next delivery on {said_day(p.args)}?",
        still=stays,
        done=lambda p: f"Done: {p.args['product']} is paused and comes again on {said_day(p.args)}.",
        already=lambda p: f"{p.args['product']} is paused until {said_day(p.args)} already.",
    ),
    way_back=False,
)
