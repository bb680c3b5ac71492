"""Jobs of a bot's author: the one that is asked for, and the values of its own slots."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from wavoice.runtime.lexicon import words_of
from wavoice.runtime.ports import Situation
from wavoice.runtime.vocabulary import OwnKind, OwnSlot, Saying, Vocabulary

Span = tuple[int, int]
NEAR = 5
"""Words that may stand between two words of a saying: "wrap [order 1842 up] as a gift"."""
LONGEST_TEXT = 200
"""Characters of a free text; what is longer would not fit into a question (1,024) with its buttons."""
FILLERS = frozenset(
    words_of(
        "a an the my our your i we you it is are do does can could would will please pls to for of in on "
        "at as me us want need like have this that some any with and"
    )
)
"""Words of a saying that mean nothing of their own."""
ORDERS = frozenset({"order", "orders", "parcel", "package", "delivery", "shipment", "box"})
"""One is as good as another, and as the name of a thing that was bought."""
_PIECE = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_ENDING = re.compile(r"(?:s|es|d|ed|ing|er)")
_OR = re.compile(r"[\s,]*(?:or|/)\s*(?:maybe\s+|perhaps\s+)?(?:the\s+|a\s+)?", re.IGNORECASE)
_REFUSED = re.compile(r"\b(?:not|no|isn't|instead\s+of|rather\s+than)\s+(?:the\s+|a\s+)?$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,#])(?<!\d[\s-])(?:(\d{1,2})(?!\w|[.,:]\d|[\s-]+\d|\s?%)|(one|two)\b(?!\s+moment))",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\W*(\d{1,4})\W*")
_SMALL = {"one": "1", "two": "2"}
_GIVES_UP = re.compile(
    r"\W*(?:no|nope|nah|cancel|stop|never\s*mind|forget\s+it|leave\s+it|wait|nothing|none)(?:\s+(?:it|that|please|thanks"
    r"|thank\s+you))*\W*",
    re.IGNORECASE,
)
"""Not the text that was asked for: the customer does not want to say one."""
_LEADS = re.compile(r"[\s,.:;\-\u2013\"\u201c']*(?:\b(?:that|saying|says)\b[\s,:\"\u201c']*)?", re.IGNORECASE)
_TAIL = re.compile(r"[\s,.;:\"\u201d']*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """A job of the author's that is asked for."""

    name: str
    start: int
    """Where in the text the asking begins, in characters."""
    text: tuple[str, Span] | None = None
    """A slot that the rest of the words is, and where it stands."""


def own_job(text: str, vocabulary: Vocabulary, products: Iterable[Span] = ()) -> Asked | None:
    """The first of the author's jobs, as they are declared, of which a saying stands in the text."""
    if not vocabulary.own:
        return None
    pieces = list(_pieces(text, tuple(products)))
    for job in vocabulary.own:
        for saying in job.sayings:
            if (found := _find(saying, pieces)) is not None:
                start, end = found
                rest = None if saying.takes is None else _rest(text, end)
                return Asked(
                    job.name, start, None if rest is None or saying.takes is None else (saying.takes, rest)
                )
    return None


def _pieces(text: str, products: Sequence[Span]) -> Iterator[tuple[str, int, int]]:
    for match in _PIECE.finditer(text):
        bought = any(start <= match.start() < end for start, end in products)
        word = "order" if bought else "".join(words_of(match.group()))
        yield word, match.start(), match.end()


def _find(saying: Saying, pieces: Sequence[tuple[str, int, int]]) -> Span | None:
    for first, (word, start, _) in enumerate(pieces):
        if _is(word, saying.words[0]):
            last = _follow(saying.words[1:], pieces, first)
            if last is not None:
                return start, pieces[last][2]
    return None


def _follow(words: Sequence[str], pieces: Sequence[tuple[str, int, int]], at: int) -> int | None:
    for wanted in words:
        reach = range(at + 1, min(at + 2 + NEAR, len(pieces)))
        found = next((place for place in reach if _is(pieces[place][0], wanted)), None)
        if found is None:
            return None
        at = found
    return at


def _is(word: str, wanted: str) -> bool:
    if word == wanted or (wanted in ORDERS and word in ORDERS):
        return True
    if len(wanted) < 4 or not word.startswith(wanted):
        return False
    rest = word[len(wanted) :]
    return _ENDING.fullmatch(rest.removeprefix(wanted[-1]) or rest) is not None


def _rest(text: str, start: int) -> Span | None:
    lead, tail = _LEADS.match(text, start), _TAIL.search(text, start)
    begin, end = lead.end() if lead else start, tail.start() if tail else len(text)
    return (begin, end) if begin < end <= begin + LONGEST_TEXT else None


def canonical(text: str) -> str:
    """A free text as it is bound: NFC, one space where there were several."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def asked_text(text: str, situation: Situation) -> str | None:
    """The slot for a free text that the last question asked for, if this is an answer to it."""
    slots = situation.vocabulary.slots(situation.half_said)
    wanted = any(slot.name == situation.asked and slot.kind is OwnKind.TEXT for slot in slots)
    if not wanted or not text.strip() or len(text.strip()) > LONGEST_TEXT or _GIVES_UP.fullmatch(text):
        return None
    return situation.asked


def choices_in(text: str, slot: OwnSlot) -> Iterator[tuple[str, Span, bool]]:
    """Each mention of a value in spoken order: the value, where it stands, and False if it is refused."""
    for match in _choices(slot).finditer(text):
        said = " ".join(words_of(match.group()))
        value = next((value for value, ways in slot.choices if said in ways), None)
        if value is not None:
            yield value, match.span(), _REFUSED.search(text, 0, match.start()) is None


def is_left_open(text: str, before: Span, after: Span) -> bool:
    """True for "red or gold": neither is chosen."""
    return _OR.fullmatch(text, before[1], after[0]) is not None


@lru_cache(maxsize=256)
def _choices(slot: OwnSlot) -> re.Pattern[str]:
    ways = sorted({way for _, ways in slot.choices for way in ways}, key=len, reverse=True)
    said = (r"[\s\-]+".join(re.escape(word) for word in way.split()) for way in ways)
    return re.compile(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)", re.IGNORECASE)


def numbers_in(text: str, *, asked: bool) -> Iterator[tuple[str, Span]]:
    """Numbers of things, 1 to 99; up to 9,999 for one that was asked for and stands alone."""
    if asked and (bare := _BARE_NUMBER.fullmatch(text)):
        yield str(int(bare[1])), bare.span(1)
        return
    for match in _NUMBER.finditer(text):
        yield _SMALL.get((match[2] or "").lower()) or str(int(match[1])), match.span()
