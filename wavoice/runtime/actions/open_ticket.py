"""Open a ticket, or add to the one that is open: what it is about, in the customer's own words (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Ask, Job, Offer, Prepared, Words
from wavoice.runtime.links import LINK
from wavoice.runtime.model import Facts, Proposal, Tier
from wavoice.runtime.replies import english, service

NAME = "open_ticket"
LONGEST = 200
"""Characters of a subject."""


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    subject = " ".join(slots.get("subject", "").split())
    if not subject:
        return Ask("subject", service.WHAT_IS_IT_ABOUT)
    if len(subject) > LONGEST:
        return Ask("subject", f"That is too long for me. {service.WHAT_IS_IT_ABOUT}")
    if LINK.search(subject):
        return Ask("subject", f"{english.NO_LINKS} {service.WHAT_IS_IT_ABOUT}")
    return Offer(
        order=None,
        args={"customer": facts.owner, "subject": subject},
        before={},
        version=f"customer:{facts.owner}",
    )


def _done(proposal: Proposal) -> str:
    """With the number of the ticket, if its system has given one."""
    named = f" as {proposal.reference}" if proposal.reference else ""
    return f"Done: your ticket is open{named}. A colleague will answer here."


JOB = Job(
    name=NAME,
    can="open a ticket",
    slots=("subject",),
    shown="Open a ticket: {subject}?",
    tier=Tier.R1,
    prepare=_prepare,
    words=Words(
        question=lambda p: f"Open a ticket: \u201c{p.args['subject']}\u201d?",
        still=lambda _: "no ticket was opened",
        done=_done,
        already=lambda _: "Your ticket is open already.",
    ),
    way_back=False,
)
