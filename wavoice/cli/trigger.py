"""`wavoice trigger`: send a named webhook event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.secrets import secret
from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.sim.emulator.trigger import Triggered


def command(
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help="Name of the event.")] = None,
    override: Annotated[
        list[str] | None,
        typer.Option("--override", "-o", metavar="K=V", help="Change a value by its path; may be repeated."),
    ] = None,
    to: Annotated[
        str | None, typer.Option(metavar="USER", help="Whom it is about: phone, BSUID or name.")
    ] = None,
    control: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Control API of a simulator.", show_default="the running one"),
    ] = None,
    control_token: Annotated[
        str | None, typer.Option(metavar="REF", help="Token of that control API: env:NAME or file:PATH.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Send it to this webhook, without a simulator.")
    ] = None,
    app_secret: Annotated[
        str | None,
        typer.Option(metavar="REF", help="With --url: key of the signature, env:NAME or file:PATH."),
    ] = None,
    list_events: Annotated[bool, typer.Option("--list", help="List the events.")] = False,
    only_print: Annotated[bool, typer.Option("--print", help="Print the payload and send nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Send a webhook event by name, through a running `wavoice sim` or straight to a webhook.

    A value is changed by its path in the payload, or by the end of it where only one place fits:
    `text.body=Hi` keeps the kind of what is there, `key:=json` puts any JSON. Exit code 0: answered
    with 200; 1: not so; 2: it could not be sent.

    \b
    Examples:
      wavoice trigger --list
      wavoice trigger message.text --override text.body="Where is my order?" --to Anna
      wavoice trigger status.failed -o errors.0.code=131047
      wavoice trigger message.voice --print
      wavoice trigger message.text --url http://127.0.0.1:8000/hook --app-secret env:APP_SECRET
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.sim.emulator import trigger  # noqa: PLC0415
    from wavoice.sim.emulator.announce import find_control  # noqa: PLC0415
    from wavoice.sim.emulator.defaults import APP_SECRET  # noqa: PLC0415

    if list_events:
        _list(as_json=as_json)
        return
    if event is None:
        raise UserInputError("No event is named.", remedy="`wavoice trigger --list` shows them.")
    if url and control:
        raise UserInputError("--url and --control exclude each other.", remedy="Leave one of them out.")
    changes = override or []
    if only_print:
        typer.echo(json.dumps(trigger.compose(event, changes, to), indent=2, ensure_ascii=False))
        return
    if url:
        payload = trigger.compose(event, changes, to)
        done = trigger.send_to_webhook(payload, url, secret(app_secret) if app_secret else APP_SECRET)
    else:
        token = secret(control_token) if control_token else None
        done = trigger.send_through_simulator(control or find_control(), event, changes, to, token)
    _show(done, event, as_json=as_json)
    raise typer.Exit(0 if done.ok else 1)


def _list(*, as_json: bool) -> None:
    from wavoice.sim.emulator.events import EVENTS  # noqa: PLC0415

    if as_json:
        events = [{"name": name, "about": kind.doc} for name, kind in EVENTS.items()]
        typer.echo(json.dumps({"version": 1, "events": events}))
        return
    width = max(map(len, EVENTS))
    for name, kind in EVENTS.items():
        typer.echo(f"{name:{width}}  {kind.doc}")


def _show(done: Triggered, event: str, *, as_json: bool) -> None:
    if as_json:
        answers = [{"status": answer.status, "body": answer.body} for answer in done.answers]
        typer.echo(
            json.dumps(
                {"version": 1, "event": event, "ok": done.ok, "answers": answers, "payload": done.payload}
            )
        )
        return
    if not done.answers:
        typer.echo(f"{event}: not posted yet. No app has asked for its field, or chaos holds it back.")
    for answer in done.answers:
        if answer.status is None:
            typer.echo(f"{event}: no answer")
        else:
            typer.echo(f"{event}: {answer.status} {answer.body or ''}".rstrip())
