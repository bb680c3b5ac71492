"""The review as one page that stands alone: no script, no font, no picture from anywhere else."""

from __future__ import annotations

from html import escape

from wavoice import __version__
from wavoice.cli.report_words import Section, heading, sections, without_empty
from wavoice.runtime.seeing.report import Report

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; vertical-align: top; }
th, td { border-bottom: 1px solid #8884; }
th { font-weight: 600; opacity: .7; } td:nth-child(n+2) { font-variant-numeric: tabular-nums; }
p.after, footer { opacity: .7; } .worst td { font-weight: 600; }
"""


def page(report: Report, zone: str) -> str:
    """The whole page."""
    found = without_empty(sections(report))
    return (
        "<!doctype html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>wavoice report</title><style>{_STYLE}</style></head><body>\n"
        f"<h1>What the bot did</h1>\n<p>{escape(heading(report, zone))}</p>\n"
        f"{''.join(_section(section) for section in found)}"
        f"<footer>wavoice {escape(__version__)}, from the journal alone</footer></body></html>\n"
    )


def _section(section: Section) -> str:
    after = "".join(f'<p class="after">{escape(sentence)}</p>\n' for sentence in section.after)
    return f"<h2>{escape(section.title)}</h2>\n{_table(section) if section.rows else ''}{after}"


def _table(section: Section) -> str:
    shown = any(section.columns[1:])
    head = "".join(f"<th>{escape(column)}</th>" for column in section.columns)
    first = ' class="worst"' if "worst" in section.title else ""
    rows = "".join(
        f"<tr{first if n == 0 else ''}>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n"
        for n, row in enumerate(section.rows)
    )
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if shown else ''}<tbody>\n{rows}</tbody></table>\n"
