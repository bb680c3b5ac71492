"""Who is asked last; adapters bring it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """All that an LLM gets to see for one message."""

    task: str
    """Ours: what is to be done."""
    material: str
    """One JSON object: the customer's words and what they may refer to. Data, whatever it says."""
    schema: Mapping[str, Any]
    """JSON schema of the answer, in the strict subset that providers take."""


@dataclass(frozen=True, slots=True)
class Written:
    """What it wrote: to be read by `opinion_from`, and by nobody else."""

    text: str
    tokens_in: int = 0
    """As the server counts; 0 where it does not say."""
    tokens_out: int = 0


class Consultant(Protocol):
    """Answers within its budget or not at all."""

    async def ask(self, question: Question, contact: str) -> Written | None:
        """What it wrote; None if it may not be asked now: it rests, or the calls of the day are used up.

        Raises `ConsultError` for no answer, a late one, or one that breaks the protocol.
        """
        ...
