"""The review in the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from wavoice.cli.outputs import table_console
from wavoice.cli.report_words import Section, heading, sections, without_empty
from wavoice.runtime.seeing.report import Report

_PIPE_WIDTH = 160
"""Columns where the output is not a terminal."""


def print_report(report: Report, zone: str) -> None:
    """Print everything to standard output."""
    console = table_console(_PIPE_WIDTH)
    console.print(Text(heading(report, zone)))
    for section in without_empty(sections(report)):
        console.print(Text(f"\n{section.title}", "bold"))
        if section.rows:
            console.print(_table(section))
        for sentence in section.after:
            console.print(Text(sentence, "dim"))


def _table(section: Section) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", show_header=any(section.columns[1:]))
    for column in section.columns:
        table.add_column(column, overflow="fold")
    for row in section.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
