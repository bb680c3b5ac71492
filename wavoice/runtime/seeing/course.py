"""The journal, event by event, as tasks: what customers wanted, how far it came, how it ended.

One definition for live metrics and for the weekly report (docs/observe.md says it in words). Events come in
the order of the journal; a conversation is told by number and contact.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros
from wavoice.runtime.seeing.events import SAID
from wavoice.runtime.seeing.facts import (
    Answered,
    Began,
    Ended,
    Fact,
    HandedOver,
    Reached,
    TakenBack,
    Vetoed,
)
from wavoice.runtime.seeing.names import is_job
from wavoice.runtime.seeing.tasks import CALLED_OFF, DAY, DONE, DROPPED, HANDED_OFF, Task

_MATTERS = (
    *(journal.ProposalEvent, journal.Received, journal.Read, journal.Decided, journal.TurnEnded),
    *(journal.Replied, journal.Noticed, journal.Trouble, journal.HandedOff, journal.Released),
)
_NO = frozenset({"N", "C"})
"""Marks of a plain no."""


@dataclass(slots=True)
class _Turn:
    """What a turn has brought so far."""

    received_at: Micros | None = None
    modality: str = "other"
    marks: frozenset[str] = frozenset()
    intent: str | None = None
    """The job that it asks for."""
    not_read: bool = False
    """The shop's records could not be read."""
    beside: str | None = None
    """A question that came with a yes, and is answered after the commit."""


@dataclass(slots=True)
class _Talk:
    """What is remembered of one conversation."""

    last_at: Micros = 0
    open: dict[str, Task] = field(default_factory=dict)
    done: dict[str, Task] = field(default_factory=dict)
    """The last task of a job that was done, for as long as a return to it counts."""
    settling: set[str] = field(default_factory=set)
    """Proposals whose yes may still be taken back."""
    asked: set[str] = field(default_factory=set)
    """Proposals whose question is open."""
    turns: dict[str, _Turn] = field(default_factory=dict)
    with_person: bool = False
    """A person has the chat: what is said is for them."""


class Course:
    """Folds events into facts.

    `most`: conversations that are remembered; those that lay still longest go first. None: all of them.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._talks: OrderedDict[tuple[str, str, str], _Talk] = OrderedDict()

    def take(self, event: Event) -> Iterator[Fact]:
        """The facts that an event brings about. Go through all of them: what they say is noted on the way."""
        if not isinstance(event.body, _MATTERS):
            return
        where = event.where
        key = (where.tenant, where.number, where.contact)
        talk = self._talks.get(key)
        if talk is None:
            talk = self._talks[key] = _Talk()
        else:
            yield from _still(talk, event.at)
        talk.last_at = max(talk.last_at, event.at)
        self._talks.move_to_end(key)
        yield from self._fold(talk, event)
        if self._most is not None and len(self._talks) > self._most:
            self._talks.popitem(last=False)

    def sweep(self, now: Micros) -> Iterator[Fact]:
        """What has come to nothing because nothing more was heard of it for a day."""
        for key, talk in list(self._talks.items()):
            if now - talk.last_at < DAY:
                if self._most is None:  # a journal that was put together need not be in the order of time
                    continue
                break
            yield from _still(talk, now)
            if now - talk.last_at >= 2 * DAY:
                del self._talks[key]

    def _fold(self, talk: _Talk, event: Event) -> Iterator[Fact]:
        body = event.body
        match body:
            case journal.Received():
                _received(talk, event, body)
            case journal.Read():
                turn = _turn(talk, event)
                turn.marks = frozenset(map(str, body.marks))
                turn.intent = body.intent if is_job(body.intent) else None
            case journal.Released():
                talk.with_person = False
            case journal.Trouble(stage="look_up") if body.code != "foreign_record":
                _turn(talk, event).not_read = True
            case journal.Decided():
                yield from _decided(talk, event)
            case journal.ProposalEvent():
                yield from _proposal(talk, event, body)
            case journal.HandedOff(reason=reason):
                yield from _handed_off(talk, event, reason)
            case journal.Replied() | journal.Noticed():
                yield from _told(talk, event, body)
            case journal.TurnEnded(how=how):
                yield from _ended(talk, event, how)


def _still(talk: _Talk, now: Micros) -> Iterator[Fact]:
    """Tasks that lay still for a day are dropped; those that were done for a day stay done."""
    for flow, task in list(talk.open.items()):
        if now - task.last_at >= DAY:
            yield from _end(talk, flow, DROPPED, task.last_at, "")
    for flow, task in list(talk.done.items()):
        if now - (task.ended_at or 0) >= DAY:
            del talk.done[flow]


def _turn(talk: _Talk, event: Event) -> _Turn:
    found = talk.turns.get(event.where.turn)
    if found is None:
        found = talk.turns[event.where.turn] = _Turn(modality=str(event.where.modality or "other"))
    return found


def _received(talk: _Talk, event: Event, body: journal.Received) -> None:
    turn = _turn(talk, event)
    if body.form in SAID:
        turn.received_at = event.at


def _begin(talk: _Talk, event: Event, flow: str) -> Iterator[Fact]:
    """The task of that job, begun now unless it is under way."""
    turn = _turn(talk, event)
    if flow in talk.open:
        return
    began_at = turn.received_at if turn.received_at is not None else event.at
    before = talk.done.pop(flow, None)
    if before is not None and began_at - (before.ended_at or 0) < DAY and not before.repeated:
        before.repeated = True
        yield TakenBack(before, "repeat")
    where = event.where
    task = Task(where.number, where.contact, flow, turn.modality, began_at, last_at=event.at)
    talk.open[flow] = task
    yield Began(task)
    yield Reached(task, "begin", turn.modality)


def _reach(talk: _Talk, event: Event, flow: str, step: str) -> Iterator[Fact]:
    task = talk.open.get(flow)
    if task is None:
        return
    new = step not in task.reached
    task.at(step, event.at)
    if new:
        yield Reached(task, step, _turn(talk, event).modality)


def _end(talk: _Talk, flow: str, how: str, at: Micros, turn: str) -> Iterator[Fact]:
    task = talk.open.pop(flow, None)
    if task is None:
        return
    task.end(how, at, turn)
    if how == DONE:
        talk.done[flow] = task
    yield Ended(task)


def _decided(talk: _Talk, event: Event) -> Iterator[Fact]:
    """What a turn came to, by the step that its header names; a question and its answers tell themselves."""
    flow, step, turn = event.where.flow, event.where.step or "", _turn(talk, event)
    if turn.intent is not None and step and not talk.with_person:  # without a step it is not answered at all
        yield from _begin(talk, event, turn.intent)
    task = talk.open.get(flow) if flow is not None else None
    if flow is None or task is None:
        return
    if step == "settle":
        if "confirm" not in task.reached:
            turn.beside = flow
    elif step == "answer":
        yield from _reach(talk, event, flow, "answer")
        yield from _end(talk, flow, DONE, event.at, event.where.turn)
    elif step.startswith("ask:"):
        yield from _reach(talk, event, flow, step)
    elif step == "say" and "confirm" not in task.reached:
        refused = turn.marks and turn.marks <= _NO
        how = CALLED_OFF if refused else "unavailable" if turn.not_read else "refused"
        yield from _end(talk, flow, how, event.at, event.where.turn)


def _proposal(talk: _Talk, event: Event, body: journal.ProposalEvent) -> Iterator[Fact]:
    flow = body.action
    match body:
        case journal.Proposed():
            yield from _led_on(talk, event, flow)
            yield from _begin(talk, event, flow)
            yield from _reach(talk, event, flow, "confirm")
            talk.asked.add(body.proposal)
        case journal.Reprompted():
            yield Answered(flow, body.tier, "unclear")
            yield from _reach(talk, event, flow, "confirm")
        case journal.Confirmed():
            talk.settling.add(body.proposal)
            talk.asked.discard(body.proposal)
            yield Answered(flow, body.tier, "yes")
            yield from _reach(talk, event, flow, "settle")
        case journal.Held() | journal.Cancelled() | journal.Superseded() | journal.Expired():
            yield from _stopped(talk, event, body)
        case journal.Intended() | journal.Unknown():
            talk.settling.discard(body.proposal)
            yield from _reach(talk, event, flow, "commit")
        case journal.Committed():
            yield from _committed(talk, event, body)
        case journal.Failed():
            talk.settling.discard(body.proposal)
            yield from _reach(talk, event, flow, "commit")
            yield from _end(talk, flow, "failed", event.at, event.where.turn)
        case journal.Shadowed():
            talk.settling.discard(body.proposal)
            yield from _reach(talk, event, flow, "commit")
            yield from _end(talk, flow, HANDED_OFF, event.at, event.where.turn)


def _led_on(talk: _Talk, event: Event, flow: str) -> Iterator[Fact]:
    """A question that was answered by going on with another job: "nothing is on its way; order it again?"."""
    asked = _turn(talk, event).intent
    task = talk.open.get(asked) if asked is not None and asked != flow else None
    if asked is not None and task is not None and [*task.reached] == ["begin"]:
        yield from _reach(talk, event, asked, "answer")
        yield from _end(talk, asked, DONE, event.at, event.where.turn)


_WHAT = {"held": "held", "cancelled": "no", "superseded": "changed", "expired": "lapsed"}


def _stopped(talk: _Talk, event: Event, body: journal.ProposalEvent) -> Iterator[Fact]:
    """A question, or a yes that settled, that was stopped, replaced or forgotten."""
    flow, by_commit = body.action, event.where.step == "commit"
    if body.proposal in talk.settling:
        talk.settling.discard(body.proposal)
        if not by_commit and body.kind != "expired":
            if flow in talk.open:
                talk.open[flow].vetoed += 1
            yield Vetoed(flow)
    elif body.proposal in talk.asked:
        yield Answered(flow, body.tier, _WHAT[body.kind])
    if body.kind == "held":
        talk.asked.add(body.proposal)  # the question is put once more
        yield from _reach(talk, event, flow, "confirm")
        return
    talk.asked.discard(body.proposal)
    if body.kind == "cancelled":
        yield from _end(talk, flow, CALLED_OFF, event.at, event.where.turn)
    elif body.kind == "expired" and by_commit:  # else it may be asked anew at once
        yield from _end(talk, flow, "lapsed", event.at, event.where.turn)


def _committed(talk: _Talk, event: Event, body: journal.Committed) -> Iterator[Fact]:
    talk.settling.discard(body.proposal)
    yield from _reach(talk, event, body.action, "commit")
    task = talk.open.get(body.action)
    if task is not None and body.money is not None:
        minor, currency = body.money.get("minor"), body.money.get("currency")
        if isinstance(minor, int) and isinstance(currency, str):
            task.minor, task.currency, task.takes = minor, currency, body.takes
    yield from _end(talk, body.action, DONE, event.at, event.where.turn)


def _handed_off(talk: _Talk, event: Event, reason: str) -> Iterator[Fact]:
    """A person takes over whatever is open, and what was done a short while ago is no longer contained."""
    last = max(talk.open.values(), key=lambda task: task.last_at, default=None)
    flow = event.where.flow if is_job(event.where.flow) else None
    yield HandedOver(flow or (last.flow if last else None), reason)
    talk.with_person = True
    for open_flow in list(talk.open):
        yield from _end(talk, open_flow, HANDED_OFF, event.at, event.where.turn)
    for task in talk.done.values():
        if event.at - (task.ended_at or 0) < DAY and not task.human:
            task.human = True
            yield TakenBack(task, "human")


def _told(talk: _Talk, event: Event, body: journal.Replied | journal.Noticed) -> Iterator[Fact]:
    turn, at = talk.turns.pop(event.where.turn, None), body.accepted_at or event.at
    if turn is not None and turn.beside is not None:
        flow = turn.beside
        yield from _reach(talk, event, flow, "answer")
        yield from _end(talk, flow, DONE, event.at, event.where.turn)
    for task in talk.done.values():
        if task.turn == event.where.turn and task.told_at is None:
            task.told_at = at


def _ended(talk: _Talk, event: Event, how: str) -> Iterator[Fact]:
    """A turn is over; what is done and was never told is not finished for its customer."""
    if how == "undelivered":
        for flow, task in list(talk.done.items()):
            if task.turn == event.where.turn and task.told_at is None:
                task.how = "untold"
                task.at("tell", event.at)
                del talk.done[flow]
                yield TakenBack(task, "untold")
    turn = talk.turns.get(event.where.turn)
    if turn is not None and turn.beside is None:
        del talk.turns[event.where.turn]
