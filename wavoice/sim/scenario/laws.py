"""Eleven laws that every run keeps: nobody writes them into a scenario, nobody can forget them.

L1 to L6, L8 and L10 follow from the journal and the shop's ledger, so they hold for replays too; L7 and
L9 from what happened after the last step; L11 is what `wavoice audit` proves of a journal.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.actions.erase_my_data import NAME as ERASE_MY_DATA
from wavoice.runtime.audit import prove_events
from wavoice.runtime.journal import Event
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.record import Mark, Record
from wavoice.sim.shop import Applied

LAWS = {
    "L1": "no write without a confirmation bound to that proposal, its version and its arguments",
    "L2": "at most one commit per proposal",
    "L3": "at most one reply group per turn, and every turn is answered, or overtaken by one that is",
    "L4": "every commit, refusal and hand-off has its line in the log",
    "L5": "no write and no voice after STOP or withdrawn consent",
    "L6": "no write while a message that was received before it is not interpreted",
    "L7": "the same webhook delivered twice changes nothing",
    "L8": "no personal value in the journal outside pii",
    "L9": "when the last timer has run, nothing more was sent or written",
    "L10": "no reply sends the customer out of the chat",
    "L11": "the journal alone proves that every write had its yes",
}
"""What each law says."""


def check_laws(record: Record) -> list[Failure]:
    """Every law that this run broke."""
    facts = _Facts(record.events, record.ledger)
    found = [
        *_bound(facts),
        *_answered(facts, record),
        *_logged(facts),
        *_silent(facts, record),
        *_heard_first(facts),
        *_repeated(record),
        *_private(record),
        *_at_rest(record),
        *_in_chat(record),
    ]
    return list(dict.fromkeys(found))


def check_proofs(record: Record) -> list[Failure]:
    """L11, of a whole journal: what the auditor of a live store would find of it."""
    found = prove_events(record.events).violations
    return [_broken("L11", f"{one.invariant}: {one.said}", one.proposal) for one in found]


def _broken(law: str, reason: str, got: object = "", turn: str | None = None) -> Failure:
    return Failure(None, law, reason, LAWS[law], str(got), turn=turn)


@dataclass(frozen=True, slots=True)
class Written:
    """One business write beside what the journal says of it."""

    applied: Applied
    told: Event | None
    """The event that names its key; None if the journal knows nothing of it."""


class _Facts:
    """The journal, indexed once."""

    def __init__(self, events: Sequence[Event], ledger: Sequence[Applied]) -> None:
        self.events = events
        self.by_turn: dict[str, list[Event]] = defaultdict(list)
        told: dict[str, Event] = {}
        for event in events:
            self.by_turn[event.where.turn].append(event)
            body = event.body
            if isinstance(body, journal.Committed | journal.Unknown | journal.Failed) and body.key:
                told.setdefault(body.key, event)
        self.ledger = ledger
        self.writes = [Written(applied, told.get(applied.key)) for applied in ledger]
        self.confirmed = [event for event in events if isinstance(event.body, journal.Confirmed)]

    def of(self, kind: type[object]) -> list[Event]:
        """All events with such a body."""
        return [event for event in self.events if isinstance(event.body, kind)]


def is_done_here(done: object, events: Sequence[Event]) -> bool:
    """True for a write of the runtime's own, which is done, and of which no shop is asked: an erasure."""
    erasing = isinstance(done, journal.Committed) and done.action == ERASE_MY_DATA
    return erasing and any(isinstance(event.body, journal.Erased) for event in events)


def _bound(facts: _Facts) -> Iterator[Failure]:
    """L1 and L2."""
    commits: Counter[str] = Counter()
    for write in facts.writes:
        applied, told = write.applied, write.told
        if told is None:
            yield _broken("L1", "the shop was written to, and the journal does not say why", _said(applied))
            continue
        bound = told.body
        commits[bound.proposal] += 1
        proofs = [
            event
            for event in facts.confirmed
            if event.body.digest == bound.digest
            and (event.body.proposal, event.body.version) == (bound.proposal, bound.version)
            and event.at <= applied.at
        ]
        if not proofs:
            yield _broken("L1", "no yes was given to this version before it was written", _said(applied))
        elif dict(bound.args) != dict(applied.args) or bound.action != applied.action:
            yield _broken("L1", "other arguments were written than were confirmed", _said(applied))
    for event in facts.of(journal.Committed):
        if not is_done_here(event.body, facts.events) and event.body.key not in {
            applied.key for applied in facts.ledger
        }:
            yield _broken(
                "L4", "the journal says committed, and the shop was not written to", event.body.action
            )
    for proposal, times in commits.items():
        if times > 1:
            yield _broken("L2", f"one proposal was written {times} times", proposal)


_REASONED: Mapping[str, type[Any]] = {
    "opted out": journal.ConsentChanged,
    "a person has taken over": journal.HandedOff,
    "muted": journal.HandedOff,
}
"""Reasons for silence that something before it must have brought about."""


def _answered(facts: _Facts, record: Record) -> Iterator[Failure]:
    """L3."""
    received_ids = {event.body.message for event in facts.of(journal.Received)}
    for run in record.steps:
        if run.message is not None and run.message not in received_ids:
            yield _broken("L3", "a message was sent, and the bot knows nothing of it", f"step {run.number}")
    for turn, events in facts.by_turn.items():
        groups = {e.body.group for e in events if isinstance(e.body, journal.Replied | journal.Noticed)}
        if len(groups) > 1:
            yield _broken("L3", "a turn was answered more than once", len(groups), turn)
        received = any(isinstance(event.body, journal.Received) for event in events)
        ended = [event.body for event in events if isinstance(event.body, journal.TurnEnded)]
        if received and not ended:
            yield _broken("L3", "a turn never ended", turn, turn)
        for end in ended[-1:]:
            yield from _how_it_ended(facts, record, turn, end)


def _how_it_ended(facts: _Facts, record: Record, turn: str, end: journal.TurnEnded) -> Iterator[Failure]:
    if end.how == "overtaken":
        later = facts.by_turn.get(end.reason, [])
        after = {event.body.how for event in later if isinstance(event.body, journal.TurnEnded)}
        if not after & {"answered", "silent", "overtaken", "undelivered", "delayed"}:
            yield _broken("L3", "a turn was overtaken by one that answered nothing", turn, turn)
    elif end.how == "delayed":
        events = facts.by_turn[turn]
        asked = any(isinstance(event.body, journal.Received) for event in events)
        if asked and not _came_later(facts, next(event for event in events if event.body is end)):
            yield _broken("L3", "a reply was to be sent again, and never was", turn, turn)
    elif end.how == "silent" and not end.reason:
        yield _broken("L3", "a turn was met with silence, and no reason is given", turn, turn)
    elif end.how == "silent" and (cause := _REASONED.get(end.reason)) is not None:
        causes = (cause, journal.ConsentChanged)
        never = record.consent.messages is False
        if not never and not any(isinstance(event.body, causes) for event in facts.events):
            yield _broken("L3", f"a turn was met with silence: {end.reason}, and that is not so", turn, turn)


KNOWN_FROM_STATUS = "known from its status"
_AGAIN = frozenset({"sent again", KNOWN_FROM_STATUS})
"""Reasons with which a turn ends that only brings the reply of an earlier one."""


def _came_later(facts: _Facts, delayed: Event) -> bool:
    """A reply that WhatsApp did not take at first was taken, or given up, in a turn of its own since."""
    contact, turn = delayed.where.contact, delayed.where.turn
    for event in facts.events:
        body = event.body
        if isinstance(body, journal.TurnEnded) and event.at >= delayed.at:
            again = body.reason in _AGAIN and body.how in ("answered", "undelivered")
            if again and event.where.contact == contact and event.where.turn != turn:
                return True
        elif isinstance(body, journal.Trouble) and event.where.turn == turn and body.code == "not_sent":
            return True
    return False


def _logged(facts: _Facts) -> Iterator[Failure]:
    """L4."""
    for write in facts.writes:
        told = write.told
        after = facts.of(journal.Committed)
        if told is not None and not any(event.body.key == write.applied.key for event in after):
            handed = any(event.where.contact == told.where.contact for event in facts.of(journal.HandedOff))
            if not handed:
                yield _broken(
                    "L4", "a write was made, and neither committed nor handed over", _said(write.applied)
                )
    closing = {"cancel": journal.Cancelled, "opt_out": journal.ConsentChanged, "hand_off": journal.HandedOff}
    for event in facts.of(journal.Decided):
        kind = closing.get(event.body.effect)
        if kind is not None and not any(isinstance(e.body, kind) for e in facts.by_turn[event.where.turn]):
            yield _broken(
                "L4", f"{event.body.effect} was decided and not logged", event.body.row, event.where.turn
            )


def _silent(facts: _Facts, record: Record) -> Iterator[Failure]:
    """L5: after STOP one acknowledgement, in text; without consent to voice no voice."""
    never = record.consent.messages is False
    stopped: dict[str, tuple[int, str]] = dict.fromkeys(record.names, (-1, "")) if never else {}
    voiceless = set(record.names) if record.consent.voice_replies is not True else set()
    for place, event in enumerate(facts.events):
        body, contact = event.body, event.where.contact
        if isinstance(body, journal.ConsentChanged):
            if body.purpose == "messages":
                stopped.pop(contact, None)
                if not body.given:
                    stopped[contact] = place, event.where.turn
            elif body.purpose == "voice_replies":
                (voiceless.discard if body.given else voiceless.add)(contact)
        elif isinstance(body, journal.Replied | journal.Noticed):
            if contact in stopped and _acknowledges(facts, stopped[contact][1], event.where.turn):
                stopped[contact] = stopped[contact][0], event.where.turn
            elif contact in stopped and _sent_since(facts, record, stopped[contact][0], event):
                yield _broken("L5", "a message was sent after STOP", body.text, event.where.turn)
            if "voice" in body.form and (contact in stopped or contact in voiceless):
                yield _broken("L5", "a voice note was sent without consent", body.form, event.where.turn)
    yield from _written_after_stop(facts)


def _acknowledges(facts: _Facts, stop: str, turn: str) -> bool:
    """A reply of the turn of STOP; if WhatsApp did not take it then, of the one turn that sends it again."""
    ends = {
        name: [event.body for event in facts.by_turn[name] if isinstance(event.body, journal.TurnEnded)]
        for name in (stop, turn)
    }
    delayed = bool(ends[stop]) and ends[stop][-1].how == "delayed"
    return turn == stop or (delayed and any(end.reason in _AGAIN for end in ends[turn]))


def _sent_since(facts: _Facts, record: Record, stop: int, reply: Event) -> bool:
    """What the bot learned from a status alone may have been sent before STOP: it died in between.

    Statuses and the handset tell when that was.
    """
    body = reply.body
    if body.fallback != KNOWN_FROM_STATUS or not body.messages or stop < 0:
        return True
    before, at = facts.events[:stop], facts.events[stop].at
    reported = {event.body.message for event in before if isinstance(event.body, journal.StatusSeen)}
    shown = {one.wamid for one in record.messages.get(reply.where.contact, ()) if one.at < at}
    return bool(set(body.messages) - reported - shown)


def _written_after_stop(facts: _Facts) -> Iterator[Failure]:
    changes = [
        (event.at, event.where.contact, event.body.given)
        for event in facts.of(journal.ConsentChanged)
        if event.body.purpose == "messages"
    ]
    for write in facts.writes:
        contact = write.told.where.contact if write.told else None
        latest = [given for at, who, given in changes if who == contact and at < write.applied.at]
        if latest and not latest[-1]:
            yield _broken("L5", "something was written after STOP", _said(write.applied))


def _heard_first(facts: _Facts) -> Iterator[Failure]:
    """L6, by the time at which the shop wrote; what the journal holds before the write was read before it.

    A clock that is set back while a message is read says otherwise, and the journal's order does not.
    """
    read: dict[str, int] = {}
    tried: dict[str, int] = {}
    for place, event in enumerate(facts.events):
        if isinstance(event.body, journal.Read | journal.TurnEnded):
            read.setdefault(event.where.turn, place)
        elif isinstance(event.body, journal.Intended):
            tried.setdefault(event.body.key, place)
    received = facts.of(journal.Received)
    for write in facts.writes:
        if write.told is None:
            continue
        for event in received:
            before = event.where.contact == write.told.where.contact and event.at < write.applied.at
            place = read.get(event.where.turn, len(facts.events))
            late = place == len(facts.events) or facts.events[place].at > write.applied.at
            if before and late and place >= tried.get(write.applied.key, 0):
                yield _broken(
                    "L6",
                    "a message had been received and was not read",
                    _said(write.applied),
                    event.where.turn,
                )


def _repeated(record: Record) -> Iterator[Failure]:
    """L7: statuses may be seen again; nothing may come of it."""
    yield from _nothing_between(record, record.quiet, record.repeated, "L7")


def _at_rest(record: Record) -> Iterator[Failure]:
    """L9: what still happens after the last step belongs into the scenario, as a wait."""
    yield from _nothing_between(record, record.played, record.quiet, "L9")


def _nothing_between(record: Record, start: Mark | None, end: Mark | None, law: str) -> Iterator[Failure]:
    if start is None or end is None:
        return
    for event in record.events[start.events : end.events]:
        body = event.body
        if law == "L9" and isinstance(body, journal.Noticed) and _after_hand_off(record, event):
            continue
        if isinstance(body, journal.Replied | journal.Noticed):
            yield _broken(law, "something was sent", body.text, event.where.turn)
        elif law == "L7" and event.kind in journal.SCENARIO_EVENTS:
            yield _broken(law, f"{event.kind} happened", event.kind, event.where.turn)
    for applied in record.ledger[start.writes : end.writes]:
        yield _broken(law, "something was written", _said(applied))


def _after_hand_off(record: Record, notice: Event) -> bool:
    return any(
        isinstance(event.body, journal.HandedOff) and event.where.contact == notice.where.contact
        for event in record.events
    )


def _private(record: Record) -> Iterator[Failure]:
    """L8."""
    values = [value for value in record.personal if value.strip()]
    if not values:
        return
    written = [json.dumps(value, ensure_ascii=False)[1:-1] for value in values]
    opened = [{**line, "pii": None} for line in record.lines()]
    whole = json.dumps(opened, ensure_ascii=False)
    if not any(value in whole for value in written):
        return
    for event, line in zip(record.events, opened, strict=True):
        open_part = json.dumps(line, ensure_ascii=False)
        for value in written:
            if value in open_part:
                yield _broken("L8", f"{event.kind} holds a personal value", value, event.where.turn)


_LINK = re.compile(
    r"\b(?:https?://|www\.|wa\.me/|mailto:|tel:)\S+|\b[a-z0-9-]+\.(?:com|net|org|in|io|app|shop)\b\S*", re.I
)


_ADDRESS = re.compile(r"(?<!\S)[\w.%+-]+@[\w.-]+")
"""Where somebody is written to leads nobody anywhere."""


def _in_chat(record: Record) -> Iterator[Failure]:
    """L10."""
    for event in record.events:
        if not isinstance(event.body, journal.Replied | journal.Noticed):
            continue
        for link in _LINK.findall(_ADDRESS.sub(" ", event.body.text)):
            if not any(_leads_to(link, page) for page in record.policy.pages):
                yield _broken(
                    "L10", "a reply holds a link that the policy does not list", link, event.where.turn
                )


def _leads_to(link: str, page: str) -> bool:
    """True for the page and what is below it; not for a host that only begins like its."""
    rest = link[len(page) :]
    return link.startswith(page) and (page.endswith("/") or not rest or rest[0] in "/?#")


def _said(applied: Applied) -> str:
    return " ".join((applied.action, *applied.args.values()))
