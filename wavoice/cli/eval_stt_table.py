"""The tables and bars of `wavoice eval stt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wavoice.cli.outputs import percent, table_console

_BAR = 20
_FULL = 0.2
"""A full bar is at least this much, so that one wrong act of a hundred does not look like all."""
_PIPE_WIDTH = 120
"""Columns where the output is not a terminal."""
_NAME = 26
"""Columns of a noise's name, so that the figures beside it keep theirs."""
_WRONG = 10
"""Wrong acts that are shown; --json and --rows hold more."""


def print_figures(found: Mapping[str, Any]) -> None:
    """Print all figures to standard output, the ratios first."""
    console = table_console(_PIPE_WIDTH)
    whole = found["all"]
    console.print(_sentence(found))
    _print_groups(console, "by signal to noise", found["by_snr"])
    for title in ("by_language", "by_noise", "by_room"):
        if len(found[title]) > 1:
            _print_groups(console, title.replace("_", " "), found[title])
    if found["calibration"] is not None:
        _print_calibration(console, found["calibration"])
    times = ", ".join(f"{name} {_number(value)}" for name, value in whole["ms"].items())
    console.print(f"\nto hear a note (ms): {times}; real-time factor {_number(whole['real_time_factor'], 3)}")
    for line in found["wrong"][:_WRONG]:
        level = "" if line["snr"] is None else f" at {line['snr']:g} dB"
        console.print(
            Text(f"✗ {line['id']}{level}: ", "red").append(f"{line['why']}: {line['heard']}", "default")
        )
    if more := found["all"]["acts"]["wrong"] - _WRONG:
        console.print(f"  and {more} more" if more > 0 else "", end="\n" if more > 0 else "")


def _sentence(found: Mapping[str, Any]) -> str:
    whole = found["all"]
    acts = whole["acts"]
    parts = [f"{whole['n']} notes heard", f"word error rate {percent(whole['wer'])}"]
    if acts["n"]:
        parts.append(f"{acts['wrong']} of {acts['n']} acts wrong, {acts['unsafe_yes']} of them an unsafe yes")
    if whole["failed"]:
        parts.append(f"{whole['failed']} not heard at all")
    if found["unlabelled"]:
        parts.append(f"{found['unlabelled']} rows left out, they have no labels")
    return "; ".join(parts)


def _print_groups(console: Console, title: str, groups: Mapping[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", title=f"\n{title}", title_justify="left")
    table.add_column("", no_wrap=True)
    for name in (
        "notes",
        "WER",
        "95 %",
        "exact",
        "names",
        "slots",
        "wrong act",
        "95 %",
        "again",
        "p50 ms",
        "p95",
    ):
        table.add_column(name, justify="right", no_wrap=True)
    for name, group in groups.items():
        acts = group["acts"]
        table.add_row(
            _short(name),
            str(group["n"]),
            percent(group["wer"]),
            _interval(group["wer_interval"]),
            percent(group["exact"]),
            percent(group["entity_recall"]),
            percent(group["slot_recall"]),
            percent(acts["error_rate"]),
            _interval(acts["error_interval"]),
            percent(acts["missed_rate"]),
            _number(group["ms"]["p50"]),
            _number(group["ms"]["p95"]),
        )
    console.print(table)
    if len(groups) > 1:
        console.print(_bars(groups))


def _bars(groups: Mapping[str, Any]) -> Table:
    """Word errors and wrong acts, on one scale."""
    errors = {name: group["wer"] or 0.0 for name, group in groups.items()}
    wrong = {name: group["acts"]["error_rate"] or 0.0 for name, group in groups.items()}
    full = max(_FULL, *errors.values(), *wrong.values())
    table = Table.grid(padding=(0, 2))
    table.add_row("", Text(f"word errors (of {percent(full)})", "dim"), Text("wrong acts", "dim"))
    for name in groups:
        table.add_row(_short(name), _bar(errors[name] / full), _bar(wrong[name] / full))
    return table


def _short(name: str) -> str:
    """The end of a long name, which says more than where the file came from."""
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"


def _bar(share: float) -> str:
    return "█" * round(_BAR * share)


def _print_calibration(console: Console, found: Mapping[str, Any]) -> None:
    console.print(
        f"\nconfidence: calibration error {percent(found['ece'])}, area under the curve"
        f" {_number(found['auc_exact'], 2)} for exact, {_number(found['auc_usable'], 2)} for usable"
    )
    bins = Table.grid(padding=(0, 2))
    for each in found["bins"]:
        span = f"{each['from']:.1f}-{each['to']:.1f}"
        bins.add_row(span, f"{each['n']}", f"{percent(each['exact'])} exact", _bar(each["exact"]))
    console.print(bins)
    floors = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("asked again below", "kept", "of them exact", "useless"):
        floors.add_column(name, justify="right")
    for each in found["floors"]:
        floors.add_row(
            f"{each['avg_logprob']:.1f}",
            percent(each["kept"]),
            percent(each["exact"]),
            percent(each["useless"]),
        )
    console.print(floors)


def _interval(span: Sequence[float] | None) -> str:
    return "-" if span is None else f"{100 * span[0]:.0f}-{100 * span[1]:.0f}"


def _number(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
