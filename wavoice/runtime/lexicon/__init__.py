"""Words that decide polarity, as data: one TOML file a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Mark

_WORD = re.compile(r"[^\W_]+|[\U0001F300-\U0001FAFF\u2600-\u27BF]", re.UNICODE)
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

Phrase = tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """Lower-case words and emoji of a text, apostrophes dropped ("don't" → "dont")."""
    return tuple(_WORD.findall(text.lower().replace("'", "").replace("\u2019", "")))  # noqa: RUF100


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words. Phrases are tuples of `words_of` words."""

    language: str
    marks: Mapping[Phrase, Mark]
    idioms: frozenset[Phrase]
    sets: Mapping[str, frozenset[Phrase]]
    """filler, courtesy, before_value, request, near_miss, reported, sarcastic, human, bare_stop, start."""
    longest: int

    def scan(self, words: Phrase) -> Iterator[tuple[int, int, Mark | None]]:
        """Yield (start, end, mark) of the longest phrases from left to right; idioms have no mark."""
        position = 0
        while position < len(words):
            for length in range(min(self.longest, len(words) - position), 0, -1):
                phrase = words[position : position + length]
                if phrase in self.idioms or phrase in self.marks:
                    yield position, position + length, self.marks.get(phrase)
                    position += length
                    break
            else:
                position += 1

    def spans(self, name: str, words: Phrase) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of every phrase of that set, wherever it stands."""
        for phrase in self.sets[name]:
            for start in range(len(words) - len(phrase) + 1):
                if words[start : start + len(phrase)] == phrase:
                    yield start, start + len(phrase)

    def has(self, name: str, words: Phrase) -> bool:
        """True if any phrase of that set occurs in the words."""
        return any(True for _ in self.spans(name, words))


@cache
def load(language: str) -> Lexicon:
    """Read `lexicon/<language>.toml`. Raises `ConfigError` if it is missing or contradicts itself."""
    source = files(__package__) / f"{language}.toml"
    if not source.is_file():
        raise ConfigError(f"No lexicon for language {language!r}.", remedy="English ('en') is there.")
    return build(tomllib.loads(source.read_text("utf-8")), f"lexicon/{language}.toml")


def build(data: Mapping[str, object], name: str) -> Lexicon:
    """Make a lexicon of parsed TOML. Raises `ConfigError` for a phrase with two polarities."""
    marks: dict[Phrase, Mark] = {}
    groups: Mapping[str, list[str]] = data["marks"]  # type: ignore[assignment]
    for group, phrases in groups.items():
        for text in phrases:
            phrase = words_of(text)
            if marks.setdefault(phrase, _MARKS[group]) is not _MARKS[group]:
                raise ConfigError(f"{name}: {text!r} is both {marks[phrase].name} and {_MARKS[group].name}.")
    idiom_lists: Mapping[str, list[str]] = data["idioms"]  # type: ignore[assignment]
    idioms = frozenset(words_of(text) for text in idiom_lists["neutral"])
    if both := idioms & marks.keys():
        raise ConfigError(f"{name}: {' '.join(min(both))!r} is an idiom and a mark.")
    word_lists: Mapping[str, list[str]] = data["words"]  # type: ignore[assignment]
    sets = {group: frozenset(words_of(text) for text in texts) for group, texts in word_lists.items()}
    longest = max(len(phrase) for phrase in [*marks, *idioms])
    return Lexicon(str(data["language"]), marks, idioms, sets, longest)
