"""The `wavoice` command. Commands import what they need when they are called."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Annotated

import typer

from wavoice import __version__
from wavoice.cli import (
    actions,
    audit,
    bench,
    chat,
    db,
    deploy,
    deploy_verbs,  # noqa: F401 -- adds the verbs to `deploy`
    doctor,
    fixtures,
    init,
    inspect,
    languages,
    mcp,
    observe,
    ops_data,
    record,
    replay,
    report,
    serve,
    sim,
    test,
    trigger,
    worker,
)
from wavoice.cli import eval as eval_command
from wavoice.cli.stopping import Left
from wavoice.runtime.errors import Category, WavoiceError

app = typer.Typer(
    name="wavoice",
    help="Build, rehearse and run WhatsApp voice bots that finish the job.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("init", short_help="Make a bot to begin with.")(init.command)
app.command("chat", short_help="Talk to the bot as a customer would.")(chat.command)
app.command("replay", short_help="Send voice notes through the runtime.")(replay.command)
app.command("test", short_help="Run scenarios.")(test.command)
app.command("serve", short_help="Run the bot: answer WhatsApp.")(serve.command)
app.command("sim", short_help="Run WhatsApp on this machine, for any bot.")(sim.command)
app.command("trigger", short_help="Send a webhook event by name.")(trigger.command)
app.command("actions", short_help="List the bot's jobs.")(actions.command)
app.command("audit", short_help="Prove every write from the journal.")(audit.command)
app.command("report", short_help="Review what the bot did.")(report.command)
app.command("observe", short_help="Write a dashboard and alert rules.")(observe.command)
app.command("record", short_help="Record a voice note.")(record.command)
app.command("inspect", short_help="Step through a recorded journal.")(inspect.command)
app.command("doctor", short_help="Say what this machine lacks.")(doctor.command)
app.command("languages", short_help="Say in which languages replies are read.")(languages.command)
app.add_typer(deploy.app, name="deploy", short_help="Ship the bot, and go back.")
app.command("worker", short_help="Do turns beside other processes.")(worker.command)
app.add_typer(db.app, name="db", short_help="Upgrade, check, back up and restore the store.")
app.add_typer(eval_command.app, name="eval", short_help="Measure reading and hearing.")
app.add_typer(bench.app, name="bench", short_help="Measure how long a turn takes.")
app.add_typer(ops_data.app, name="ops", short_help="Look at a running bot, and act on it.")
app.add_typer(mcp.app, name="mcp", short_help="List, pin and check tools of MCP servers.")
app.add_typer(fixtures.app, name="fixtures", short_help="Make, check and list voice notes.")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wavoice {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Build, rehearse and run WhatsApp voice bots that finish the job."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run a command; what went wrong is one sentence on standard error and an exit code.

    0: done. 1: it ran, and something did not come out as expected. 2: it could not run.
    """
    try:
        code = _commands()(prog_name="wavoice", standalone_mode=False)
    except Left as left:
        left.leave()
    except typer.Abort:
        sys.exit(_say("Stopped.", 130))
    except KeyboardInterrupt:
        sys.exit(_say("Stopped.", 130))
    except typer.TyperException as error:
        sys.exit(_say(f"{_plain(error)}. Try: {_command(error)} --help", 2))
    except WavoiceError as error:
        sys.exit(_say(str(error), 2 if error.category in (Category.USER_INPUT, Category.AUTH) else 1))
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("wavoice"):
            raise
        sys.exit(_say(f'{error.name} is not installed. Install it with: pip install "wavoice-bot[sim]"', 2))
    except BrokenPipeError:
        # The reader of our output is gone; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    # Typer turns Ctrl-C into the exit code of a program that a signal ended.
    sys.exit(_say("Stopped.", 130) if code == 130 else code)


@cache
def _commands() -> typer.core.TyperGroup:
    """All of them, read from their signatures once in a process."""
    return typer.main.get_group(app)


def _plain(error: typer.TyperException) -> str:
    return error.format_message().replace("Value error, ", "").rstrip(".?")


def _command(error: typer.TyperException) -> str:
    """The command that was typed: its own help says what it takes."""
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "wavoice"


def _say(sentence: str, code: int) -> int:
    typer.echo(f"wavoice: {sentence}", err=True)
    return code
