"""What watches a serving process: metrics and traces as `[observe]` wants them, behind one sink."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wavoice.runtime.journal import Event
from wavoice.runtime.ports import Clock
from wavoice.runtime.seeing.metrics import Metrics
from wavoice.runtime.seeing.spans import TraceSink, open_traces
from wavoice.runtime.settings_observe import Observe


@dataclass(frozen=True, slots=True)
class Seen:
    """A journal's sink; give it to `build` as `Parts.sink`."""

    metrics: Metrics | None
    traces: TraceSink | None

    def write(self, event: Event) -> None:
        """See `journal.Sink`."""
        if self.metrics is not None:
            self.metrics.write(event)
        if self.traces is not None:
            self.traces.write(event)

    @property
    def text(self) -> Callable[[], str] | None:
        """What `/metrics` answers, in Prometheus's exposition format; None: nothing is counted."""
        return None if self.metrics is None else self.metrics.text

    def know(self, jobs: Iterable[str]) -> None:
        """Let these jobs have their own labels; any other is `other`."""
        if self.metrics is not None:
            self.metrics.jobs.add(jobs)


@asynccontextmanager
async def watch(chosen: Observe, clock: Clock) -> AsyncIterator[Seen]:
    """Count and trace as chosen; what is not exported by the end goes out then, within the patience for it.

    Raises `ConfigError` where traces are wanted and cannot be made.
    """
    traces = None if chosen.traces is None else open_traces(chosen)
    try:
        yield Seen(Metrics(clock) if chosen.metrics else None, traces)
    finally:
        if traces is not None:
            await asyncio.to_thread(traces.close)
