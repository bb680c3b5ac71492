"""What a message costs, as statuses tell it: rules that change on dates.

Cloud API pricing pages: conversations (CBP) until 2025-07-01, then every delivered message (PMP).
From 2026-10-01 partners' notices (not a page of Meta's) also have service messages charged, each
month's first 1,000 of a number free, and utility templates inside the window. What a status says of
those 1,000 is not published: here they are `regular` and not `billable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

from wavoice.runtime.model import SECOND, Micros

Category = Literal["service", "utility", "marketing", "authentication", "referral_conversion"]
"""What is paid for: a template's category, `service` without one, `referral_conversion` after an ad."""

PER_MESSAGE_FROM: Micros = 1_751_328_000 * SECOND
"""2025-07-01T00:00Z."""
SERVICE_CHARGED_FROM: Micros = 1_790_812_800 * SECOND
"""2026-10-01T00:00Z."""
FREE_SERVICE_MESSAGES = 1_000
"""A number and calendar month (UTC)."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one message costs."""

    billable: bool
    model: Literal["CBP", "PMP"]
    category: Category
    type: Literal["regular", "free_customer_service", "free_entry_point"] | None
    """None in the days of conversations, whose statuses did not have it."""

    def node(self) -> dict[str, Any]:
        """Return the `pricing` of a status."""
        node: dict[str, Any] = {"billable": self.billable, "pricing_model": self.model}
        if self.type is not None:
            node["type"] = self.type
        return {**node, "category": self.category}


class PricingState(BaseModel, defer_build=True):
    """Messages counted by month and category, as in `2026-10/service`."""

    sent: dict[str, int] = {}
    billable: dict[str, int] = {}


class Pricing:
    """Prices of one business number, and how many messages it has sent and owes."""

    def __init__(self) -> None:
        self.state = PricingState()

    def load(self, state: PricingState) -> None:
        """Go on where another emulator stood."""
        self.state = state

    def price(self, category: Category, at: Micros, *, in_window: bool, free_entry: bool) -> Price:
        """Price a message of that category that is sent now, and count it."""
        key = f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m}/{category}"
        before = self.state.sent.get(key, 0)
        price = _rule(category, at, in_window=in_window, free_entry=free_entry, before=before)
        # What was free because of an ad uses up none of the month's free service messages.
        if price.category == category:
            self.state.sent[key] = before + 1
        if price.billable:
            self.state.billable[key] = self.state.billable.get(key, 0) + 1
        return price


def _rule(category: Category, at: Micros, *, in_window: bool, free_entry: bool, before: int) -> Price:
    if at < PER_MESSAGE_FROM:
        if free_entry:
            return Price(billable=False, model="CBP", category="referral_conversion", type=None)
        return Price(billable=category != "service", model="CBP", category=category, type=None)
    if free_entry:
        return Price(billable=False, model="PMP", category="referral_conversion", type="free_entry_point")
    if at < SERVICE_CHARGED_FROM:
        free = category == "service" or (category == "utility" and in_window)
        return Price(
            billable=not free,
            model="PMP",
            category=category,
            type="free_customer_service" if free else "regular",
        )
    allowed = category == "service" and before < FREE_SERVICE_MESSAGES
    return Price(billable=not allowed, model="PMP", category=category, type="regular")
