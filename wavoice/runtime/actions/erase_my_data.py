"""Erase what this bot keeps of the customer (R3), by their own wish and of themselves alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Offer, Prepared, Refuse, Words
from wavoice.runtime.model import Facts, Tier
from wavoice.runtime.replies import service

NAME = "erase_my_data"


def of_others(slots: Mapping[str, str]) -> Refuse | None:
    """A refusal where the data may be somebody else's: any number may be theirs."""
    own = slots.keys().isdisjoint(("whose", "order"))
    return None if own else Refuse(service.ONLY_YOUR_OWN_DATA)


def _prepare(slots: Mapping[str, str], _facts: Facts, _today: date) -> Prepared:
    return of_others(slots) or Offer(
        order=None, args={"what": "everything"}, before={}, version="all that is kept"
    )


JOB = Job(
    name=NAME,
    slots=("whose",),
    shown="Delete for good what I keep about you?",
    tier=Tier.R3,
    prepare=_prepare,
    words=Words(
        question=lambda _: "Delete for good what I keep about you, this chat included?",
        still=lambda _: "what I keep about you is still here",
        done=lambda _: service.BEING_ERASED,
        already=lambda _: "What I keep about you is being deleted already.",
    ),
    way_back=False,
    public=True,
)
"""What the shop, its ticket system and its CRM hold is theirs to erase, and that is said."""
