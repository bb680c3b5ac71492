"""Several languages at once: which words mean opposite things, and which language a reply is in (I10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.lexicon.language import Language, load, shipped
from wavoice.runtime.lexicon.reading import Lexicon, Meanings, side, with_plain
from wavoice.runtime.lexicon.words import Phrase, folded, shortened
from wavoice.runtime.model import VETOES, Mark


@dataclass(frozen=True, slots=True)
class Languages:
    """The enabled languages. Made once, at load; reading a reply only looks things up."""

    of: Mapping[str, Language]
    meanings: Meanings
    collisions: Mapping[Phrase, Mapping[str, Mark | None]]
    """Phrases that agree in one language and do not in another, with what each takes them for (None: an
    ordinary word), and phrases that one language uses both ways."""
    _lexicons: dict[tuple[str, str], Lexicon] = field(default_factory=dict)

    def hear(self, words: Phrase, language: str) -> tuple[Lexicon, Phrase]:
        """Return how a reply is read in a conversation held in `language`, and its words as they are known.

        What no language knows is tried without accents ("nao") and unstretched ("nooo"); the number
        of words stays the same. The reply is in the conversation's language unless more of its words
        belong to another: a yes is taken from the language spoken, that of the conversation and
        English, a veto from any.
        """
        if language not in self.of:
            language = "en" if "en" in self.of else next(iter(self.of))
        known = tuple(self._known(word) for word in words)
        spoken = self._spoken(known, language)
        lexicon = self._lexicons.get((spoken, language))
        if lexicon is None:
            own = tuple(dict.fromkeys(code for code in (spoken, language, "en") if code in self.of))
            lexicon = self._lexicons[spoken, language] = Lexicon(own, language, self.of, self.meanings)
        return lexicon, known

    def _known(self, word: str) -> str:
        speakers = self.meanings.speakers
        if word in speakers:
            return word
        for other in (folded(word), *shortened(word)):
            if other in speakers:
                return other
        return word

    def _spoken(self, words: Phrase, language: str) -> str:
        masks = [mask for word in words if (mask := self.meanings.speakers.get(word, 0))]
        bits = self.meanings.bits
        if all(mask & bits[language] for mask in masks):
            return language
        first = [language, *(("en",) if "en" in bits else ())]
        codes: list[str] = [*first, *bits]
        return max(codes, key=lambda code: sum(1 for mask in masks if mask & bits[code]))


def enabled(languages: tuple[str, ...] | None = None) -> Languages:
    """Read these languages (None: all that are shipped) and find where they contradict each other.

    Raises `ConfigError` for a language without words, one that contradicts itself, or none at all.
    """
    return _enabled(tuple(dict.fromkeys(shipped() if languages is None else languages)))


@cache
def _enabled(codes: tuple[str, ...]) -> Languages:
    # A cache of its own: none, None and all of them by name are one and the same.
    return together([load(code) for code in codes])


def together(languages: Iterable[Language]) -> Languages:
    """Make one thing of several languages. Raises `ConfigError` if there is none."""
    of = {language.code: language for language in languages}
    if not of:
        raise ConfigError("No language is enabled.", remedy="Name at least one in bot.languages.")
    forms: dict[Phrase, dict[str, Mark | None]] = {}
    for language in of.values():
        for phrase, mark in _forms(language).items():
            forms.setdefault(phrase, {})[language.code] = mark
    bits = {code: 1 << place for place, code in enumerate(of)}
    speakers: dict[str, int] = {}
    for language in of.values():
        for word in language.vocabulary():
            for form in {word, folded(word)}:
                speakers[form] = speakers.get(form, 0) | bits[language.code]
    two_ways: dict[Phrase, frozenset[str]] = {}
    for language in of.values():
        for phrase in with_plain(language.sets.get("two_ways", ())):
            two_ways[phrase] = two_ways.get(phrase, frozenset()) | {language.code}
    collisions = {
        phrase: by
        for phrase, by in forms.items()
        if len({side(mark) for mark in by.values()}) > 1 or phrase in two_ways
    }
    longest: dict[str, int] = {}
    for phrase in forms:
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    return Languages(
        of, Meanings(forms, frozenset(collisions), two_ways, speakers, bits, longest), collisions
    )


def _forms(language: Language) -> dict[Phrase, Mark | None]:
    """Phrases as they are written, and without accents where that is no phrase of its own.

    Of two that become one without accents the more careful reading counts.
    """
    written = dict(language.forms())
    plain: dict[Phrase, Mark | None] = {}
    for phrase, mark in written.items():
        bare = tuple(folded(word) for word in phrase)
        if bare not in written:
            plain[bare] = min(mark, plain.get(bare, mark), key=_care)
    return {**plain, **written}


def _care(mark: Mark | None) -> int:
    if mark in VETOES:
        return 0
    return {Mark.QUESTION: 1, None: 2, Mark.WEAK: 3}.get(mark, 4)
