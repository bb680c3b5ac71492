"""Values that one job alone listens for: looked for once one of them is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from wavoice.runtime.interpret.own import LONGEST_TEXT, canonical
from wavoice.runtime.interpret.slots import Slots
from wavoice.runtime.interpret.times import bare_time, find_times, part_of_day, place
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.ports import Situation

Span = tuple[int, int]


@dataclass(slots=True)
class _Found:
    """What one message adds to its slots, and what it takes away."""

    slots: Slots
    values: dict[str, str] = field(default_factory=dict)
    mentioned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    drops: set[str] = field(default_factory=set)

    def add(self, name: str, value: str, span: Span | None = None, *, mention: bool = True) -> None:
        """Take a value in; the last of several counts. Without `mention` it is no word of an answer."""
        self.values[name] = value
        if mention:
            self.mentioned[name] = (*self.mentioned.get(name, ()), value)
        if span is not None:
            self.spans.append(span)

    def done(self) -> Slots:
        """The slots with all of it."""
        old = self.slots
        kept = {name: value for name, value in old.values.items() if name not in self.drops}
        said = {name: value for name, value in old.mentioned.items() if name not in self.drops}
        return replace(
            old,
            values={**kept, **self.values},
            mentioned={**said, **self.mentioned},
            spans=(*old.spans, *self.spans),
        )


def with_service(slots: Slots, intent: str | None, situation: Situation) -> Slots:
    """The slots with what the job that is asked for, half said or open listens for besides."""
    job = intent if intent is not None else (situation.open_action or situation.half_said)
    find = _FINDERS.get(job or "")
    if find is None or slots.whole:
        return slots
    found = _Found(slots)
    find(found, situation, asks=intent == job)
    return found.done()


def _text_without(found: _Found, spans: Iterable[Span]) -> str:
    text = found.slots.text
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return canonical(text)[:LONGEST_TEXT]


def _times(found: _Found, situation: Situation, *, asks: bool) -> None:
    """A time of day, a part of it, one of those that were offered, and what it is for."""
    text = found.slots.text
    found.drops |= {"order", "amount", "currency"}
    chosen = place(text) if situation.asked in ("pick", "which") else None
    if chosen is not None:
        found.drops.add("day")
        found.add(situation.asked or "pick", chosen, (0, len(text)))
        return
    times = list(find_times(text, situation.prompt))
    if not times and situation.asked == "pick" and (bare := bare_time(text)) is not None:
        times = [bare]
    for time, span in times:
        found.add("time", time, span)
    if situation.asked == "pick":
        _picks(found, [time for time, _ in times])
    if not times and (part := part_of_day(text)) is not None:
        found.add("part", *part)
    if asks or situation.asked == "service":
        found.add("service", _text_without(found, (*found.slots.spans, *found.spans)), mention=False)
    if situation.asked == "which" and situation.open_action is None and not asks:
        found.add("which", canonical(text), mention=False)


def _picks(found: _Found, times: list[str]) -> None:
    """One of those that were offered, by its hour or its day alone: "the one on Wednesday"."""
    day = found.slots.values.get("day")
    if len(times) == 1 and day is None:
        found.add("pick", times[0], mention=False)
    elif not times and day is not None:
        found.add("pick", day, mention=False)


def _subscription(found: _Found, situation: Situation, *, asks: bool) -> None:
    text = found.slots.text
    if asks:
        found.add("about", canonical(text)[:LONGEST_TEXT], mention=False)
    elif situation.asked == "which" and situation.open_action is None:
        found.add("which", canonical(text), mention=False)
        if place(text):
            found.drops.add("day")
    found.drops.add("order")


_ENDING = re.compile(r"\b(?:ending|ends)\s+(?:(?:in|with|on)\s+)?(\d{4})\b", re.IGNORECASE)


def _card(found: _Found, _situation: Situation, *, asks: bool) -> None:
    del asks
    for match in _ENDING.finditer(found.slots.text):
        found.add("last4", match[1], match.span())
        if found.slots.values.get("order") == match[1]:
            found.drops.add("order")


_PAID = re.compile(
    r"\b(?:already\s+paid|paid\s+already|(?:have|'ve)\s+(?:\w+\s+)?paid|(?:i|we)\s+(?:\w+\s+)?paid"
    r"|paid\s+(?:it|that|this|yesterday|today|last|on|in\s+full|for)|already\s+(?:sent|transferred|settled)"
    r"|(?:did|has|have)\b.*\b(?:payment|money|transfer)\b)",
    re.IGNORECASE,
)


def _reminder(found: _Found, _situation: Situation, *, asks: bool) -> None:
    del asks
    if (match := _PAID.search(found.slots.text)) is not None:
        found.add("claim", "paid", match.span(), mention=False)
        found.drops.add("day")  # of the payment that was made


_EMAIL = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN = re.compile(
    r"(?<![\w'\u2019])(?P<name>(?:[a-z0-9]+|\s(?:dot|underscore|dash|hyphen|minus)\s|[._-]|(?<=\b\w)\s(?=\w\b))+)"
    r"\s+at\s+(?P<host>(?:[a-z0-9-]+\s+(?:dot|point)\s+)+[a-z]{2,})\b",
    re.IGNORECASE,
)
_SIGNS = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-"}
_SIGN = re.compile(rf"\s*\b(?:{'|'.join(_SIGNS)})\b\s*", re.IGNORECASE)
_NAME_IS = (
    re.compile(
        r"\b(?:should\s+be|must\s+be|is\s+now|change\s+it\s+to|call\s+me)\s+(?P<name>.+)", re.IGNORECASE
    ),
    re.compile(r"\bname\b(?:\s+\w+){0,2}?\s+(?:to|as|is)\s+(?P<name>.+)", re.IGNORECASE),
)
_NO_NAME = frozenset(
    {"wrong", "misspelled", "misspelt", "incorrect", "spelled", "spelt", "changed", "not", "yes", "no", "ok"}
    | {"okay", "sure", "nothing", "cancel", "stop", "wait", "new", "different", "right", "correct"}
)
"""First words of what is no name."""
_SPELT = re.compile(r"\b(?:[^\W\d_][\s-]+){2,}[^\W\d_]\b")
_LEAD = re.compile(
    r"\W*(?:(?:no|it(?:'s|\s+is)|my\s+name\s+is|spelled|spelt|call\s+me|to)\b[\s,]*)*", re.IGNORECASE
)
_NOT_IT = re.compile(
    r"[,;.]?\s*\b(?:not|instead\s+of|rather\s+than)\b.*$|[\s,.!?]*(?:\b(?:please|thanks|thank\s+you)\b[\s,.!?]*)+$|[.!?\s]+$",
    re.IGNORECASE,
)


def _contact(found: _Found, situation: Situation, *, asks: bool) -> None:
    text = found.slots.text
    found.drops |= {"order", "day", "amount", "currency", "address"}
    if (address := _email_in(text)) is not None:
        found.add("email", *address)
        return
    starts = [match.start("name") for one in _NAME_IS if (match := one.search(text))]
    for start in [*starts, *([0] if situation.asked == "name" else [])]:
        if name := _name_in(text[start:]):
            found.add("name", name, (start, len(text)))
            return
    if asks or situation.asked == "field":
        for field_name, pattern in _FIELDS:
            if pattern.search(text):
                found.add("field", field_name, mention=False)
                return


_FIELDS = (
    ("email", re.compile(r"\be-?\s?mails?\b", re.IGNORECASE)),
    ("phone", re.compile(r"\b(?:phone|mobile|cell|number)\b", re.IGNORECASE)),
    ("name", re.compile(r"\bname\b", re.IGNORECASE)),
)


def _email_in(text: str) -> tuple[str, Span] | None:
    """The last address in it, written, or said with "at" and "dot", spelt or not."""
    if written := list(_EMAIL.finditer(text)):
        return written[-1].group().rstrip(".").lower(), written[-1].span()
    spoken = list(_SPOKEN.finditer(text))
    if not spoken:
        return None
    match = spoken[-1]
    name = re.sub(r"\s+", "", _SIGN.sub(_sign, match["name"])).strip(".-_")
    host = re.sub(r"\s+", "", _SIGN.sub(_sign, match["host"]))
    return f"{name}@{host}".lower(), match.span()


def _sign(match: re.Match[str]) -> str:
    return _SIGNS[match.group().strip().lower()]


def _name_in(text: str) -> str:
    """A name as it is written; letters that were spelt one by one are put together. "" for none."""
    lead = _LEAD.match(text)
    text = _NOT_IT.sub("", text[lead.end() if lead else 0 :])
    if not text.strip() or (words_of(text)[:1] and words_of(text)[0] in _NO_NAME):
        return ""
    if (spelt := _SPELT.search(text)) is not None:
        before = text[: spelt.start()].strip(" ,.:-")
        word = re.sub(r"[\s-]+", "", spelt.group())
        if not before or word.casefold() in before.casefold().split() or len(word) > len(before):
            return word[:1].upper() + word[1:].lower()
        if before.split()[-1][:1].casefold() == word[:1].casefold():  # "Iyer, I Y E R": the spelling counts
            before = " ".join(before.split()[:-1])
        return canonical(f"{before} {word[:1].upper()}{word[1:].lower()}")
    return canonical(text).strip("\"'\u201c\u201d ")


_SOMEWHERE = re.compile(
    r"\baddress\b[^.?!]*?\b(?:to|is|as)\b[:,]?\s+"
    r"(?!(?:the\s+|my\s+)?(?:one|other|old|saved|same|usual|home|work|office|new|different|another)\b|an?\b|some"
    r"|it\b|what|where|wrong|not\b|no\b|be\b)(?:\S+\s+){3,}\S",
    re.IGNORECASE | re.DOTALL,
)
"""Where to was said, in more words than "my old place" needs."""


def _elsewhere(found: _Found, _situation: Situation, *, asks: bool) -> None:
    if asks and "address" not in found.slots.values and _SOMEWHERE.search(found.slots.text):
        found.add("told", "unread", mention=False)


_PRICE = re.compile(r"\b(?:how\s+much|prices?|costs?)\b", re.IGNORECASE)
_STOCK = re.compile(
    r"\b(?:stock|available|sold\s+out|left|still|have\s+you|do\s+you\s+have)\b", re.IGNORECASE
)


def _product(found: _Found, situation: Situation, *, asks: bool) -> None:
    text = found.slots.text
    found.drops.add("order")
    if asks:
        found.add("about", canonical(text)[:LONGEST_TEXT], mention=False)
        for aspect, pattern in (("price", _PRICE), ("stock", _STOCK)):
            if pattern.search(text):
                found.add("aspect", aspect, mention=False)
                break
    elif situation.asked == "which":
        found.add("which", canonical(text), mention=False)
        if place(text):
            found.drops.add("day")


_SUBJECT = re.compile(
    r"\b(?:ticket|case|request|complaint)\b\W*(?:(?:about|for|because|regarding|concerning|that|saying|on)\b|[:,.\-])\s*(?P<subject>.+)",
    re.IGNORECASE | re.DOTALL,
)


def _ticket(found: _Found, _situation: Situation, *, asks: bool) -> None:
    match = _SUBJECT.search(found.slots.text) if asks else None
    if match is not None:
        found.add("subject", canonical(match["subject"]).rstrip(" .!"), match.span("subject"))


def _faq(found: _Found, situation: Situation, *, asks: bool) -> None:
    entry = situation.vocabulary.faq.asked(found.slots.text) if asks else None
    if entry is not None:
        found.add("faq", entry.id, mention=False)


_FINDERS: Mapping[str, Callable[..., None]] = {
    "book_appointment": _times,
    "move_appointment": _times,
    "cancel_appointment": _times,
    "pause_subscription": _subscription,
    "skip_subscription": _subscription,
    "cancel_subscription": _subscription,
    "change_address": _elsewhere,
    "saved_card": _card,
    "pay_reminder": _reminder,
    "update_contact": _contact,
    "product_question": _product,
    "recommend": _product,
    "open_ticket": _ticket,
    "faq": _faq,
}
