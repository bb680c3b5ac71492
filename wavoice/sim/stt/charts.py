"""Charts of the figures, as PNG and SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIZE = (6.4, 4.0)
_KINDS = ("png", "svg")


def draw(found: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write every chart that the figures have something for; return the files.

    `words` is the word error rate by ratio, with its interval; `acts` what the bot would have done wrong or
    missed; `calibration` how often a transcript is exact by how sure the ears were; `time` the percentiles.
    The same figures give the same bytes with the same matplotlib.
    """
    import matplotlib as mpl  # noqa: PLC0415 -- half a second
    from matplotlib.figure import Figure  # noqa: PLC0415

    charts = {"words": _words, "acts": _acts, "calibration": _calibration, "time": _time}
    made = []
    with mpl.rc_context({"svg.hashsalt": "wavoice", "font.size": 9, "axes.grid": True, "grid.alpha": 0.3}):
        for name, chart in charts.items():
            figure = Figure(figsize=_SIZE, dpi=144, layout="constrained")
            if not chart(figure.subplots(), found):
                continue
            for kind in _KINDS:
                path = folder / f"{name}.{kind}"
                figure.savefig(path, metadata={"Date": None} if kind == "svg" else None)
                made.append(path)
    return made


def _words(axes: Axes, found: Mapping[str, Any]) -> bool:
    groups = {name: group for name, group in found["by_snr"].items() if group["wer"] is not None}
    rates = [100 * group["wer"] for group in groups.values()]
    spans = [group["wer_interval"] or [group["wer"]] * 2 for group in groups.values()]
    axes.errorbar(range(len(groups)), rates, yerr=_reach(rates, spans), marker="o", capsize=3, label="all")
    for language, series in _by_language(found).items():
        places = [place for place, name in enumerate(groups) if name in series]
        rates = [100 * series[name] for name in groups if name in series]
        axes.plot(places, rates, marker=".", linewidth=0.8, alpha=0.7, label=language)
    _over_levels(axes, list(groups), "word error rate, %")
    return bool(groups)


def _by_language(found: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Rates by language and ratio; nothing where one language is all."""
    series: dict[str, dict[str, float]] = {}
    for name, group in found["by_snr_and_language"].items():
        level, _, language = name.partition(", ")
        if group["wer"] is not None:
            series.setdefault(language, {})[level] = group["wer"]
    return series if len(series) > 1 else {}


def _acts(axes: Axes, found: Mapping[str, Any]) -> bool:
    groups = {name: group["acts"] for name, group in found["by_snr"].items() if group["acts"]["n"]}
    rates = [100 * group["error_rate"] for group in groups.values()]
    spans = [group["error_interval"] for group in groups.values()]
    axes.errorbar(
        range(len(groups)), rates, yerr=_reach(rates, spans), marker="o", capsize=3, label="wrong act"
    )
    missed = [100 * group["missed_rate"] for group in groups.values()]
    axes.plot(range(len(groups)), missed, marker="s", linestyle="--", label="has to be said again")
    _over_levels(axes, list(groups), "notes, %")
    return bool(groups)


def _calibration(axes: Axes, found: Mapping[str, Any]) -> bool:
    if found["calibration"] is None:
        return False
    bins = found["calibration"]["bins"]
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.bar(
        [b["confidence"] for b in bins], [b["exact"] for b in bins], width=0.06, alpha=0.7, label="exact"
    )
    for b in bins:
        axes.annotate(str(b["n"]), (b["confidence"], b["exact"]), ha="center", va="bottom", fontsize=7)
    axes.set(
        xlim=(0, 1), ylim=(0, 1.08), xlabel="mean token probability", ylabel="share of exact transcripts"
    )
    return True


def _time(axes: Axes, found: Mapping[str, Any]) -> bool:
    groups = found["by_snr"]
    for percentile in ("p50", "p95"):
        known = [
            (place, group["ms"][percentile])
            for place, group in enumerate(groups.values())
            if group["ms"][percentile] is not None
        ]
        if known:
            axes.plot(*zip(*known, strict=True), marker="o", label=percentile)
    _over_levels(axes, list(groups), "ms to hear a note")
    return any(group["ms"]["p50"] is not None for group in groups.values())


def _reach(rates: Sequence[float], spans: Sequence[Sequence[float]]) -> list[list[float]]:
    low = [max(0.0, rate - 100 * span[0]) for rate, span in zip(rates, spans, strict=True)]
    return [low, [max(0.0, 100 * span[1] - rate) for rate, span in zip(rates, spans, strict=True)]]


def _over_levels(axes: Axes, names: Sequence[str], what: str) -> None:
    axes.set_xticks(range(len(names)), [re.sub(r"\.0 dB$", " dB", name) for name in names])
    axes.set_xlabel("active speech over noise")
    axes.set_ylabel(what)
    axes.set_ylim(bottom=0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
