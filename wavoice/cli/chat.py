"""`wavoice chat`: a phone in the terminal, with the bot at the other end."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.files import check_target

if TYPE_CHECKING:
    from wavoice.cli.chat_plain import Manner


def command(
    _no_tui: Annotated[
        bool, typer.Option("--no-tui", help="Plain lines instead of the screen, as in a pipe.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object for everything that happens; no screen.")
    ] = False,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the conversation in this SQLite file, and go on with it."),
    ] = None,
    customer: Annotated[
        str, typer.Option(metavar="NAME", help="Who holds the phone: sample, shared, unknown, username.")
    ] = "sample",
) -> None:
    """Talk to the bot as a customer would: type, speak, or send a recorded note.

    WhatsApp and the shop are emulated on this machine: whatever wavoice.toml says, nothing in
    production is asked or told, its secrets are not read, and its database is not opened. Ears, voice,
    time zone and your own jobs are those of wavoice.toml, if there is one. Each run starts anew, in a
    temporary file, unless --store names one. Models load while you type already.

    In a pipe every line is sent once the one before it is answered; a line that begins with / is a
    command (/help lists them). After the last line what is due within a minute still happens, without
    the wait. Exit code 0: ended; 1: a line could not be carried out; 2: it could not start.

    \b
    Examples:
      wavoice chat
      echo "where is my order?" | wavoice chat
      printf 'move my delivery to Friday\\n/tap Yes\\n/after 1.5s no wait\\n' | wavoice chat --json
      wavoice chat --no-tui --store monday.db
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.cli.chat_plain import Manner  # noqa: PLC0415

    if store is not None:
        check_target(store)
    with _store(store) as file:
        manner = Manner(as_json=as_json, waits=not sys.stdin.isatty())
        failed = asyncio.run(_talk(file, customer, manner))
    raise typer.Exit(1 if failed else 0)


@contextmanager
def _store(named: Path | None) -> Iterator[Path]:
    """The file that was named, or one that goes with this run."""
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="wavoice-chat-", ignore_cleanup_errors=True) as folder:
        yield Path(folder, "chat.db")


async def _talk(file: Path, customer: str, manner: Manner) -> bool:
    """Until the last line, Ctrl-D or Ctrl-C; True if a line could not be carried out."""
    import structlog  # noqa: PLC0415

    from wavoice.cli.chat_plain import converse, standard_input  # noqa: PLC0415

    lines = standard_input()  # what is typed while the rest is imported waits in there
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.chat.session import ChatOptions, open_chat  # noqa: PLC0415

    # The runtime's log is for people: standard output is the conversation's.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    options = ChatOptions(settings=Settings.load(), store=file, customer=customer)
    async with open_chat(options) as chat:
        return await converse(chat, lines, manner)
