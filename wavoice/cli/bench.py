"""`wavoice bench`: how long a turn takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.files import check_target
from wavoice.cli.outputs import log_to_stderr, put
from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.runtime.settings import Settings
    from wavoice.sim.bench.figures import Report
    from wavoice.sim.bench.turn import Plan, Told

app = typer.Typer(help="Measure how long a turn takes.", rich_markup_mode=None)


@app.callback()
def _group() -> None:
    """Measure how long a turn takes."""


@app.command("turn", short_help="Voice notes to accepted replies, stage by stage.")
def turn(
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Measure only the runtime that does one thing at a time.")
    ] = False,
    network: Annotated[
        str, typer.Option(metavar="NAME", help="Delays that are really taken: none, wifi or mobile.")
    ] = "none",
    notes: Annotated[
        str, typer.Option(metavar="SECONDS", help="Which notes, of 2, 4, 8, 20 and 60 s.")
    ] = "2,4,8,20,60",
    rounds: Annotated[
        int, typer.Option(min=1, metavar="N", help="Warm turns of each kind; under 20 there is no p95.")
    ] = 20,
    cold: Annotated[
        int, typer.Option(min=0, metavar="N", help="Cold turns of each note, a process each; 0: none.")
    ] = 5,
    in_flight: Annotated[
        int, typer.Option(min=0, metavar="N", help="Turns with 1, 2, 4 and 8 in flight, each; 0: none.")
    ] = 24,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the network's delays.")] = 0,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write all figures; - is stdout.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An earlier --json: fail on what is a tenth slower.")
    ] = None,
    fixtures: Annotated[
        Path, typer.Option(metavar="DIR", help="Where wavoice's own voice notes are.")
    ] = Path("fixtures/audio"),
) -> None:
    """Send voice notes to the runtime, and show where the time to the accepted reply went.

    Each note is answered by speech with words that were never said before, by speech said before, and in
    text; then by the same runtime one step after the other, by a naive bot (ffmpeg, Whisper's 30-s
    window, nothing remembered) and by the bare recogniser, all in turns. The models are those of
    wavoice.toml, the shop and WhatsApp are emulated in this process, so their work is in the figures.

    A network delays what passes between bot and WhatsApp, not the shop: see docs/emulator.md. A row with
    a single run that went another way has no figures. Exit code 0: all was measured; 1: a figure is
    missing, or worse than the baseline; 2: it could not run, or may not be compared: another machine,
    other notes, another network.

    \b
    Examples:
      wavoice bench turn                               everything; some minutes
      wavoice bench turn --notes 4 --cold 0 --in-flight 0
      wavoice bench turn --network mobile --json mobile.json
      wavoice bench turn --json after.json --baseline before.json
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.bench.compare import check_comparable, read_report  # noqa: PLC0415
    from wavoice.sim.bench.notes import bench_notes  # noqa: PLC0415
    from wavoice.sim.bench.turn import Plan, header  # noqa: PLC0415
    from wavoice.sim.emulator.server import read_network  # noqa: PLC0415
    from wavoice.sim.rehearsal import rehearsal_settings  # noqa: PLC0415

    before = None if baseline is None else read_report(baseline)
    if json_file and json_file != "-":
        check_target(Path(json_file))
    plan = Plan(
        notes=bench_notes(fixtures, _lengths(notes)),
        rounds=rounds,
        cold_rounds=cold,
        flight_runs=in_flight,
        network=read_network(network),
        sequential=sequential,
        seed=seed,
    )
    settings = rehearsal_settings(Settings.load())
    if before is not None:
        check_comparable(before, header(settings, plan))
    report = asyncio.run(_run(settings, plan))
    raise typer.Exit(_show(report, json_file, before))


async def _run(settings: Settings, plan: Plan) -> Report:
    from rich.console import Console  # noqa: PLC0415

    from wavoice.sim.bench.turn import measure  # noqa: PLC0415

    log_to_stderr()
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        return await measure(settings, plan, _each_once(console.print))
    with console.status("") as status:
        return await measure(
            settings, plan, lambda what, far: status.update(f"{what}: {far}" if far else what)
        )


def _each_once(say: Callable[[str], None]) -> Told:
    """A line for everything that is begun, for a log: how far it is would be a line a round."""
    said = ""

    def tell(what: str, _far: str) -> None:
        nonlocal said
        if what != said:
            said = what
            say(what)

    return tell


def _show(report: Report, json_file: str | None, before: Report | None) -> int:
    from wavoice.cli.bench_table import print_changes, print_report  # noqa: PLC0415
    from wavoice.sim.bench.compare import changes, to_json  # noqa: PLC0415

    put(json_file, to_json(report))
    if json_file != "-":
        print_report(report)
    for gap in report.missing:
        typer.echo(f"missing: {gap}", err=True)
    worse = False
    if before is not None:
        compared = changes(before, report)
        print_changes(compared, to_stderr=json_file == "-")
        worse = any(change.worse for change in compared)
    return 1 if worse or report.missing else 0


def _lengths(words: str) -> list[int]:
    try:
        return list(dict.fromkeys(int(word) for word in words.split(",")))
    except ValueError as error:
        raise UserInputError(f"{words!r} is no list of seconds.", remedy="Write it as in 2,4,8.") from error
