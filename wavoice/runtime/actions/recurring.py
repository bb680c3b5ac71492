"""What comes again and again: the subscription that is meant. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from wavoice.runtime.actions import Ask, Offer, Refuse
from wavoice.runtime.actions.matching import meant, nth
from wavoice.runtime.model import Facts, Proposal, Subscription
from wavoice.runtime.replies import english, service

NO_SUBSCRIPTION = "You have no subscription."


def which_subscription(slots: Mapping[str, str], facts: Facts) -> Subscription | Ask | Refuse:
    """The one that is named, or the only one that is not cancelled."""
    mine = [one for one in facts.records.subscriptions if one.state != "cancelled"]
    if name := slots.get("subscription"):
        found = next((one for one in mine if one.id == name), None)
        return found or Refuse("That subscription is not there any more.")
    if not mine:
        return Refuse(NO_SUBSCRIPTION)
    shown = mine[: service.MOST_OFFERED]
    for said in (slots.get("which", ""), slots.get("product", ""), slots.get("about", "")):
        if (found := _named(said, mine, shown)) is not None:
            return found
    if len(mine) == 1:
        return mine[0]
    return Ask("which", f"Which one do you mean: {service.one_of([one.product for one in shown])}?")


def _named(said: str, mine: Sequence[Subscription], shown: Sequence[Subscription]) -> Subscription | None:
    if not said:
        return None
    place = nth(said, len(shown))
    if place is not None:
        return shown[place]
    names = meant(said, [one.product for one in mine])
    found = [one for one in mine if one.product in names]
    return found[0] if len(found) == 1 else None


def after_next(subscription: Subscription) -> date:
    """Its next delivery if the coming one is left out."""
    return subscription.next + timedelta(days=max(subscription.every_days, 1))


def offer(subscription: Subscription, facts: Facts, more: Mapping[str, str]) -> Offer:
    """What a yes would do to it."""
    return Offer(
        order=None,
        args={
            "customer": facts.owner,
            "subscription": subscription.id,
            "product": subscription.product,
            **more,
        },
        before={"day": subscription.next.isoformat()},
        version=subscription.version,
    )


def said_day(args: Mapping[str, str], name: str = "day") -> str:
    """A bound day as it is said."""
    return english.day(date.fromisoformat(args[name]))


def stays(proposal: Proposal) -> str:
    """What stays if nothing is done."""
    return f"{proposal.args['product']} still comes on {said_day(proposal.before)}"
