"""`wavoice actions`: what this bot can do, at which risk, and what it says before it does it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wavoice.runtime.actions import Job

COLUMNS = 120
_KINDS = {"order": "order", "day": "day", "amount": "money", "quantity": "number", "pay": "choice"}
"""Of the slots of the jobs that ship with wavoice; of all others, text."""
_FOLDED = ("slots", "read-back", "reads")
"""Columns that are folded where the line is too long."""


def command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a job and line.")] = False,
) -> None:
    """List the jobs of the bot of this folder: tier, mode, slots, read-back, what they read and write.

    The bot is the one that `[bot] app` of wavoice.toml names, or the sample bot. Tiers: R0 reads, R1 is
    cheap and reversible, R2 needs an explicit yes, R3 (money, or for good) a tap or a typed code. Modes:
    on; shadow asks and confirms, and hands the rest to a person; off is not offered. Exit code 2: the
    bot cannot be loaded, and why.

    \b
    Examples:
      wavoice actions
      wavoice actions --json | jq -r 'select(.tier == "R3").name'
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.actions import Mode  # noqa: PLC0415
    from wavoice.runtime.author.load import load_app  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings = Settings.load()
    modes = {name: Mode(job.mode) for name, job in settings.jobs.items()}
    jobs = load_app(settings).jobs.with_modes(modes)
    rows = [row(job) for job in jobs]
    if as_json:
        for each in rows:
            typer.echo(json.dumps(each, ensure_ascii=False))
        return
    _show(rows)


def row(job: Job) -> dict[str, Any]:
    """One job as `--json` prints it."""
    own = job.own
    return {
        "name": job.name,
        "tier": str(job.tier),
        "mode": str(job.mode),
        "can": job.can,
        "asks": list(own.asks) if own else [],
        "slots": dict(own.slots) if own else {name: _KINDS.get(name, "text") for name in job.slots},
        "read_back": dict(own.read_back) if own else ({"en": job.shown} if job.shown else {}),
        "reads": ["orders", *job.needs, *job.uses, *(own.reads if own else ())],
        "writes": _writes(job),
        "compensation": _compensation(job),
        "where": own.where if own else "wavoice",
    }


def _writes(job: Job) -> str | None:
    if job.words is None:
        return None
    if job.own is None or job.own.commit is None:
        return "shop"
    return "MCP tool" if job.own.verify else "own commit"


def _compensation(job: Job) -> str | None:
    if job.words is None:
        return None
    if not job.way_back:
        return "impossible"
    return job.undo or "restore"


def _show(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from wavoice.cli.outputs import table_console  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("job", "tier", "mode", "slots", "read-back", "reads", "written by", "way back"):
        table.add_column(name, no_wrap=name not in _FOLDED)
    for each in rows:
        asked = "\n".join(
            words if language == "en" else f"{language}: {words}"
            for language, words in each["read_back"].items()
        )
        cells = (
            each["name"], each["tier"], each["mode"], " ".join(each["slots"]), asked, " ".join(each["reads"]),
            each["writes"] or "", each["compensation"] or "",
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    table_console(COLUMNS).print(table)
