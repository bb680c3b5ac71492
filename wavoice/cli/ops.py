"""`wavoice ops`: what is stuck, what was given up, and what an operator does about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from wavoice.cli.durations import seconds_of
from wavoice.cli.ops_lines import show, show_acts, show_status

if TYPE_CHECKING:
    from wavoice.runtime.operating.acting import Act, Operator
    from wavoice.runtime.operating.looking import Found
    from wavoice.runtime.ports import Clock, Ids, News, Pause, Store
    from wavoice.runtime.settings import Settings

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings of the bot; else wavoice.toml here.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a thing and line.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this it is only said what would be done.")]
Number = Annotated[
    str, typer.Option("--number", metavar="ID", help="One business number (phone_number_id); else all.")
]


@app.callback()
def _help() -> None:
    """Look at a running bot and act on it: docs/operations.md.

    Every command works on the store alone, whether a bot runs or not; what changes something says first
    what it would do, and does it with --yes. Contacts are called by our own id (c_…), never by their
    number: what stands in a command line is seen by everybody on the machine.
    """


@app.command("stuck", short_help="List what waits longer than it should.")
def stuck(
    older: Annotated[
        str, typer.Option("--older", metavar="TIME", help="How long a thing may wait: 30s, 5m, 2h, 1d.")
    ] = "5m",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List messages, timers, approved writes, replies and hand-offs that wait for longer than --older.

    A message that fails is tried again later and later: its tries, its last error and the next try are
    shown. Reads only. Exit code 0: nothing is stuck; 1: something is; 2: the store cannot be read.

    \b
    Examples:
      wavoice ops stuck
      wavoice ops stuck --older 1h --json | jq -r 'select(.kind == "effect").subject'
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.operating.looking import stuck as look  # noqa: PLC0415

    seconds = seconds_of(older)

    async def find(at: Opened) -> Sequence[Found]:
        return await look(at.store, at.tenant, at.clock.now() - seconds * 1_000_000)

    found, now = opened(config, find)
    show(found, now, as_json=as_json, none=f"Nothing waits longer than {older}.")
    raise typer.Exit(1 if found else 0)


@app.command("dead-letters", short_help="List what was given up, and why.")
def dead_letters(
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="How far to look back: 12h, 7d, 4w.")
    ] = "7d",
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """List messages that went to a person because the bot failed, replies and hand-offs that nobody took.

    Reads only. Exit code 0: nothing was given up; 1: something was; 2: the store cannot be read.

    \b
    Examples:
      wavoice ops dead-letters
      wavoice ops dead-letters --since 4w --json | jq -r 'select(.kind == "message").subject'
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.operating.looking import dead_letters as look  # noqa: PLC0415

    seconds = seconds_of(since)

    async def find(at: Opened) -> Sequence[Found]:
        return await look(at.store, at.tenant, at.clock.now() - seconds * 1_000_000)

    found, now = opened(config, find)
    show(found, now, as_json=as_json, none=f"Nothing was given up in {since}.")
    raise typer.Exit(1 if any(not one.again for one in found) else 0)


@app.command("status", short_help="Say whether it is paused, and what WhatsApp says of the account.")
def status(as_json: AsJson = False, config: Config = None) -> None:
    """List pauses, whether WhatsApp takes the access token, and its last word on numbers and templates.

    Reads only. Exit code 0: not paused, and the token was not refused; 1: one of both; 2: the store cannot
    be read.

    \b
    Examples:
      wavoice ops status
      wavoice ops status --json | jq -r 'select(.field == "phone_number_quality_update").state'
    """  # noqa: D301 -- \b keeps the lines of the examples apart

    async def find(at: Opened) -> tuple[Sequence[Pause], Sequence[News]]:
        async with at.store.begin() as tx:
            return await tx.operations.pauses(at.tenant), await tx.operations.news(at.tenant)

    (pauses, news), now = opened(config, find)
    show_status(pauses, news, now, as_json=as_json)
    refused = any(one.field == "access_token" and one.state == "refused" for one in news)
    raise typer.Exit(1 if pauses or refused else 0)


@app.command("replay", short_help="Try a message again that failed.")
def replay(
    turn: Annotated[str, typer.Argument(metavar="TURN", help="Its turn, as `dead-letters` lists it.")],
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Give a message another try on which the bot failed, once what made it fail is mended.

    One that still backs off is tried at once. One that was given up comes back into the inbox, in its old
    place; the chat that a person got because of it is the bot's again. A yes in it counts for nothing any
    more: its question is over.

    \b
    Examples:
      wavoice ops replay t_0197c2e4f3a8           says what would be done
      wavoice ops replay t_0197c2e4f3a8 --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart

    async def act(operator: Operator) -> Sequence[Act]:
        return [await operator.replay(turn)]

    _acted(config, act, yes=yes, as_json=as_json)


@app.command("cancel", short_help="Take back what waits for a yes.")
def cancel(
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="Its id, p_….")],
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Withdraw an open proposal: no later yes to it counts, and the customer is told.

    It is done by the gate's own rules, after what the customer wrote before. A write that is under way
    already is not tried again; it is looked up, and its true outcome is told.

    \b
    Examples:
      wavoice ops cancel p_0197c2e4f3a8
      wavoice ops cancel p_0197c2e4f3a8 --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart

    async def act(operator: Operator) -> Sequence[Act]:
        return [await operator.cancel(proposal)]

    _acted(config, act, yes=yes, as_json=as_json)


@app.command("release", short_help="Give the bot a chat back.")
def release(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Our id of the contact, c_….")],
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Give the bot the chats with a contact back that a person has. Nothing is said to the customer.

    What was asked before the hand-off is closed: a person may have settled it.

    \b
    Examples:
      wavoice ops release c_0197c2e4f3a8 --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart

    async def act(operator: Operator) -> Sequence[Act]:
        return await operator.release(contact)

    _acted(config, act, yes=yes, as_json=as_json)


@app.command("pause", short_help="Hand every turn to people.")
def pause(
    number: Number = "",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the journal.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Stop the bot without losing anything: webhooks are acknowledged, every message goes to a person.

    All processes on this store obey at once. What waits for a yes, and a yes whose wait is not over, is
    held; a write that is under way is looked up to its end. Each customer who writes is told once that a
    colleague answers. STOP is heeded as ever.

    \b
    Examples:
      wavoice ops pause --yes --reason "wrong prices in the catalogue"
      wavoice ops pause --number 106540352242922 --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart

    async def act(operator: Operator) -> Sequence[Act]:
        return [await operator.pause(number, reason)]

    _acted(config, act, yes=yes, as_json=as_json)


@app.command("resume", short_help="Have the bot answer again.")
def resume(
    number: Number = "",
    give_back: Annotated[
        bool, typer.Option("--give-back", help="Also give back the chats that people got by the pause.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """End a pause. Chats that people got meanwhile stay theirs until they end, or with --give-back.

    \b
    Examples:
      wavoice ops resume --yes
      wavoice ops resume --give-back --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart

    async def act(operator: Operator) -> Sequence[Act]:
        return await operator.resume(number, give_back=give_back)

    _acted(config, act, yes=yes, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with."""

    store: Store
    clock: Clock
    ids: Ids
    settings: Settings

    @property
    def tenant(self) -> str:
        """Whose rows these are."""
        return self.settings.bot.tenant


def opened(config: Path | None, work: Callable[[Opened], Awaitable[T]]) -> tuple[T, int]:
    """What came of work on the store of the settings, and when it was done."""
    from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids  # noqa: PLC0415
    from wavoice.runtime.operating.opened import open_store  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings, clock, ids = Settings.load(config), SystemClock(), Uuid7Ids()

    async def run() -> T:
        async with open_store(settings, ids) as store:
            return await work(Opened(store, clock, ids, settings))

    return asyncio.run(run()), clock.now()


def _acted(
    config: Path | None, act: Callable[[Operator], Awaitable[Sequence[Act]]], *, yes: bool, as_json: bool
) -> None:
    """Do it, or say what would be done."""
    from wavoice.runtime.operating.acting import Operator  # noqa: PLC0415

    async def do(at: Opened) -> Sequence[Act]:
        return await act(Operator(at.store, at.clock, at.ids, at.tenant, dry=not yes))

    acts, _ = opened(config, do)
    show_acts(acts, done=yes, as_json=as_json)
