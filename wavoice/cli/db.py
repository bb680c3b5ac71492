"""`wavoice db`: the store as a whole: brought up to date, checked, copied, put back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.runtime.adapters.store.upkeep import Checked, Upkeep

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings; else wavoice.toml.")
]


@app.callback()
def _help() -> None:
    """The store as a whole: the SQLite file of store.path, or the PostgreSQL database of store.url.

    docs/postgres.md says when to use which.
    """


@app.command("upgrade", short_help="Bring the schema up to date.")
def upgrade(config: _Config = None) -> None:
    """Bring the schema up to date, or make it. Bots may be running: changes only add to it.

    A bot does the same when it starts; do it by itself where the bot's user may not make tables.

    \b
    Examples:
      wavoice db upgrade
      WAVOICE_STORE__URL=file:/run/secrets/owner_url wavoice db upgrade
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    store = _store(config)
    before, now = store.upgrade()
    was = "it was up to date" if before == now else f"it was {before}" if before else "made"
    typer.echo(f"{store.place}: schema {now}, {was}")


@app.command("check", short_help="Check schema, database and journal.")
def check(
    config: _Config = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Check the schema's version, that the database is whole, and that the journal's chain is read and holds.

    Reads only; bots may be running. Exit code 0: all is well; 1: something is not; 2: it cannot be read.

    \b
    Examples:
      wavoice db check
      wavoice db check --json | jq .ok
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    found = _store(config).check()
    if as_json:
        typer.echo(json.dumps({"ok": found.ok, **asdict(found)}, indent=2))
    else:
        _print(found)
    raise typer.Exit(0 if found.ok else 1)


@app.command("backup", short_help="Copy the store into a file.")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; only its owner may read it.")],
    config: _Config = None,
) -> None:
    """Copy the store as it is at one moment. Bots may be running.

    SQLite is copied by its own backup, PostgreSQL by pg_dump in its custom format. The copy is read
    before it counts: SQLite checks it, pg_restore lists it. Recordings are files of their own, and not in it.

    \b
    Examples:
      wavoice db backup /backups/wavoice-monday.db
      wavoice db backup "/backups/wavoice-$(date +%F).dump"
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    store = _store(config)
    store.backup(file)
    typer.echo(f"{store.place}: copied to {file} ({file.stat().st_size:,} bytes)")


@app.command("restore", short_help="Put a copy back.")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `wavoice db backup` wrote.")],
    config: _Config = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Lose what the store holds now.")] = False,
) -> None:
    """Put a copy in the store's place; then bring its schema up to date. Stop the bot first.

    Refuses while a bot runs on the store, and where there is a store already unless --overwrite says so.
    What customers wrote since the copy was made is lost; WhatsApp sends again what was not acknowledged.

    \b
    Examples:
      wavoice db restore /backups/wavoice-monday.db
      wavoice db restore --overwrite /backups/wavoice-monday.db
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    store = _store(config)
    store.restore(file, overwrite=overwrite)
    _, now = store.upgrade()
    typer.echo(f"{store.place}: restored from {file}, schema {now}")


def _store(config: Path | None) -> Upkeep:
    from wavoice.runtime.adapters.store.lock import MEMORY  # noqa: PLC0415
    from wavoice.runtime.adapters.store.upkeep import upkeep_of  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings = Settings.load(config)
    if settings.store.url is None and str(settings.store.path) == MEMORY:
        raise UserInputError("A store in memory lives and dies with its process.", remedy="Set store.path.")
    return upkeep_of(settings.store)


def _print(found: Checked) -> None:
    if found.revision != found.wanted:
        typer.echo(
            f"✗ schema {found.revision or 'none'}; this program needs {found.wanted}: wavoice db upgrade"
        )
    for line in found.damage:
        typer.echo(f"✗ {line}")
    for broken in found.breaks:
        typer.echo(f"✗ record {broken.seq} {broken.kind}: {broken.said}")
    whole = "whole" if not found.damage else "damaged"
    chain = "the chain holds" if not found.breaks else "the chain does not hold"
    read = f"{found.records} records, {chain}" if not found.damage else "the journal was not read"
    typer.echo(f"{found.place}: schema {found.revision or 'none'}, {whole}, {read}")
