"""`wavoice test`: scenarios on the production runtime."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.files import check_target, make_folder
from wavoice.cli.outputs import put
from wavoice.runtime.errors import ScenarioError, UserInputError

if TYPE_CHECKING:
    from wavoice.sim.scenario.load import Case
    from wavoice.sim.scenario.run import Result

DEFAULT = Path("scenarios")


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Scenario files or folders.", show_default="scenarios/"),
    ] = None,
    keyword: Annotated[
        str | None, typer.Option("-k", metavar="EXPR", help="Only names that fit, as in 'yes and not late'.")
    ] = None,
    tags: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Only those with this tag; may be repeated."),
    ] = None,
    real_ears: Annotated[
        bool, typer.Option("--real-ears", help="Hear the notes with the real model instead of the script.")
    ] = False,
    repeat: Annotated[
        int, typer.Option(min=1, metavar="N", help="Run N times, in processes with other hash seeds.")
    ] = 1,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, metavar="N", help="Processes.", show_default="cores")
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="One JSON object a scenario; - is stdout.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="A JUnit report for CI systems.")] = None,
    journal: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the journal of each scenario, for --from.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Run again whenever a file changes.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Only what somebody has to look at.")] = False,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Make scenarios of a journal, a Pipecat or a Rasa file."),
    ] = None,
    target: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where --from writes.")] = DEFAULT
    / "imported",
    actions: Annotated[
        list[str] | None,
        typer.Option(
            "--action", metavar="THEIRS=OURS", help="With --from: a business action of theirs and ours."
        ),
    ] = None,
) -> None:
    """Run scenarios: what is said, and what must come of it, on the runtime that deploys.

    Time is virtual: a scenario of 26 hours takes milliseconds. Eleven laws are checked in every run,
    such as "no write without a yes bound to exactly what was read back"; docs/scenarios.md lists
    them. Exit code 0: all came out as written; 1: some did not; 2: a file is wrong.

    \b
    Examples:
      wavoice test                                  all of scenarios/
      wavoice test scenarios/confirmation -k "no_wait and not late"
      wavoice test --tag D06 --repeat 20            nothing may depend on chance
      wavoice test --real-ears scenarios/audio      through the real recogniser
      wavoice test --json results.jsonl --junit report.xml
      wavoice test --from journal.jsonl             a bug report becomes a scenario
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    if source is not None:
        from wavoice.cli.test_import import import_file  # noqa: PLC0415

        raise typer.Exit(import_file(source, target, actions or []))
    if watch:
        raise typer.Exit(_watch(paths or [DEFAULT]))
    if not paths and not DEFAULT.exists():
        raise UserInputError(
            f"There is no folder {DEFAULT} here.", remedy="Name a scenario file or a folder."
        )
    began = time.perf_counter()
    selection = _Selection(paths or [DEFAULT], keyword, tags or [])
    if journal is not None:
        make_folder(journal)
    for target_file in (junit, Path(json_file) if json_file and json_file != "-" else None):
        if target_file is not None:
            check_target(target_file)
    run = _Run(jobs, repeat, real_ears, journal)
    results = _show(run.results(selection.cases()), len(selection.files), quiet=quiet, json_file=json_file)
    if not results and not selection.wrong:
        raise UserInputError("No scenario fits.", remedy="Check -k and --tag.")
    seconds = time.perf_counter() - began
    code = _report(results, len(selection.wrong), seconds, json_file, junit)
    raise typer.Exit(code)


class _Selection:
    """The scenarios that are wanted, and what is wrong with files that are wrong."""

    def __init__(self, paths: Sequence[Path], keyword: str | None, tags: Sequence[str]) -> None:
        from wavoice.sim.scenario.load import find_files  # noqa: PLC0415
        from wavoice.sim.scenario.select import selector  # noqa: PLC0415

        self._wanted = selector(keyword, tags)
        self.files = find_files(paths)
        self.wrong: list[ScenarioError] = []

    def cases(self) -> Iterator[list[Case]]:
        """Read file after file; a wrong one is said and passed over."""
        from wavoice.sim.scenario.load import load_cases  # noqa: PLC0415

        for file in self.files:
            try:
                cases = load_cases(file)
            except ScenarioError as error:
                self.wrong.append(error)
                typer.echo(f"{error}", err=True)
                continue
            if self._wanted(cases[0].scenario):
                yield cases


class _Run:
    """How the scenarios are run."""

    def __init__(self, jobs: int | None, repeat: int, real_ears: bool, journal: Path | None) -> None:
        self._jobs, self._repeat, self._real_ears, self._journal = jobs, repeat, real_ears, journal
        if real_ears and repeat > 1:
            raise UserInputError(
                "--repeat is for scripted ears.", remedy="The real ones take another time in every run."
            )

    def results(self, files: Iterator[Sequence[Case]]) -> Iterator[Result]:
        from wavoice.sim.scenario.pool import cores, repeat_files, run_files  # noqa: PLC0415
        from wavoice.sim.scenario.project import project_app  # noqa: PLC0415
        from wavoice.sim.scenario.run import with_app  # noqa: PLC0415

        _log_to_stderr()
        jobs, app = self._jobs or cores(), project_app()
        with_app(None, app)  # what is wrong with it is said before anything runs
        if self._repeat > 1:
            yield from repeat_files(list(files), self._repeat, jobs, self._journal, app)
        elif self._real_ears:
            from wavoice.sim.scenario.real_ears import real_models  # noqa: PLC0415

            with real_models() as models:
                yield from run_files(files, 1, models, self._journal, app)
        else:
            yield from run_files(files, jobs, journals=self._journal, app=app)


def _log_to_stderr() -> None:
    """The runtime's log is for people: standard output is the report's. Faults are meant here."""
    import logging  # noqa: PLC0415

    import structlog  # noqa: PLC0415

    structlog.configure(
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
    )


def _show(results: Iterator[Result], count: int, *, quiet: bool, json_file: str | None) -> list[Result]:
    """Print each result as it comes, with a bar on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    from wavoice.cli.test_table import print_result  # noqa: PLC0415

    to_stdout = json_file == "-"
    console = Console(stderr=to_stdout, highlight=False, soft_wrap=True)
    done: list[Result] = []
    first = next(results, None)  # workers are forked before the bar's thread is started
    with ExitStack() as stack:
        columns = (TextColumn("scenarios"), BarColumn(), MofNCompleteColumn())
        bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        task = stack.enter_context(bar).add_task("", total=count)
        while first is not None:
            done.append(first)
            if not (quiet and first.status == "passed"):
                print_result(bar.console, first)
            bar.advance(task)
            first = next(results, None)
    return done


def _report(
    results: Sequence[Result],
    wrong: int,
    seconds: float,
    json_file: str | None,
    junit: Path | None,
) -> int:
    from wavoice.cli.test_table import summary  # noqa: PLC0415
    from wavoice.sim.scenario.results import to_line, write_junit  # noqa: PLC0415

    ordered = sorted(results, key=lambda result: str(result.file))
    lines = "".join(to_line(result) + "\n" for result in ordered)
    put(json_file, lines)
    if junit is not None:
        write_junit(junit, ordered, seconds)
    typer.echo(summary(ordered, wrong, seconds), err=json_file == "-")
    if wrong:
        return 2
    return 0 if all(result.ok for result in ordered) else 1


def _watch(paths: Sequence[Path]) -> int:
    """Run in a fresh interpreter after every change, so that changed code counts; Ctrl-C ends it."""
    from watchfiles import PythonFilter, watch  # noqa: PLC0415

    import wavoice  # noqa: PLC0415

    arguments = [argument for argument in sys.argv[1:] if argument != "--watch"]
    again = [sys.executable, "-c", "from wavoice.cli.main import main; main()", *arguments]
    seen = [path for path in (*paths, Path(wavoice.__file__).parent, Path("bot.py")) if path.exists()]
    subprocess.run(again, check=False)  # noqa: S603 -- this program with the arguments it was given
    typer.echo("Watching for changes; Ctrl-C ends.", err=True)
    filters = PythonFilter(extra_extensions=[".yaml", ".yml", ".toml", ".ogg"])
    for _ in watch(*seen, watch_filter=filters, raise_interrupt=False):
        typer.echo("", err=True)
        subprocess.run(again, check=False)  # noqa: S603
    return 0
