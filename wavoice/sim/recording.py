"""Makes one recording: asks what nobody has said yet, records or imports, and keeps what is wanted.

Who is asked is a `Desk`: somebody at a terminal, or a command line that has said everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.runtime.ports import Clock
from wavoice.sim.recorded import Recorded, check_words, keep
from wavoice.sim.sound.imported import imported
from wavoice.sim.sound.levels import level_of
from wavoice.sim.sound.notes import record_note, samples_of
from wavoice.sim.sound.open import Sound
from wavoice.sim.sound.ports import RATE, Recording, SoundError
from wavoice.sim.sound.takes import Count, Listening, one_take

SHORTEST: Final = 0.3
"""Seconds; a shorter take is a key that was hit twice."""
QUIET_DB: Final = -40.0
"""A take whose loudest moment is below that was spoken too far away."""

Choice = Literal["keep", "again", "play", "quit"]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that has to be said of a recording."""

    key: Literal["said", "consent", "licence"]
    text: str
    default: str = ""

    @property
    def option(self) -> str:
        """The option that answers it."""
        return f"--{self.key}"


QUESTIONS: Final = (
    Question("consent", "Who speaks, and did they agree that the recording is kept and used in tests?"),
    Question("licence", "Under which licence?", "CC0-1.0"),
    Question("said", "What is said, word by word?"),
)


class Desk(Protocol):
    """Who is asked, and who is shown."""

    stop: asyncio.Event
    """Set by whoever wants a count-down or a take to end."""

    async def answer(self, open_questions: tuple[Question, ...]) -> Mapping[str, str]:
        """An answer for each key. Raises `UserInputError` if nobody can be asked."""
        ...

    def show(self, moment: Count | Listening) -> None:
        """Draw the count-down or the level."""
        ...

    def say(self, line: str) -> None:
        """Tell something."""
        ...

    async def choose(self, recording: Recording, remarks: tuple[str, ...]) -> Choice:
        """What to do with a take; raises `UserInputError` for one that cannot be kept and nobody can redo."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be recorded, and how."""

    note: Recorded
    """With empty words where nobody has said them yet."""
    folder: Path
    source: Path | None = None
    """Import this file instead of recording."""
    device: str | None = None
    seconds: float | None = None
    countdown: int = 3
    force: bool = False


async def make_recording(plan: Plan, desk: Desk, sound: Sound, clock: Clock) -> Recorded | None:
    """Record or import one note and keep it; return what was kept, None if nothing was wanted.

    Raises `UserInputError`; nothing is written then.
    """
    if plan.source is None and (reason := sound.microphone.unavailable()):
        raise SoundError(reason, remedy="(Or take a recording that there is: --from FILE.)")
    unsaid = tuple(one for one in QUESTIONS if not getattr(plan.note, one.key))
    note = _with(plan.note, await desk.answer(unsaid)) if unsaid else plan.note
    check_words(note)
    day = datetime.fromtimestamp(clock.now() / SECOND, UTC).date()
    if plan.source is not None:
        ogg = await imported(plan.source, note.around)
        how = f"imported from {plan.source.name} on {day}"
    else:
        kept = await _takes(plan, desk, sound, clock)
        if kept is None:
            return None
        recording, name = kept
        ogg = await asyncio.to_thread(record_note, recording.pcm, note.around)
        how = f"recorded with {name} on {day}"
    note = replace(note, provenance=how)
    keep(plan.folder, note, ogg, force=plan.force)
    seconds = samples_of(ogg).size / RATE
    file = plan.folder / note.file
    desk.say(f"{file}: {seconds:.1f} s, {len(ogg)} bytes. Play it with: wavoice replay {file}")
    return note


def _with(note: Recorded, answers: Mapping[str, str]) -> Recorded:
    return replace(
        note,
        said=answers.get("said", note.said),
        consent=answers.get("consent", note.consent),
        licence=answers.get("licence", note.licence),
    )


async def _takes(plan: Plan, desk: Desk, sound: Sound, clock: Clock) -> tuple[Recording, str] | None:
    """Takes, until one is kept or none is wanted; the one that is kept, and its microphone."""
    name = "a microphone"

    def show(moment: Count | Listening) -> None:
        nonlocal name
        if isinstance(moment, Listening):
            name = moment.device.name
        desk.show(moment)

    while True:
        recording = await one_take(
            sound.microphone, clock, show,
            stop=desk.stop, device=plan.device, countdown=plan.countdown, seconds=plan.seconds,
        )  # fmt: skip
        choice: Choice = "play"
        while choice == "play":
            choice = await desk.choose(recording, remarks(recording))
            if choice == "play":
                await _play(recording, desk, sound)
        sound.speaker.stop()
        if choice != "again":
            return (recording, name) if choice == "keep" else None


async def _play(recording: Recording, desk: Desk, sound: Sound) -> None:
    """Let the take be heard; a machine without a speaker says so."""
    try:
        await asyncio.to_thread(lambda: sound.speaker.play(record_note(recording.pcm)))
    except UserInputError as error:
        desk.say(str(error))


def remarks(recording: Recording) -> tuple[str, ...]:
    """What is wrong with a take; nothing if it is good."""
    import numpy as np  # noqa: PLC0415

    peak = level_of(np.frombuffer(recording.pcm, dtype="<f4")).peak_db
    found = [recording.problem] if recording.problem else []
    if recording.problem is None and recording.seconds < SHORTEST:
        found.append("That was too short to be speech.")
    elif recording.problem is None and peak < QUIET_DB:
        found.append(f"That is very quiet ({peak:.0f} dBFS at its loudest): come nearer.")
    if recording.clipped:
        found.append("Some of it was too loud and is cut off: go further away.")
    if recording.gaps:
        found.append(f"This machine was too slow {recording.gaps} times: something is missing.")
    return tuple(found)


def spoilt(recording: Recording) -> bool:
    """True for a take that nobody should keep without having heard it."""
    return bool(recording.problem or recording.gaps or recording.seconds < SHORTEST)
