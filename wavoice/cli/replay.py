"""`wavoice replay`: recorded voice notes through the production runtime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.files import check_target, make_folder
from wavoice.cli.outputs import log_to_stderr, put
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Stage

if TYPE_CHECKING:
    from wavoice.runtime.settings import Settings
    from wavoice.sim.replay import Replay, Script
    from wavoice.sim.report import NoteResult

DEFAULT = Path("fixtures/audio")


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Voice notes (.ogg), folders or manifests."),
    ] = None,
    json_file: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write one JSON object a note and line; - is stdout."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An earlier --json: fail on a worse outcome or WER."),
    ] = None,
    until: Annotated[
        Stage | None,
        typer.Option(metavar="STAGE", help=f"End each turn after this stage: {', '.join(Stage)}."),
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the journal of each dialogue, for test --from.")
    ] = None,
    real_time: Annotated[
        bool, typer.Option("--real-time", help="Wait settle windows and pauses instead of skipping them.")
    ] = False,
) -> None:
    """Send recorded voice notes through the runtime, and show what came of them.

    Without PATH, the notes of fixtures/audio. Every dialogue starts with a fresh shop: order 1842,
    packed, due on Thursday. Exit code 0: all came out as their manifest says; 1: some did not, or
    something is worse than the baseline; 2: it could not run.

    \b
    Examples:
      wavoice replay                                   every fixture of this folder
      wavoice replay fixtures/audio/no_wait__street_10db.ogg   the dialogue of one note
      wavoice replay my-notes/ --until transcribe      only listen
      wavoice replay --json after.jsonl --baseline before.jsonl
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.sim.baseline import read_results  # noqa: PLC0415
    from wavoice.sim.replay import find_scripts, replay_with_models  # noqa: PLC0415

    if not paths and not DEFAULT.exists():
        raise UserInputError(f"There is no {DEFAULT} here.", remedy="Name a voice note or a folder.")
    scripts = find_scripts(paths or [DEFAULT])
    before = read_results(baseline) if baseline else None
    if json_file and json_file != "-":
        _check_target(Path(json_file), scripts)
    if find_spec("jiwer") is None:
        raise UserInputError(
            "jiwer is not installed.", remedy='Install it with: pip install "wavoice-bot[sim]"'
        )
    if journal is not None:
        make_folder(journal)
    how = partial(replay_with_models, until=until, real_time=real_time, journals=journal)
    results = asyncio.run(_run(scripts, how, quiet=json_file == "-"))
    raise typer.Exit(_show(results, json_file, before))


async def _run(
    scripts: Sequence[Script],
    opened: Callable[[Settings], AbstractAsyncContextManager[tuple[Replay, str]]],
    *,
    quiet: bool,
) -> list[NoteResult]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.rehearsal import rehearsal_settings  # noqa: PLC0415

    log_to_stderr()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    settings = rehearsal_settings(Settings.load())
    results: list[NoteResult] = []
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("loading models", total=len(scripts))
        async with opened(settings) as (replay, models):
            if not quiet:
                console.print(models, style="dim", highlight=False)
            for script in scripts:
                progress.update(bar, description=script.name)
                results += await replay.dialogue(script)
                progress.advance(bar)
    return results


def _show(results: Sequence[NoteResult], json_file: str | None, before: Sequence[NoteResult] | None) -> int:
    from wavoice.cli.replay_table import print_results  # noqa: PLC0415
    from wavoice.sim.baseline import to_line, worse  # noqa: PLC0415

    lines = "".join(to_line(result) + "\n" for result in results)
    put(json_file, lines)
    if json_file != "-":
        print_results(results)
    regressions = list(worse(before, results)) if before is not None else []
    for regression in regressions:
        typer.echo(f"worse than the baseline: {regression}", err=True)
    return 1 if regressions or not all(result.ok for result in results) else 0


def _check_target(file: Path, scripts: Sequence[Script]) -> None:
    """Say before the work, not after it, that a path will not do; an earlier file is not touched yet."""
    if file.resolve() in {take.path.resolve() for script in scripts for take in script.takes}:
        raise UserInputError(f"{file} is one of the voice notes.", remedy="Name another file for --json.")
    check_target(file)
