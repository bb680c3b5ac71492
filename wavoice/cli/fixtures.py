"""`wavoice fixtures`: make, check and list the committed voice notes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wavoice.sim.fixtures import Ears
    from wavoice.sim.manifest import Manifest
    from wavoice.sim.studio import Studio

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Make, check and list the noisy voice notes that bots are rehearsed with.",
)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="NAMES", help="Notes or dialogues.", show_default="all")
]
ManifestFile = Annotated[Path, typer.Option("--manifest", metavar="PATH", help="What to make, and how.")]
KokoroVoices = Annotated[
    Path | None,
    typer.Option(
        "--kokoro-voices",
        metavar="DIR",
        envvar="WAVOICE_KOKORO_VOICES",
        help="Folder of Kokoro's English voices: package/voices of `npm pack kokoro-js@1.2.1`, unpacked.",
    ),
]
JsonFile = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for standard output."),
]
_MANIFEST = Path("fixtures/audio/manifest.toml")


@app.callback(invoke_without_command=True)
def _help(context: typer.Context) -> None:
    """Make, check and list the noisy voice notes that bots are rehearsed with."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(
    "make",
    epilog="""\b
Examples:
  wavoice fixtures make --kokoro-voices package/voices     all notes
  wavoice fixtures make where_is_my_order__wind_10db       one dialogue, with espeak-ng alone""",
)
def make_command(
    names: Names = None,
    manifest: ManifestFile = _MANIFEST,
    kokoro_voices: KokoroVoices = None,
    json_file: JsonFile = None,
) -> None:
    """Build voice notes: say, add pauses and noise, encode.

    Needs `uv sync --group fixtures` and espeak-ng.
    """
    from wavoice.sim.fixtures import BuiltFile, make, select  # noqa: PLC0415

    loaded, studio = _open(manifest, kokoro_voices)
    notes = select(loaded, names or [])
    say = _narrator(json_file)
    built = {}
    recorded = [note for note in notes if loaded.is_recorded(note)]
    for note in recorded:
        say(f"{note.id} is a recording: left as it is")
    notes = tuple(note for note in notes if note not in recorded)
    for number, (note, entry) in enumerate(make(loaded, notes, studio), start=1):
        built[note.id] = entry
        snr = "" if entry.snr_db is None else f"{entry.snr_db:5.1f} dB"
        say(f"{number:3}/{len(notes)}  {note.id:42} {entry.seconds:5.2f} s {snr:>8} {entry.bytes:6} bytes")
    _write_json(json_file, BuiltFile(notes=built).model_dump(mode="json"))


@app.command(
    "check",
    epilog="""\b
Examples:
  wavoice fixtures check                                   files, rebuilds, transcripts
  wavoice fixtures check mumbled_yes__street_3db --json -  one dialogue, for a script""",
)
def check_command(
    names: Names = None,
    manifest: ManifestFile = _MANIFEST,
    kokoro_voices: KokoroVoices = None,
    json_file: JsonFile = None,
) -> None:
    """Check that the committed notes are what the manifest says.

    Each is decoded, rebuilt (the same samples with the same tools, else the same length and SNR) and
    listened to. What is not installed is not run, and said so. Exit code 1: a note is not as it should be.
    """
    from wavoice.sim.fixtures import check, select  # noqa: PLC0415

    loaded, studio = _open(manifest, kokoro_voices)
    notes = select(loaded, names or [])
    say = _narrator(json_file)
    findings = []
    with _ears() as ears:
        for finding in check(loaded, notes, studio, ears):
            findings.append(finding)
            say(f"{'BAD' if finding.problems else 'ok':3} {finding.note}")
            for problem in finding.problems:
                say(f"    {problem}")
    for reason, count in Counter(reason for finding in findings for reason in finding.not_run).items():
        say(f"{count} of {len(findings)} {reason}")
    result = [{"note": f.note, "problems": f.problems, "not_run": f.not_run} for f in findings]
    _write_json(json_file, {"version": 1, "notes": result})
    raise typer.Exit(1 if any(finding.problems for finding in findings) else 0)


@app.command(
    "pack",
    epilog="""\b
Example:
  wavoice fixtures pack wavoice/sim/pack --kokoro-voices package/voices""",
)
def pack_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to.")],
    manifest: ManifestFile = _MANIFEST,
    kokoro_voices: KokoroVoices = None,
) -> None:
    """Make the small pack of notes that the package carries, for machines without this repository.

    Needs `uv sync --group fixtures`: the crowd behind the speakers is said anew.
    """
    from wavoice.sim.packing import make_pack  # noqa: PLC0415

    loaded, studio = _open(manifest, kokoro_voices)
    total = 0
    for name, size in make_pack(loaded, studio, folder):
        total += size
        typer.echo(f"{name:42} {size:6} bytes")
    typer.echo(f"{'in all':42} {total:6} bytes")


@app.command(
    "list",
    epilog="""\b
Example:
  wavoice fixtures list""",
)
def list_command(manifest: ManifestFile = _MANIFEST) -> None:
    """Show the dialogues: why each matters, what is said, and what must come of it."""
    from wavoice.sim.manifest import load_manifest  # noqa: PLC0415

    for dialogue in load_manifest(manifest).dialogues:
        typer.echo(f"{dialogue.name}\n  {dialogue.about}")
        for note in dialogue.notes:
            outcome = note.expect.outcome if note.expect else "-"
            typer.echo(f"    {outcome:10} {note.voice:10} {note.text}")


def _open(manifest: Path, kokoro_voices: Path | None) -> tuple[Manifest, Studio]:
    from wavoice.sim.manifest import load_manifest  # noqa: PLC0415
    from wavoice.sim.studio import Studio  # noqa: PLC0415
    from wavoice.sim.voices import speakers  # noqa: PLC0415

    loaded = load_manifest(manifest)
    return loaded, Studio(loaded, speakers(kokoro_voices))


@contextlib.contextmanager
def _ears() -> Iterator[Ears]:
    """The default recogniser, loaded when it first listens."""
    from wavoice.runtime.adapters.whisper import WhisperEars  # noqa: PLC0415
    from wavoice.runtime.audio.decode import decode_note  # noqa: PLC0415
    from wavoice.runtime.policy import Policy  # noqa: PLC0415
    from wavoice.runtime.ports import Hint  # noqa: PLC0415

    whisper = WhisperEars()
    with asyncio.Runner() as runner:
        yield (
            lambda data: (
                runner.run(whisper.hear(decode_note(data, Policy().max_note_seconds), Hint())).transcript.text
            )
        )


def _narrator(json_file: Path | None) -> Callable[[str], None]:
    """Print for people: to standard error if the JSON goes to standard output."""
    return partial(typer.echo, err=str(json_file) == "-")


def _write_json(path: Path | None, value: Any) -> None:
    if path is None:
        return
    text = json.dumps(value, indent=1, ensure_ascii=False)
    if str(path) == "-":
        typer.echo(text)
    else:
        path.write_text(text + "\n", encoding="utf-8")
