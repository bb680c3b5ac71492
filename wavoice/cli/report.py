"""`wavoice report`: the weekly review, from the journal alone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.audit import NAME_A_STORE
from wavoice.cli.durations import moment_of
from wavoice.cli.files import check_target
from wavoice.cli.outputs import put
from wavoice.runtime.errors import StoreError, UserInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wavoice.runtime.journal import Event
    from wavoice.runtime.model import Micros
    from wavoice.runtime.seeing.report import Prices, Report
    from wavoice.runtime.settings import Settings

_NO_STORE = (
    "Name a store or a journal, as in: wavoice test --journal DIR, then wavoice report DIR/NAME.jsonl."
)


def command(
    store: Annotated[
        Path | None,
        typer.Argument(
            metavar="STORE", help="A store, or a journal in JSON lines; else that of the settings."
        ),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="WHEN", help="Review from then on: 2026-11-23, or 12h, 7d ago.")
    ] = "7d",
    until: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="Up to then; else now, or the last event of a journal in JSON lines."
        ),
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The owner's prices; else observe.prices.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the review as a page that stands alone.")
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON; - is stdout.")
    ] = None,
) -> None:
    """Review what the bot did: what was finished without a person, where customers were lost, what it cost.

    Reads only; the bot may be running. Figures are made from the journal alone, and docs/observe.md says what
    each one counts. Sums of money need prices: what has none is counted, and named as not known.

    \b
    Examples:
      wavoice report                                the last seven days of the store of wavoice.toml
      wavoice report --since 2026-11-01 --until 2026-12-01
      wavoice report --html week.html --json week.json
      wavoice report kept/mumbled_yes.jsonl         the journal of one scenario
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings = Settings.load()
    for target in (html, None if json_file in (None, "-") else Path(str(json_file))):
        if target is not None:
            check_target(target)
    source = _source(store, settings)
    report = _review(source, (since, until), _prices(prices, settings))
    if html is not None:
        from wavoice.cli.report_html import page  # noqa: PLC0415

        html.write_text(page(report, source.zone), encoding="utf-8")
    put(json_file, json.dumps(asdict(report), indent=2, ensure_ascii=False) + "\n")
    if json_file != "-":
        from wavoice.cli.report_table import print_report  # noqa: PLC0415

        print_report(report, source.zone)


def _prices(file: Path | None, settings: Settings) -> Prices | None:
    from wavoice.runtime.seeing.report import read_prices  # noqa: PLC0415

    named = settings.observe.prices
    if file is None and named is not None:
        file = settings.config.parent / named
    return None if file is None else read_prices(file)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a journal is read."""

    zone: str
    """In which its days are told."""
    now: Micros
    events: Callable[[Micros], Iterable[Event]]
    """Those from a moment on."""


def _source(store: Path | None, settings: Settings) -> _Source:
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415

    zone, now = settings.shop.zone, SystemClock().now()
    if store is None and settings.store.url is not None:
        from wavoice.runtime.adapters.store.opening import postgres_url  # noqa: PLC0415

        url = postgres_url(settings.store)
        from wavoice.runtime.adapters.store import report_postgres  # noqa: PLC0415 -- its driver is an extra

        return _Source(zone, now, partial(report_postgres.read_events, url))
    path = store or settings.store.path
    if store is None and not path.exists():
        raise UserInputError(f"There is no store {path} yet.", remedy=_NO_STORE)
    from wavoice.sim.trace_file import is_store, read_trace  # noqa: PLC0415

    if not is_store(path, NAME_A_STORE):
        trace = read_trace(path)
        return _Source(trace.zone, max(event.at for event in trace.events) + 1, lambda _: trace.events)
    from wavoice.runtime.adapters.store.report_rows import read_events  # noqa: PLC0415

    return _Source(zone, now, partial(read_events, path))


def _review(source: _Source, span: tuple[str, str | None], prices: Prices | None) -> Report:
    from wavoice.runtime.seeing.report import review  # noqa: PLC0415
    from wavoice.runtime.seeing.report.prices import reads_from  # noqa: PLC0415

    since, until = span
    end = source.now if until is None else moment_of(until, source.zone, source.now)
    start = moment_of(since, source.zone, end)
    if start >= end:
        raise UserInputError("The review would end before it begins.", remedy="Give an earlier --since.")
    try:
        return review(source.events(reads_from(start)), start, end, prices)
    except StoreError as error:
        raise UserInputError(error.message, remedy=error.remedy) from error
