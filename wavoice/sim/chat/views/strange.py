"""An event that this version does not know: shown as it is, and otherwise passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.model import Micros


@dataclass(frozen=True, slots=True)
class Strange:
    """A line of a journal that a newer program has written."""

    at: Micros
    kind: str
    contact: str
    turn: str
    why: str
    """Why it is not understood."""
    line: Mapping[str, Any]
    """All of it."""
