"""Word error rate of what was heard against what was said, by the normaliser of Whisper's own paper.

It writes numbers as digits, British spellings as American ones and contractions in full, and drops case,
marks and "um" (Radford et al. 2022, appendix C), so that only a wrong word is an error. Other languages
than English get its basic form, with the signs of Indic and other scripts kept: without them a word falls
into letters, which flatters the rate (openai/whisper#2849).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import cast

_LETTERS = frozenset({"ja", "km", "lo", "my", "th", "yue", "zh"})
"""Written without spaces: letters are counted, as in the paper."""


@dataclass(frozen=True, slots=True)
class WordErrors:
    """What it takes to make what was said of what was heard."""

    words: int
    """Words that were said."""
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def errors(self) -> int:
        """All of them."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors per word said: 0 is perfect, more than 1 is possible."""
        return self.errors / self.words if self.words else float(self.errors > 0)


def word_errors(said: str, heard: str, language: str = "en") -> WordErrors:
    """Count the errors; case, punctuation and the spelling of numbers are none."""
    import jiwer  # noqa: PLC0415 -- only who listens needs it

    reference, hypothesis = plain(said, language), plain(heard, language)
    if not reference:
        return WordErrors(0, insertions=len(hypothesis.split()))
    found = jiwer.process_words(reference, hypothesis)
    return WordErrors(len(reference.split()), found.substitutions, found.deletions, found.insertions)


def word_error_rate(said: str, heard: str, language: str = "en") -> float:
    """Errors per word said (0 is perfect, more than 1 is possible); silence heard as words is 1."""
    return word_errors(said, heard, language).rate


def plain(words: str, language: str = "en") -> str:
    """The words as they are compared, separated by single spaces."""
    return " ".join(_normaliser(language)(words).split())


@cache
def _normaliser(language: str) -> Callable[[str], str]:
    with warnings.catch_warnings():
        # The package's help texts hold backslashes that Python warns of when it compiles them.
        warnings.simplefilter("ignore")
        from whisper_normalizer.basic import BasicTextNormalizer  # noqa: PLC0415
        from whisper_normalizer.english import EnglishTextNormalizer  # noqa: PLC0415
    if language == "en":
        return cast("Callable[[str], str]", EnglishTextNormalizer())
    basic = BasicTextNormalizer(split_letters=language in _LETTERS, preserve_marks=True)
    return cast("Callable[[str], str]", basic)
