"""Figures over scored recordings: all of them, by ratio, language, noise and room."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavoice.sim.stt.acts import Act, Verdict
from wavoice.sim.stt.calibration import calibration
from wavoice.sim.stt.score import Scored, as_line

VERSION = 1
"""Of the figures as JSON."""
EXAMPLES = 50
_RESAMPLES = 1_000
_PERCENTILES = ((50, 1), (90, 10), (95, 20), (99, 100))
"""Each with the number of runs that it takes: fewer say nothing about it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was heard of one set of recordings."""

    scored: Sequence[Scored]
    about: Mapping[str, Any]
    """What was measured with what: ears, machine, manifest, plan."""
    unlabelled: int = 0
    """Rows that were left out, for there is nothing to measure them by."""

    def as_json(self) -> dict[str, Any]:
        """The figures; the keys are stable. What could not be measured is null."""
        scored = self.scored
        return {
            "version": VERSION,
            **self.about,
            "unlabelled": self.unlabelled,
            "all": figures(scored),
            "by_snr": groups(scored, lambda each: each.trial.condition.level),
            "by_language": groups(scored, lambda each: each.trial.sample.language),
            "by_snr_and_language": groups(
                scored, lambda each: f"{each.trial.condition.level}, {each.trial.sample.language}"
            ),
            "by_noise": groups(scored, lambda each: each.trial.condition.noise or "none"),
            "by_room": groups(scored, lambda each: each.trial.condition.room or "none"),
            "calibration": calibration(scored),
            "wrong": [as_line(each) for each in scored if _is(each.act, Verdict.WRONG)][:EXAMPLES],
        }


def groups(scored: Sequence[Scored], key: Callable[[Scored], str]) -> dict[str, Any]:
    """Figures of each group: clean first, then from the best ratio to the worst, then by name."""
    found: dict[str, list[Scored]] = {}
    for each in scored:
        found.setdefault(key(each), []).append(each)
    return {name: figures(found[name]) for name in sorted(found, key=_by_level)}


def figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Figures of some trials."""
    told = [each.errors for each in scored if each.errors is not None]
    words = sum(errors.words for errors in told)
    entities = [heard for each in scored for heard in each.entities.values()]
    slots = sum(len(each.trial.sample.slots) for each in scored)
    seconds = sum(each.trial.seconds for each in scored)
    return {
        "n": len(scored),
        "failed": sum(bool(each.trial.trouble) for each in scored),
        "words": words,
        "wer": share(sum(errors.errors for errors in told), words),
        "wer_interval": _interval_of_wer(scored),
        "substitutions": sum(errors.substitutions for errors in told),
        "deletions": sum(errors.deletions for errors in told),
        "insertions": sum(errors.insertions for errors in told),
        "exact": share(sum(each.exact for each in scored), len(told)),
        "entities": len(entities),
        "entity_recall": share(sum(entities), len(entities)),
        "slots": slots,
        "slot_recall": share(sum(each.recalled for each in scored), slots),
        "acts": _acts([each.act for each in scored if each.act is not None]),
        "seconds": round(seconds, 2),
        "real_time_factor": share(sum(each.trial.ms for each in scored) / 1000, seconds),
        "ms": percentiles([each.trial.ms for each in scored if not each.trial.trouble]),
    }


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """Medians and the like by nearest rank; null where there are too few runs to say."""
    ordered = sorted(values)
    return {
        f"p{percent}": round(ordered[math.ceil(percent / 100 * len(ordered)) - 1], 1)
        if len(ordered) >= needed
        else None
        for percent, needed in _PERCENTILES
    }


def wilson(hits: int, n: int) -> list[float] | None:
    """95 % interval of a share (Wilson); None without any. Nothing wrong of 30 may still be 11 %."""
    if not n:
        return None
    z, rate = 1.96, hits / n
    middle = rate + z * z / (2 * n)
    spread = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return [round(max(0.0, (middle - spread) / scale), 4), round(min(1.0, (middle + spread) / scale), 4)]


def share(part: float, whole: float) -> float | None:
    """A ratio, rounded; None of nothing."""
    return round(part / whole, 4) if whole else None


def _acts(acts: Sequence[Act]) -> dict[str, Any]:
    wrong = sum(_is(act, Verdict.WRONG) for act in acts)
    return {
        "n": len(acts),
        "wrong": wrong,
        "error_rate": share(wrong, len(acts)),
        "error_interval": wilson(wrong, len(acts)),
        "unsafe_yes": sum(act.unsafe_yes for act in acts),
        "missed_rate": share(sum(_is(act, Verdict.MISSED) for act in acts), len(acts)),
    }


def _is(act: Act | None, verdict: Verdict) -> bool:
    return act is not None and act.verdict is verdict


def _interval_of_wer(scored: Sequence[Scored]) -> list[float] | None:
    """95 % of 1,000 draws of as many recordings (bootstrap, seeded): what another set might show."""
    pairs = np.array([(each.errors.errors, each.errors.words) for each in scored if each.errors is not None])
    if len(pairs) < 2 or not pairs[:, 1].sum():
        return None
    draws = np.random.default_rng(1).integers(len(pairs), size=(_RESAMPLES, len(pairs)))
    errors, words = pairs[:, 0][draws].sum(axis=1), pairs[:, 1][draws].sum(axis=1)
    low, high = np.percentile(errors / np.maximum(words, 1), [2.5, 97.5])
    return [round(float(low), 4), round(float(high), 4)]


def _by_level(name: str) -> tuple[int, float, str]:
    level, _, rest = name.partition(", ")
    if level.endswith(" dB"):
        return 1, -float(level.removesuffix(" dB")), rest
    return (0, ("clean", "room").index(level), rest) if level in ("clean", "room") else (2, 0.0, name)
