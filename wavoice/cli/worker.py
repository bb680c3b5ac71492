"""`wavoice worker`: another process, on this machine or another, that does the work of a PostgreSQL store."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from wavoice.cli.stopping import Left, run_until_told


def command(
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings; else wavoice.toml.")
    ] = None,
) -> None:
    """Do turns from the PostgreSQL store of store.url, beside `wavoice serve` and other workers.

    Takes no webhooks. Any number may run, on any number of machines: one contact's turns are never done twice
    at a time, and the work of a worker that dies is taken over within five seconds. Ctrl-C or SIGTERM lets
    turns under way end (serve.grace_seconds), then exits with 0.

    \b
    Examples:
      wavoice worker
      wavoice worker --config /etc/wavoice/wavoice.toml
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.adapters.store.opening import postgres_url  # noqa: PLC0415
    from wavoice.runtime.serving.logs import open_log  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.runtime.working import work  # noqa: PLC0415

    settings = Settings.load(config)
    postgres_url(settings.store)  # said before anything is loaded
    open_log(settings.serve)

    async def main(stop: asyncio.Event) -> None:
        await work(settings, stop)

    run_until_told(main)
    raise Left(0)
