"""`wavoice chat`: a phone in the terminal, with the bot at the other end."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from wavoice.cli.files import check_target
from wavoice.cli.outputs import log_to_stderr
from wavoice.cli.stopping import INTERRUPTED, Left, run
from wavoice.runtime.errors import StoreError, UserInputError

if TYPE_CHECKING:
    from wavoice.cli.chat_plain import Manner
    from wavoice.cli.tui.run import Taste
    from wavoice.sim.chat.session import ChatOptions

T = TypeVar("T")
Options = Callable[[], "ChatOptions"]


class Theme(StrEnum):
    """Ours; others can be chosen in the command palette."""

    DARK = "dark"
    LIGHT = "light"


def command(
    no_tui: Annotated[
        bool, typer.Option("--no-tui", help="Plain lines instead of the screen, as in a pipe.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object for everything that happens; no screen.")
    ] = False,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep the conversation in this SQLite file, and go on with it."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Play a scenario, at a speed at which one can watch it."),
    ] = None,
    customer: Annotated[
        str, typer.Option(metavar="NAME", help="Who holds the phone: sample, shared, unknown, username.")
    ] = "sample",
    theme: Annotated[Theme, typer.Option(help="Colours of the screen.")] = Theme.DARK,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Other keys than ours: docs/chat.md says how to write it."),
    ] = None,
) -> None:
    """Talk to the bot as a customer would: type, speak, or send a recorded note.

    WhatsApp and the shop are emulated on this machine: whatever wavoice.toml says, nothing in
    production is asked or told, its secrets are not read, and its database is not opened. Ears, voice,
    time zone and your own jobs are those of wavoice.toml, if there is one. Each run starts anew, in a
    temporary file, unless --store names one. Models load while you type already. F1 shows all keys; a
    file keys.toml in your settings' folder, or --keys, changes them.

    In a pipe every line is sent once the one before it is answered; a line that begins with / is a
    command (/help lists them). After the last line what is due within a minute still happens, without
    the wait. With --script the notes of a scenario are heard as its file says, and long pauses are
    skipped; whether it comes out as written is for wavoice test to say. Your bot.py is read anew
    whenever it changes.

    Exit code 0: ended; 1: a line could not be carried out; 2: it could not start.

    \b
    Examples:
      wavoice chat
      echo "where is my order?" | wavoice chat
      printf 'move my delivery to Friday\\n/tap Yes\\n/after 1.5s no wait\\n' | wavoice chat --json
      wavoice chat --no-tui --store monday.db
      wavoice chat --script scenarios/burst/held_question_keeps_its_half_hour.yaml
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.cli.chat_plain import Manner  # noqa: PLC0415

    if sys.stdin is None or sys.stdout is None:
        raise UserInputError(
            "Standard input or output is closed.", remedy="Pipe lines into it, or use a terminal."
        )
    if store is not None:
        check_target(store)
    screen = not (no_tui or as_json) and sys.stdin.isatty() and sys.stdout.isatty() and _can_draw()
    own_keys = _keys(keys) if screen or keys is not None else {}
    with _own_folder() as folder, ExitStack() as terminal:
        file = store or folder / "chat.db"
        options = partial(_options, file, customer, goes_on=store is not None)
        manner = Manner(as_json=as_json, waits=not sys.stdin.isatty())
        if screen:
            from wavoice.cli.tui.early import typed_early  # noqa: PLC0415
            from wavoice.cli.tui.run import Taste  # noqa: PLC0415

            typed = terminal.enter_context(typed_early(sys.stdin.fileno()))
            code = run(_show(options, script, Taste(own_keys, theme, typed)))
        elif script is not None:
            code = run(_play(options, script, manner))
        else:
            code = run(_talk(options, manner))
    if code == INTERRUPTED:
        typer.echo("wavoice: Stopped.", err=True)
    raise Left(code) if screen or code == INTERRUPTED else typer.Exit(code)


def _keys(file: Path | None) -> Mapping[str, str]:
    """The user's keys; imports the screen, which no pipe needs."""
    from wavoice.cli.tui.run import keys_of  # noqa: PLC0415

    return keys_of(file)


def _can_draw() -> bool:
    """False for a terminal that says that it is `dumb`: an editor's, or a log's."""
    from rich.console import Console  # noqa: PLC0415

    return not Console().is_dumb_terminal


@contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder that goes with this run, and with it whatever is temporary here.

    So nothing stays of a model that is just being unpacked when the user leaves.
    """
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="wavoice-chat-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


async def _show(options: Options, script: Path | None, taste: Taste) -> bool:
    """The terminal phone, until the user leaves it; True if it broke. The shop opens behind it."""
    from wavoice.cli.tui.opening import Opened  # noqa: PLC0415
    from wavoice.cli.tui.run import find_devices, show  # noqa: PLC0415

    async with AsyncExitStack() as stack:

        async def opening() -> Opened:
            finding = asyncio.create_task(asyncio.to_thread(find_devices))
            chosen = await asyncio.to_thread(options)
            if script is None:
                from wavoice.sim.chat.session import open_chat  # noqa: PLC0415

                chat = await _started(stack, open_chat(chosen))
                return Opened(chat, await finding)
            from wavoice.sim.chat.script import open_script  # noqa: PLC0415

            played = await _started(stack, open_script(chosen, script, watched=True))
            stack.push_async_callback(_ended, asyncio.create_task(played.show()))
            return Opened(played.chat, await finding)

        return await show(opening, taste)


async def _started(stack: AsyncExitStack, opening: AbstractAsyncContextManager[T]) -> T:
    """What opens; it closes with the stack. A store that cannot be used is the user's matter: exit code 2."""
    try:
        return await stack.enter_async_context(opening)
    except StoreError as error:
        raise UserInputError(error.message, remedy=error.remedy) from error


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _play(options: Options, script: Path, manner: Manner) -> bool:
    """Play a scenario to its end, in lines."""
    from wavoice.cli.chat_plain import show_all  # noqa: PLC0415
    from wavoice.sim.chat.script import open_script  # noqa: PLC0415

    log_to_stderr()
    watched = sys.stdout.isatty() and not manner.as_json
    async with AsyncExitStack() as stack:
        played = await _started(stack, open_script(options(), script, watched=watched))
        show_all(played.chat, manner)
        await played.play()
    return False


def _options(file: Path, customer: str, *, goes_on: bool) -> ChatOptions:
    """Imports of a second, which is why a screen has them made in a thread."""
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.chat.handset_file import file_beside  # noqa: PLC0415
    from wavoice.sim.chat.session import ChatOptions  # noqa: PLC0415

    handsets = file_beside(file) if goes_on else None
    return ChatOptions(settings=Settings.load(), store=file, customer=customer, handsets=handsets)


async def _talk(options: Options, manner: Manner) -> bool:
    """Until the last line, Ctrl-D or Ctrl-C; True if a line could not be carried out."""
    from wavoice.cli.chat_plain import converse, standard_input  # noqa: PLC0415

    if sys.stdin.isatty():
        typer.echo("The shop opens; you can type already.", err=True)
    lines = standard_input()  # what is typed while the rest is imported waits in there
    from wavoice.sim.chat.session import open_chat  # noqa: PLC0415

    log_to_stderr()
    async with AsyncExitStack() as stack:
        chat = await _started(stack, open_chat(options()))
        return await converse(chat, lines, manner)
