"""Must-stop classes: what a person has to answer, and no bot may (D64). Pure; the words are data (`stops/`).

A phrase counts unless the sentence denies it ("I do not want to sue anybody") or uses its words for
something else ("this is killing me"). What is dangerous counts either way.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.runtime import stops
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.lexicon.words import folded
from wavoice.runtime.model import MustStop

VERSION: Final = 1
"""Version of the file format that this wavoice reads."""
LONGEST: Final = 2000
"""Characters that are searched: two minutes of speech."""
_SENTENCE = re.compile(r"[.!?;\n\u3002\u061f\u0964\u2026]+")
_GAP = r"(?:[^ .]+ ){0,3}?"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Stop(_Table):
    stop: MustStop
    says: Annotated[tuple[str, ...], Field(min_length=1)]
    unless: tuple[str, ...] = ()
    heeds_negation: bool = True


class _File(_Table):
    version: Literal[1]
    language: str
    reviewed: bool = False
    negators: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    stops: Annotated[tuple[_Stop, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class _Class:
    stop: MustStop
    says: Mapping[str, tuple[str, ...]]
    """Phrases by a word without which they cannot be there: most messages hold none of them.

    They are patterns, each compiled when it is first needed: all of them would take seconds.
    """
    begins: Mapping[str, tuple[str, ...]]
    """The same by the beginning of a word."""
    unless: str | None
    denied: re.Pattern[str] | None
    """Matches the end of what stands before a phrase that is denied."""

    def fits(self, text: str, words: frozenset[str]) -> bool:
        """True if one of the phrases stands there, is meant, and is not denied."""
        likely = {phrase for word in words if word in self.says for phrase in self.says[word]}
        for begin, phrases in self.begins.items():
            if any(word.startswith(begin) for word in words):
                likely.update(phrases)
        found = [phrase for phrase in likely if _compiled(phrase).search(text)]
        if not found:
            return False
        left = text if self.unless is None else _compiled(self.unless).sub("", text)
        matches = (match for phrase in found for match in _compiled(phrase).finditer(left))
        return any(not self._is_denied(left[: match.start()]) for match in matches)

    def _is_denied(self, before: str) -> bool:
        return self.denied is not None and self.denied.search(before) is not None


def must_stop(text: str, languages: Iterable[str] = ("en",)) -> MustStop | None:
    """The gravest class that the text belongs to in any of these languages, or None.

    The order of a file is that of gravity, and danger comes first whatever the language.
    """
    said = _spoken(text[:LONGEST])
    words = frozenset(said.split())
    classes = (one for code in dict.fromkeys(languages) for one in _classes(code))
    found = {one.stop for one in classes if one.fits(said, words)}
    return next((stop for stop in MustStop if stop in found), None)


@cache
def written() -> tuple[str, ...]:
    """Codes of the languages that have such words."""
    names = (file.name for file in files(stops).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def _classes(language: str) -> tuple[_Class, ...]:
    if language not in written():
        return ()
    name = f"stops/{language}.toml"
    data = tomllib.loads((files(stops) / f"{language}.toml").read_text("utf-8"))
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{name}: {error.errors()[0]['loc']}: {error.errors()[0]['msg']}.") from error
    denied = _denial(file)
    return tuple(_class_of(one, file, denied if one.heeds_negation else None) for one in file.stops)


def _class_of(one: _Stop, file: _File, denied: re.Pattern[str] | None) -> _Class:
    says: dict[str, list[str]] = defaultdict(list)
    begins: dict[str, list[str]] = defaultdict(list)
    for phrase in one.says:
        tokens = _tokens(phrase, file)
        pattern = "(?<= )" + "".join(map(_matching, tokens))
        for word in _rarest(tokens):
            (begins if word.endswith("..") else says)[folded(word.removesuffix(".."))].append(pattern)
    unless = ["".join(map(_matching, _tokens(phrase, file))) for phrase in one.unless]
    return _Class(
        one.stop,
        {word: tuple(phrases) for word, phrases in says.items()},
        {word: tuple(phrases) for word, phrases in begins.items()},
        f"(?<= )(?:{'|'.join(unless)})" if unless else None,
        denied,
    )


def _spoken(text: str) -> str:
    """Words with a blank on either side; a dot alone ends a sentence."""
    sentences = (" ".join(words_of(part)) for part in _SENTENCE.split(text))
    said = " . ".join(one for one in sentences if one)
    return f" {said if said.isascii() else folded(said)} . "


def _denial(file: _File) -> re.Pattern[str] | None:
    if not file.negators:
        return None
    between = _one_of(file.between) if file.between else r"(?!)"
    return re.compile(rf"(?<= ){_one_of(file.negators)} (?:{between} ){{0,4}}$")


@dataclass(frozen=True, slots=True)
class _Token:
    """One place of a phrase: one of these words, or up to three of any kind."""

    choices: tuple[str, ...]
    optional: bool = False


def _tokens(phrase: str, file: _File) -> tuple[_Token, ...]:
    return tuple(_token(word, phrase, file) for word in phrase.split())


def _token(word: str, phrase: str, file: _File) -> _Token:
    if word == "*":
        return _Token((), optional=True)
    choices: list[str] = []
    for choice in word.removesuffix("?").split("|"):
        if not choice.startswith("<"):
            choices.append(choice)
        elif choice[1:-1] in file.groups:
            choices.extend(file.groups[choice[1:-1]])
        else:
            where = f"stops/{file.language}.toml: {phrase!r}"
            raise ConfigError(f"{where} names the group {choice}, which is not there.")
    return _Token(tuple(choices), word.endswith("?"))


def _matching(token: _Token) -> str:
    if not token.choices:
        return _GAP
    return f"(?:{_one_of(token.choices)} )" + ("?" if token.optional else "")


def _rarest(tokens: Sequence[_Token]) -> Iterable[str]:
    """Words of the place that fewest messages fill, which is the one of the longest words."""
    places = [
        [max(choice.split(), key=len) for choice in token.choices] for token in tokens if not token.optional
    ]
    rarest: list[str] = max(places, key=lambda words: (min(map(len, words)), -len(words)))
    return dict.fromkeys(rarest)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _one_of(words: Iterable[str]) -> str:
    """One of these, longest first; `suicid..` is whatever begins like this."""
    ways = []
    for word in sorted(words, key=len, reverse=True):
        plain = folded(word.removesuffix(".."))
        ways.append(re.escape(plain) + (r"[^ .]*" if word.endswith("..") else ""))
    return f"(?:{'|'.join(ways)})"
