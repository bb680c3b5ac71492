"""What just happened as a scenario with its voice notes: the bug report that replays."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wavoice.runtime.errors import ScenarioError, UserInputError
from wavoice.runtime.journal import Event, HeardNote, Received
from wavoice.runtime.model import Micros
from wavoice.runtime.redact import REMOVED
from wavoice.sim.chat.facts import Sent
from wavoice.sim.chat.notes import OWN
from wavoice.sim.scenario.from_trace import FromTrace, from_trace
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.recorded_given import Broken
from wavoice.sim.scenario.results import in_words
from wavoice.sim.scenario.run import run_cases
from wavoice.sim.scenario.values import as_text
from wavoice.sim.trace_file import Trace

if TYPE_CHECKING:
    from wavoice.sim.chat.chatting import ChatSession

FOLDER = Path("scenarios")
UNASKED = "nobody was asked yet: ask before it leaves this machine"
"""Licence and consent of a note that was only kept to show what went wrong."""
_NAME = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written, and what is wrong with it."""

    scenario: Path
    fixtures: tuple[Path, ...]
    problems: tuple[str, ...] = ()
    """Why it does not pass as it stands; empty: `wavoice test` passes it."""

    def __str__(self) -> str:
        notes = "".join(f", {fixture}" for fixture in self.fixtures)
        if not self.problems:
            return f"Saved {self.scenario}{notes}. It passes; now change what should have come of it."
        return f"Saved {self.scenario}{notes}. It does not come out as recorded: {self.problems[0]}"


async def save(chat: ChatSession, name: str) -> Saved:
    """Write `scenarios/NAME.yaml`, and `fixtures/audio/NAME_1.ogg`, … with manifest entries; run it once.

    Holds what the customer at the phone and the bot did in this session, and what was made to go wrong.
    Raises `UserInputError` for a name that is no name, a file that is there already, and a session in
    which nobody has said anything.
    """
    if not _NAME.fullmatch(name):
        raise UserInputError(
            f"{name!r} is no name of a scenario.", remedy="Use small letters, digits and underscores."
        )
    file = chat.folder / FOLDER / f"{name}.yaml"
    if file.exists():
        raise UserInputError(f"{file} is there already.", remedy="Choose another name.")
    if any((chat.folder / OWN).glob(f"{name}_*.ogg")):
        raise UserInputError(f"There are voice notes called {name}_… already.", remedy="Choose another name.")
    await chat.idle()
    trace = Trace(await _events(chat), chat.settings.shop.zone, {chat.contact: "customer"})
    made, fixtures = await asyncio.to_thread(_write, trace, _notes(chat), _broken(chat), chat.folder, file)
    problems = made.missing or await asyncio.to_thread(_problems, file)
    return Saved(file, fixtures, problems)


async def _events(chat: ChatSession) -> Sequence[Event]:
    async with chat.runtime.store.begin() as tx:
        events = await tx.journal.read()
    return [event for event in events[chat.behind.before :] if event.where.contact == chat.contact]


def _notes(chat: ChatSession) -> Mapping[str, Sent]:
    """Own voice notes by their wamids."""
    sent = [fact for fact in chat.past if isinstance(fact, Sent) and fact.media is not None]
    return {fact.wamid: fact for fact in sent}


def _write(
    trace: Trace, notes: Mapping[str, Sent], broken: Sequence[Broken], folder: Path, file: Path
) -> tuple[FromTrace, tuple[Path, ...]]:
    with tempfile.TemporaryDirectory() as kept:
        recordings = {}
        for ogg in [sent.media or b"" for sent in notes.values()]:
            digest = hashlib.sha256(ogg).hexdigest()
            recordings[digest] = Path(kept, f"{digest}.ogg")
            recordings[digest].write_bytes(ogg)
        made = from_trace(trace, file.stem, recordings, folder, broken)
        copies = {folder / where: recording.read_bytes() for where, recording in made.audio.items()}
    _keep(copies, list(_spoken(trace, notes)))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(made.text, encoding="utf-8")
    return made, tuple(copies)


def _spoken(trace: Trace, notes: Mapping[str, Sent]) -> Iterator[tuple[Micros, str]]:
    """When each note that was heard was received, and its words: as typed for `/say`, else as heard."""
    heard = {one.where.turn: one.body.text for one in trace.events if isinstance(one.body, HeardNote)}
    for one in trace.events:
        if isinstance(one.body, Received) and one.where.turn in heard and one.body.message in notes:
            yield one.at, notes[one.body.message].text or heard[one.where.turn]


def _keep(copies: Mapping[Path, bytes], spoken: Sequence[tuple[Micros, str]]) -> None:
    """Write the notes as one dialogue, each as long after the one before it as it was.

    A note of which no words are known, or may be kept, is a file without an entry: no manifest takes it.
    """
    from wavoice.sim.recorded import Recorded, keep  # noqa: PLC0415 -- as long as scenarios take

    dialogue, before = None, 0
    for (file, ogg), (at, words) in zip(copies.items(), spoken, strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        if not words or REMOVED in words:
            file.write_bytes(ogg)
            continue
        after = as_text((at - before) // 1000 * 1000) if dialogue else None
        how = f"Kept by wavoice chat with scenarios/{file.stem.rpartition('_')[0]}.yaml."
        note = Recorded(file.stem, words, UNASKED, UNASKED, how, None, dialogue, after, how)
        keep(file.parent, note, ogg)
        dialogue, before = dialogue or file.stem, at


def _broken(chat: ChatSession) -> Sequence[Broken]:
    """What was made to go wrong and a scenario can repeat: how a message came, and how unsure the ears were,
    is in the journal already.
    """
    does = {"gone": "fail", "truncate": "garbage"}
    again = [one for one in chat.faults.armed if one.fault.system != "delivery" and one.fault.does != "low"]
    return [
        Broken(one.at, fault.system, does.get(fault.does, fault.does), fault.at, one.times)
        for one in again
        for fault in [one.fault]
    ]


def _problems(file: Path) -> tuple[str, ...]:
    try:
        return tuple(in_words(failure, file) for failure in run_cases(load_cases(file)).failures)
    except ScenarioError as error:
        return (str(error),)
