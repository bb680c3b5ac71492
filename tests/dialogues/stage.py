"""Carries a script out through the bot that ships: `receive`, `status` and `drain`, in its own order.

Nothing here decides anything. The store, WhatsApp and the shop are plain objects, and background work
of a turn is done where it begins, so that a dialogue needs no waiting and is the same every time.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast
from unittest.mock import patch
from zoneinfo import ZoneInfo

import wavoice.runtime.bot
import wavoice.runtime.hear
import wavoice.runtime.outgoing
import wavoice.runtime.turn
from tests.dialogues import log
from tests.dialogues.memory import Memory, Tables
from tests.dialogues.script import Again, Break, Say, Script, Status, Step, Wait
from tests.dialogues.sides import Channel, Clock, Note, Sides
from tests.dialogues.words import JOB, heard
from tests.rehearsing import nobody_is_told
from wavoice.runtime import journal
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.adapters.failpoints import NoFailpoints
from wavoice.runtime.bot import Bot
from wavoice.runtime.codes import Codes
from wavoice.runtime.keyed import Keyed
from wavoice.runtime.kit import Kit, Shelf, Turn
from wavoice.runtime.lanes import Lanes
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Arrived,
    Conversation,
    Form,
    Inbound,
    MediaRef,
    Micros,
    Modality,
    PromptState,
    Proposal,
    StatusUpdate,
    Tier,
)
from wavoice.runtime.model import Stage as Stages
from wavoice.runtime.policy import Policy
from wavoice.runtime.trace import Trace
from wavoice.sim.clock import CountingIds

T = TypeVar("T")
START = int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()) * SECOND
TENANT, NUMBER, ME, NEIGHBOUR = "default", "100", "1", "2"
_CONTACTS = tuple(Address(TENANT, NUMBER, f"c_{phone}") for phone in (ME, NEIGHBOUR))
ZONE = ZoneInfo("Asia/Kolkata")
CODES = Codes(b"of dialogues")
POLICY = Policy()
_CODE = re.compile(r"YES (\d{4})", re.I)
_FORMS = {
    "reaction": Form.REACTION,
    "unreaction": Form.REACTION_REMOVED,
    "edit": Form.EDIT,
    "revoke": Form.REVOKE,
    "echo": Form.ECHO,
}
_MODALITIES = {"text": Modality.TEXT, "edit": Modality.TEXT, "voice": Modality.VOICE, "tap": Modality.BUTTON}


class _Finished(Generic[T]):
    """Work that was done at once."""

    def __init__(self, result: T) -> None:
        self._result = result

    def __await__(self) -> Generator[None, None, T]:
        yield from ()  # an iterator that is over before it begins
        return self._result


class _Turn(Turn):
    """A turn whose background work is done where it begins, and whose journal is its end alone."""

    __slots__ = ()

    def begin(self, work: Coroutine[Any, Any, T]) -> Any:
        try:
            work.send(None)
        except StopIteration as done:
            return _Finished(done.value)
        raise RuntimeError("nothing in a dialogue waits")

    async def close(self) -> None:
        """Nothing is left running."""

    def log(self, *bodies: journal.Body, turn: str | None = None) -> None:
        for body in bodies:
            if isinstance(body, journal.TurnEnded):
                cast("_Bot", self.kit.sink).ended(turn or self.id, body)
            elif isinstance(body, journal.Released):
                cast("_Bot", self.kit.sink).released(self.trace.now(), self.address.contact)


class _Untimed(Trace):
    """A trace without spans: in a dialogue no stage takes time of its own."""

    __slots__ = ()

    def span(self, stage: Stages) -> Any:
        return _NOTHING

    def add(self, stage: Stages, start: Micros, end: Micros) -> None:
        """Nobody asks for it."""


_NOTHING = nullcontext()


@dataclass(slots=True)
class _Bot(Bot):
    """The bot; as the sink of its kit it is told how turns end."""

    entries: list[log.Entry]

    def ended(self, turn: str, body: journal.TurnEnded) -> None:
        self.entries.append(log.Ended(body.ended_at, turn, body.how, body.reason))

    def released(self, at: Micros, contact: str) -> None:
        self.entries.append(log.Released(at, contact))

    def write(self, event: journal.Event) -> None:
        """`journal.Sink`: what the bot writes outside of turns."""
        if isinstance(event.body, journal.Trouble) and event.body.stage == "turn":
            self.entries.append(log.Failed(event.at, f"{event.body.code} at {event.body.detail}"))


def _begin(kit: Kit, turn: str, conversation: Conversation, modality: Modality, started: Micros) -> Turn:
    return _Turn(turn, conversation.address, modality, _Untimed(kit.clock, started, kit.until), kit)


@asynccontextmanager
async def _no_patience(*_: object) -> AsyncIterator[None]:
    """Nobody is told that a note takes long: listening takes no time but that of the script."""
    yield


class _Endless:
    """A time-out in a time that does not pass."""

    async def __aenter__(self) -> None:
        """Begin."""

    async def __aexit__(self, *_: object) -> None:
        """End."""


_ENDLESS = _Endless()


@contextmanager
def at_once() -> Iterator[None]:
    """Turns that are done where they begin, in every module that begins one."""
    with (
        patch.object(wavoice.runtime.bot, "begin", _begin),
        patch.object(wavoice.runtime.outgoing, "begin", _begin),
        patch.object(wavoice.runtime.turn, "patience", _no_patience),
        patch.object(wavoice.runtime.hear, "asyncio", SimpleNamespace(timeout=lambda _seconds: _ENDLESS)),
    ):
        yield


@cache
def jobs_of(tier: str) -> Jobs:
    """The one job of all dialogues as if it had that risk: rows differ by tier, and jobs by what they do."""
    return Jobs(tuple(replace(job, tier=Tier(tier) if job.name == JOB else job.tier) for job in JOBS))


@dataclass(slots=True, repr=False)
class Stage:
    """One dialogue under way."""

    entries: list[log.Entry]
    clock: Clock
    sides: Sides
    tables: Tables
    bot: _Bot
    arrived: list[tuple[Arrived, log.Got]]
    """What was sent so far, to be delivered again, quoted, edited or taken back."""
    identity: str = "key 1"

    @classmethod
    def build(cls, tier: str) -> Stage:
        entries: list[log.Entry] = []
        clock, tables = Clock(START), Tables()
        sides = Sides(clock, entries)
        kit = Kit(
            store=Memory(tables),
            channel=Channel(sides),
            orders=sides,
            ears=sides,
            voice=None,
            decoder=sides,
            interpreter=sides,
            clock=clock,
            ids=CountingIds(),
            zone=ZONE,
            failpoints=NoFailpoints(),
            sink=cast("journal.Sink", None),  # the bot itself, two lines down
            codes=CODES,
            keyed=Keyed(b"a key of the dialogues"),
            policy=POLICY,
            lanes=Lanes(POLICY),
            shelf=Shelf(jobs_of(tier)),
        )
        bot = _Bot(kit, TENANT, frozenset({NUMBER}), nobody_is_told, entries)
        object.__setattr__(kit, "sink", bot)
        stage = cls(entries, clock, sides, tables, bot, [])
        tables.saved, tables.read = stage._saved, stage._read
        return stage

    def part(self) -> None:
        """Let go of each other: what is in no circle is freed at once, and its memory used again."""
        self.tables.saved = lambda _before, _after: None
        self.tables.read = lambda _message: None
        object.__setattr__(self.bot.kit, "sink", None)
        self.sides.arriving.clear()

    # --- what the checker is told

    def _saved(self, before: Proposal | None, after: Proposal) -> None:
        same_version = before is not None and before.digest == after.digest
        used = after.evidence.message if after.evidence else None
        if (
            before is not None
            and same_version
            and before.state is after.state
            and before.evidence is not None
        ):
            return
        if before is not None and same_version and before.state is after.state and used is None:
            return
        self.entries.append(
            log.Moved(
                self.clock.moment,
                after.id,
                after.version,
                after.digest,
                after.action,
                dict(after.args),
                str(after.tier),
                after.facts_version,
                after.address.contact,
                after.created_at,
                str(before.state) if before is not None and same_version else "",
                str(after.state),
                used,
                after.address.tenant,
                after.identity,
            )
        )

    def _read(self, message: Inbound) -> None:
        self.entries.append(log.Done(self.clock.moment, message.id, message.turn))

    # --- steps

    async def play(self, step: Step) -> None:
        """Let one step happen; whatever is due is done before it, unless something is to stay unread."""
        match step:
            case Say():
                await self._say(step)
            case Wait():
                await self._wait(step)
            case Status():
                await self._status(step)
            case Again():
                await self._again(step)
            case Break("edited"):
                order = self.sides.order
                self.sides.order = replace(order, version=f"v{int(order.version[1:]) + 1}")
            case Break():
                self.sides.faults.append(step.what)

    async def _say(self, step: Say) -> None:
        if step.during:
            self.sides.arriving.setdefault(step.during, []).append(lambda: self._arrive(step))
            return
        await self._arrive(step)
        if not step.unread:
            await self.drain()

    async def _arrive(self, step: Say) -> None:
        message = self._message(step)
        if message is None:
            return
        sent, got = message
        self.arrived.append(message)
        self.entries.append(got)
        await self.bot.receive(sent, got.at)

    async def _wait(self, step: Wait) -> None:
        until = self.clock.moment + step.time
        if not step.asleep:
            await self.drain()
            while (due := self._next_due()) is not None and due <= until:
                self.clock.moment = max(self.clock.moment, due)
                await self.drain()
        self.clock.moment = max(self.clock.moment, until)
        await self.drain()

    def _next_due(self) -> Micros | None:
        return min((timer.due_at for timer in self.tables.timers.values()), default=None)

    async def drain(self) -> None:
        """What the engine does when it is nudged or a timer is due."""
        now, tables = self.clock.moment, self.tables
        for contact in _CONTACTS:
            due = any(t.due_at <= now and t.address == contact for t in tables.timers.values())
            if due or tables.undone.get(contact.contact):
                await self.bot.drain(contact)

    async def end(self) -> None:
        """Let everything run out."""
        for _ in range(60):
            await self.drain()
            due = self._next_due()
            if due is None:
                return
            self.clock.moment = max(self.clock.moment, due)

    async def _status(self, step: Status) -> None:
        question = self._question("old" if step.old else "new")
        if question is None:
            return
        state = PromptState(step.status)
        self.entries.append(log.Status(self.clock.moment, question.id, step.status))
        at = self.clock.moment
        await self.bot.status(StatusUpdate(NUMBER, question.id, f"{question.group}/0", state, at))

    async def _again(self, step: Again) -> None:
        await self.drain()
        if len(self.arrived) < step.back:
            return
        message, got = self.arrived[-step.back]
        before = self._told()
        await self.bot.receive(message, self.clock.moment)
        await self.drain()
        after = self._told()
        changed = ", ".join(key for key in after if after[key] != before[key])
        self.entries.append(log.Repeated(self.clock.moment, got.id, changed))

    def _told(self) -> dict[str, object]:
        return {
            "proposals": dict(self.tables.proposals),
            "timers": dict(self.tables.timers),
            "messages": self.sides.sent,
            "writes": len(self.sides.done),
            "consents": len(self.tables.consents),
        }

    # --- messages

    def _question(self, which: str) -> log.Sent | None:
        """The newest question, or the newest of another version before it."""
        asked = [one for one in self.entries if isinstance(one, log.Sent) and one.digest and one.to == ME]
        if which == "old":
            asked = [one for one in asked if one.digest != asked[-1].digest]
        return asked[-1] if asked else None

    def _message(self, step: Say) -> tuple[Arrived, log.Got] | None:
        """The webhook of a step beside what the checker may know of it; None if it is about nothing."""
        target = self._question(step.about) if step.about else None
        own = self.arrived[-1][1] if self.arrived else None
        if (step.about and target is None) or (step.channel in ("edit", "revoke", "unreaction") and not own):
            return None
        name = f"w{len(self.arrived) + 1}"
        readings = (log.Heard(),) if step.channel in ("unreaction", "revoke") else self._readings(step)
        decodes = readings if step.channel == "voice" else readings[-1:]
        moment = self.clock.moment
        sent_at = (moment - step.late) // SECOND * SECOND
        form = _FORMS.get(step.channel, Form.MESSAGE)
        modality = _MODALITIES.get(step.channel, Modality.OTHER)
        button = f"{'yes' if 'Y' in step.phrase.marks else 'no'}:{target.digest}" if target else None
        about = target.id if target else None
        if own and step.channel in ("edit", "revoke"):
            about = own.id
        if own and step.channel == "unreaction":
            about = own.target
        got = log.Got(
            at=moment,
            id=name,
            sender=f"c_{NEIGHBOUR if step.neighbour else ME}",
            channel=str(modality),
            form=str(form),
            sent_at=sent_at,
            readings=decodes,
            button=button if modality is Modality.BUTTON else None,
            quotes=target.id if target and form is Form.MESSAGE else None,
            target=about if form is not Form.MESSAGE else None,
            forwarded=step.forwarded,
            file=step.file,
            seconds=step.seconds if modality is Modality.VOICE else 0.0,
            speech=step.speech,
            logprob=step.logprob,
            no_speech=step.no_speech,
            identity=step.identity or self.identity,
        )
        if modality is Modality.VOICE:
            self._record(name, step, decodes)
        else:
            self.sides.words[name] = readings[-1]
        arrived = Arrived(
            number=NUMBER,
            id=name,
            alias=Alias(NEIGHBOUR if step.neighbour else ME, None),
            sent_at=sent_at,
            modality=modality,
            type=step.channel,
            body={},
            text=None if modality is Modality.VOICE else name,
            media=MediaRef(name, "audio/ogg", "", not step.file) if modality is Modality.VOICE else None,
            button=got.button,
            quotes=got.quotes,
            forwarded=step.forwarded,
            form=form,
            target=got.target,
            identity=got.identity,
        )
        return arrived, got

    def _readings(self, step: Say) -> tuple[log.Heard, ...]:
        question = self._question("new")
        asked = code = None
        if question is not None:
            shown = _CODE.search(question.text)
            code = shown.group(1) if shown else None
            proposal = next((p for p in self.tables.proposals.values() if p.digest == question.digest), None)
            asked = proposal.args.get("day") if proposal else None
        last = heard(step.phrase, asked, code)
        return (heard(step.other, asked, code) if step.other else last, last)

    def _record(self, name: str, step: Say, decodes: tuple[log.Heard, ...]) -> None:
        self.sides.notes[name] = Note(
            decodes, step.seconds, step.speech, step.logprob, step.no_speech, step.took
        )
        for prompt, words in zip(("negative", "none"), decodes, strict=True):
            self.sides.words[f"{prompt} {name}"] = words


async def perform(script: Script) -> list[log.Entry]:
    """Carry a dialogue out to its last timer; return what the checker may know."""
    with at_once():
        return await play_out(script)


async def play_out(script: Script) -> list[log.Entry]:
    """`perform` for whoever is `at_once` already, and plays more than one."""
    stage = Stage.build(script.tier)
    for step in script.steps:
        await stage.play(step)
    await stage.end()
    groups = {one.id: (one.turn, one.reply.notice) for one in stage.tables.outbox.values()}
    stage.entries.append(log.Over(groups))
    stage.part()
    return stage.entries
