"""`wavoice audit`: every write proved from the journal alone, and the journal proved whole."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wavoice.cli.durations import moment_of
from wavoice.cli.files import check_target
from wavoice.cli.outputs import put
from wavoice.runtime.errors import StoreError, UserInputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wavoice.runtime.audit import Report
    from wavoice.runtime.audit.chain_check import Stored
    from wavoice.runtime.chain import Head
    from wavoice.runtime.settings import Settings

_SHOWN = 20
NAME_A_STORE = "Name a store, or set store.path."
_NO_STORE = "Name a store or a journal, as in: wavoice test --journal DIR, then wavoice audit DIR."


def command(
    store: Annotated[
        Path | None,
        typer.Argument(
            metavar="STORE",
            help="A store, a journal in JSON lines or a folder of them; else the settings'.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Prove writes from then on: 2026-11-23, or 12h, 7d ago."),
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the report as JSON; - is stdout.")
    ] = None,
    print_head: Annotated[
        bool, typer.Option("--print-head", help="Print the head of the chain, to be noted elsewhere.")
    ] = False,
    anchor: Annotated[
        str | None,
        typer.Option(metavar="HEAD", help="A head noted earlier: the journal must still contain it."),
    ] = None,
) -> None:
    """Prove every write from the journal alone (I1 to I5), and find edited or deleted records.

    Reads only; the bot may be running. A journal in JSON lines has no chain: its writes are proved,
    its records are not. Exit code 0: all is proved; 1: something is not, or the journal is not whole;
    2: it cannot be read.

    \b
    Examples:
      wavoice audit                        the store of wavoice.toml
      wavoice audit --since 7d             writes of the last week; the chain is always checked in full
      wavoice audit kept/                  all journals that `wavoice test --journal kept` kept
      wavoice audit kept/mumbled_yes.jsonl one of them
      wavoice audit --print-head >> heads.txt
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    settings = Settings.load()
    path = store or settings.store.path
    elsewhere = store is None and settings.store.url is not None
    if store is None and not elsewhere and not path.exists():
        raise UserInputError(f"There is no store {path} yet.", remedy=_NO_STORE)
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415

    start = moment_of(since, settings.shop.zone, SystemClock().now()) if since else 0
    if json_file and json_file != "-":
        check_target(Path(json_file))
    if not elsewhere and path.is_dir():
        if print_head or anchor is not None:
            raise UserInputError("Journals in a folder have no chain and no head.", remedy="Name a store.")
        raise typer.Exit(_audit_folder(path, start, json_file))
    place, (stored, head, chained) = _read_postgres(settings) if elsewhere else (str(path), _read(path))
    if print_head:
        typer.echo(_print_head(head))
    report = _audit(stored, head, start, chained=chained)
    if anchor is not None:
        from wavoice.runtime.audit.chain_check import check_anchor  # noqa: PLC0415

        gone = check_anchor(stored, _head(anchor))
        report.breaks = [*report.breaks, *([gone] if gone else [])]
    text = json.dumps(_as_json(place, report, head, chained=chained), indent=2) + "\n"
    put(json_file, text)
    if json_file != "-":
        _print(place, report, chained=chained, err=print_head)
    raise typer.Exit(0 if report.ok else 1)


def _read_postgres(settings: Settings) -> tuple[str, tuple[Sequence[Stored], Head | None, bool]]:
    """Where the store of `store.url` is, and what `_read` tells of it."""
    from wavoice.runtime.adapters.store.opening import postgres_url  # noqa: PLC0415

    url = postgres_url(settings.store)
    from wavoice.runtime.adapters.store.postgres_connection import shown  # noqa: PLC0415
    from wavoice.runtime.adapters.store.upkeep_postgres import read_journal  # noqa: PLC0415

    return shown(url), (*read_journal(url), True)


def _read(path: Path) -> tuple[Sequence[Stored], Head | None, bool]:
    """Records, head, and whether they are chained at all."""
    from wavoice.runtime.adapters.store.audit_rows import read_journal  # noqa: PLC0415
    from wavoice.sim.trace_file import is_store  # noqa: PLC0415

    if not is_store(path, NAME_A_STORE):
        return read_lines_as_stored(path), None, False
    try:
        return *read_journal(path), True
    except StoreError as error:
        raise UserInputError(error.message, remedy=error.remedy) from error


def _audit_folder(folder: Path, since: int, json_file: str | None) -> int:
    """Prove the writes of every journal in the folder; return the exit code."""
    reports: dict[Path, Report] = {}
    for file in sorted(folder.glob("*.jsonl")):
        reports[file] = _audit(read_lines_as_stored(file), None, since, chained=False)
    if not reports:
        raise UserInputError(
            f"{folder} holds no journals (*.jsonl).", remedy="Keep some with: wavoice test --journal DIR"
        )
    ok = all(report.ok for report in reports.values())
    found = [_as_json(str(file), report, None, chained=False) for file, report in reports.items()]
    text = json.dumps({"folder": str(folder), "ok": ok, "journals": found}, indent=2) + "\n"
    put(json_file, text)
    if json_file != "-":
        _print_folder(folder, reports)
    return 0 if ok else 1


def read_lines_as_stored(path: Path) -> Sequence[Stored]:
    """A journal in JSON lines as records without seals, numbered by line. Raises `UserInputError`."""
    from wavoice.runtime.audit.chain_check import Stored  # noqa: PLC0415
    from wavoice.runtime.chain import Record  # noqa: PLC0415
    from wavoice.sim.trace_file import read_lines  # noqa: PLC0415

    found = []
    for number, line in read_lines(path):
        public = {name: value for name, value in line.items() if name != "pii"}
        record = Record(
            number, line["tenant"], line["number"], line["contact"], line["turn"], line["kind"], line["at"],
            "", line.get("version", 1), json.dumps(public), "",
        )  # fmt: skip
        found.append(Stored(record, pii=json.dumps(line.get("pii", {}))))
    return found


def _audit(stored: Sequence[Stored], head: Head | None, since: int, *, chained: bool) -> Report:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from wavoice.runtime.audit import audit, prove  # noqa: PLC0415
    from wavoice.runtime.audit.chain_check import Chained  # noqa: PLC0415

    if not chained:
        return prove(stored, Chained((), 0, frozenset()), since)
    console = Console(stderr=True)
    columns = (TextColumn("checking records"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(stored))
        return audit(stored, head, since, lambda count: progress.update(bar, completed=count))


def _head(noted: str) -> Head:
    from wavoice.runtime.chain import Head  # noqa: PLC0415

    last, _, seal = noted.strip().partition(":")
    if not last.isdecimal() or not re.fullmatch("[0-9a-f]{64}", seal):
        raise UserInputError(f"{noted!r} is no head.", remedy="Give what --print-head printed.")
    return Head(0, int(last), seal)


def _print_head(head: Head | None) -> str:
    if head is None:
        raise UserInputError("This journal has no chain, so it has no head.", remedy="Name a store.")
    return f"{head.last}:{head.seal}"


def _print(path: str, report: Report, *, chained: bool, err: bool) -> None:
    """Totals, then what is wrong; on standard error where standard output is the head's."""
    whole = "not whole" if report.breaks else "the chain is whole" if chained else "no chain"
    more = [f"{report.not_chained} from before the chain, not proven"] if report.not_chained else []
    more += [f"{report.redacted} redacted"] if report.redacted else []
    typer.echo(f"{path}: {_count(report.records, 'record')}, {', '.join([whole, *more])}", err=err)
    typer.echo(_sum(report.effects, report.proved, len(report.unproven)), err=err)
    for broken in report.breaks:
        typer.echo(f"✗ record {broken.seq} {broken.kind}: {broken.said}", err=err)
    for one in report.violations[:_SHOWN]:
        typer.echo(f"✗ {one.proposal} {one.invariant} record {one.seq}: {one.said}", err=err)
    if len(report.violations) > _SHOWN:
        typer.echo(f"  and {len(report.violations) - _SHOWN} more; --json FILE has them all", err=err)


def _print_folder(folder: Path, reports: Mapping[Path, Report]) -> None:
    """Totals of all journals, then what is wrong and where."""
    them = reports.values()
    records = sum(one.records for one in them)
    typer.echo(f"{folder}: {_count(len(reports), 'journal')}, {_count(records, 'record')}, no chain")
    unproven = sum(len(one.unproven) for one in them)
    typer.echo(_sum(sum(one.effects for one in them), sum(one.proved for one in them), unproven))
    wrong = [(file, one) for file, report in reports.items() for one in report.violations]
    for file, one in wrong[:_SHOWN]:
        typer.echo(f"✗ {file.name} {one.proposal} {one.invariant} record {one.seq}: {one.said}")
    if len(wrong) > _SHOWN:
        typer.echo(f"  and {len(wrong) - _SHOWN} more; --json FILE has them all")


def _sum(writes: int, proved: int, unproven: int) -> str:
    late = f", {unproven} from before the proofs" if unproven else ""
    return f"{_count(writes, 'write')}: {proved} proved, {writes - proved - unproven} not{late}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _as_json(path: str, report: Report, head: Head | None, *, chained: bool) -> dict[str, Any]:
    return {
        "store": path,
        "ok": report.ok,
        "chained": chained,
        "head": _print_head(head) if head else None,
        **asdict(report),
    }
