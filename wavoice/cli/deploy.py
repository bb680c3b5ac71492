"""`wavoice deploy`: from a green suite to a live number, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from wavoice.cli import stopping
from wavoice.cli.deploy_lines import Lines

if TYPE_CHECKING:
    from wavoice.deploy.work import Around
    from wavoice.runtime.settings import Settings

T = TypeVar("T")

app = typer.Typer(rich_markup_mode=None)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings of the bot; else wavoice.toml here.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of lines for people.")]


@app.callback(invoke_without_command=True)
def command(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Deploy nothing: ask the bot and Meta whether all is well.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at everything, say each step, change nothing.")
    ] = False,
    skip_gate: Annotated[
        str,
        typer.Option("--skip-gate", metavar="REASON", help="Do not ask the scenarios; kept in the audit."),
    ] = "",
    target: Annotated[
        str, typer.Option("--target", metavar="NAME", help="ssh or image, instead of deploy.target.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="With --target image: where the files go.")
    ] = None,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="Public address, instead of deploy.url.")
    ] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Ship this bot to the target of wavoice.toml and turn customers over to it: docs/deploy.md.

    Steps: preflight, gate (your scenarios), lock, package, ship, migrate, start, health, canary (a voice note
    with no customer), switch, drain, webhook (Meta asks the bot), smoke, watch. A step that fails takes
    everything back: the release before serves, Meta's callback is as it was, the failed one's log is kept.
    The same command goes on from there.

    Exit code 0: done, or all is well; 1: a step or check failed; 2: it could not begin.

    \b
    Examples:
      wavoice deploy --dry-run                      say what would be done
      wavoice deploy                                do it
      wavoice deploy --json | jq -r 'select(.outcome == "failed").told'
      wavoice deploy --skip-gate "prices only"      without scenarios; who and why is kept
      wavoice deploy --check                        phone to bot: handshake, signature, token, media
      wavoice deploy --check --url https://my-tunnel.example.com
      wavoice deploy --target image --out build     Containerfile, compose.yaml, kubernetes/
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(config, target=target, url=url)
    if check:
        raise typer.Exit(_check(settings, as_json=as_json))
    if settings.deploy.target == "image":
        raise typer.Exit(_write_image(settings, out, as_json=as_json))
    raise typer.Exit(_deploy(settings, skip_gate, dry_run=dry_run, as_json=as_json))


def settings_of(config: Path | None, *, target: str = "", url: str = "") -> Settings:
    """The settings, with what was said on the command line. Raises `ConfigError`."""
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings = Settings.load(config)
    said = {key: value for key, value in (("target", target), ("url", url)) if value}
    if not said:
        return settings
    return settings.model_copy(update={"deploy": _checked(settings, said)})


def _checked(settings: Settings, said: dict[str, str]) -> object:
    from pydantic import ValidationError  # noqa: PLC0415

    from wavoice.runtime.errors import UserInputError  # noqa: PLC0415
    from wavoice.runtime.settings_deploy import Deploy  # noqa: PLC0415

    written = {name: getattr(settings.deploy, name) for name in settings.deploy.model_fields_set}
    try:
        return Deploy(**{**written, **said})
    except ValidationError as error:
        first = error.errors()[0]
        raise UserInputError(f"--{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}.") from None


def run(settings: Settings, lines: Lines, do: Callable[[Around], Awaitable[T]]) -> T:
    """Open the target, do it there, and close it. SIGTERM and SIGHUP end it as Ctrl-C does: what was done is
    undone.
    """
    from wavoice.deploy.opened import opened  # noqa: PLC0415

    found: list[T] = []

    async def inside() -> bool:
        async with opened(settings, lines.step) as around:
            found.append(await do(around))
        return False

    if stopping.run(inside()):
        raise KeyboardInterrupt
    return found[0]


def _deploy(settings: Settings, skip_gate: str, *, dry_run: bool, as_json: bool) -> int:
    from wavoice.deploy.sequence import deploy  # noqa: PLC0415
    from wavoice.deploy.work import Wishes  # noqa: PLC0415

    lines = Lines(as_json=as_json)
    wishes = Wishes(skip_gate=skip_gate.strip(), dry_run=dry_run)
    report = run(settings, lines, lambda around: deploy(around, wishes))
    lines.report(report, "Nothing was changed;" if dry_run else f"{report.release} is live;")
    return 0 if report.ok else 1


def _check(settings: Settings, *, as_json: bool) -> int:
    from wavoice.deploy.check import check  # noqa: PLC0415
    from wavoice.deploy.meta import Meta  # noqa: PLC0415
    from wavoice.deploy.opened import channel_of, internet  # noqa: PLC0415
    from wavoice.deploy.steps import troubles  # noqa: PLC0415
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415

    async def ask() -> int:
        async with internet() as http:
            clock, meta = SystemClock(), Meta(settings.whatsapp, http)
            channel = channel_of(settings, http, clock)
            findings = await check(settings, meta, channel, http, clock)
        Lines(as_json=as_json).findings(findings)
        return 1 if troubles(findings) else 0

    return asyncio.run(ask())


def _write_image(settings: Settings, out: Path | None, *, as_json: bool) -> int:
    import json  # noqa: PLC0415

    from wavoice.deploy.image.write import write_image  # noqa: PLC0415
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415
    from wavoice.runtime.errors import UserInputError  # noqa: PLC0415

    if out is None:
        raise UserInputError(
            "Where do the files go?", remedy="Say so: wavoice deploy --target image --out DIR"
        )
    for file in (written := write_image(settings, out, SystemClock())).files:
        typer.echo(json.dumps({"file": str(file)}) if as_json else str(file))
    if not as_json:
        typer.echo(f"\nNext: {written.next}")
    return 0
