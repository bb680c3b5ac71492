"""The tables of a bench: turns by note, where the time went, notes in flight, and what is wanted."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from wavoice.cli.outputs import table_console
from wavoice.sim.bench.compare import Change
from wavoice.sim.bench.figures import Flight, Report, Row, Spread
from wavoice.sim.bench.wanted import wanted

_BAR = 24
_PIPE_WIDTH = 140
"""Columns where the output is not a terminal."""


def print_report(report: Report) -> None:
    """Print everything to standard output."""
    console = table_console(_PIPE_WIDTH)
    machine, setting = report.machine, report.setting
    console.print(
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_before']}; "
        f"network {setting['network']}; {report.rounds} warm rounds",
        style="dim",
    )
    if setting["network"] != "none":
        console.print(f"network: {setting['network_models']}", style="dim")
    console.print(
        "\nwebhook to accepted reply; vs sequential and naive: times as fast, vs floor: times as long"
    )
    console.print(_rows(report.rows))
    for row in report.rows:
        if row.start_ms.p50 is not None:
            console.print(
                f"{row.note}, {row.how}: the process took notes after {row.start_ms.p50 / 1000:.1f} s"
            )
        if row.stages and row.reply == "spoken" and row.how in ("overlapped", "sequential"):
            path = " → ".join(row.critical_path)
            console.print(f"\n{row.note}, {row.how}, {row.reply}: critical path {path}")
            console.print(_stages(row))
    if report.flights:
        console.print("\nnotes in flight")
        console.print(_flights(report.flights))
    if checks := wanted(report):
        console.print("\nwanted on two cores with the default models")
        table = _table("figure", "wanted", "found", "")
        for check in checks:
            mark = "-" if check.found is None else "✓" if check.met else "✗"
            found = "-" if check.found is None else f"{check.found:g}"
            table.add_row(check.figure, f"{check.sign} {check.bound:g}", found, mark)
        console.print(table)


def print_changes(changes: Sequence[Change], *, to_stderr: bool) -> None:
    """Print every figure before and now."""
    console = table_console(_PIPE_WIDTH, stderr=to_stderr)
    console.print("\nagainst the baseline")
    table = _table("figure", "before", "now", "")
    for change in changes:
        now = "missing" if change.now is None else f"{change.now:.1f}"
        table.add_row(change.what, f"{change.before:.1f}", now, "worse" if change.worse else "")
    console.print(table)


def _rows(rows: Sequence[Row]) -> Table:
    names = ("note", "how", "reply", "runs", "p50 ms", "p95 ms", "vs sequential", "vs naive", "vs floor")
    table = _table(*names)
    for row in rows:
        table.add_row(
            *(row.note, row.how, row.reply, str(row.runs)),
            *(_ms(row.turn_ms.p50), _ms(row.turn_ms.p95)),
            *(_times(row.ratio.sequential), _times(row.ratio.naive), _times(row.ratio.floor)),
        )
    return table


def _stages(row: Row) -> Table:
    """What was waited for; the bars together are about the median turn."""
    table = _table("stage", "on path p50", "p95", "ran p50", "")
    longest = max((step.on_path.p50 or 0.0) for step in row.stages.values()) or 1.0
    for name, step in row.stages.items():
        bar = "█" * round(_BAR * (step.on_path.p50 or 0.0) / longest)
        table.add_row(name, _ms(step.on_path.p50), _ms(step.on_path.p95), _ms(step.ran.p50), bar)
    table.add_row("queue", _ms(row.queue_ms.p50), _ms(row.queue_ms.p95), "", "")
    return table


def _flights(flights: Sequence[Flight]) -> Table:
    table = _table("reply", "in flight", "runs", "a second", "p50 ms", "p95 ms")
    for flight in flights:
        rate = "-" if flight.per_second is None else f"{flight.per_second:.2f}"
        times: Spread = flight.turn_ms
        table.add_row(
            flight.reply, str(flight.in_flight), str(flight.runs), rate, _ms(times.p50), _ms(times.p95)
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        words = column in ("note", "how", "reply", "stage", "figure", "wanted", "found", "")
        table.add_column(column, justify="left" if words else "right")
    return table


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _times(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
