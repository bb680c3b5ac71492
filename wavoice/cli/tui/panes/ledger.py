"""Every write with the yes that it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo

from rich.style import Style
from rich.text import Text

from wavoice.cli.tui.panes.ink import (
    BAD,
    DIM,
    DOUBT,
    GOOD,
    NOTE,
    SAID,
    STRONG,
    clock,
    field,
    joined,
    line,
    named,
    short,
)
from wavoice.cli.tui.panes.proposal import money
from wavoice.runtime.model import Tier
from wavoice.sim.chat.views.ledger import Approval, Write

_STATES: Mapping[str, Style] = {
    "done": GOOD,
    "trying": NOTE,
    "unknown": DOUBT,
    "failed": BAD,
    "refused": DOUBT,
    "shadow": DOUBT,
}


def ledger(_width: int, writes: Sequence[Write], zone: tzinfo) -> Iterator[Text]:
    """The lines of the pane, the latest write first."""
    if not writes:
        yield line(("Nothing was written.", DIM))
        return
    done = sum(write.state == "done" for write in writes)
    yield line((f"{done} of {len(writes)} written", STRONG))
    for write in reversed(writes):
        yield line(
            (clock(write.at, zone), DIM),
            " ",
            (write.state, _STATES.get(write.state, DIM)),
            " ",
            (write.action, STRONG),
        )
        yield field("  what", named(write.args.items()), f"  {money(write.money)}" if write.money else "")
        if write.payee:
            yield field("  to", write.payee)
        yield field("  approved", *_approval(write, zone))
        outcome = joined(
            (write.reference or "", write.reason, f"{write.tries} tries" if write.tries > 1 else "")
        )
        if outcome:
            yield field("  outcome", outcome)
        yield field("  key", (short(write.key), DIM))


def _approval(write: Write, zone: tzinfo) -> Iterator[str | tuple[str, Style]]:
    yes = write.approval
    if yes is None:
        without = write.tier == Tier.R1
        yield ("needs no yes (R1)", DIM) if without else ("no yes in this journal", BAD)
        return
    yield (f"“{yes.words}”" if yes.words else "(words removed, or not kept)"), SAID
    yield f" {_how(yes)}", STRONG
    yield f"  {clock(yes.at, zone)} row {yes.row or '-'} {write.tier}", DIM
    yield f"  {short(yes.message)}", DIM


def _how(yes: Approval) -> str:
    bound = {"button": "by its button", "quote": "by a quote", "sole_open": "to the only question"}
    return joined((bound.get(yes.binding, yes.binding), "with its code" if yes.code else ""))
