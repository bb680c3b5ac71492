"""The journal and HTTP as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from rich.text import Text

from wavoice.cli.tui.panes.ink import BAD, DIM, DOUBT, GOOD, NOTE, STRONG, Part, clock, fitted, line, ms
from wavoice.sim.chat.facts import Exchange
from wavoice.sim.chat.views.raw import Line

SHOWN = 150
"""Lines that a pane holds; the file has all."""
_BODY = 4000
"""Characters of a body."""
_QUIET = frozenset({"span", "waited", "status_seen", "media_kept", "looked_up", "typed"})


def journal(width: int, lines: Sequence[Line], earlier: int, skipped: int, zone: tzinfo) -> Iterator[Text]:
    """A line an event, the newest first; `earlier`: how many are not here."""
    if not lines:
        yield line(("The journal is empty.", DIM))
        return
    if skipped:
        yield line((f"{skipped} events of a newer program are not understood and were skipped.", DOUBT))
    for each in reversed(lines):
        yield fitted(entry(each, zone), width)
    yield from _earlier(earlier)


def entry(each: Line, zone: tzinfo, who: Part = "") -> Text:
    """One event on one line; `who` stands before what it says."""
    style = DOUBT if each.strange else DIM if each.kind in _QUIET else STRONG
    return line(
        (f"{each.number:>4} {clock(each.at, zone, fine=True)} ", DIM),
        (f"{each.kind:<16} ", style),
        who,
        each.sentence,
    )


def _earlier(earlier: int) -> Iterator[Text]:
    if earlier:
        yield line((f"… {earlier} earlier ones", DIM))


def http(width: int, exchanges: Sequence[Exchange], earlier: int, zone: tzinfo) -> Iterator[Text]:
    """Every exchange with its bodies, the newest first."""
    if not exchanges:
        yield line(("Nothing was sent over HTTP in this session.", DIM))
        return
    for each in reversed(exchanges):
        status = "no answer" if each.status is None else str(each.status)
        good = each.status is not None and each.status < 400
        yield fitted(
            line(
                (f"{clock(each.at, zone, fine=True)} ", DIM),
                (each.method, STRONG),
                f" {each.host}{each.path} ",
                (status, GOOD if good else BAD),
                (f" {ms(each.took / 1000)}", DIM),
            ),
            width,
        )
        for sign, body in (("→", each.request), ("←", each.response)):
            if body:
                cut = body if len(body) <= _BODY else f"{body[:_BODY]} … {len(body) - _BODY} more characters"
                yield line((f"  {sign} ", NOTE), (cut, DIM))
    yield from _earlier(earlier)
