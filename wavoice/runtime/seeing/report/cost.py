"""What conversations cost: messages by WhatsApp's dated rules, speech and people by the owner's prices."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from wavoice.runtime.model import Micros
from wavoice.runtime.policy import HOUR
from wavoice.runtime.seeing.report.gather import Gathered, Place, Sent
from wavoice.runtime.seeing.report.prices import People, Prices, Speech, month_of, rule_at
from wavoice.runtime.seeing.tasks import DAY

FREE = "free"
UNKNOWN_CATEGORY = "template"
"""A template of which nobody has said what it is at Meta."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a span of time cost, and per conversation that was resolved."""

    currency: str | None
    messages: dict[str, int]
    """Delivered messages by what they are charged as: `free`, `service`, `utility`, `marketing`; `template`
    where its category is not known."""
    not_delivered: int
    """Accepted, and not known to be delivered: nothing is charged for them."""
    speech_minutes: float
    spoken_notes: int
    hand_offs: int
    parts: dict[str, str | None]
    """Sums in units of the currency: `whatsapp`, `heard`, `spoken`, `people`; null where a price lacks."""
    total: str | None
    """Of the parts that are known; null where none is."""
    unknown: tuple[str, ...]
    """What is not known, in words."""
    resolved: int
    per_resolved: str | None
    """`total` for each conversation that was resolved: at least that, where something is unknown."""
    sources: tuple[str, ...]
    """Where rules and rates are from."""


def charges(found: Gathered, prices: Prices | None) -> list[tuple[Sent, str]]:
    """Every delivered message of the span with what it is charged as.

    Messages before the span use up the free ones of its first month, so they are gone through as well.
    """
    in_order = sorted(found.sent, key=lambda one: (one.at, one.message))
    entry = _entry_points(found, in_order)
    used: Counter[tuple[str, str]] = Counter()
    charged: list[tuple[Sent, str]] = []
    for sent in in_order:
        if sent.message not in found.arrived:
            continue
        rule = rule_at(sent.at)
        if _free_after_an_ad(entry.get(sent.place, []), sent.at):
            category = FREE
        elif sent.template:
            category = prices.template_category if prices and prices.template_category else UNKNOWN_CATEGORY
        elif rule.service == FREE:
            category = FREE
        else:
            month = (sent.place[1], month_of(sent.at))
            used[month] += 1
            category = FREE if used[month] <= rule.free_service_messages else "service"
        if found.span.holds(sent.at):
            charged.append((sent, category))
    return charged


def _entry_points(found: Gathered, in_order: list[Sent]) -> dict[Place, list[tuple[Micros, Micros]]]:
    """For each customer, from when to when all is free: since an answer, within a day, to a click."""
    answers: dict[Place, list[Micros]] = {place: [] for place in found.entries}
    for sent in in_order:
        if sent.place in answers:
            answers[sent.place].append(sent.at)
    free: dict[Place, list[tuple[Micros, Micros]]] = {}
    for place, clicks in found.entries.items():
        for click in clicks:
            after = answers[place]
            first = bisect_right(after, click - 1)
            if first < len(after) and after[first] - click < DAY:
                hours = rule_at(after[first]).entry_point_hours
                free.setdefault(place, []).append((after[first], after[first] + hours * HOUR))
    return free


def _free_after_an_ad(spans: list[tuple[Micros, Micros]], at: Micros) -> bool:
    return any(since <= at < until for since, until in spans)


def cost(found: Gathered, prices: Prices | None, resolved: int) -> Cost:
    """Sum up. What has no price is named, and left out of the sum."""
    charged = charges(found, prices)
    minutes = Decimal(found.voice.micros) / 60_000_000
    inside = [sent for sent in found.sent if found.span.holds(sent.at)]
    spoken = sum(sent.voice for sent in inside)
    handed = sum(found.hand_offs.values())
    unknown: list[str] = []
    speech, people = (prices.speech, prices.people) if prices else (Speech(), People())
    parts = {
        "whatsapp": _messages(charged, prices, unknown),
        "heard": _part(minutes, speech.heard_minute, "minutes heard", unknown),
        "spoken": _part(Decimal(spoken), speech.spoken_note, "voice notes spoken", unknown),
        "people": _part(Decimal(handed), _hand_off(people), "hand-offs", unknown),
    }
    known = [part for part in parts.values() if part is not None]
    total = sum(known, Decimal(0)) if prices is not None and known else None
    rules = {rule_at(found.span.since), rule_at(found.span.until - 1)}
    told = [f"{rule.source}, read {rule.read}" for rule in sorted(rules, key=lambda one: one.since)]
    told += [one.source for one in prices.rates] if prices else []
    return Cost(
        currency=prices.currency if prices else None,
        messages=dict(sorted(Counter(category for _, category in charged).items())),
        not_delivered=len(inside) - len(charged),
        speech_minutes=round(float(minutes), 3),
        spoken_notes=spoken,
        hand_offs=handed,
        parts={name: None if part is None else _plain(part) for name, part in parts.items()},
        total=None if total is None else _plain(total),
        unknown=tuple(unknown),
        resolved=resolved,
        per_resolved=_plain(total / resolved) if total is not None and resolved else None,
        sources=tuple(told),
    )


def _messages(charged: list[tuple[Sent, str]], prices: Prices | None, unknown: list[str]) -> Decimal | None:
    total, missing = Decimal(0), Counter[str]()
    for sent, category in charged:
        if category == FREE:
            continue
        rate = None if prices is None or category == UNKNOWN_CATEGORY else prices.rate(category, sent.at)
        if rate is None:
            missing[category] += 1
        else:
            total += rate
    for category, count in sorted(missing.items()):
        unknown.append(f"the rate of {count} {category} messages")
    return None if missing else total


def _part(amount: Decimal, price: Decimal | None, what: str, unknown: list[str]) -> Decimal | None:
    if not amount:
        return Decimal(0)
    if price is None:
        unknown.append(f"the price of {what}")
        return None
    return amount * price


def _hand_off(people: People) -> Decimal | None:
    if people.minute is None or people.hand_off_minutes is None:
        return None
    return people.minute * people.hand_off_minutes


def _plain(amount: Decimal) -> str:
    """Four decimals: a message costs less than a cent."""
    return str(amount.quantize(Decimal("0.0001")))
