"""`wavoice test --from`: journals and foreign tests become scenarios."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from wavoice.cli.files import make_folder, write_whole
from wavoice.runtime.errors import ScenarioError, UserInputError

RECORDINGS = Path("fixtures/audio")


def import_file(source: Path, target: Path, actions: Sequence[str]) -> int:
    """Write the scenarios that `source` makes into `target`; 1 if something could not be carried over."""
    if not source.is_file():
        raise UserInputError(f"There is no file {source}.", remedy="Check the path.")
    if source.suffix in (".yaml", ".yml"):
        return _foreign(source, target, _actions(actions))
    return _trace(source, target)


def _actions(pairs: Sequence[str]) -> Mapping[str, str]:
    found = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(found) < len(pairs):
        raise UserInputError(
            "--action is a pair.",
            remedy="Write --action their_name=our_name, e.g. move_order=reschedule_delivery.",
        )
    return found


def _foreign(source: Path, target: Path, actions: Mapping[str, str]) -> int:
    from wavoice.sim.scenario.foreign import read_foreign  # noqa: PLC0415

    imported = read_foreign(source, actions)
    for draft in imported.scenarios:
        _write(target / f"{draft.name}.yaml", draft.text)
    for refusal in imported.refused:
        typer.echo(f"{source}:{refusal.line}: {refusal.what} is not carried over: {refusal.reason}", err=True)
    typer.echo(f"{len(imported.scenarios)} from {imported.format}, {len(imported.refused)} refusals")
    return 1 if imported.refused else 0


def _trace(source: Path, target: Path) -> int:
    from wavoice.sim.scenario.from_trace import from_trace, recordings_in  # noqa: PLC0415
    from wavoice.sim.scenario.load import load_cases  # noqa: PLC0415
    from wavoice.sim.scenario.project import project_app  # noqa: PLC0415
    from wavoice.sim.scenario.results import in_words  # noqa: PLC0415
    from wavoice.sim.scenario.run import run_cases, with_app  # noqa: PLC0415
    from wavoice.sim.trace_file import read_trace  # noqa: PLC0415

    name = re.sub(r"\W+", "_", source.stem).strip("_").lower() or "recorded"
    made = from_trace(read_trace(source), name, recordings_in([RECORDINGS, source.parent]))
    file = target / f"{made.name}.yaml"
    _write(file, made.text)
    for copy, recording in made.audio.items():
        Path(copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(recording, copy)
        typer.echo(f"wrote {copy}")
    for missing in made.missing:
        typer.echo(f"not known: {missing}", err=True)
    if made.missing:
        return 1
    result = run_cases(load_cases(file), with_app(None, project_app()))
    for failure in result.failures:
        typer.echo(f"it does not come out as recorded: {in_words(failure, file)}", err=True)
    if result.ok:
        typer.echo("It comes out as recorded: change what should have come of it.")
    return 0 if result.ok else 1


def _write(file: Path, text: str) -> None:
    """An earlier file may hold somebody's work: it is never replaced."""
    if file.exists():
        raise ScenarioError(file, [(None, "is there already")], remedy="Move it, or name another --to.")
    make_folder(file.parent)
    write_whole(file, text)
    typer.echo(f"wrote {file}")
