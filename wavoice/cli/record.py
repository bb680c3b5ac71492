"""`wavoice record`: the microphone to a fixture."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from wavoice.sim.manifest import NoiseKind
    from wavoice.sim.recorded import Recorded
    from wavoice.sim.recording import Plan

FOLDER = Path("fixtures/audio")


def command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The note's id and file: small letters, digits, underscores."),
    ] = None,
    said: Annotated[str | None, typer.Option(metavar="TEXT", help="What is said, word by word.")] = None,
    expect: Annotated[
        str | None,
        typer.Option(metavar="OUTCOME", help="What must come of it: answered, proposed, committed, held, …"),
    ] = None,
    write: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WRITE", help='A write that must happen: "reschedule_delivery order=1842 day=Friday".'
        ),
    ] = None,
    dialogue: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Make it the next note of this dialogue; else one of its own."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it is sent after the note before: 1.2s, or reply."),
    ] = None,
    licence: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Licence of the recording, such as CC0-1.0.")
    ] = None,
    consent: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Who spoke, and that they agreed to its use.")
    ] = None,
    folder: Annotated[
        Path, typer.Option(metavar="DIR", help="Where manifest.toml and the notes lie.")
    ] = FOLDER,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take this recording: WAV, FLAC, Ogg, M4A, …"),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="Microphone, by number or part of its name.")
    ] = None,
    devices: Annotated[bool, typer.Option("--devices", help="List the microphones and exit.")] = False,
    seconds: Annotated[
        float | None, typer.Option(metavar="N", min=0.3, max=300, help="End after so many seconds.")
    ] = None,
    countdown: Annotated[int, typer.Option(metavar="N", min=0, max=30, help="Count down first.")] = 3,
    noise: Annotated[str, typer.Option(metavar="KIND", help="Add noise: street, babble, wind.")] = "none",
    snr: Annotated[
        float, typer.Option(metavar="DB", min=-10, max=60, help="Speech over that noise, in dB.")
    ] = 10.0,
    force: Annotated[bool, typer.Option("--force", help="Replace a recording of that name.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; keep the first take.")] = False,
) -> None:
    """Record a voice note, with its entry in the manifest, so that replay plays it at once.

    Asks for what no option says; without a terminal, or with --yes, --said, --licence, --consent and
    either --seconds or --from have to say it. Enter ends a take; it can be heard, kept or done again.
    Nothing is written before a take is kept, and then all or nothing.

    \b
    Examples:
      wavoice record yes_go_ahead --said "Yes, go ahead." --dialogue move_it --expect committed
      wavoice record mumble --device headset --noise street --snr 5
      wavoice record bug_1 --from note.ogg --said "no wait" --licence CC0-1.0 --consent "me, agreed" --yes
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.sim.recorded import Recorded, check_free, check_words, read_expectation  # noqa: PLC0415
    from wavoice.sim.recording import Plan  # noqa: PLC0415
    from wavoice.sim.sound.notes import Around  # noqa: PLC0415

    if devices:
        _list_devices()
        raise typer.Exit
    if name is None:
        raise UserInputError("A recording needs a name.", remedy="Try: wavoice record yes_go_ahead")
    note = Recorded(
        name, said or "", licence or "", consent or "", "", read_expectation(expect, write or ()),
        dialogue, after, around=Around(cast("NoiseKind", noise), snr),
    )  # fmt: skip
    check_words(note)
    check_free(folder, note, force=force)
    attended = sys.stdin.isatty() and not yes
    if not attended:
        _check_said(note, timed=seconds is not None or source is not None)
    plan = Plan(note, folder, source, device, seconds, countdown if attended else 0, force)
    asyncio.run(_record(plan, attended=attended))


def _check_said(note: Recorded, *, timed: bool) -> None:
    """Nobody can be asked: the command line has to say it all."""
    from wavoice.sim.recording import QUESTIONS  # noqa: PLC0415

    missing = [one.option for one in QUESTIONS if not getattr(note, one.key)]
    missing += [] if timed else ["--seconds or --from"]
    if missing:
        raise UserInputError("Nobody can be asked here.", remedy=f"Add {', '.join(missing)}.")


async def _record(plan: Plan, *, attended: bool) -> None:
    from wavoice.cli.record_desk import Attended, Unattended  # noqa: PLC0415
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415
    from wavoice.sim.recording import make_recording  # noqa: PLC0415
    from wavoice.sim.sound.hush import libraries_hushed  # noqa: PLC0415
    from wavoice.sim.sound.open import open_sound  # noqa: PLC0415

    clock = SystemClock()
    sound = open_sound(clock)
    with libraries_hushed():
        desk = Attended() if attended else Unattended()
        try:
            await make_recording(plan, desk, sound, clock)
        finally:
            desk.leave()


def _list_devices() -> None:
    from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415
    from wavoice.sim.sound.open import open_sound  # noqa: PLC0415
    from wavoice.sim.sound.ports import SoundError  # noqa: PLC0415

    microphone = open_sound(SystemClock()).microphone
    reason = microphone.unavailable()
    if reason is not None:
        raise SoundError(reason)
    for one in microphone.devices():
        typer.echo(
            f"{one.index:3}  {one.name}  ({one.api}, {one.rate} Hz){'  default' if one.default else ''}"
        )
