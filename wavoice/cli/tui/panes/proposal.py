"""What waits for a yes: the words of the question, its digest, tier and row, and how long it counts."""

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
    Part,
    clock,
    field,
    gauge,
    joined,
    lasts,
    line,
    named,
    short,
)
from wavoice.runtime.model import Money, Tier
from wavoice.runtime.policy import Policy
from wavoice.runtime.replies.english import money as as_said
from wavoice.sim.chat.views.proposal import ProposalView
from wavoice.sim.chat.views.session import Moment

_NONE = "Nothing waits for a yes."
_GAUGE = 20
_STATES: Mapping[str, Style] = {
    "pending": DOUBT,
    "held": DOUBT,
    "settling": NOTE,
    "committing": NOTE,
    "committed": GOOD,
    "unknown": BAD,
    "failed": BAD,
}


def proposal(
    _width: int,
    view: ProposalView | None,
    others: Sequence[ProposalView],
    now: Moment,
    policy: Policy,
    zone: tzinfo,
) -> Iterator[Text]:
    """The lines of the pane; `others` are earlier proposals, oldest first."""
    if view is None:
        yield line((_NONE, DIM))
        return
    yield line(
        (view.action, STRONG),
        "  ",
        (view.state, _STATES.get(view.state, DIM)),
        (f"  version {view.version}", DIM),
    )
    yield line((f"“{view.read_back}”" if view.read_back else "(words removed)", SAID))
    yield from _countdown(view, now, policy)
    yield field("arguments", named(view.args.items()) or "none")
    if view.money:
        yield field("money", f"{money(view.money)}", f" to {view.payee}" if view.payee else "")
    yield field("tier", view.tier, (f"  row {view.row or '-'}", DIM))
    yield field("digest", (short(view.digest), DIM))
    yield field("facts", (f"version {view.facts_version}", DIM))
    yield field("question", view.prompt_state or "not accepted yet", (f"  {len(view.prompts)} messages", DIM))
    if view.approved_by is not None:
        how = joined((f"by {view.binding}", "with its code" if view.code else ""))
        yield field("yes", how, (f"  {short(view.approved_by)}", DIM))
    if view.reference or view.reason:
        yield field("outcome", view.reference or view.reason)
    for step in view.past:
        row: Part = (f"  row {step.row}", DIM) if step.row else ""
        yield field(clock(step.at, zone), step.kind, row, (f"  v{step.version}", DIM))
    for other in others:
        yield line((f"before: {other.action} {named(other.args.items())} {other.state}", DIM))


def _countdown(view: ProposalView, now: Moment, policy: Policy) -> Iterator[Text]:
    if now.due_left is None:
        return
    if now.settling:
        whole = max(*policy.settle.values(), 1)
        label = "writes in" if now.due_left else "writes now"
    else:
        whole = policy.lifetime.get(Tier(view.tier), 1) if view.tier in list(Tier) else 1
        label = "a yes counts for" if now.due_left else "a yes counts no more"
    left = f" {lasts(now.due_left)} " if now.due_left else " "
    yield line((label, DIM), (left, STRONG), (gauge(now.due_left / whole, _GAUGE), NOTE))


def money(bound: Mapping[str, int | str]) -> str:
    """An amount as it is said to the customer."""
    minor, currency = bound.get("minor"), bound.get("currency", "")
    if not isinstance(minor, int):
        return joined((str(minor or ""), str(currency)))
    return as_said(Money(minor, str(currency)))
