"""The log of a serving process: JSON lines for machines, lines for people, ids in both, no personal value.

What a library logs goes the same way. A traceback may quote what a customer said: kind and place of an
error are logged in its stead.
"""

from __future__ import annotations

import logging
import sys
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from wavoice.runtime.errors import facts_of
from wavoice.runtime.journal import Event, HandedOff, Trouble, TurnEnded
from wavoice.runtime.settings_serve import Serve

log = structlog.get_logger("wavoice")

_MILLI: Final = 1000
_TOLD: Final = frozenset({"received", "committed", "held", "unknown", "failed", "handed_off", "trouble"})
"""Events of the journal that are logged beside the end of each turn."""


def open_log(chosen: Serve, stream: TextIO | None = None) -> None:
    """Configure logging of this process, to standard error unless `stream` is given."""
    stream = stream or sys.stderr
    level = logging.getLevelNamesMapping()[chosen.log_level.upper()]
    lines = chosen.log == "lines" or (chosen.log == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_traceback,
    ]
    last: Processor = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty())
        if lines
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared[:2], structlog.stdlib.add_logger_name, *shared[2:]],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))  # libraries tell addresses and numbers below that


def _without_traceback(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event.update(facts_of(error))
    return event


class LogSink:
    """A journal's sink that logs what became of each turn: ids, codes and times, never words."""

    def write(self, event: Event) -> None:
        """Log it, if an operator would ask for it."""
        body = event.body
        if isinstance(body, TurnEnded):
            took = (body.ended_at - body.started_at) // _MILLI
            log.info("turn_ended", **_ids(event), how=body.how, ms=took)
        elif isinstance(body, Trouble):
            log.warning("trouble", **_ids(event), stage=body.stage, code=body.code)
        elif isinstance(body, HandedOff):
            log.info("handed_off", **_ids(event), reason=str(body.reason))
        elif event.kind in _TOLD:
            log.info(event.kind, **_ids(event))


def _ids(event: Event) -> dict[str, str]:
    where = event.where
    ids = {"turn": where.turn, "contact": where.contact, "number": where.number}
    return ids if where.flow is None else {**ids, "flow": where.flow}
