"""How much the confidence of a recogniser is worth: does "90 % sure" mean right nine times in ten?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from wavoice.sim.stt.score import Scored

BINS = 10
FLOORS = (-0.1, -0.2, -0.3, -0.4, -0.6, -0.8, -1.0)
"""Mean log-probabilities below which a note could be asked again."""


def calibration(scored: Sequence[Scored]) -> dict[str, Any] | None:
    """Figures over every note with a transcript to compare; None if no note brings a confidence.

    Confidence is the mean token probability of the transcript (decode B). `ece` is the expected calibration
    error of ten equal bins, `brier` the mean squared error, both against "not a word is wrong"; an area of
    0.5 under the curve tells nothing, 1 tells all. `floors` say what is left, and how much of it is right
    or useless (word error rate of 0.3 and more), if everything below is asked again.
    """
    known = [
        (each.confidence, each) for each in scored if each.confidence is not None and each.errors is not None
    ]
    if not known:
        return None
    sure = np.array([confidence for confidence, _ in known])
    exact = np.array([each.exact for _, each in known])
    usable = np.array([each.usable for _, each in known])
    bins = _bins(sure, exact)
    return {
        "n": len(known),
        "ece": _rounded(sum(b["n"] * abs(b["confidence"] - b["exact"]) for b in bins) / len(known)),
        "brier": _rounded(float(np.mean(np.square(sure - exact)))),
        "auc_exact": _area(sure, exact),
        "auc_usable": _area(sure, usable),
        "bins": bins,
        "floors": [_floor(floor, sure, exact, usable) for floor in FLOORS],
    }


def _bins(sure: np.ndarray, exact: np.ndarray) -> list[dict[str, Any]]:
    which = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [
        {
            "from": index / BINS,
            "to": (index + 1) / BINS,
            "n": int((which == index).sum()),
            "confidence": _rounded(float(sure[which == index].mean())),
            "exact": _rounded(float(exact[which == index].mean())),
        }
        for index in range(BINS)
        if (which == index).any()
    ]


def _area(sure: np.ndarray, right: np.ndarray) -> float | None:
    """Chance that a right note is surer than a wrong one (Mann and Whitney); None without both."""
    good, bad = sure[right], sure[~right]
    if not good.size or not bad.size:
        return None
    higher = (good[:, np.newaxis] > bad).mean() + 0.5 * (good[:, np.newaxis] == bad).mean()
    return _rounded(float(higher))


def _floor(floor: float, sure: np.ndarray, exact: np.ndarray, usable: np.ndarray) -> dict[str, Any]:
    kept = sure >= math.exp(floor)
    return {
        "avg_logprob": floor,
        "kept": _rounded(float(kept.mean())),
        "exact": _rounded(float(exact[kept].mean())) if kept.any() else None,
        "useless": _rounded(float((~usable)[kept].mean())) if kept.any() else None,
    }


def _rounded(value: float) -> float:
    return round(value, 4)
