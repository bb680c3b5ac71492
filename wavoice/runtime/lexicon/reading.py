"""How one reply is read: the words of its language first, a veto from any, a doubtful word never alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wavoice.runtime.lexicon.language import Language, set_names
from wavoice.runtime.lexicon.words import Phrase, folded
from wavoice.runtime.model import VETOES, Mark

LOCKED = 2
"""Further words of the language spoken, unknown to the others, that settle which one a word is of."""
_FROM_ALL = frozenset({"bare_stop", "start"})
"""Sets that count in every enabled language: a customer may ask for silence in any, and take it back."""
Found = tuple[int, int, Mark | None]


class Credit(NamedTuple):
    """Whose words decided, and whether they may."""

    language: str
    reviewed: bool
    collides: bool


@dataclass(frozen=True, slots=True)
class Meanings:
    """What the enabled languages say about every phrase and word."""

    forms: Mapping[Phrase, Mapping[str, Mark | None]]
    collisions: frozenset[Phrase]
    two_ways: Mapping[Phrase, frozenset[str]]
    """Languages that use a phrase both ways."""
    speakers: Mapping[str, int]
    """The languages that know a word, as a sum of `bits`."""
    bits: Mapping[str, int]
    longest: Mapping[str, int]
    """Words of the longest phrase that begins with a word."""


def side(mark: Mark | None) -> str:
    """Which side a mark is on: two words of different sides contradict each other."""
    if mark in VETOES:
        return "no"
    return {Mark.YES: "yes", Mark.WEAK: "yes", Mark.QUESTION: "question"}.get(mark, "ordinary")  # type: ignore[arg-type]


def with_plain(phrases: Iterable[Phrase]) -> frozenset[Phrase]:
    """The phrases, and each without accents."""
    return frozenset(form for phrase in phrases for form in (phrase, tuple(folded(word) for word in phrase)))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a reply in one language, in a conversation held in the same or another."""

    own: tuple[str, ...]
    """The language spoken, that of the conversation, English: whose yes counts."""
    conversation: str
    of: Mapping[str, Language]
    meanings: Meanings
    sets: dict[str, frozenset[Phrase]] = field(init=False)
    """Sets of words by name; what no language has is empty."""
    _beginnings: dict[str, dict[str, tuple[Phrase, ...]]] = field(default_factory=dict)
    _marks: dict[tuple[Phrase, bool], tuple[bool, Mark | None]] = field(default_factory=dict)
    _idioms: dict[str, frozenset[Phrase]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sets", {name: self._set(name) for name in sorted(set_names())})
        idioms = {code: with_plain(self.of[code].idioms) for code in self.own}
        object.__setattr__(self, "_idioms", idioms)

    def _set(self, name: str) -> frozenset[Phrase]:
        own = {phrase for code in self.own for phrase in self.of[code].sets.get(name, ())}
        if name in _FROM_ALL:
            others = {phrase for language in self.of.values() for phrase in language.sets.get(name, ())}
            own |= {phrase for phrase in others if not self._is_ours(phrase)}
        return with_plain(own)

    def _is_ours(self, phrase: Phrase) -> bool:
        """True if one of our languages means something else by it: "fine" is an end only in Italian."""
        by = self.meanings.forms.get(phrase, {})
        return any(code in by and side(by[code]) != "no" for code in self.own)

    def scan(self, words: Phrase) -> Iterator[Found]:
        """Yield (start, end, mark) of the longest phrases from left to right; idioms have no mark."""
        longest, forms = self.meanings.longest, self.meanings.forms
        position = 0
        while position < len(words):
            for length in range(min(longest.get(words[position], 0), len(words) - position), 0, -1):
                phrase = words[position : position + length]
                if phrase in forms:
                    found, mark = self._reads(words, position, position + length)
                    if found:
                        yield position, position + length, mark
                        position += length
                        break
            else:
                position += 1

    def spans(self, name: str, words: Phrase) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of every phrase of that set, wherever it stands."""
        beginnings = self._beginnings.get(name)
        if beginnings is None:
            grouped: dict[str, list[Phrase]] = {}
            for phrase in sorted(self.sets.get(name, frozenset())):
                grouped.setdefault(phrase[0], []).append(phrase)
            beginnings = self._beginnings[name] = {word: tuple(group) for word, group in grouped.items()}
        for start, word in enumerate(words):
            for phrase in beginnings.get(word, ()):
                if words[start : start + len(phrase)] == phrase:
                    yield start, start + len(phrase)

    def has(self, name: str, words: Phrase) -> bool:
        """True if any phrase of that set occurs in the words."""
        return any(True for _ in self.spans(name, words))

    def credit(self, words: Phrase, found: Sequence[Found]) -> Credit:
        """Say whose words decided in what `scan` found.

        `reviewed` is true only if every deciding word stands in a reviewed language; `collides` if no
        deciding word is free of doubt: each means something else in another enabled language.
        """
        for wanted in (VETOES, {Mark.YES}, {Mark.WEAK}):
            deciding = [(start, end) for start, end, mark in found if mark in wanted]
            if deciding:
                break
        else:
            return Credit(self.own[0], self.of[self.own[0]].reviewed is not None, collides=False)
        # No lexicon lists what the grammar of sentences found ("that would be great"): it is English.
        readers = [self._readers(words[start:end]) or ("en",) for start, end in deciding]
        order = dict.fromkeys((self.conversation, *self.own, *self.of))
        language = next((code for code in order if all(code in by for by in readers)), self.own[0])
        return Credit(
            language,
            all(any(self.of[code].reviewed for code in by) for by in readers),
            collides=all(self._is_doubtful(words, start, end) for start, end in deciding),
        )

    def _reads(self, words: Phrase, start: int, end: int) -> tuple[bool, Mark | None]:
        phrase = words[start:end]
        key = phrase, self._is_doubtful(words, start, end)
        if key not in self._marks:
            self._marks[key] = self._read(*key)
        return self._marks[key]

    def _read(self, phrase: Phrase, doubtful: bool) -> tuple[bool, Mark | None]:
        """Whether the phrase says anything, and what: in doubt a possible veto counts, then a question."""
        by = self.meanings.forms[phrase]
        own = next((code for code in self.own if code in by), None)
        if own is None or doubtful:
            said = [by[code] for code in (*self.own, *self.of) if code in by]
            for careful in (VETOES, {Mark.QUESTION}):
                if mark := next((mark for mark in said if mark in careful), None):
                    return True, mark
        if own is None:
            return False, None
        if by[own] is None:
            return phrase in self._idioms[own], None
        return True, by[own]

    def _readers(self, phrase: Phrase) -> tuple[str, ...]:
        """Languages in which the phrase says what it was taken for; a whole answer is of the one spoken."""
        by = self.meanings.forms.get(phrase, {self.own[0]: Mark.STOP})
        return tuple(code for code, mark in by.items() if mark in VETOES or (mark and code in self.own))

    def _is_doubtful(self, words: Phrase, start: int, end: int) -> bool:
        """True if the phrase collides and the rest of the reply does not settle whose word it is."""
        phrase, spoken = words[start:end], self.own[0]
        if phrase not in self.meanings.collisions:
            return False
        by = self.meanings.forms[phrase]
        two_ways = self.meanings.two_ways.get(phrase, frozenset())
        if spoken not in by or spoken in two_ways:
            return True
        bits, speakers = self.meanings.bits, self.meanings.speakers
        others = sum(
            bits[code] for code, mark in by.items() if code in two_ways or side(mark) != side(by[spoken])
        )
        further = {
            word
            for word in (*words[:start], *words[end:])
            if (mask := speakers.get(word, 0)) & bits[spoken] and not mask & others
        }
        return len(further) < LOCKED
