"""Slots of the built-in jobs: order number, day, address, amount of money. A repair keeps only its repair."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from text_to_num import alpha2digit

from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.interpret.amounts import find_amounts
from wavoice.runtime.interpret.days import find_days
from wavoice.runtime.interpret.numbers import in_digits
from wavoice.runtime.interpret.other_days import dates_in_digits, find_other_days
from wavoice.runtime.interpret.own import (
    asked_text,
    canonical,
    choices_in,
    is_left_open,
    numbers_in,
    own_job,
)
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.model import NO_CURRENCY
from wavoice.runtime.ports import Situation
from wavoice.runtime.vocabulary import ADDRESSED, OwnKind, OwnSlot

_ORDER = re.compile(
    r"\b(?:order|parcel|package|delivery)?\s*(?:number|no\.?|num|#)?\s*#?\s*"
    r"(\d{1,3}(?:,\d{3})+|\d{3,10}|\d(?:(?:,\s|[\s-])\d){2,9}|\d{1,2}(?:[\s-]\d{1,2}){1,4})\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b(?:address|deliver(?:ed)?(?:\s+it)?|send\s+it|ship\s+it|bring\s+it)\b.*?\b(?:to|is|at|be)[:,]?\s+"
    r"(?P<address>(?:(?:flat|apartment|apt|house|unit|number|no)\.?\s*)?\d.*)",
    re.IGNORECASE | re.DOTALL,
)
_STREET = re.compile(
    r"\baddress\b[^.?!]*?\b(?:to|is|at|be)[:,]?\s+"
    r"(?P<address>.*\b(?:street|road|lane|avenue|drive|square|close|st|rd|ave)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARE_STREET = re.compile(
    r"\b(?P<address>(?:(?:flat|apartment|apt|house|unit)\.?\s*\d+\w?[\s,]+)?\d+\w?\s+(?:[^\W\d]+\s+){0,4}"
    r"(?:street|road|lane|avenue|drive|square|close|st|rd|ave)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
"""Enough while an address is being confirmed: "no, 42 Lake Road"."""
_TAIL = re.compile(r"[\s,.!?]*(?:\b(?:please|thanks|thank\s+you|instead|now)\b[\s,.!?]*)*$", re.IGNORECASE)
_REFUSED = re.compile(r"\b(?:not|isn't|instead\s+of|rather\s+than)\s+(?:on\s+)?$", re.IGNORECASE)
"""Before a day: this is the one that is not wanted."""
_OR = re.compile(r"[\s,]*(?:or|/)\s*(?:maybe\s+|perhaps\s+|even\s+)?(?:on\s+)?", re.IGNORECASE)
"""Between two days: the choice is left open, and neither is taken."""
_AND = re.compile(r"\b(?:and|und|y|e|et|aur)\b|&", re.IGNORECASE)
"""Between two orders, where nothing takes the first one back: both are meant."""
_EDIT = re.compile(
    r"(?:[,;.]\s*no\b(?!\.|\s*\d)|\bno,?\s+(?=sorry|i\s+mean|wait)"
    r"|\b(?:sorry|i\s+mean|actually|or\s+rather|make\s+(?:it|that))\b)[\s,]*",
    re.IGNORECASE,
)


_BARE_AMOUNT = re.compile(r"\W*(\d{1,9}(?:\.\d{1,2})?)\W*")
LONGEST_ADDRESS = 200
"""Characters; what is longer is a story, and would not fit into a question (1,024) with its buttons."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What was found, where the text of it stood, and every value in spoken order."""

    values: Mapping[str, str]
    mentioned: Mapping[str, tuple[str, ...]]
    spans: tuple[tuple[int, int], ...]
    """Character ranges of `text` that the slots account for."""
    text: str
    """The text with number words as digits; `spans` refer to it."""
    products: tuple[tuple[int, int], ...] = ()
    """Where names of the catalogue stand in it."""
    whole: bool = False
    """All of it is the free text that was asked for: no job is looked for in it."""


def find_slots(text: str, situation: Situation) -> Slots:
    """Find product, order, day, address and amount.

    A day that may be two is mentioned twice and has no value.
    """
    if (asked := asked_text(text, situation)) is not None:
        said = canonical(text)
        return Slots({asked: said}, {asked: (said,)}, ((0, len(text)),), text, whole=True)
    text = number_words_as_digits(text, situation.language)
    values: dict[str, str] = {}
    mentioned: dict[str, tuple[str, ...]] = {}
    spans: list[tuple[int, int]] = []
    products = _products(text, situation.catalogue.words)
    for name, span in products:
        values["product"] = name
        mentioned["product"] = (*mentioned.get("product", ()), name)
        spans.append(span)
    own = _own_slots(text, situation, (values, mentioned, spans))
    for slot in own:
        if slot.kind is OwnKind.CHOICE:
            _add_choice(text, slot, (values, mentioned, spans))
    _add_days(text, situation, (values, mentioned, spans))
    confirms = situation.open_action in ADDRESSED
    if address := _address(text, asked=situation.asked == "address", confirms=confirms):
        start, end = address
        values["address"] = unicodedata.normalize("NFC", text[start:end])
        mentioned["address"] = (values["address"],)
        spans.append(address)
    _add_amounts(text, situation, (values, mentioned, spans))
    for slot in own:
        if slot.kind is OwnKind.NUMBER:
            _add_number(text, slot, situation, (values, mentioned, spans))
    _add_orders(text, (values, mentioned, spans))
    return Slots(values, mentioned, tuple(spans), text, tuple(span for _, span in products))


_Found = tuple[dict[str, str], dict[str, tuple[str, ...]], list[tuple[int, int]]]
"""Values, mentions and spans so far."""


def _add_orders(text: str, found: _Found) -> None:
    """The last one counts; of two that both are meant ("refund 1901 and move 1842") none does."""
    values, mentioned, spans = found
    named, last = tuple(spans), 0
    for match in _ORDER.finditer(text):
        if _within(match.start(1), named):
            continue
        order, between = re.sub(r"\D", "", match[1]), text[last : match.start()]
        both = _AND.search(between) and not _EDIT.search(between)
        if both and mentioned.get("order", (order,))[-1] != order:
            values.pop("order", None)
        else:
            values["order"] = order
        last = match.end()
        mentioned["order"] = (*mentioned.get("order", ()), order)
        spans.append(match.span())


def _add_days(text: str, situation: Situation, found: _Found) -> None:
    values, mentioned, spans = found
    named, last = tuple(spans), None
    for match, days in find_days(text, situation.now):
        if _within(match.start(), named):
            continue  # a "Sunday roast" is bought, not waited for
        if match["today"] and _REFUSED.search(text, 0, match.start()):
            continue  # "not today" puts off, and names no other day
        offered = last is not None and _OR.fullmatch(text, last, match.start())
        last = match.end()
        mentioned["day"] = (*mentioned.get("day", ()), *(day.isoformat() for day in days))
        spans.append(match.span())
        if _REFUSED.search(text, 0, match.start()):
            continue
        values.pop("day", None)
        if len(days) == 1 and not offered:
            values["day"] = days[0].isoformat()
    for match, day in find_other_days(text, situation.language, situation.now.date()):
        if not _within(match.start(), spans):
            values["day"] = day.isoformat()
            mentioned["day"] = (*mentioned.get("day", ()), values["day"])
            spans.append(match.span())


def _add_amounts(text: str, situation: Situation, found: _Found) -> None:
    values, mentioned, spans = found
    for match, minor, currency in find_amounts(text):
        for name, value in (("amount", minor), ("currency", currency)):
            values[name] = value
            mentioned[name] = (*mentioned.get(name, ()), value)
        spans.append(match.span())
    if situation.asked == "amount" and (bare := _BARE_AMOUNT.fullmatch(text)):
        values |= {"amount": bare[1], "currency": NO_CURRENCY}
        mentioned |= {"amount": (bare[1],), "currency": (NO_CURRENCY,)}
        spans.append(bare.span())


def _own_slots(text: str, situation: Situation, found: _Found) -> tuple[OwnSlot, ...]:
    """Slots of the job that is open, or of the one that is asked for and of the half-said one.

    A text that a saying takes ("add a note saying …") is found with it.
    """
    values, mentioned, spans = found
    if not situation.vocabulary.own:
        return ()
    if situation.open_action is not None:
        return tuple(situation.vocabulary.slots(situation.open_action))
    asked = own_job(text, situation.vocabulary, spans)
    if asked is not None and asked.text is not None:
        slot, span = asked.text
        values[slot] = canonical(text[slice(*span)])
        mentioned[slot] = (values[slot],)
        spans.append(span)
    return tuple(situation.vocabulary.slots(asked.name if asked else None, situation.half_said))


def _add_number(text: str, slot: OwnSlot, situation: Situation, found: _Found) -> None:
    values, mentioned, spans = found
    for value, span in numbers_in(text, asked=situation.asked == slot.name):
        if not _within(span[0], spans):
            values[slot.name] = value
            mentioned[slot.name] = (*mentioned.get(slot.name, ()), value)
            spans.append(span)


def _add_choice(text: str, slot: OwnSlot, found: _Found) -> None:
    values, mentioned, spans = found
    named, last = tuple(spans), None
    for value, span, wanted in choices_in(text, slot):
        if _within(span[0], named):
            continue
        left_open = last is not None and is_left_open(text, last, span)
        mentioned[slot.name] = (*mentioned.get(slot.name, ()), value)
        spans.append(span)
        last = span
        if left_open:
            values.pop(slot.name, None)
        elif wanted:
            values[slot.name] = value


def _products(text: str, words: tuple[str, ...]) -> list[tuple[str, tuple[int, int]]]:
    """Names of the catalogue, also where a number word in them was turned into digits with the rest."""
    if not words:
        return []
    catalogue, written = _in_digits(words)
    return [(written[name], (start, end)) for name, start, end in catalogue.named(text)]


@lru_cache(maxsize=64)
def _in_digits(words: tuple[str, ...]) -> tuple[Catalogue, Mapping[str, str]]:
    written = {number_words_as_digits(name): name for name in words}
    return Catalogue(tuple(written)), written


def _within(at: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def words_within(slots: Slots) -> frozenset[int]:
    """Positions (counted in words) that the slots' character ranges cover."""
    covered: set[int] = set()
    for start, end in slots.spans:
        before = len(words_of(slots.text[:start]))
        covered.update(range(before, before + len(words_of(slots.text[start:end]))))
    return frozenset(covered)


def number_words_as_digits(text: str, language: str = "en") -> str:
    """Number words as digits ("eighteen forty-two" → "1842"); other words stay as they were."""
    return str(alpha2digit(in_digits(dates_in_digits(text, language), language), "en"))


def _address(text: str, *, asked: bool, confirms: bool) -> tuple[int, int] | None:
    match = _ADDRESS.search(text) or _STREET.search(text) or (confirms and _BARE_STREET.search(text))
    if match:
        start, end = match.span("address")
    elif asked and re.search(r"\d", text):
        start, end = 0, len(text)
    else:
        return None
    if edits := list(_EDIT.finditer(text, start, end)):
        start = edits[-1].end() if re.search(r"\d", text[edits[-1].end() : end]) else start
    tail = _TAIL.search(text, start, end)
    end = tail.start() if tail else end
    lead = re.match(
        r"(?:(?:yes|sure|ok(?:ay)?|it(?:'?s|\s+is)|to|is|at)\b[\s,]*)*", text[start:end], re.IGNORECASE
    )
    start += lead.end() if lead else 0
    return (start, end) if start < end <= start + LONGEST_ADDRESS else None
