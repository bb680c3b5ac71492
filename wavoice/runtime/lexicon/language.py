"""One language: its TOML file read strictly. What contradicts itself is refused, with the place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.lexicon.words import Phrase, words_of
from wavoice.runtime.model import Mark

VERSION: Final = 1
"""Version of the file format that this wavoice reads."""
ENOUGH: Final = 200
"""Labelled replies, none of them an unsafe yes, that make a language reviewed."""
_EVERYWHERE: Final = "every"
"""File of what needs no language: emoji, ok."""
_MARKS = {
    "yes": Mark.YES,
    "weak": Mark.WEAK,
    "no": Mark.NO,
    "hold": Mark.HOLD,
    "cancel": Mark.CANCEL,
    "modify": Mark.MODIFY,
    "question": Mark.QUESTION,
    "stop": Mark.STOP,
}
_ORDINARY = ("common", "filler", "courtesy", "before_value", "request")
"""Sets of words that say neither yes nor no where they are ordinary words."""
_NEUTRAL = ("filler", "courtesy")
"""Sets of words that say nothing at all, so that a plain yes may have them beside it."""
_NAMES = frozenset({"common", "two_ways"})
"""Sets that English does without; all others are those of its file."""
_KEYS = frozenset({"version", "language", "name", "reviewed", "marks", "idioms", "words"})


@dataclass(frozen=True, slots=True)
class Review:
    """Why the words of a language may be trusted with a write."""

    evidence: str
    date: date
    n: int = 0
    """Labelled replies that nobody here wrote; 0 where a native speaker signed instead."""
    unsafe: int = 0


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language. Phrases are tuples of `words_of` words."""

    code: str
    """ISO 639, as in the name of the file."""
    name: str
    marks: Mapping[Phrase, Mark]
    idioms: frozenset[Phrase]
    sets: Mapping[str, frozenset[Phrase]]
    """filler, courtesy, before_value, request, near_miss, reported, hedge, human, common, two_ways, …"""
    reviewed: Review | None = None

    def forms(self) -> Iterator[tuple[Phrase, Mark | None]]:
        """Every phrase with its polarity; idioms and ordinary words have none."""
        yield from self.marks.items()
        for phrase in self.idioms.union(*(self.sets.get(name, frozenset()) for name in _ORDINARY)):
            if phrase not in self.marks:
                yield phrase, None

    def vocabulary(self) -> frozenset[str]:
        """Every single word that stands anywhere in the file."""
        phrases = self.idioms.union(self.marks, *self.sets.values())
        return frozenset(word for phrase in phrases for word in phrase)


@cache
def shipped() -> tuple[str, ...]:
    """Codes of all languages that wavoice has words for, English first."""
    names = (
        file.name.removesuffix(".toml")
        for file in files(__package__).iterdir()
        if file.name.endswith(".toml")
    )
    return tuple(sorted(set(names) - {_EVERYWHERE}, key=lambda code: (code != "en", code)))


@cache
def load(code: str) -> Language:
    """Read `lexicon/<code>.toml`. Raises `ConfigError` if it is missing or contradicts itself."""
    if code not in shipped():
        near = difflib.get_close_matches(code, shipped(), n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise ConfigError(
            f"There are no words for the language {code!r}.", remedy=f"{hint}Known: {', '.join(shipped())}."
        )
    built, every = build(_parse(code), f"lexicon/{code}.toml"), _every()
    filler = built.sets.get("filler", frozenset()) | every.sets["filler"]
    return replace(built, marks={**every.marks, **built.marks}, sets={**built.sets, "filler": filler})


@cache
def _every() -> Language:
    return build(_parse(_EVERYWHERE), f"lexicon/{_EVERYWHERE}.toml")


@cache
def _parse(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


@cache
def set_names() -> frozenset[str]:
    """Names of sets: what English has, and the two that only other languages need."""
    return frozenset(_NAMES | _parse("en")["words"].keys())


def build(data: Mapping[str, Any], name: str) -> Language:
    """Make a language of parsed TOML.

    Raises `ConfigError` that says file, key and phrase: for a key that does not exist, a phrase that
    is no word or means two things, here or beside `every.toml`, another version, a name that is no
    text or not the file's, a review that is none.
    """
    _check_keys(data, _KEYS, name)
    version = data.get("version")
    if type(version) is not int or version != VERSION:  # in Python true is an integer, and 1
        raise ConfigError(f"{name}: version is {version!r}; this wavoice reads version {VERSION}.")
    code = data.get("language")
    if code != (named := name.rpartition("/")[2].removesuffix(".toml")):
        raise ConfigError(f"{name}: language is {code!r}; the file's name says {named!r}.")
    called = data.get("name", code)
    if not isinstance(called, str) or not called.strip():
        raise ConfigError(f"{name}: name is {called!r}, and no text.")
    groups, idiom_groups, word_groups = (_table(data, key, name) for key in ("marks", "idioms", "words"))
    _check_keys(groups, _MARKS.keys(), f"{name}: marks")
    _check_keys(idiom_groups, {"neutral"}, f"{name}: idioms")
    _check_keys(word_groups, set_names(), f"{name}: words")
    marks: dict[Phrase, Mark] = {}
    for group in groups:
        for text, phrase in _phrases(groups, group, f"{name}: marks"):
            if marks.setdefault(phrase, _MARKS[group]) is not _MARKS[group]:
                raise ConfigError(f"{name}: {text!r} is both {marks[phrase].name} and {_MARKS[group].name}.")
    idioms = frozenset(phrase for _, phrase in _phrases(idiom_groups, "neutral", f"{name}: idioms"))
    sets = {
        group: frozenset(phrase for _, phrase in _phrases(word_groups, group, f"{name}: words"))
        for group in word_groups
    }
    language = Language(named, called, marks, idioms, sets, _review(data, name))
    _check_meanings(language, name)
    if named != _EVERYWHERE:
        _check_beside(language, _every(), name)
    return language


def _check_meanings(language: Language, name: str) -> None:
    """Refuse a phrase that means two things in its file."""
    marks, idioms, sets = language.marks, language.idioms, language.sets
    if both := idioms & marks.keys():
        raise ConfigError(f"{name}: {_first(both)} is an idiom and a mark.")
    if both := sets.get("common", frozenset()) & marks.keys():
        raise ConfigError(
            f"{name}: {_first(both)} is both {marks[min(both)].name} and an ordinary word (words.common)."
        )
    two_ways = sets.get("two_ways", frozenset())
    if strange := two_ways - marks.keys():
        raise ConfigError(f"{name}: {_first(strange)} in words.two_ways has no polarity to doubt.")
    for group in _NEUTRAL:
        silent = sets.get(group, frozenset())
        if both := silent & marks.keys() - two_ways:
            raise ConfigError(f"{name}: {_first(both)} is both {marks[min(both)].name} and in words.{group}.")
        if both := silent & idioms:
            raise ConfigError(f"{name}: {_first(both)} is both an idiom and in words.{group}.")


def _check_beside(language: Language, every: Language, name: str) -> None:
    """Refuse a language that takes what needs no language for something else."""
    for phrase, mark in every.marks.items():
        if language.marks.get(phrase, mark) is not mark:
            other = language.marks[phrase].name
            raise ConfigError(f"{name}: {_first({phrase})} is {other}; in every language it is {mark.name}.")
    others = language.idioms.union(*(language.sets.get(group, frozenset()) for group in _NEUTRAL))
    if both := others & every.marks.keys():
        mark = every.marks[min(both)]
        raise ConfigError(f"{name}: {_first(both)} means nothing; in every language it is {mark.name}.")
    if both := every.sets["filler"] & language.marks.keys():
        mark = language.marks[min(both)]
        raise ConfigError(f"{name}: {_first(both)} is {mark.name}; in every language it means nothing.")


def _first(phrases: AbstractSet[Phrase]) -> str:
    """The first of them, as an error quotes it: of the same file always the same."""
    return repr(" ".join(min(phrases)))


def _table(data: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{name}: {key} is not a table.")
    return table


def _check_keys(table: Mapping[str, Any], valid: Any, where: str) -> None:
    for key in table:
        if key not in valid:
            nearest = difflib.get_close_matches(key, sorted(valid), n=1, cutoff=0)[0]
            raise ConfigError(f"{where}: there is no key {key!r}; the nearest is {nearest!r}.")


def _phrases(table: Mapping[str, Any], key: str, where: str) -> Iterator[tuple[str, Phrase]]:
    texts = table.get(key, [])
    if not isinstance(texts, list):
        raise ConfigError(f"{where}.{key} is not a list of phrases.")
    for text in texts:
        if not isinstance(text, str) or not (phrase := words_of(text)):
            raise ConfigError(f"{where}.{key}: {text!r} holds no word.")
        yield text, phrase


def _review(data: Mapping[str, Any], name: str) -> Review | None:
    if "reviewed" not in data:
        return None
    table = _table(data, "reviewed", name)
    _check_keys(table, {"evidence", "date", "n", "unsafe", "native_speaker"}, f"{name}: reviewed")
    evidence, day, n, unsafe = (table.get(key) for key in ("evidence", "date", "n", "unsafe"))
    if not isinstance(evidence, str) or not evidence.strip() or not isinstance(day, date):
        raise ConfigError(f"{name}: reviewed needs evidence in words and its date.")
    if table.get("native_speaker") is True and n is None and unsafe is None:
        return Review(evidence, day)
    if not isinstance(n, int) or n < ENOUGH or unsafe != 0:
        raise ConfigError(
            f"{name}: reviewed: {n} replies with {unsafe} unsafe are no evidence;"
            f" it takes {ENOUGH} with 0, or native_speaker = true."
        )
    return Review(evidence, day, n, 0)
