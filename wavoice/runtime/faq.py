"""The shop's own answers to questions that come again and again, quoted word for word or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

FLOOR: Final = 78.0
"""Likeness of what was asked to a written question, 0 to 100, below which it is another question."""
CLEAR: Final = 6.0
"""By so much the best entry has to be better than the next: two that fit as well answer nothing."""
SHORTEST: Final = 4
"""Letters that make a question: "yes" asks nothing."""
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile("['\u2019]")
_FILLERS = frozenset(
    _WORD.findall(
        "a an the please pls hi hello hey thanks thank you could can would tell me do does is are i "
        "want to know just quick question one more by way um uh so well your my our of"
    )
)
"""Words that make no question another one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer, and the ways to ask for it."""

    id: str
    questions: tuple[str, ...]
    answer: str


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
