"""Verbs of `wavoice deploy` for a target that is there: status, rollback, logs, audit, pause, lock."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.deploy import AsJson, Config, app, run, settings_of
from wavoice.cli.deploy_lines import Lines
from wavoice.cli.outputs import log_to_stderr

if TYPE_CHECKING:
    from wavoice.deploy.webhook import Moved


@app.command("status", short_help="Say what is live, and whether it is well.")
def status(as_json: AsJson = False, config: Config = None) -> None:
    """Say which release is live, whether it is ready, what is kept, and what is unfinished or locked.

    Exit code 1: nothing is live, it is not ready, or a deploy is unfinished.

    \b
    Examples:
      wavoice deploy status
      wavoice deploy status --json | jq .live
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.status import status as look  # noqa: PLC0415

    found = run(settings_of(config), Lines(as_json=as_json), look)
    for line in [json.dumps(found.as_json())] if as_json else found.lines():
        typer.echo(line)
    raise typer.Exit(0 if found.ok else 1)


@app.command("rollback", short_help="Let an earlier release serve again.")
def rollback(
    release: Annotated[
        str | None, typer.Argument(metavar="RELEASE", help="Which one; the one before if none is named.")
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Start an earlier release, turn customers over to it, and put Meta's callback back as it was before.

    The store stays: migrations only add, so the earlier release reads it. Exit code 1: a step failed.

    \b
    Examples:
      wavoice deploy rollback
      wavoice deploy rollback 20261130-211500-3fa9c2d1
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.verbs import rollback as go_back  # noqa: PLC0415

    lines = Lines(as_json=as_json)
    report = run(settings_of(config), lines, lambda around: go_back(around, release))
    lines.report(report, f"{report.release} is live;")
    raise typer.Exit(0 if report.ok else 1)


@app.command("logs", short_help="Show the log of a release.")
def logs(
    release: Annotated[
        str | None, typer.Argument(metavar="RELEASE", help="Which one; the live one if none is named.")
    ] = None,
    lines: Annotated[
        int, typer.Option("-n", "--lines", min=1, max=100_000, help="How many, the last.")
    ] = 100,
    config: Config = None,
) -> None:
    """Show the last lines that a release logged; also one that was taken back.

    \b
    Examples:
      wavoice deploy logs
      wavoice deploy logs 20261130-211500-3fa9c2d1 -n 500
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.verbs import logs as read  # noqa: PLC0415

    for line in run(settings_of(config), Lines(as_json=False), lambda around: read(around, release, lines)):
        typer.echo(line)


@app.command("audit", short_help="List who deployed what, and how it ended.")
def audit(as_json: AsJson = False, config: Config = None) -> None:
    """List every event of every deploy of this target, oldest first: who, what, when, why.

    \b
    Examples:
      wavoice deploy audit
      wavoice deploy audit --json | jq -r 'select(.event == "began" and .skipped != "").by'
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.verbs import audit as read  # noqa: PLC0415

    for row in run(settings_of(config), Lines(as_json=as_json), read):
        if as_json:
            typer.echo(json.dumps(row, ensure_ascii=False))
            continue
        more = ", ".join(
            f"{key} {value}" for key, value in row.items() if key not in ("at", "event", "by") and value
        )
        typer.echo(f"{row['at']}  {row['event']:18}{row.get('by', ''):24}{more}")


@app.command("pause", short_help="Hand every customer to people.")
def pause(
    reason: Annotated[str, typer.Argument(metavar="REASON", help="Why; kept in journal and audit.")] = "",
    off: Annotated[bool, typer.Option("--off", help="End the pause.")] = False,
    config: Config = None,
) -> None:
    """Stop the live bot without losing anything: webhooks are acknowledged, every message goes to a person.

    It is `wavoice ops pause` of the live release, on the target.

    \b
    Examples:
      wavoice deploy pause "wrong prices in the catalogue"
      wavoice deploy pause --off
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.verbs import pause as hand_over  # noqa: PLC0415

    typer.echo(
        run(settings_of(config), Lines(as_json=False), lambda around: hand_over(around, reason, off=off))
    )


@app.command("lock", short_help="Keep everybody from deploying.")
def lock(
    reason: Annotated[str, typer.Argument(metavar="REASON", help="Why; whoever tries is told.")],
    config: Config = None,
) -> None:
    """Lock the target until `wavoice deploy unlock`. The bot goes on.

    \b
    Examples:
      wavoice deploy lock "sale until Monday"
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.verbs import lock as take  # noqa: PLC0415

    run(settings_of(config), Lines(as_json=False), lambda around: take(around, reason))
    typer.echo("Locked.")


@app.command("unlock", short_help="Let others deploy again.")
def unlock(config: Config = None) -> None:
    """Give the lock back, whoever took it; the audit keeps who did.

    \b
    Examples:
      wavoice deploy unlock
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.verbs import unlock as give  # noqa: PLC0415

    holder = run(settings_of(config), Lines(as_json=False), give)
    typer.echo(f"Unlocked; {holder.who} had it: {holder.why}." if holder else "It was not locked.")


@app.command("webhook", short_help="Say or set where WhatsApp sends messages.")
def webhook(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Public address of the bot; without it nothing changes.")
    ] = "",
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the number's own address away; the app's counts then.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Let the messages of this number come to a bot, as a deploy does, or say where they go.

    The bot has to run: Meta asks it at once. The address before is printed.

    \b
    Examples:
      wavoice deploy webhook
      wavoice deploy webhook https://my-tunnel.example.com
      wavoice deploy webhook --remove
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.opened import internet  # noqa: PLC0415
    from wavoice.deploy.webhook import Webhook  # noqa: PLC0415

    settings = settings_of(config, url=url)

    async def ask() -> Sequence[Moved]:
        async with internet() as http:
            hook = Webhook(settings, http)
            if remove:
                return await hook.remove()
            return await hook.put() if url else await hook.look()

    for told in asyncio.run(ask()):
        if as_json:
            typer.echo(json.dumps({"number": told.number, "now": told.now, "before": told.before}))
            continue
        typer.echo(f"messages to {told.number} go to: {told.now or 'nobody'}")
        if told.before != told.now:
            typer.echo(f"before: {told.before or 'nobody'}")


@app.command("canary", short_help="Hear and answer one voice note, with no customer.")
def canary(as_json: AsJson = False, config: Config = None) -> None:
    """Let this bot hear a voice note and answer it, as it is set up here: its ears, voice, decoder, jobs.

    WhatsApp, the shop and the store are rehearsed, so nothing is written and nobody is written to. A deploy
    runs it on the target before customers are turned over. Exit code 1: it did not hear, or not answer.

    \b
    Examples:
      wavoice deploy canary
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.canary import sing  # noqa: PLC0415

    log_to_stderr()
    found = asyncio.run(sing(settings_of(config)))
    told = {"ok": found.ok, "told": found.told, "seconds": round(found.seconds, 3)}
    typer.echo(json.dumps(told) if as_json else f"{found.told} ({found.seconds:.1f} s)")
    raise typer.Exit(0 if found.ok else 1)


@app.command("smoke", short_help="Send the owner a message, wait until it is delivered.")
def smoke(
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long to wait.")] = 60,
    config: Config = None,
) -> None:
    """Send a real message to the phone number on standard input, and wait until it is delivered.

    WhatsApp reports that to the bot's webhook, so the bot has to run. A deploy runs this on the target. On
    standard input, because other users of a machine can read what is typed.

    \b
    Examples:
      wavoice deploy smoke < owner.txt
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.deploy.smoke import smoke_from_here  # noqa: PLC0415

    log_to_stderr()
    took = asyncio.run(smoke_from_here(settings_of(config), sys.stdin.readline(), seconds))
    typer.echo(f"delivered after {took:.1f} s")
