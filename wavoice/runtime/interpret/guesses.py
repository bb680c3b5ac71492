"""What readers have in common that look at words which the rules do not know: meaning, and an LLM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from wavoice.runtime.model import Act

TAKES_BACK: Final = 6
"""A veto of no more words than these takes something back, and asks for nothing: it is not looked at."""


def with_request(acts: Iterable[Act]) -> tuple[Act, ...]:
    """The acts of words in which a job was found after all."""
    kept = tuple(act for act in acts if act is not Act.UNCLEAR)
    return kept if Act.REQUEST in kept else (*kept, Act.REQUEST)
