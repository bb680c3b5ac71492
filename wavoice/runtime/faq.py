"""The shop's own answers to questions that come again and again: a file, quoted word for word or not at all.

```toml
version = 1

[[entries]]
id = "hours"
questions = ["when are you open", "what are your opening hours"]
answer = "We are open Monday to Saturday, 9:00 to 18:00."
```
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.runtime.errors import ConfigError

VERSION: Final = 1
FLOOR: Final = 78.0
"""Likeness of what was asked to a written question, 0 to 100, below which it is another question."""
CLEAR: Final = 6.0
"""By so much the best entry has to be better than the next: two that fit as well answer nothing."""
SHORTEST: Final = 4
"""Letters that make a question: "yes" asks nothing."""
MOST_ENTRIES: Final = 500
LONGEST_ANSWER: Final = 600
"""Characters: it is listened to."""
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile("['\u2019]")
_FILLERS = frozenset(
    _WORD.findall(
        "a an the please pls hi hello hey thanks thank you could can would tell me do does is are i "
        "want to know just quick question one more by way um uh so well your my our of"
    )
)
"""Words that make no question another one."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Table):
    """One answer, and the ways to ask for it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,60}$")]
    questions: Annotated[tuple[Annotated[str, Field(min_length=3, max_length=200)], ...], Field(min_length=1)]
    answer: Annotated[str, Field(min_length=1, max_length=LONGEST_ANSWER)]


class _File(_Table):
    version: Literal[1]
    entries: Annotated[tuple[Entry, ...], Field(max_length=MOST_ENTRIES)]


@dataclass(frozen=True)
class Faq:
    """The entries of one shop; none by default."""

    entries: tuple[Entry, ...] = ()

    def entry(self, name: str) -> Entry | None:
        """The entry of that id."""
        return next((one for one in self.entries if one.id == name), None)

    def asked(self, text: str) -> Entry | None:
        """The entry that surely is asked for; None if none is, or more than one might be."""
        if not self.entries or not text.strip():
            return None
        from rapidfuzz import fuzz, process  # noqa: PLC0415 -- no shop without such a file needs it

        said = _core(text)
        if len(said) < SHORTEST:
            return None
        best: dict[str, float] = {}
        for _, likeness, place in process.extract(
            said, self._questions, scorer=fuzz.token_sort_ratio, limit=None, score_cutoff=FLOOR - CLEAR
        ):
            name = self._names[place]
            best[name] = max(best.get(name, 0.0), likeness)
        ranked = sorted(best.items(), key=lambda one: -one[1])
        if not ranked or ranked[0][1] < FLOOR:
            return None
        if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < CLEAR:
            return None
        return self.entry(ranked[0][0])

    @cached_property
    def _questions(self) -> list[str]:
        return [_core(question) for one in self.entries for question in one.questions]

    @cached_property
    def _names(self) -> list[str]:
        return [one.id for one in self.entries for _ in one.questions]


def _core(text: str) -> str:
    """The words that make the question; all of them if nothing else is left."""
    words = _WORD.findall(_APOSTROPHE.sub("", text.casefold()))
    core = [word for word in words if word not in _FILLERS]
    return " ".join(core or words)


def read_faq(file: Path) -> Faq:
    """Read a file as above. Raises `ConfigError`, which says what is wrong and where."""
    try:
        written = _File.model_validate(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror or error}.", remedy="Check shop.faq in wavoice.toml."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{file}: {where}: {first['msg']}.") from error
    names = [one.id for one in written.entries]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"{file}: there are two entries {twice!r}.")
    return Faq(written.entries)
