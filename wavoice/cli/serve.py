"""`wavoice serve`: the bot, answering WhatsApp."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.stopping import Left, run_until_told

if TYPE_CHECKING:
    from wavoice.runtime.serving.process import Up
    from wavoice.runtime.settings import Settings


def command(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings; else WAVOICE_CONFIG, else wavoice.toml.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address of the webhook; else serve.host.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="N", help="Port of the webhook; else serve.port. 0: a free one."
        ),
    ] = None,
    admin_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="N", help="Port of health and metrics; else serve.admin_port."
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Voice notes heard at a time, else ears.workers; on PostgreSQL processes that do turns.",
        ),
    ] = None,
    tunnel: Annotated[
        str,
        typer.Option(metavar="CMD", help="Start a program that makes it public; {url} is where it listens."),
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Say where it listens as one JSON line on stdout.")
    ] = False,
) -> None:
    """Run the bot: take WhatsApp's webhooks, answer them, and lose none.

    A webhook is stored before it is acknowledged; a process that is killed loses nothing. Ctrl-C or SIGTERM
    lets turns under way end, then exits with 0; twice ends at once. A second `serve` on the same store takes
    over when the first one ends. The log goes to stderr: lines on a terminal, else JSON. docs/serve.md.

    Exit code 0: told to end; 1: it broke; 2: it could not start.

    \b
    Examples:
      wavoice serve
      wavoice serve --config shop/wavoice.toml --port 8000 --workers 4
      wavoice serve --tunnel "cloudflared tunnel --url {url}"
      wavoice serve --port 0 --admin-port 0 --json
      curl -s http://127.0.0.1:8081/readyz
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.build import Parts  # noqa: PLC0415
    from wavoice.runtime.serving.logs import open_log  # noqa: PLC0415
    from wavoice.runtime.serving.process import Serving, serve  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.runtime.working import drain_processes  # noqa: PLC0415

    settings = _with(Settings.load(config), host, port, admin_port, workers)
    apart = workers if settings.store.url is not None else None
    open_log(settings.serve)

    def up(where: Up) -> None:
        _say_up(where, as_json=as_json)
        gc.collect()
        gc.freeze()  # what is there now stays: no collection looks at it again

    async def main(stop: asyncio.Event) -> None:
        parts = Parts(drains=apart is None)
        async with drain_processes(apart or 0, _worker(config)):
            await serve(Serving(settings, up, parts, tunnel=tunnel, reached=_say_reached), stop)

    run_until_told(main)
    raise Left(0)


def _with(
    settings: Settings, host: str | None, port: int | None, admin_port: int | None, workers: int | None
) -> Settings:
    named = {"host": host, "port": port, "admin_port": admin_port}
    changed = {name: value for name, value in named.items() if value is not None}
    serve = settings.serve.model_copy(update=changed)
    hears_here = workers is not None and settings.store.url is None
    ears = settings.ears.model_copy(update={"workers": workers}) if hears_here else settings.ears
    return settings.model_copy(update={"serve": serve, "ears": ears})


def _worker(config: Path | None) -> list[str]:
    """`wavoice worker`, as this command was started."""
    command = [sys.executable, "-c", "from wavoice.cli.main import main; main()", "worker"]
    return command if config is None else [*command, "--config", str(config)]


def _say_up(where: Up, *, as_json: bool) -> None:
    from wavoice import __version__  # noqa: PLC0415
    from wavoice.runtime.adapters.webhook import PATH  # noqa: PLC0415

    numbers = list(where.runtime.channels)
    if as_json:
        told = {"version": __version__, "webhook": f"{where.public}{PATH}", "numbers": numbers}
        typer.echo(json.dumps({**told, "admin": where.admin}))
    else:
        typer.echo(f"wavoice {__version__} answers {', '.join(numbers)} at {where.public}{PATH}")
        typer.echo(f"Health: curl -s {where.admin}/readyz     Ctrl-C ends.")
        typer.echo(
            f"WhatsApp needs an https address that leads here: https://YOUR-HOST{PATH} (docs/serve.md)."
        )
    sys.stdout.flush()  # whoever started this waits for the line


def _say_reached(public: str) -> None:
    from wavoice.runtime.adapters.webhook import PATH  # noqa: PLC0415

    typer.echo(f"Reached from the internet. Callback URL for WhatsApp: {public}{PATH}", err=True)
    typer.echo(
        "Verify token: what whatsapp.verify_token refers to. Field to subscribe to: messages.", err=True
    )
