"""Names that the shop uses: expected by the ears, looked for in what was said, spoken as they should be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Catalogue:
    """The names of one shop. Compares and hashes as its fields do; patterns are made once."""

    words: tuple[str, ...] = ()
    """Names that customers say, the most frequent first."""
    pronunciations: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    """What voices say wrongly, with a spelling that they say well."""

    def pronounced(self, text: str) -> str:
        """The text with every name spelled as it is to be said; whole words, in any case."""
        if self._spoken is None:
            return text
        return self._spoken.sub(lambda match: self._spellings[match[0].casefold()], text)

    def named(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Names in the text as the catalogue writes them, with the characters where they stand.

        The longest of several that begin alike, in any case, also with a plural s.
        """
        if self._written is not None:
            for match in self._written.finditer(text):
                yield self._names[match["name"].casefold()], match.start(), match.end()

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {name.casefold(): name for name in self.words}

    @cached_property
    def _written(self) -> re.Pattern[str] | None:
        return _any_of(self.words, r"(?:e?s)?")

    @cached_property
    def _spellings(self) -> Mapping[str, str]:
        return {name.casefold(): said for name, said in self.pronunciations.items()}

    @cached_property
    def _spoken(self) -> re.Pattern[str] | None:
        return _any_of(tuple(self.pronunciations), "")


def _any_of(names: tuple[str, ...], ending: str) -> re.Pattern[str] | None:
    if not names:
        return None
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?P<name>{longest_first}){ending}(?!\w)", re.IGNORECASE)
