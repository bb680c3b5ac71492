"""Figures over understood wishes. Pure; the keys are stable."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean, quantiles
from typing import Any, Final

from wavoice.runtime.interpret.meaning import OUT_OF_SCOPE
from wavoice.sim.intents.measure import Understood

REJECTED: Final = 0.05
"""Share of what is in scope that may be rejected while what is out of scope is told by a threshold."""
BINS: Final = 10
EXAMPLES: Final = 100
"""Mistakes that are listed."""


def figures(found: Sequence[Understood]) -> dict[str, Any]:
    """All that can be said of one interpreter; shares are 0 to 1, None where nothing was counted."""
    classes = {name: _of_class(name, found) for name in sorted({each.wish.intent for each in found})}
    stray = {each.predicted for each in found} - set(classes)
    scores = [each["f1"] for each in classes.values()]
    return {
        "n": len(found),
        "accuracy": _share(each.right for each in found),
        "macro_f1": _round(fmean(scores)),
        "macro_f1_all": _round(fmean([*scores, *(0.0 for _ in stray)])),
        "out_of_scope": _out_of_scope(found),
        "calibration": _calibration(found),
        "latency_ms": _times([each.wall_ms for each in found]),
        "cost": _cost(found),
        "slots": _slots(found),
        "by_intent": classes,
        "by_language": {
            language: _share(each.right for each in found if each.wish.language == language)
            for language in sorted({each.wish.language for each in found})
        },
        "confusion": _confusion(found),
        "mistakes": [as_line(each) for each in found if not each.right][:EXAMPLES],
    }


def as_line(each: Understood) -> dict[str, Any]:
    """What became of one row; the keys are stable."""
    return {
        "id": each.wish.id,
        "text": each.text,
        "intent": each.wish.intent,
        "label": each.wish.label,
        "predicted": each.predicted,
        "sure": _round(each.sure),
        "in_scope": _round(each.in_scope),
        "decided_by": each.reading.decided_by,
    }


def _of_class(name: str, found: Sequence[Understood]) -> dict[str, Any]:
    hits = sum(each.right for each in found if each.wish.intent == name)
    there = sum(each.wish.intent == name for each in found)
    taken = sum(each.predicted == name for each in found)
    f1 = 2 * hits / (there + taken)
    return {
        "n": there,
        "precision": _round(hits / taken) if taken else None,
        "recall": _round(hits / there),
        "f1": _round(f1),
    }


def _out_of_scope(found: Sequence[Understood]) -> dict[str, Any]:
    """As decided, and by a threshold that rejects at most 5 % of what is in scope."""
    inside = sorted(each.in_scope for each in found if each.wish.intent != OUT_OF_SCOPE)
    outside = [each for each in found if each.wish.intent == OUT_OF_SCOPE]
    at = inside[int(REJECTED * len(inside))] if inside else None
    return {
        "n": len(outside),
        "recall": _share(each.predicted == OUT_OF_SCOPE for each in outside),
        "false_rejection": _share(
            each.predicted == OUT_OF_SCOPE for each in found if each.wish.intent != OUT_OF_SCOPE
        ),
        "at_5_percent": {
            "threshold": None if at is None else _round(at),
            "recall": None if at is None else _share(each.in_scope < at for each in outside),
            "false_rejection": None if at is None else _share(score < at for score in inside),
        },
    }


def _calibration(found: Sequence[Understood]) -> dict[str, Any]:
    """Expected calibration error over ten bins of equal width."""
    bins: dict[int, list[Understood]] = defaultdict(list)
    for each in found:
        bins[min(int(each.sure * BINS), BINS - 1)].append(each)
    shown, off = [], 0.0
    for place, group in sorted(bins.items()):
        sure, right = fmean(each.sure for each in group), fmean(each.right for each in group)
        off += len(group) * abs(sure - right)
        shown.append({"from": place / BINS, "n": len(group), "sure": _round(sure), "right": _round(right)})
    return {"ece": _round(off / len(found)), "bins": shown}


def _times(spent: Sequence[float]) -> dict[str, float]:
    if len(spent) < 2:
        return {"p50": _round(spent[0]), "p95": _round(spent[0])}
    cuts = quantiles(spent, n=100, method="inclusive")
    return {"p50": _round(cuts[49]), "p95": _round(cuts[94])}


def _cost(found: Sequence[Understood]) -> dict[str, Any]:
    """Nothing is paid for what runs here: its cost is processor time. For an LLM, what the settings say."""
    return {
        "cpu_ms": _round(fmean(each.cpu_ms for each in found)),
        "paid_per_1000": _round(1000 * fmean(each.paid for each in found)),
        "decided_by": dict(Counter(each.reading.decided_by for each in found)),
    }


def _slots(found: Sequence[Understood]) -> dict[str, Any]:
    labelled = [each.slot_hits() for each in found if each.wish.slots is not None]
    names = sorted({name for hits in labelled for name in hits})
    return {
        "n": len(labelled),
        "exact": _share(all(hits.values()) for hits in labelled),
        "by_slot": {name: _share(hits[name] for hits in labelled if name in hits) for name in names},
    }


def _confusion(found: Sequence[Understood]) -> dict[str, dict[str, int]]:
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for each in found:
        rows[each.wish.intent][each.predicted] += 1
    return {name: dict(row.most_common()) for name, row in sorted(rows.items())}


def _share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return _round(sum(found) / len(found)) if found else None


def _round(number: float) -> float:
    return round(number, 4)
