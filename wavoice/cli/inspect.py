"""`wavoice inspect`: any recorded journal, step by step, in the panes of `wavoice chat`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.sim.chat.traces import Recorded
    from wavoice.sim.chat.views.walk import Walk


def command(
    trace: Annotated[
        Path,
        typer.Argument(
            metavar="TRACE", help="A journal in JSON lines, a store, or a folder with one journal."
        ),
    ],
    turn: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Begin at this turn; in plain lines, show only it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
    no_tui: Annotated[bool, typer.Option("--no-tui", help="Plain lines, on a terminal as well.")] = False,
    theme: Annotated[
        str, typer.Option(metavar="THEME", help="Colours of the screen: dark or light.")
    ] = "dark",
) -> None:
    """Open a recorded journal and step through it: turn by turn, event by event.

    Shows the conversation, where the time of each turn went, what was heard, what waited for a yes, the
    session, and every write with its approval, as they stood at that step. n and p go to the next and
    previous turn, the arrow keys to the next and previous event. Where standard output is no terminal,
    plain lines are printed. Reads only. Events of a newer wavoice are skipped, and it says so.

    \b
    Examples:
      wavoice replay --journal kept && wavoice inspect kept/yes_no_wait__street_10db.jsonl
      wavoice test --journal kept; wavoice inspect kept/mumbled_yes.jsonl --turn 2
      wavoice inspect bot.sqlite           the journal of a store
      wavoice inspect kept/mumbled_yes.jsonl | grep decided
      wavoice inspect kept/mumbled_yes.jsonl --json
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.sim.chat.traces import open_trace  # noqa: PLC0415
    from wavoice.sim.chat.views.walk import Walk  # noqa: PLC0415

    if theme not in ("dark", "light"):
        raise UserInputError(f"There is no theme {theme!r}.", remedy="Name dark or light.")
    recorded = open_trace(trace)
    walk = Walk(recorded.items, zone=recorded.zone or _zone_of_the_shop(), names=recorded.names)
    if turn is not None:
        if turn > walk.turns:
            raise UserInputError(f"{trace} has {walk.turns} turns.", remedy="Name one of them.")
        walk.to_turn(turn)
    if as_json:
        _print_json(recorded, walk, turn)
    elif no_tui or not (sys.stdin.isatty() and sys.stdout.isatty()):
        _print_lines(recorded, walk, turn)
    else:
        from wavoice.cli.tui.inspector import Inspector  # noqa: PLC0415

        Inspector(walk, recorded.file.name, recorded.skipped, theme=theme).run()


def _zone_of_the_shop() -> str:
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    return Settings.load().shop.zone


def _print_json(recorded: Recorded, walk: Walk, turn: int | None) -> None:
    from wavoice.sim.chat.views.export import as_json  # noqa: PLC0415

    wanted = walk.turn_ids[turn - 1] if turn is not None else None
    typer.echo(json.dumps(as_json(recorded.file.name, walk, recorded.skipped, wanted), ensure_ascii=False))


def _print_lines(recorded: Recorded, walk: Walk, turn: int | None) -> None:
    from wavoice.cli.inspect_lines import lines, turn_lines  # noqa: PLC0415
    from wavoice.cli.outputs import table_console  # noqa: PLC0415

    console = table_console(100)
    told = lines(walk) if turn is None else turn_lines(walk, turn, console.width)
    for text in told:
        console.print(text, soft_wrap=turn is None)
    if recorded.skipped:
        typer.echo(f"{recorded.skipped} events of a newer wavoice were skipped.", err=True)
