"""`wavoice ops export`, `erase` and `prune`: what is kept of people, and for how long."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.ops import AsJson, Config, Opened, Yes, app, opened
from wavoice.cli.ops_lines import NOT_DONE
from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.runtime.personal import Person

__all__ = ["app"]

Contact = Annotated[
    str,
    typer.Argument(
        metavar="CONTACT", help="Our id, c_…; or - to give the phone number or user id on standard input."
    ),
]


@app.command("export", short_help="Write down all that is known of a person.")
def export(
    contact: Contact,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to; else standard output.")
    ] = None,
    config: Config = None,
) -> None:
    """Write everything that the store and the recordings hold of one contact, as one JSON object.

    Reads only. A file is made for its owner alone. What ticket system, CRM and shop hold is theirs to
    export.

    \b
    Examples:
      wavoice ops export c_0197c2e4f3a8 --out person.json
      read -s NUMBER; echo "$NUMBER" | wavoice ops export - --out person.json
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime import personal  # noqa: PLC0415
    from wavoice.runtime.operating.opened import recordings_of  # noqa: PLC0415

    typed = _typed(contact)

    async def work(at: Opened) -> str:
        who = await _person(at, typed)
        found = await personal.export(at.store, recordings_of(at.settings), who, at.clock.now())
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"

    text, _ = opened(config, work)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        said = f"{out} cannot be written: {error.strerror}."
        raise UserInputError(said, remedy="Name a new file.") from None
    typer.echo(f"Written to {out}.")


@app.command("erase", short_help="Erase a person.")
def erase(contact: Contact, yes: Yes = False, as_json: AsJson = False, config: Config = None) -> None:
    """Erase one contact from store, write-ahead log and recordings, while the bot runs or not.

    What they said, who they are and what they were told is deleted. What proves consents and writes stays,
    without words, with keyed hashes for names and ids; `wavoice audit` proves as much as before. Refused
    while a write of theirs is under way. Backups, and what was filed in ticket system or CRM, are not
    reached from here.

    \b
    Examples:
      wavoice ops erase c_0197c2e4f3a8            says what would go
      wavoice ops erase c_0197c2e4f3a8 --yes
      read -s NUMBER; echo "$NUMBER" | wavoice ops erase - --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime import personal  # noqa: PLC0415
    from wavoice.runtime.operating.opened import keyed_of, recordings_of  # noqa: PLC0415
    from wavoice.runtime.ports import Compacts  # noqa: PLC0415

    typed = _typed(contact)

    async def work(at: Opened) -> tuple[str, dict[str, int], dict[str, int]]:
        who, store = await _person(at, typed), at.store
        if not yes:
            async with store.begin() as tx:
                found = await tx.persons.export(who.tenant, who.contact)
            return who.contact, {name: len(rows) for name, rows in found.items()}, {}
        why = personal.because("operator", who, at.ids.new("t"), at.clock.now())
        done = await personal.erase(store, recordings_of(at.settings), who, keyed_of(at.settings), why)
        if isinstance(store, Compacts):
            await store.compact()
        return who.contact, dict(done.deleted), dict(done.kept)

    (who, rows, kept), _ = opened(config, work)
    if as_json:
        typer.echo(json.dumps({"contact": who, "done": yes, "rows": rows, "kept": kept}))
    elif yes:
        typer.echo(f"{who} is erased: {_listed(rows)} deleted.")
        typer.echo(f"Without anything personal stay {_listed(kept)}.")
    else:
        typer.echo(f"{who}: {_listed(rows)}.\n{NOT_DONE}")


@app.command("prune", short_help="Delete what policy keeps no longer.")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go: the default.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Delete rows and recordings that are older than [privacy] and [store] of the settings allow.

    A running bot does this by itself at its start and once a day. The chain of the journal stays whole.

    \b
    Examples:
      wavoice ops prune --dry-run
      wavoice ops prune --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime import pruning  # noqa: PLC0415
    from wavoice.runtime.operating.opened import recordings_of  # noqa: PLC0415
    from wavoice.runtime.policy import Policy  # noqa: PLC0415

    if dry_run and yes:
        raise UserInputError("--dry-run and --yes contradict each other.", remedy="Say one of them.")

    async def work(at: Opened) -> dict[str, int]:
        policy, now = at.settings.privacy.within(Policy()), at.clock.now()
        if yes:
            await recordings_of(at.settings).sweep(now)
            return dict(await pruning.prune(at.store, at.ids, at.tenant, policy, now))
        async with at.store.begin() as tx:
            return dict(await tx.retention.due(at.tenant, pruning.keep_of(policy, now)))

    rows, _ = opened(config, work)
    if as_json:
        typer.echo(json.dumps({"done": yes, "rows": rows}))
        return
    typer.echo(f"{_listed(rows) if rows else 'Nothing'} {'deleted' if yes else 'would go'}.")
    if rows and not yes:
        typer.echo(NOT_DONE)


def _typed(contact: str) -> str:
    """What was named; a number is read where nobody else on the machine sees it. Raises `UserInputError`."""
    if contact == "-":
        return sys.stdin.readline().strip().removeprefix("+")
    if not contact.startswith("c_"):
        raise UserInputError(
            "A contact is called by our own id, c_….",
            remedy="Give a phone number or user id on standard input, with - for CONTACT.",
        )
    return contact


async def _person(at: Opened, typed: str) -> Person:
    from wavoice.runtime import personal  # noqa: PLC0415

    contact: str | None = typed
    if not typed.startswith("c_"):
        async with at.store.begin() as tx:
            contact = await tx.persons.find(at.tenant, typed)
    if contact is None:
        raise UserInputError("Nobody has that phone number or user id here.")
    return await personal.person(at.store, at.tenant, contact)


def _listed(rows: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(rows.items()) if count) or "no rows"
