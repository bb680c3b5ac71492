"""Where the time of each turn went: bars that overlap, a path through them that adds up. Pure.

Every bar has a start and an end as they were, and the part of it that everybody waited for. These parts,
the gaps and the settle window together are the wall time of the turn; what the journal says nothing of is
a bar of its own (`UNSEEN`), never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros, Stage
from wavoice.sim.bench.figures import Spread, spread

BUDGETS = (400, 800)
"""Milliseconds that a turn should take: answered from what was prepared, and spoken anew."""
RUNS_FOR_P50 = 2
UNDER_WAY = "under_way"
SETTLING = "settling"
_MS = 1000


class BarForm(StrEnum):
    """What kind of time a bar stands for."""

    WORK = "work"
    SETTLE = "settle"
    """A chosen wait: drawn, felt by the customer, never latency."""
    QUEUE = "queue"
    """Nothing of this turn ran."""
    UNSEEN = "unseen"
    """The journal says nothing of it: the process had died, or the trace is not whole."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stage of a turn, or a wait."""

    stage: str
    """A `Stage`; `queue` or `unseen` for a wait."""
    start: Micros
    end: Micros
    on_path: Micros
    """How much of it everybody waited for, from `path_start` on."""
    path_start: Micros
    form: BarForm = BarForm.WORK
    ok: bool = True
    open: bool = False
    """Not over yet: `end` is when it is due."""

    @property
    def overlaps(self) -> Micros:
        """How much of it ran while something else was waited for."""
        return self.end - self.start - self.on_path


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn as the waterfall draws it. Times are microseconds since 1970, figures milliseconds."""

    id: str
    contact: str
    words: str
    """What was said, as far as it may be shown; empty for what the bot did by itself."""
    modality: str
    started_at: Micros
    ended_at: Micros | None
    bars: tuple[Bar, ...]
    how: str
    """How it ended: `answered`, `overtaken`, `silent`, …; `under_way` or `settling` before."""
    reason: str = ""
    row: str = ""
    """Row of the decision table."""
    turn_ms: float | None = None
    """Webhook to the end of the turn, without the settle window; None while it runs."""
    customer_wait_ms: float | None = None
    """The same with it, if anything was answered."""
    settle_ms: float = 0.0
    queue_ms: float = 0.0
    unseen_ms: float = 0.0
    replied: bool = False
    asked: bool = False
    """A message of the customer began it; else a wake did."""
    trouble: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[Bar, ...]:
        """The critical path: every bar of which anybody waited, settle and queue included, in order."""
        waited = (bar for bar in self.bars if bar.on_path)
        return tuple(sorted(waited, key=lambda bar: (bar.path_start, bar.end)))

    @property
    def over(self) -> tuple[int, ...]:
        """The budgets that it has exceeded."""
        return tuple(ms for ms in BUDGETS if self.turn_ms is not None and self.turn_ms > ms)

    def work(self, at: Micros) -> Micros:
        """How much of the turn was work by then: its time without the settle window."""
        chosen = (bar for bar in self.bars if bar.form is BarForm.SETTLE)
        settled = sum(max(0, min(bar.end, at) - bar.start) for bar in chosen)
        return max(0, at - self.started_at) - settled

    @property
    def off_by(self) -> Micros:
        """How far path and waits are from the wall time of the turn; 0 while it runs."""
        if self.ended_at is None:
            return 0
        return sum(bar.on_path for bar in self.bars) - (self.ended_at - self.started_at)


@dataclass(frozen=True, slots=True)
class Figures:
    """All answers of a session; a p50 needs two, a p95 twenty."""

    runs: int
    turn_ms: Spread
    customer_wait_ms: Spread


@dataclass(slots=True)
class _Turn:
    """What is known of a turn so far."""

    id: str
    contact: str
    bodies: list[tuple[Micros, Any]] = field(default_factory=list)
    modality: str = ""
    view: TurnView | None = None


class Turns:
    """Folds the journal of one contact into turns, newest last."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    def take(self, event: Event) -> None:
        """Take the next event of this contact."""
        if not isinstance(event.body, _OF_A_TURN):
            return
        where = event.where
        turn = self._turns.setdefault(where.turn, _Turn(where.turn, where.contact))
        turn.bodies.append((event.at, event.body))
        turn.modality = turn.modality or str(where.modality or "")
        turn.view = None

    @property
    def views(self) -> tuple[TurnView, ...]:
        """Every turn of which anything is known; one that a late status alone speaks of is none."""
        for turn in self._turns.values():
            turn.view = turn.view or _view(turn)
        return tuple(turn.view for turn in self._turns.values() if turn.view is not None)

    @property
    def figures(self) -> Figures:
        """Over all messages that were answered."""
        return figures(self.views)


def figures(turns: Sequence[TurnView]) -> Figures:
    """Over all of these that answered a message."""
    answered = [turn for turn in turns if turn.asked and turn.how == "answered"]
    took = [turn.turn_ms for turn in answered if turn.turn_ms is not None]
    waited = [turn.customer_wait_ms for turn in answered if turn.customer_wait_ms is not None]
    return Figures(len(took), _spread(took), _spread(waited))


def _spread(values: Sequence[float]) -> Spread:
    return spread(values) if len(values) >= RUNS_FOR_P50 else Spread()


_OF_A_TURN = (
    journal.Received,
    journal.Typed,
    journal.HeardNote,
    journal.Decided,
    journal.Confirmed,
    journal.Trouble,
    journal.Replied,
    journal.Noticed,
    journal.SpanEvent,
    journal.Waited,
    journal.TurnEnded,
)


def _view(turn: _Turn) -> TurnView:
    received = _first(turn, journal.Received)
    ended = _last(turn, journal.TurnEnded)
    confirmed = _last(turn, journal.Confirmed)
    decided = _last(turn, journal.Decided)
    start = _started(turn, received)
    bars = list(_bars(turn, start))
    how, end = UNDER_WAY, None
    if ended is not None:
        how, end = ended.how, max(ended.ended_at, start)
        bars = [_until(bar, end) for bar in bars if bar.path_start <= end]
        bars += _unseen(bars, start, end, known_wait=ended.how == "overtaken" and not bars)
    elif confirmed is not None and confirmed.settle_at and not _has(bars, BarForm.SETTLE):
        how = SETTLING
        decided_at = max((bar.end for bar in bars), default=start)
        due = max(confirmed.settle_at, decided_at)
        bars.append(
            Bar(Stage.SETTLE, decided_at, due, due - decided_at, decided_at, BarForm.SETTLE, open=True)
        )
    replied = _first(turn, journal.Replied) is not None
    wall = None if end is None else end - start
    settle = _total(bars, BarForm.SETTLE)
    return TurnView(
        id=turn.id,
        contact=turn.contact,
        words=_words(turn),
        modality=turn.modality,
        started_at=start,
        ended_at=end,
        bars=tuple(sorted(bars, key=lambda bar: (bar.start, _ORDER.get(bar.stage, 99), bar.end))),
        how=how,
        reason=ended.reason if ended else "",
        row=decided.row if decided else "",
        turn_ms=None if wall is None else (wall - settle) / _MS,
        customer_wait_ms=wall / _MS if wall is not None and replied else None,
        settle_ms=settle / _MS,
        queue_ms=_total(bars, BarForm.QUEUE) / _MS,
        unseen_ms=_total(bars, BarForm.UNSEEN) / _MS,
        replied=replied,
        asked=received is not None,
        trouble=tuple(body.code for _, body in turn.bodies if isinstance(body, journal.Trouble)),
    )


_ORDER = {str(stage): place for place, stage in enumerate(Stage)}


def _started(turn: _Turn, received: journal.Received | None) -> Micros:
    """When its message was received; else when what it was woken for was due."""
    if received is not None:
        return min(at for at, body in turn.bodies if body is received)
    ends = [body.started_at for _, body in turn.bodies if isinstance(body, journal.TurnEnded)]
    return min(
        [*ends, *(bar.start for _, bar in turn.bodies if isinstance(bar, journal.SpanEvent))],
        default=turn.bodies[0][0],
    )


def _bars(turn: _Turn, start: Micros) -> Iterator[Bar]:
    for _, body in turn.bodies:
        if isinstance(body, journal.Waited):
            yield Bar("queue", body.start, body.end, body.end - body.start, body.start, BarForm.QUEUE)
        elif isinstance(body, journal.SpanEvent):
            whole = body.end - body.start
            if body.stage is Stage.SETTLE:
                yield Bar(body.stage, body.start, body.end, whole, body.start, BarForm.SETTLE, body.ok)
            else:
                # The path enters a span at its end and leaves it at its start: see runtime/trace.py.
                begun = max(start, body.start)
                yield Bar(body.stage, body.start, body.end, body.on_path, begun, ok=body.ok)


def _until(bar: Bar, end: Micros) -> Bar:
    """What a turn was to wait for is noted ahead; a later turn may have overtaken it on the way."""
    on_path = min(bar.on_path, end - bar.path_start)
    return replace(bar, on_path=on_path, end=bar.end if bar.form is BarForm.WORK else min(bar.end, end))


def _unseen(bars: Sequence[Bar], start: Micros, end: Micros, *, known_wait: bool) -> Iterator[Bar]:
    """What lies between `start` and `end` and on no path. A message that was joined to another waited."""
    stage, form = ("queue", BarForm.QUEUE) if known_wait else ("unseen", BarForm.UNSEEN)
    moment = start
    for bar in sorted((bar for bar in bars if bar.on_path), key=lambda bar: bar.path_start):
        if bar.path_start > moment:
            yield Bar(stage, moment, bar.path_start, bar.path_start - moment, moment, form)
        moment = max(moment, bar.path_start + bar.on_path)
    if end > moment:
        yield Bar(stage, moment, end, end - moment, moment, form)


def _words(turn: _Turn) -> str:
    heard, typed = _last(turn, journal.HeardNote), _last(turn, journal.Typed)
    return heard.text if heard is not None else typed.text if typed is not None else ""


def _total(bars: Sequence[Bar], form: BarForm) -> Micros:
    return sum(bar.on_path for bar in bars if bar.form is form)


def _has(bars: Sequence[Bar], form: BarForm) -> bool:
    return any(bar.form is form for bar in bars)


def _first(turn: _Turn, kind: type[Any]) -> Any:
    return next((body for _, body in turn.bodies if isinstance(body, kind)), None)


def _last(turn: _Turn, kind: type[Any]) -> Any:
    return next((body for _, body in reversed(turn.bodies) if isinstance(body, kind)), None)
