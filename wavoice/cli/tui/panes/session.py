"""The session: who, WhatsApp's window, the clocks of silence, what is remembered, what was agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    gauge,
    lasts,
    line,
)
from wavoice.runtime.model import Consent, Micros
from wavoice.runtime.policy import Policy
from wavoice.sim.chat.views.session import Moment, SessionView

_GAUGE = 12
_NEVER = "has not begun"
_WORDS: Mapping[str, Style] = {"granted": GOOD, "denied": BAD, "withdrawn": BAD, "shown": DOUBT}


def session(_width: int, view: SessionView, now: Moment, policy: Policy, zone: tzinfo) -> Iterator[Text]:
    """The lines of the pane."""
    if not view.contact:
        yield line(("Nobody has written yet.", DIM))
        return
    yield line((view.name, STRONG), (f"  {view.contact}" if view.name != view.contact else "", DIM))
    yield field("to", view.number, (f"  {view.tenant}", DIM))
    if view.handed_off is not None:
        ticket = f"  ticket {view.ticket}" if view.ticket else ""
        yield field("silent", (f"a person has taken over: {view.handed_off}", BAD), ticket)
    yield _running("window", now.window_left, policy.service_window, "closed: templates only")
    yield _running("memory", now.session_left, policy.inactivity, "ended by silence")
    yield _running("tasks", now.task_left, policy.business_clock, "forgotten")
    if view.wrote_at is not None:
        yield field("wrote", clock(view.wrote_at, zone), (f"  {view.messages} messages", DIM))
    if view.flow or view.source:
        yield field("job", view.flow or "none", (f"  came by {view.source}" if view.source else "", DIM))
    yield from _consents(view, zone)
    yield from _memory(view, now)


def _running(name: str, remains: Micros | None, whole: Micros, over: str) -> Text:
    if remains is None:
        return field(name, (_NEVER, DIM))
    if not remains:
        return field(name, (over, DOUBT))
    return field(name, (gauge(remains / whole, _GAUGE), NOTE), f" {lasts(remains)} left")


def _consents(view: SessionView, zone: tzinfo) -> Iterator[Text]:
    for each in view.consents:
        when = f"  {clock(each.at, zone)} {each.source}"
        name = each.purpose.replace("_", " ")
        yield field("consent", name, "  ", (each.status, _WORDS.get(each.status, DIM)), (when, DIM))
    known = {each.purpose for each in view.consents}
    unsaid = ", ".join(purpose.replace("_", " ") for purpose in Consent if purpose not in known)
    if unsaid:
        yield field("consent", (f"no word in this journal on {unsaid}", DIM))


def _memory(view: SessionView, now: Moment) -> Iterator[Text]:
    """Silence has ended it once its clock has run out; the next message then finds nothing."""
    gone = now.session_left == 0
    kept = () if gone else view.memory
    yield field("remembers", f"{len(kept)} of {view.most} turns")
    for number, each in enumerate(kept, 1):
        yield line((f"{number:>2} ", DIM), (each.said or "(removed)", SAID))
        if each.answer:
            yield line("   ", (each.answer, DIM))
