"""What a history may not hold: journal, ledger, tickets and the wire, laid beside each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence

from tests.proxy.faults import Step
from tests.proxy.wire import Exchange
from wavoice.runtime import journal
from wavoice.runtime.model import Confirmed, HandOff, Proposal
from wavoice.sim.scenario.laws import check_laws, is_done_here
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.stage import Stage
from wavoice.sim.timeline import Note

_ENDS = (
    journal.Committed | journal.Failed | journal.Expired | journal.Cancelled | journal.Superseded
    | journal.Held
)  # fmt: skip


async def broken(play: Play, log: Sequence[Exchange]) -> AsyncIterator[str]:
    """Everything that this run doubled, lost, or told the customer and was not so."""
    stage = play.stage
    assert isinstance(stage, Stage)
    for one in (*check_laws(play.record), *play.record.noticed):
        yield f"{one.kind}: {one.reason}: {one.got}"
    for found in (*_doubled(play), *_blind(log), *_lost(play), *_not_filed(play), *_not_noted(play, stage)):
        yield found
    async for found in _untrue(play, stage):
        yield found


def _doubled(play: Play) -> Iterator[str]:
    """A yes is one effect: under one key, and in what it does."""
    keys = Counter(applied.key for applied in play.record.ledger)
    yield from (f"doubled: {key} was written {times} times" for key, times in keys.items() if times > 1)
    agreed = Counter(
        (event.body.action, json.dumps(dict(event.body.args), sort_keys=True))
        for event in play.stage.events
        if isinstance(event.body, journal.Confirmed)
    )
    done = Counter((one.action, json.dumps(dict(one.args), sort_keys=True)) for one in play.record.ledger)
    for what, times in done.items():
        if times > agreed[what]:
            yield f"doubled: {what} was agreed to {agreed[what]} times and done {times} times"


def _blind(log: Sequence[Exchange]) -> Iterator[str]:
    """Between two tries of a write or a filing stands the vendor's own word that there was none."""
    free: dict[str, bool] = {}
    for one in log:
        key = one.target  # a write and its note have the same key, each at a place of its own
        if one.step in (Step.WRITE, Step.TICKET, Step.NOTE):
            if not free.get(key, True):
                yield f"blind: {one.method} {one.target} again, with no word of the vendor in between"
            free[key] = False
        elif one.step in (Step.LOOK_UP, Step.TICKET_LOOK_UP, Step.NOTE_LOOK_UP):
            free[key] = one.told is not None and one.told[0] == 404 and b'"reason"' in one.told[1]


def _lost(play: Play) -> Iterator[str]:
    """What was agreed to ends in the books, and what the shop did is known to be done, or to a person."""
    open_: dict[str, str] = {}
    told: set[str] = set()
    handed = False
    for event in play.stage.events:
        body = event.body
        if isinstance(body, journal.Confirmed):
            open_[body.proposal] = body.action
        elif isinstance(body, _ENDS):
            open_.pop(body.proposal, None)
            told |= {body.key} if isinstance(body, journal.Committed) else set()
        elif isinstance(body, journal.HandedOff):
            open_.clear()
            handed = handed or body.reason == HandOff.UNKNOWN_OUTCOME
    yield from (f"lost: {action} was agreed to and left open" for action in open_.values())
    for applied in play.record.ledger:
        if applied.key not in told and not handed:
            yield f"lost: {applied.action} was done, and nobody knows"


def _not_filed(play: Play) -> Iterator[str]:
    """Every hand-off is in the ticket system once, whatever the wire did."""
    events = [event.body for event in play.stage.events if isinstance(event.body, journal.HandedOff)]
    done = {event.body.key for event in play.stage.events if isinstance(event.body, journal.Committed)}
    filed = (entry.key for ticket in play.record.tickets for entry in ticket.entries)
    entries = Counter(key for key in filed if key not in done)  # a job may write there as well
    if sum(entries.values()) != len(events):
        yield f"tickets: {len(events)} hand-offs, {sum(entries.values())} entries"
    yield from (f"tickets: {key} was filed {times} times" for key, times in entries.items() if times > 1)


def _not_noted(play: Play, stage: Stage) -> Iterator[str]:
    """Every write that is in the books as done is on the timeline, once."""
    noted = Counter(one.key for one in stage.world.timeline.notes)
    yield from (f"timeline: {key} was noted {times} times" for key, times in noted.items() if times > 1)
    done = {
        event.body.key: event.body for event in play.stage.events if isinstance(event.body, journal.Committed)
    }
    if {*done} != {*noted}:
        yield f"timeline: {len(done)} writes are done, and {len(noted)} are noted"
    for one in stage.world.timeline.notes:
        committed = done.get(one.key)
        if committed is not None:
            yield from _ill_noted(one.note, committed, stage)


def _ill_noted(note: Note, done: journal.Committed, stage: Stage) -> Iterator[str]:
    """A note says what was asked, heard, confirmed and done, and nothing more of the customer."""
    if (note.action, note.args, note.reference) != (done.action, dict(done.args), done.reference):
        yield f"timeline: the note of {done.action} tells of something else"
    for name in ("asked", "heard"):
        line = getattr(note, name)
        if not line["text"] or (line["modality"] == "voice" and not line["figures"]):
            yield f"timeline: {name} of {done.action} is not told: {line}"
    if not (note.question and note.done and note.row and note.confirmed in {*Confirmed}):
        yield f"timeline: the note of {done.action} is not whole"
    if note.customer not in {one.id for one in stage.world.customers}:
        yield f"timeline: {note.customer} is nobody's record"
    text = note.model_dump_json()
    for person in stage.people.values():
        known = person.phone.person
        if any(value and value in text for value in (known.phone, known.bsuid)):
            yield f"timeline: the note of {done.action} holds a phone number"


async def _untrue(play: Play, stage: Stage) -> AsyncIterator[str]:
    """A customer is told that something is done once it is, and is told."""
    done: dict[str, int] = {}
    for place, event in enumerate(stage.events):
        if isinstance(event.body, journal.Committed):
            done[event.body.proposal] = place
    applied = {one.key for one in play.record.ledger}
    for event in stage.events:
        if isinstance(event.body, journal.Committed) and event.body.key not in applied:
            if is_done_here(event.body, stage.events):
                continue
            yield f"untrue: {event.body.action} is in the books as done, and the shop has not done it"
    claims = await _claims(stage)
    for place, event in enumerate(stage.events):
        body = event.body
        if not isinstance(body, journal.Replied | journal.Noticed):
            continue
        said = [(proposal, says) for proposal, says in claims if says in body.text]
        if said and all(done.get(proposal.id, place) >= place for proposal, _ in said):
            yield f"untrue: “{said[0][1]}” was said before it was so"
    for proposal, says in claims:
        if proposal.id in done and not _heard(stage, says):
            yield f"untrue: “{says}” is so, and the customer never heard of it"


def _heard(stage: Stage, says: str) -> bool:
    """A message with these words, spoken or written, is on the phone."""
    shown = {one.wamid for who in stage.people.values() for one in who.phone.messages}
    told = (event.body for event in stage.events if isinstance(event.body, journal.Replied | journal.Noticed))
    return any(says in body.text and shown & {*body.messages} for body in told)


async def _claims(stage: Stage) -> Sequence[tuple[Proposal, str]]:
    """Every proposal with the words that claim it is done."""
    store, jobs = stage.parts.store, stage.jobs
    assert store is not None
    ids = dict.fromkeys(
        event.body.proposal for event in stage.events if isinstance(event.body, journal.Proposed)
    )
    async with store.begin() as tx:
        found = [await tx.proposals.get(one) for one in ids]
    return [
        (proposal, words.done(proposal))
        for proposal in found
        if proposal is not None and (words := jobs.about(proposal.action).words) is not None
    ]
