"""`wavoice eval intents`: how well wishes are understood, measured on labelled ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wavoice.cli.outputs import check_targets, percent, put, shown
from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.runtime.settings import Settings
    from wavoice.sim.intents.rows import Wish


class Which(StrEnum):
    """Who reads."""

    RULES = "rules"
    EMBEDDINGS = "embeddings"
    STACK = "stack"
    LLM = "llm"
    FULL = "full"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Labelled wishes, one object a line.")],
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="Foreign labels as ours, TOML or JSON.")
    ] = None,
    interpreter: Annotated[
        Which | None, typer.Option(help="Measure this one only; else all that can run here.")
    ] = None,
    json_file: Annotated[
        str | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON; - is stdout.")
    ] = None,
    rows_file: Annotated[
        str | None, typer.Option("--rows", metavar="FILE", help="Write one JSON object a row; - is stdout.")
    ] = None,
    language: Annotated[str, typer.Option(metavar="CODE", help="Language of rows that name none.")] = "en",
    today: Annotated[
        str, typer.Option(metavar="DATE", help='What "Friday" is counted from, where days are slots.')
    ] = "2026-11-23",
) -> None:
    """Read labelled wishes with each interpreter, and count what each takes for what.

    A row holds text or audio (a recording, relative to the file) and intent; perhaps slots (as in
    {"order": "1842", "day": "2026-12-04"}), language and id. Recordings are heard by the ears of the
    runtime. An intent is one of our jobs, human, opt_out, or out_of_scope; a map says it of foreign labels,
    one entry each (stop_order = "cancel_order"), and "*" stands for every other one. Without --map, the
    labels of Bitext's customer support data are known.

    rules are words and patterns; embeddings compare what sentences mean, where the extra embeddings is
    installed; stack is what the runtime does: rules, and embeddings where rules are not certain. llm asks
    the LLM of understanding.llm about every row, full asks it last, as the runtime does where it is set;
    both only if named, since they may cost money, and the wishes leave this machine.

    JSON: interpreters, each with n, accuracy, macro_f1 (over the intents of the file; macro_f1_all: also
    over those that were only predicted), out_of_scope (recall and false_rejection as decided; at_5_percent:
    by a threshold that rejects at most 5 % of what is in scope), calibration (ece and its bins), latency_ms,
    cost (processor time; paid_per_1000 at understanding.llm.price_in and price_out), slots (exact: all of a
    row), by_intent (precision, recall, f1), by_language, confusion (intent to predictions) and mistakes; llm,
    how often it was asked and gave no answer. Exit code 0: it ran; 2: it could not.

    \b
    Examples:
      wavoice eval intents wishes.jsonl
      wavoice eval intents theirs.jsonl --map theirs.toml --json out.json --rows rows.jsonl
      wavoice eval intents notes.jsonl --interpreter stack --language hi
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.runtime.settings import Settings  # noqa: PLC0415
    from wavoice.sim.intents.figures import as_line, figures  # noqa: PLC0415
    from wavoice.sim.intents.labels import load_map, shipped  # noqa: PLC0415
    from wavoice.sim.intents.measure import Listener, understand  # noqa: PLC0415
    from wavoice.sim.intents.readers import readers  # noqa: PLC0415
    from wavoice.sim.intents.rows import load_wishes  # noqa: PLC0415
    from wavoice.sim.labelled import is_language  # noqa: PLC0415

    if not is_language(language):
        raise UserInputError(f"There is no language {language!r}.", remedy="Write its ISO 639-1 code.")
    now = _day(today)
    labels = load_map(map_file) if map_file else shipped()
    wishes = load_wishes(file, labels, language)
    check_targets(file, {"--json": json_file, "--rows": rows_file})
    settings = Settings.load()
    reads = readers(settings, interpreter)
    said = asyncio.run(_words(wishes, settings))
    listener = Listener.of(settings, now)
    try:
        found = {
            name: understand(name, reader, said, wishes, listener, shown)
            for name, reader in reads.by_name.items()
        }
    finally:
        reads.close()
    report = {
        "file": file.name,
        "map": labels.source,
        "n": len(wishes),
        "missing": dict(reads.missing),
        "llm": reads.asking and {"asked": reads.asking.asked, "failed": reads.asking.failed},
        "interpreters": {name: figures(each) for name, each in found.items()},
    }
    put(json_file, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    lines = [{"interpreter": name, **as_line(one)} for name, each in found.items() for one in each]
    put(rows_file, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    if "-" not in (json_file, rows_file):
        _print(report)


def _day(text: str) -> datetime:
    from wavoice.sim.intents.measure import NOW  # noqa: PLC0415

    try:
        return datetime.combine(date.fromisoformat(text), time(10), NOW.tzinfo)
    except ValueError as error:
        raise UserInputError(f"--today: {text!r} is no day.", remedy="Write it as 2026-11-23.") from error


async def _words(wishes: Sequence[Wish], settings: Settings) -> dict[str, str]:
    """The words of each row by its place; models are loaded only if there is something to hear."""
    said = {wish.where: wish.text for wish in wishes if wish.text is not None}
    if len(said) == len(wishes):
        return said
    from wavoice.sim.eval_notes import heard  # noqa: PLC0415
    from wavoice.sim.rehearsal import rehearsal_settings  # noqa: PLC0415

    recorded = [wish for wish in wishes if wish.audio is not None]
    async for wish, note in heard(recorded, rehearsal_settings(settings), shown, awaiting_yes=False):
        said[wish.where] = note.decodes[-1].text if note and note.decodes else ""
    return said


def _print(report: dict[str, Any]) -> None:
    typer.echo(f"{report['n']} wishes of {report['file']}; map: {report['map']}")
    for name, why in report["missing"].items():
        typer.echo(f"{name}: cannot run here: {why}")
    columns = (
        "accuracy",
        "macro F1",
        "out of scope",
        "at 5 %",
        "ECE",
        "slots",
        "p50 ms",
        "p95 ms",
        "cpu ms",
        "paid/1000",
    )
    typer.echo(f"\n{'':12}" + "".join(f"{column:>14}" for column in columns))
    for name, each in report["interpreters"].items():
        cells = (
            percent(each["accuracy"]),
            f"{each['macro_f1']:.3f}",
            percent(each["out_of_scope"]["recall"]),
            percent(each["out_of_scope"]["at_5_percent"]["recall"]),
            f"{each['calibration']['ece']:.3f}",
            percent(each["slots"]["exact"]),
            f"{each['latency_ms']['p50']:.2f}",
            f"{each['latency_ms']['p95']:.2f}",
            f"{each['cost']['cpu_ms']:.2f}",
            f"{each['cost']['paid_per_1000']:.2f}",
        )
        typer.echo(f"{name:12}" + "".join(f"{cell:>14}" for cell in cells))
    name, last = list(report["interpreters"].items())[-1]
    typer.echo(f"\n{name}, by intent{'':9}{'n':>6}{'P':>8}{'R':>8}{'F1':>8}  taken for")
    for intent, each in last["by_intent"].items():
        wrong = {other: n for other, n in last["confusion"].get(intent, {}).items() if other != intent}
        taken = ", ".join(f"{other} {n}" for other, n in list(wrong.items())[:4])
        typer.echo(
            f"  {intent:24}{each['n']:>6}{percent(each['precision']):>8}{percent(each['recall']):>8}"
            f"{each['f1']:>8.3f}  {taken}"
        )
