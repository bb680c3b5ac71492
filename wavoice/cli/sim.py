"""`wavoice sim`: WhatsApp on this machine, for any bot."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.files import check_target, write_whole
from wavoice.cli.secrets import secret

if TYPE_CHECKING:
    from rich.console import Console

    from wavoice.sim.emulator.live_log import Line
    from wavoice.sim.emulator.server import Running, SimOptions


def command(
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port of the Graph API; 0: a free one.")
    ] = 8080,
    media_port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port of the media host.")
    ] = 8081,
    control_port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port of the control API.")
    ] = 8082,
    webhook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The bot's webhook; without it the bot registers over Graph."),
    ] = None,
    access_token: Annotated[
        str | None, typer.Option(metavar="REF", help="Token of the business: env:NAME or file:PATH.")
    ] = None,
    app_secret: Annotated[
        str | None, typer.Option(metavar="REF", help="Key of the signatures: env:NAME or file:PATH.")
    ] = None,
    verify_token: Annotated[
        str | None, typer.Option(metavar="REF", help="Word of the handshake: env:NAME or file:PATH.")
    ] = None,
    chaos: Annotated[
        str | None, typer.Option(metavar="SPEC", help="Faults of delivery, as in seed=7,duplicate=0.2.")
    ] = None,
    network: Annotated[
        str, typer.Option(metavar="NAME", help="Delays that are really taken: none, wifi or mobile.")
    ] = "none",
    seed: Annotated[int, typer.Option(metavar="N", help="Of ids and delays.")] = 0,
    world: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Begin with a world that was saved.")
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the world at the end.")] = None,
    fixtures: Annotated[
        Path, typer.Option(metavar="DIR", help="Voice notes that the control API knows by name.")
    ] = Path("fixtures/audio"),
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let --host be reachable from other machines.")
    ] = False,
    control_token: Annotated[
        str | None, typer.Option(metavar="REF", help="What calls of the control API have to bring.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line with the addresses; the log goes to stderr.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No log of what passes.")] = False,
) -> None:
    """Run WhatsApp on this machine: Graph API, media host and webhooks, for any bot.

    Prints the variables that point a bot here. A control API on a third port plays the customers:
    docs/emulator.md describes it. Ctrl-C ends it. Exit code 0: ended; 2: it could not start.

    \b
    Examples:
      wavoice sim --webhook http://127.0.0.1:8000/webhooks/whatsapp
      wavoice sim --port 0 --media-port 0 --control-port 0 --json
      wavoice sim --chaos seed=7,duplicate=0.2,reorder=3s --network mobile
      wavoice sim --world before.json --save after.json
      curl -s 127.0.0.1:8082/control/v1/users -H 'Content-Type: application/json' \\
        -d '{"name": "Anna", "phone": "15550100200"}'
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    gc.disable()  # until the line is out: what is imported and built stays
    from wavoice.sim.emulator.chaos_words import parse_chaos  # noqa: PLC0415
    from wavoice.sim.emulator.defaults import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN  # noqa: PLC0415
    from wavoice.sim.emulator.server import SimOptions, read_network  # noqa: PLC0415

    if save is not None:
        check_target(save)
    references = {
        "access_token": access_token or ACCESS_TOKEN,
        "app_secret": app_secret or APP_SECRET,
        "verify_token": verify_token or VERIFY_TOKEN,
    }
    options = SimOptions(
        host=host,
        port=port,
        media_port=media_port,
        control_port=control_port,
        allow_remote=allow_remote,
        webhook=webhook,
        **{name: secret(reference) for name, reference in references.items()},
        control_token=None if control_token is None else secret(control_token),
        chaos=None if chaos is None else parse_chaos(chaos),
        network=read_network(network),
        seed=seed,
        world=world,
        fixtures=fixtures,
    )
    show = None if quiet else _printer(to_stderr=as_json)
    try:
        world_at_end = asyncio.run(_run(options, references, show, as_json=as_json))
    finally:
        gc.enable()
    if save is not None:
        write_whole(save, world_at_end.decode("ascii"))


async def _run(
    options: SimOptions, references: dict[str, str], show: Callable[[Line], None] | None, *, as_json: bool
) -> bytes:
    """Run until Ctrl-C; return the world as it is then."""
    from wavoice.sim.emulator import announce  # noqa: PLC0415
    from wavoice.sim.emulator.server import simulate  # noqa: PLC0415

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with simulate(options, show) as running:
        problem = announce.leave_word(running)
        try:
            if problem is not None:
                typer.echo(problem, err=True)
            _greet(running, options, references, as_json=as_json)
            await ended.wait()
            return await running.live.save()
        finally:
            if problem is None:
                announce.take_back_word(running)


def _greet(running: Running, options: SimOptions, references: dict[str, str], *, as_json: bool) -> None:
    from wavoice.sim.emulator import announce  # noqa: PLC0415

    if as_json:
        typer.echo(json.dumps(announce.as_json(running, options)))
    else:
        typer.echo(announce.export_block(running, references))
        typer.echo(f"# control API: {running.control}/control/v1   Ctrl-C ends.")
    sys.stdout.flush()  # whoever started this waits for the line
    gc.freeze()
    gc.enable()


def _printer(*, to_stderr: bool) -> Callable[[Line], None]:
    @cache
    def console() -> Console:
        from rich.console import Console  # noqa: PLC0415

        return Console(stderr=to_stderr, highlight=False)

    def show(line: Line) -> None:
        from rich.text import Text  # noqa: PLC0415

        console().print(Text(str(line), style="" if line.ok else "red"), soft_wrap=True)

    return show
