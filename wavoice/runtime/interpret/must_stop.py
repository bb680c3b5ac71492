"""Must-stop classes: what a person has to answer, and no bot may (D64). Pure; the words are data (`stops/`).

A phrase counts unless the sentence denies it ("I do not want to sue anybody") or uses its words for
something else ("this is killing me"). What is dangerous counts either way.
"""

from __future__ import annotations

import re
import tomllib
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
_WORD = r"[^ ]+"
_GAP = rf"(?:(?!\. ){_WORD} ){{0,3}}"


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
    says: re.Pattern[str]
    unless: re.Pattern[str] | None
    denied: re.Pattern[str] | None
    """Matches the end of what stands before a phrase that is denied."""

    def fits(self, text: str) -> bool:
        left = text if self.unless is None else self.unless.sub("", text)
        return any(not self._is_denied(left[: match.start()]) for match in self.says.finditer(left))

    def _is_denied(self, before: str) -> bool:
        return self.denied is not None and self.denied.search(before) is not None


def must_stop(text: str, languages: Iterable[str] = ("en",)) -> MustStop | None:
    """The gravest class that the text belongs to in any of these languages, or None.

    The order of a file is that of gravity, and danger comes first whatever the language.
    """
    said = _spoken(text[:LONGEST])
    found = {one.stop for code in dict.fromkeys(languages) for one in _classes(code) if one.fits(said)}
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
    return tuple(
        _Class(
            one.stop,
            _any_of(one.says, file.groups, name),
            _any_of(one.unless, file.groups, name) if one.unless else None,
            denied if one.heeds_negation else None,
        )
        for one in file.stops
    )


def _spoken(text: str) -> str:
    """Words with a blank on either side; a dot alone ends a sentence."""
    sentences = (" ".join(words_of(part)) for part in _SENTENCE.split(text))
    return " " + " . ".join(folded(one) for one in sentences if one) + " . "


def _denial(file: _File) -> re.Pattern[str] | None:
    if not file.negators:
        return None
    between = _one_of(file.between) if file.between else r"(?!)"
    return re.compile(rf"(?<= ){_one_of(file.negators)} (?:{between} ){{0,4}}$")


def _any_of(phrases: Sequence[str], groups: Mapping[str, tuple[str, ...]], name: str) -> re.Pattern[str]:
    return re.compile("(?<= )(?:" + "|".join(_phrase(one, groups, name) for one in phrases) + ")")


def _phrase(phrase: str, groups: Mapping[str, tuple[str, ...]], name: str) -> str:
    made = []
    for token in phrase.split():
        word, optional = token.removesuffix("?"), token.endswith("?")
        if word == "*":
            made.append(_GAP)
            continue
        choices: list[str] = []
        for choice in word.split("|"):
            if choice.startswith("<"):
                if (group := groups.get(choice[1:-1])) is None:
                    raise ConfigError(f"{name}: {phrase!r} names the group {choice}, which is not there.")
                choices.extend(group)
            else:
                choices.append(choice)
        made.append(f"(?:{_one_of(choices)} )" + ("?" if optional else ""))
    return "".join(made)


def _one_of(words: Iterable[str]) -> str:
    """One of these, longest first; `suicid..` is whatever begins like this."""
    ways = []
    for word in sorted(words, key=len, reverse=True):
        plain = folded(word.removesuffix(".."))
        ways.append(re.escape(plain) + (r"[^ .]*" if word.endswith("..") else ""))
    return f"(?:{'|'.join(ways)})"
