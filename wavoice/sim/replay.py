"""Recorded voice notes through the production runtime, dialogue by dialogue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from wavoice.runtime import journal
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ManifestError, UserInputError
from wavoice.runtime.model import SECOND, Micros, Stage
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings
from wavoice.sim.clock import SkippingClock
from wavoice.sim.manifest import Dialogue, Note, Write, load_manifest
from wavoice.sim.rehearsal import Customer, Rehearsal, rehearse, today_in
from wavoice.sim.replay_laws import broken_laws
from wavoice.sim.report import NoteResult, Reference, results
from wavoice.sim.scenario.values import dated
from wavoice.sim.trace_file import Trace, write_trace

MANIFEST = "manifest.toml"
PAUSE: Micros = SECOND
"""How long a customer takes to begin an answer."""
PATIENCE: Micros = 90 * SECOND
"""How long a turn is followed before it counts as unfinished."""


@dataclass(frozen=True, slots=True)
class Take:
    """One note to be sent."""

    fixture: str
    path: Path
    said: str | None = None
    after: Micros | None = None
    """Since the previous note was sent; None: as soon as that was answered."""
    outcome: str | None = None
    writes: tuple[Write, ...] | None = None

    def audio(self) -> bytes:
        """The bytes of the note."""
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Script:
    """The notes of one dialogue, sent by one customer."""

    name: str
    takes: tuple[Take, ...]
    phone: str = "919812300001"


def find_scripts(paths: Sequence[Path]) -> list[Script]:
    """Dialogues behind files, folders and manifests; a file of a manifest brings its whole dialogue.

    Raises `UserInputError` for a path that is not there or holds no notes.
    """
    scripts: dict[tuple[Path, ...], Script] = {}
    for path in paths:
        for script in _scripts(path):
            scripts.setdefault(tuple(take.path.resolve() for take in script.takes), script)
    return list(scripts.values())


def _scripts(path: Path) -> list[Script]:
    if path.is_dir():
        manifest = path / MANIFEST
        return _scripts(manifest) if manifest.is_file() else _loose(sorted(path.glob("*.ogg")), path)
    if not path.is_file():
        raise UserInputError(f"There is no file or folder {path}.", remedy="Check the path.")
    if path.suffix == ".toml":
        return [_script(dialogue) for dialogue in load_manifest(path).dialogues]
    manifest = path.parent / MANIFEST
    if manifest.is_file():
        for dialogue in load_manifest(manifest).dialogues:
            if any(note.path.name == path.name for note in dialogue.notes):
                return [_script(dialogue)]
    return _loose([path], path)


def _loose(files: Sequence[Path], source: Path) -> list[Script]:
    if not files:
        raise UserInputError(
            f"{source} holds neither {MANIFEST} nor .ogg files.",
            remedy="Name a folder of voice notes, or build some with `wavoice fixtures make`.",
        )
    return [Script(file.stem, (Take(file.stem, file),)) for file in files]


def _script(dialogue: Dialogue) -> Script:
    for note in dialogue.notes:
        if not note.path.is_file():
            raise ManifestError(
                f"Note '{note.id}' has no file {note.path}.",
                remedy=f"Build it with `wavoice fixtures make {note.id}`.",
            )
    return Script(dialogue.name, tuple(_take(note) for note in dialogue.notes), dialogue.phone.lstrip("+"))


def _take(note: Note) -> Take:
    expect = note.expect
    if expect is None:
        return Take(note.id, note.path, note.words, note.after)
    return Take(note.id, note.path, note.words, note.after, expect.outcome, expect.writes)


@dataclass(frozen=True, slots=True)
class Replay:
    """Sends scripts through one runtime each; ears, voice and decoder are shared, stores are not."""

    settings: Settings
    parts: Parts
    real_time: bool = False
    """Wait settle windows and pauses for real instead of skipping them."""
    journals: Path | None = None
    """Folder that gets the journal of every dialogue."""

    async def dialogue(self, script: Script) -> list[NoteResult]:
        """Send the notes of one dialogue; return a result a note."""
        system = SystemClock()
        clock = system if self.real_time else SkippingClock(system)
        customer = replace(Customer(), phone=script.phone)
        sent: dict[str, Take] = {}
        async with rehearse(self.settings, self.parts, clock, customer) as rehearsal:
            today = today_in(self.settings.shop.zone, clock)
            previous: Micros = clock.now()
            for position, take in enumerate(script.takes):
                await _wait_for_turn(rehearsal, take, previous, position)
                previous = clock.now()
                sent[await rehearsal.phone.records(take.audio())] = take
                await rehearsal.idle()
                following = script.takes[position + 1 : position + 2]
                if not following or following[0].after is None:
                    await _follow(rehearsal, clock.now() + PATIENCE)
            events = await rehearsal.journal()
            broken = await self._broken_laws(rehearsal, clock)
        if self.journals is not None:
            trace = Trace(events, self.settings.shop.zone)
            write_trace(self.journals / f"{script.name}.jsonl", trace)
        references = [_reference(script, message, take, today) for message, take in sent.items()]
        found = results(events, references)
        return [*found[:-1], replace(found[-1], problems=(*found[-1].problems, *broken))]

    async def _broken_laws(self, rehearsal: Rehearsal, clock: Clock) -> list[str]:
        """What every run keeps, in words; a rehearsal that ends early on purpose keeps less."""
        if self.parts.until is not None or not isinstance(clock, SkippingClock):
            return []
        return [f"{one.kind}: {one.reason}: {one.got}" for one in await broken_laws(rehearsal, clock)]


@asynccontextmanager
async def replay_with_models(
    settings: Settings,
    until: Stage | None = None,
    *,
    real_time: bool = False,
    journals: Path | None = None,
) -> AsyncIterator[tuple[Replay, str]]:
    """Load the models that the settings name, warm; yield the replay and a line that says which.

    Raises `MissingModelError`, or `AuthError` if the configured token is refused.
    """
    clock = SystemClock()
    ears, ears_line = open_ears(settings.ears, clock)
    voice, voice_line = open_voice(settings.voice, clock, remembers=not settings.runtime.sequential)
    decoder = SandboxedDecoder(Policy())
    decoder.start()
    try:
        await asyncio.gather(ears.warm(), *([voice.warm()] if voice else []))
        parts = Parts(ears=ears, voice=voice, speaks=voice is not None, decoder=decoder, until=until)
        async with rehearse(settings, parts, clock) as rehearsal:
            await rehearsal.runtime.channel.check()
        models = f"ears: {ears_line}. voice: {voice_line}"
        yield Replay(settings, parts, real_time, journals), models
    finally:
        await asyncio.gather(decoder.close(), ears.close(), *([voice.close()] if voice else []))


async def _wait_for_turn(rehearsal: Rehearsal, take: Take, previous: Micros, position: int) -> None:
    """A customer listens, thinks, and speaks; or speaks at a stated moment."""
    if take.after is not None:
        await _move_to(rehearsal, previous + take.after)
    elif position:
        note = await rehearsal.runtime.bot.kit.decoder.decode(take.audio())
        await _move_to(rehearsal, rehearsal.clock.now() + PAUSE + round(note.seconds * SECOND))


async def _follow(rehearsal: Rehearsal, limit: Micros) -> None:
    """Let timers run until every turn that began has ended."""
    while not await _all_ended(rehearsal):
        due = await rehearsal.next_due()
        if due is None or due > limit:
            return
        await _move_to(rehearsal, due)


async def _all_ended(rehearsal: Rehearsal) -> bool:
    events = await rehearsal.journal()
    begun = {event.where.turn for event in events if isinstance(event.body, journal.Received)}
    ended = {event.where.turn for event in events if isinstance(event.body, journal.TurnEnded)}
    return begun <= ended


async def _move_to(rehearsal: Rehearsal, moment: Micros) -> None:
    clock = rehearsal.clock
    if isinstance(clock, SkippingClock):
        clock.skip_to(moment)
    else:
        await clock.wait(asyncio.Event(), moment)
    await rehearsal.idle()


def _reference(script: Script, message: str, take: Take, today: date) -> Reference:
    writes = None
    if take.writes is not None:
        writes = tuple({"action": write.action, **_dated(write.args, today)} for write in take.writes)
    return Reference(take.fixture, script.name, message, take.said, take.outcome, writes)


def _dated(args: Mapping[str, str], today: date) -> dict[str, str]:
    """A weekday in a manifest is the next such day after today."""
    return {key: dated(value, today) if key == "day" else value for key, value in args.items()}
