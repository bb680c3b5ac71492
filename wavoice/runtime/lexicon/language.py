"""One language: its TOML file read strictly. What contradicts itself is refused, with the place."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
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
    built = build(_parse(code), f"lexicon/{code}.toml")
    every = _parse(_EVERYWHERE)
    marks = {words_of(text): _MARKS[group] for group, texts in every["marks"].items() for text in texts}
    fillers = frozenset(words_of(text) for text in every["words"]["filler"])
    sets = {**built.sets, "filler": built.sets.get("filler", frozenset()) | fillers}
    return replace(built, marks={**marks, **built.marks}, sets=sets)


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
    is no word or means two things, a newer version, a name that is not the file's, a review that
    is none.
    """
    _check_keys(data, _KEYS, name)
    version = data.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ConfigError(f"{name}: version is {version}; this wavoice reads version {VERSION}.")
    code = data.get("language")
    if code != (named := name.rpartition("/")[2].removesuffix(".toml")):
        raise ConfigError(f"{name}: language is {code!r}; the file's name says {named!r}.")
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
    if both := idioms & marks.keys():
        raise ConfigError(f"{name}: {' '.join(min(both))!r} is an idiom and a mark.")
    sets = {
        group: frozenset(phrase for _, phrase in _phrases(word_groups, group, f"{name}: words"))
        for group in word_groups
    }
    if both := sets.get("common", frozenset()) & marks.keys():
        said = min(both)
        raise ConfigError(
            f"{name}: {' '.join(said)!r} is both {marks[said].name} and an ordinary word (words.common)."
        )
    if strange := sets.get("two_ways", frozenset()) - marks.keys():
        raise ConfigError(f"{name}: {' '.join(min(strange))!r} in words.two_ways has no polarity to doubt.")
    return Language(str(code), str(data.get("name", code)), marks, idioms, sets, _review(data, name))


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
