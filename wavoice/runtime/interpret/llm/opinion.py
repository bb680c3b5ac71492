"""What an LLM wrote, as far as it is believed: one of our jobs, and words that the customer has said.

Nothing else gets past here. A job that this bot has not, a claim that something was approved, a call of
some function, a sentence: they have no place in an `Opinion`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.runtime.errors import ConsultError

NONE: Final = "none"
"""What it says where no job is meant."""
MOST_WORDS: Final = 32
"""Slots that are looked at."""
LONGEST: Final = 300
"""Characters of what it points at."""


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    job: str
    sure: float = Field(ge=0, le=1, allow_inf_nan=False)
    words: dict[str, str | None] = Field(default_factory=dict, max_length=MOST_WORDS)


@dataclass(frozen=True, slots=True)
class Opinion:
    """A job that may be meant, and where its values were said."""

    job: str | None
    """One of those that were asked about; None: none of them."""
    sure: float
    """How sure it says that it is, 0 to 1."""
    words: Mapping[str, str] = field(default_factory=dict)
    """By slot: words that stand in the message, as the customer wrote them."""


def opinion_from(text: str, jobs: Collection[str], said: str) -> Opinion:
    """Read an answer about `said`. Raises `ConsultError` for one that is none; its text is in no error."""
    try:
        answer = _Answer.model_validate_json(text)
    except ValidationError:
        raise ConsultError("The answer has not the shape that was asked for.") from None
    if answer.job == NONE:
        return Opinion(None, answer.sure)
    if answer.job not in jobs:
        raise ConsultError("The answer names a job that this bot has not.")
    pointed = ((slot, said_in(words, said)) for slot, words in answer.words.items() if words)
    return Opinion(answer.job, answer.sure, {slot: words for slot, words in pointed if words})


def said_in(words: str, said: str) -> str:
    """The words as they stand in what was said, whole, whatever their case and spaces; "" if they do not."""
    pieces = words.split()
    if not pieces or len(words) > LONGEST:
        return ""
    pattern = r"\s+".join(map(re.escape, pieces))
    found = re.search(rf"(?<![^\W_]){pattern}(?![^\W_])", said, re.IGNORECASE)
    return found.group() if found else ""
