"""A voice note as WhatsApp draws it: a play mark, bars, a length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_BARS = "▁▂▃▄▅▆▇█"


def bars(peaks: Sequence[float], width: int) -> str:
    """Return `width` bars; each is the loudest of the peaks (0 to 1) that fall to it.

    No peaks: a flat line, as for a note whose sound is not at hand.
    """
    if width <= 0:
        return ""
    if not peaks:
        return _BARS[0] * width
    edges = [round(index * len(peaks) / width) for index in range(width + 1)]
    slots = [peaks[start : max(start + 1, end)] for start, end in pairwise(edges)]
    loudest = [max(slot, default=peaks[-1]) for slot in slots]
    return "".join(_BARS[round(min(1.0, max(0.0, peak)) * (len(_BARS) - 1))] for peak in loudest)


def length(seconds: float) -> str:
    """Minutes and seconds: `0:03`."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
