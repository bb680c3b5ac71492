"""Stages of a turn as spans that add up.

`on_path` of a span is the time in which it was what everybody waited for: the walk back from the end
of the turn along whatever finished last. Overlap is seen in start and end, and never counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from wavoice.runtime.journal import SpanEvent, Waited
from wavoice.runtime.model import Micros, Stage
from wavoice.runtime.ports import Clock


class StageReached(Exception):  # noqa: N818 -- not an error: a rehearsal ends here on purpose
    """The stage at which this rehearsal should end is done."""


@dataclass(slots=True)
class Trace:
    """Spans of one stretch of a turn, from `started` (wall clock) to whatever `close` is given.

    Durations are monotonic; the wall clock is read once, when the trace is made.
    """

    clock: Clock
    started: Micros
    until: Stage | None = None
    """End with `StageReached` once this stage is done; only rehearsals set it."""
    spans: list[SpanEvent] = field(default_factory=list)
    _wall: Micros = 0
    _ticks: Micros = 0

    def __post_init__(self) -> None:
        self._wall, self._ticks = self.clock.now(), self.clock.ticks()

    def now(self) -> Micros:
        """The wall clock as it stood when the trace was made, plus monotonic time since."""
        return self._wall + self.clock.ticks() - self._ticks

    @contextmanager
    def span(self, stage: Stage) -> Iterator[None]:
        """Record the enclosed work; an exception marks the span as not ok and goes on."""
        start, ok = self.now(), False
        try:
            yield
            ok = True
        finally:
            self.spans.append(SpanEvent(stage=stage, start=start, end=self.now(), on_path=0, ok=ok))
        self._end_at(stage)

    def add(self, stage: Stage, start: Micros, end: Micros) -> None:
        """Record work that was measured elsewhere."""
        self.spans.append(SpanEvent(stage=stage, start=start, end=max(start, end), on_path=0))
        self._end_at(stage)

    def _end_at(self, stage: Stage) -> None:
        if stage is self.until and stage is not Stage.COMMIT:  # a write that was made is also kept
            raise StageReached(stage)

    def close(self, end: Micros) -> tuple[SpanEvent | Waited, ...]:
        """Return the spans with `on_path`, and the gaps; together they cover `started` to `end`."""
        return tuple(walk_back(self.spans, self.started, end))


def walk_back(spans: Sequence[SpanEvent], start: Micros, end: Micros) -> list[SpanEvent | Waited]:
    """Give each span its time on the path between `start` and `end`; what none covers is a gap."""
    on_path = [0] * len(spans)
    gaps: list[Waited] = []
    moment = end
    while moment > start:
        latest = max(
            (index for index, span in enumerate(spans) if span.start < moment),
            key=lambda index: (min(spans[index].end, moment), spans[index].start),
            default=None,
        )
        reached = start if latest is None else max(start, min(spans[latest].end, moment))
        if reached < moment:
            gaps.append(Waited(start=reached, end=moment))
        if latest is None:
            break
        begun = max(start, spans[latest].start)
        on_path[latest] += max(0, reached - begun)
        moment = min(begun, reached)
    timed = [
        SpanEvent(stage=span.stage, start=span.start, end=span.end, on_path=path, ok=span.ok)
        for span, path in zip(spans, on_path, strict=True)
    ]
    return [*timed, *reversed(gaps)]
