"""How a job is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

THING = r"(?:order|parcel|package|delivery|stuff|shipment|it)"
COMES = r".*\b(?:arrive|come|coming|get|here|delivered|deliver)\b"


@dataclass(frozen=True, slots=True)
class Ask:
    """The words of one job. A request begins where the pattern is found first."""

    job: str
    pattern: re.Pattern[str]
    """Looked for in the text with number words as digits and every word of a product as "order"."""
    rank: int
    """Where several jobs are found, the one with the lowest is meant."""
