"""`wavoice init`: a bot to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to; made if it is not there.")
    ] = Path(),
) -> None:
    """Make a small bot that works at once: settings, bot.py, scenarios, a recorded voice note.

    Nothing is written over: a file that is there already ends it, and nothing is written. Exit code 2
    then.

    \b
    Examples:
      wavoice init my-bot
      cd my-bot && wavoice test       then: wavoice chat, wavoice replay, wavoice actions
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.sim.starting import begin  # noqa: PLC0415

    for file in begin(folder):
        typer.echo(file)
    inside = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    typer.echo(f"\nNext: {inside}wavoice chat      or: wavoice test, wavoice replay, wavoice actions")
