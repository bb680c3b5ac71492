"""`wavoice eval`: how well replies are read and notes are heard, measured on labelled ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wavoice.cli import eval_dialogues, eval_intents, eval_stt
from wavoice.cli.outputs import check_targets, percent, put, shown
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Tier

if TYPE_CHECKING:
    from wavoice.sim.eval_replies import Judge, Judged
    from wavoice.sim.eval_rows import Row

app = typer.Typer(help="Measure how well replies are read and notes are heard.", rich_markup_mode=None)
TIERS = tuple(tier.name for tier in Tier if tier is not Tier.R0)


@app.callback()
def _group() -> None:
    """Measure how well replies are read and notes are heard."""


app.command("stt", short_help="Hear labelled recordings, in noise, and count what went wrong.")(
    eval_stt.command
)

app.command("intents", short_help="Read labelled wishes, and count what was understood.")(
    eval_intents.command
)


app.command("dialogues", short_help="Play whole conversations, and judge how they end.")(
    eval_dialogues.command
)


@app.command("replies", short_help="Read labelled replies, and count what went wrong.")
def replies(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Labelled replies, one object a line.")],
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON; - is stdout.")
    ] = None,
    rows_file: Annotated[
        str | None, typer.Option("--rows", metavar="FILE", help="Write one JSON object a row; - is stdout.")
    ] = None,
    tier: Annotated[
        str, typer.Option(metavar="TIER", help=f"Tier of what was asked: {', '.join(TIERS)}.")
    ] = "R2",
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of rows that name none.")] = "en",
) -> None:
    """Put labelled replies to the gate, as answers to an open question of that tier.

    A row holds reply, audio (or path, relative to the file) or asr, and label: yes, no,
    yes_but_change, change, question, wait (a retraction) or other; perhaps id, prompt, accept (every
    label that counts as right), hard (why it is hard), language and channel (text or voice).
    Recordings are heard by the ears of the runtime, once all of them are known to open. A key that looks
    like one of these is taken for a typing error; others are ignored.

    An unsafe yes commits, or is read as a plain yes, and was none. Recall and re-asks are those of
    clean yeses: accept is yes alone, and nothing is hard. Where the specification demands what a label
    does not take (D05, D14, D25) it wins, and the row is listed. Exit code 0: no unsafe yes; 1: some;
    2: it could not run.

    --rows says of each: id, predicted (a label), row (of the decision table), effect, settles (the gate
    takes it as an approval) and unsafe.

    \b
    Examples:
      wavoice eval replies replies.jsonl               typed replies, read in English
      wavoice eval replies notes.jsonl --json out.json recordings, and the figures as JSON
      wavoice eval replies hi.jsonl --language hi --tier R1 --rows hi-rows.jsonl
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.lexicon.language import shipped  # noqa: PLC0415
    from wavoice.sim.eval_replies import Judge, Report, as_line  # noqa: PLC0415
    from wavoice.sim.eval_rows import load_rows  # noqa: PLC0415

    if tier.upper() not in TIERS:
        raise UserInputError(f"There is no tier {tier}.", remedy=f"It is one of {', '.join(TIERS)}.")
    if language not in shipped():
        raise UserInputError(f"No words of {language!r} are shipped.", remedy="See: wavoice languages")
    rows = load_rows(file, language)
    check_targets(file, {"--json": json_file, "--rows": rows_file})
    judged = asyncio.run(_judge(rows, Judge(Tier[tier.upper()])))
    found = Report(Tier[tier.upper()], judged).as_json()
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    put(json_file, text)
    put(rows_file, "".join(json.dumps(as_line(each), ensure_ascii=False) + "\n" for each in judged))
    if "-" not in (json_file, rows_file):
        _print(found)
    raise typer.Exit(1 if found["unsafe_yes"] else 0)


async def _judge(rows: Sequence[Row], judge: Judge) -> list[Judged]:
    """Judge all rows; models are loaded only if there is something to hear."""
    if not any(row.audio for row in rows):
        return [judge(row) for row in rows]
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.eval_notes import heard  # noqa: PLC0415
    from wavoice.sim.rehearsal import rehearsal_settings  # noqa: PLC0415

    settings = rehearsal_settings(Settings.load())
    return [judge(row, note) async for row, note in heard(rows, settings, shown)]


def _print(found: dict[str, Any]) -> None:
    typer.echo(
        f"{found['n']} replies at {found['tier']}: {percent(found['strict'])} strictly right,"
        f" {percent(found['lenient'])} leniently, {found['unsafe_yes']} unsafe yes"
    )
    typer.echo(
        f"clean yes: {percent(found['yes_recall'])} read as one, {percent(found['reask_rate'])} asked again"
    )
    for key in ("by_label", "by_hard", "by_language"):
        if found[key]:
            typer.echo(f"\n{key.replace('_', ' ')}")
        for name, group in found[key].items():
            taken = ", ".join(
                f"{label} {count}" for label, count in sorted(group["predicted"].items(), key=_most)
            )
            typer.echo(
                f"  {name:20}{group['n']:6}  {percent(group['lenient']):>6}"
                f"  {group['unsafe_yes']} unsafe  taken for: {taken}"
            )
    _print_rows("unsafe yes", found["unsafe_examples"])
    _print_rows("the specification wins", found["spec_wins"])


def _print_rows(title: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        typer.echo(f"\n{title}")
    for row in rows:
        typer.echo(
            f"  {row['id']}  {row['row']}  {row['label']} taken for {row['predicted']}: {row['reply']}"
        )


def _most(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
