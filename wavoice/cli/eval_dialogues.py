"""`wavoice eval dialogues`: whole conversations, judged by the end state of the shop."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wavoice.cli.outputs import percent, put, shown
from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.sim.dialogues.judge import Dialogue

DEFAULT = Path("scenarios")


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH", help="Dialogues: scenario files or folders.", show_default="scenarios/"
        ),
    ] = None,
    keyword: Annotated[
        str | None, typer.Option("-k", metavar="EXPR", help="Only names that fit, as in 'yes and not late'.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, max=100, metavar="N", help="Runs of each dialogue.")] = 1,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON; - is stdout.")
    ] = None,
    serve: Annotated[
        int | None,
        typer.Option(min=0, max=65535, metavar="PORT", help="Let a benchmark drive the bot; 0: a free port."),
    ] = None,
) -> None:
    """Play whole conversations and judge each by what it leaves behind.

    A dialogue is a scenario file: its `then` counts (writes, world, hand-off) and so do the laws; what its
    steps expect does not. Every trial after the first delivers webhooks twice and late, in a way of its own.
    pass^k is the probability that k trials of a dialogue all pass.

    --serve opens a port on 127.0.0.1 instead, and prints its address: POST /episodes, then POST
    /episodes/ID/messages with one of text, note, button or wait; GET /episodes/ID tells the state of the
    shop, DELETE ends it and names broken laws (docs/understanding.md). Ctrl-C ends the server.

    JSON: n, trials, pass (by k), and of each dialogue name, file, passed (a trial each) and wrong. Exit code
    0: all passed every time; 1: some did not; 2: it could not run.

    \b
    Examples:
      wavoice eval dialogues scenarios/session --trials 4
      wavoice eval dialogues mine.yaml --json out.json
      wavoice eval dialogues --serve 8090
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    if serve is not None:
        from wavoice.cli.stopping import run  # noqa: PLC0415

        raise typer.Exit(run(_serve(serve)))
    from wavoice.sim.dialogues.judge import failed, figures, judge  # noqa: PLC0415
    from wavoice.sim.scenario.load import find_files, load_cases  # noqa: PLC0415
    from wavoice.sim.scenario.select import selector  # noqa: PLC0415

    wanted = selector(keyword, ())
    loaded = [load_cases(file) for file in find_files(paths or [DEFAULT])]
    chosen = [cases for cases in loaded if wanted(cases[0].scenario)]
    if not chosen:
        raise UserInputError("No dialogue fits.", remedy="Check -k.")
    judged = [judge(cases, trials) for cases in shown("dialogues", chosen)]
    report = figures(judged, trials)
    put(json_file, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    if json_file != "-":
        _print(failed(judged), report["n"], report["pass"])
    raise typer.Exit(1 if failed(judged) else 0)


def _print(wrong: list[Dialogue], count: int, passes: dict[str, float]) -> None:
    for one in wrong:
        typer.echo(f"{one.name}: {sum(one.passed)} of {len(one.passed)} trials passed. {one.wrong[0]}")
    told = ", ".join(f"pass^{k} {percent(share)}" for k, share in passes.items())
    typer.echo(f"{count} dialogues: {told}")


async def _serve(port: int) -> bool:
    """Serve until it is cancelled."""
    from wavoice.sim.dialogues.server import Episodes  # noqa: PLC0415
    from wavoice.sim.tcp import serve  # noqa: PLC0415

    episodes = Episodes()
    try:
        async with serve(episodes.app, port=port, option="--serve", grace=1) as taken:
            typer.echo(f"http://127.0.0.1:{taken}")
            await asyncio.Event().wait()
    finally:
        await episodes.close()
    return False
