"""Did anything happen that must not? Reads the log of a dialogue and nothing of the gate.

Every number and every rule is written down here a second time, from the specification: letters of
vetoes, windows, lifetimes, floors, the digest. What the gate and this file agree on is agreed on twice.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tests.dialogues.log import (
    Done,
    Ended,
    Entry,
    Failed,
    Got,
    Heard,
    Moved,
    Over,
    Released,
    Repeated,
    Sent,
    Status,
    Tried,
    Unheard,
)
from tests.dialogues.proof import Asked, why_not

S = 1_000_000
WINDOW = {"voice": 2_500_000, "text": 1_500_000, "button": 1_000_000}
GRACE = 60 * S
DAY = 24 * 3600 * S
CLOSED = {"committed", "failed", "cancelled", "expired", "superseded", "handed_off"}
IN_FLIGHT = {"committing", "unknown"}
VETO = frozenset("NHCMS")


@dataclass(frozen=True, slots=True)
class Broken:
    """One invariant that does not hold."""

    law: str
    told: str
    place: int
    """Index of the entry at which it was seen."""


@dataclass(slots=True)
class Checker:
    """Goes through a log once, from the first entry to the last."""

    got: dict[str, Got] = field(default_factory=dict)
    got_at: dict[str, int] = field(default_factory=dict)
    done_at: dict[str, int] = field(default_factory=dict)
    turns: dict[str, str] = field(default_factory=dict)
    states: dict[str, Moved] = field(default_factory=dict)
    """By proposal: what was last stored of it."""
    asked: dict[str, Asked] = field(default_factory=dict)
    """By digest."""
    newest: dict[str, str] = field(default_factory=dict)
    """By contact: digest of the question that was accepted last."""
    approved: dict[str, tuple[int, Moved]] = field(default_factory=dict)
    """By proposal: the yes that runs, and where it was accepted."""
    used: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    applied: dict[str, int] = field(default_factory=dict)
    silenced: dict[str, int] = field(default_factory=dict)
    """By contact: since when nothing may be said but one word of parting."""
    parted: set[str] = field(default_factory=set)
    handed: dict[str, int] = field(default_factory=dict)
    """By contact: no later than when a person took over; what is said of it may be sent later."""
    read_last: dict[str, int] = field(default_factory=dict)
    """By contact: when its message that was read last was received."""
    stopped: set[str] = field(default_factory=set)
    """Contacts that said STOP."""
    day: str = "2026-11-26"
    ended: dict[str, Ended] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    def entry(self, place: int, entry: Entry) -> Iterator[tuple[str, str]]:
        """Take the next entry; name what it breaks."""
        match entry:
            case Got() | Unheard():
                self._arrived(place, entry)
            case Done():
                self.done_at[entry.id], self.turns[entry.id] = place, entry.turn
                self._decided(self.got[entry.id])
            case Moved():
                yield from self._moved(place, entry)
            case Sent():
                yield from self._sent(place, entry)
            case Status():
                self._saw(entry)
            case Tried():
                yield from self._tried(place, entry)
            case Repeated(changed=changed) if changed:
                yield "I8", f"{entry.id} came again and changed {changed}"
            case Ended():
                self.ended[entry.turn] = entry
            case Released():
                yield from self._released(entry)
            case Failed():
                yield "I22", f"an exception: {entry.what}"
            case Over():
                yield from self._over(entry)

    def _saw(self, status: Status) -> None:
        for one in self.asked.values():
            one.saw(status)

    def _arrived(self, place: int, entry: Got | Unheard) -> None:
        if isinstance(entry, Got):
            self.got[entry.id], self.got_at[entry.id] = entry, place
        else:
            self.got[entry.id] = replace(self.got[entry.id], readings=(Heard(),))

    def _decided(self, got: Got) -> None:
        intent = got.readings[-1].intent if got.channel in ("text", "voice") else None
        self.read_last[got.sender] = got.at
        if intent == "human" or got.form == "echo":
            self.handed.setdefault(got.sender, got.at)
        if intent == "opt_out":
            self.stopped.add(got.sender)
        if intent == "opt_in":
            self.silenced.pop(got.sender, None)
            self.parted.discard(got.sender)
            self.stopped.discard(got.sender)
            self.handed.pop(got.sender, None)
        elif intent in ("opt_out", "human") and got.sender not in self.silenced:
            self.silenced[got.sender] = got.at
        elif intent in ("opt_out", "bare_stop"):
            self.parted.discard(got.sender)  # a STOP to a person who took over has a word of its own

    def _released(self, released: Released) -> Iterator[tuple[str, str]]:
        """Time or the customer ends a hand-off; only the customer ends a STOP."""
        since = self.handed.pop(released.contact, None)
        if since is not None and released.at < since + DAY:
            yield "I20", "the bot took its chat back too soon"
        if released.contact not in self.stopped:
            self.silenced.pop(released.contact, None)
            self.parted.discard(released.contact)

    def _sent(self, place: int, sent: Sent) -> Iterator[tuple[str, str]]:
        self.sent.append(sent)
        contact = f"c_{sent.to}"
        if contact in self.silenced:
            if contact in self.parted:
                yield "I20", f"said after STOP or a hand-off: {sent.text}"
            self.parted.add(contact)
        elif "colleague will" in sent.text:
            self.silenced[contact] = sent.at
            self.handed.setdefault(contact, self.read_last.get(contact, sent.at))
            self.parted.add(contact)
        if sent.digest is not None and sent.digest in self.asked:
            asked = self.asked[sent.digest]
            if not asked.sent:  # what a later one leaves out was said already
                yield from asked.reads_as(sent.text)
            asked.sent.append((place, sent))
            self.newest[contact] = sent.digest
        elif sent.digest is not None:
            yield "I5", "a question about a proposal that does not exist"
        if sent.text.startswith("Done") and not self.applied:
            yield "I13", f"said before anything was written: {sent.text}"
        still = re.search(r"nothing changed: order 1842 is still (\w+)", sent.text)
        if still and still.group(1) != f"{date.fromisoformat(self.day):%A}":
            yield "I16", f"not true: {sent.text}"

    def _moved(self, place: int, moved: Moved) -> Iterator[tuple[str, str]]:
        before = self.states.get(moved.proposal)
        self.states[moved.proposal] = moved
        if moved.state == "handed_off":
            self.handed.setdefault(moved.contact, moved.at)
        if moved.digest not in self.asked:
            self.asked[moved.digest] = Asked(place, moved)
            yield from self._raised(moved)
        if moved.was in CLOSED and moved.state != moved.was:
            yield "I2", f"{moved.was} became {moved.state}"
        if moved.state == "held" or moved.state in CLOSED:
            self.approved.pop(moved.proposal, None)
        if moved.state == "held" and (before is None or before.state != "held"):
            self.asked[moved.digest].barrier = place
        if moved.state == "settling" and moved.was != "settling":
            yield from self._approved(place, moved)
        if moved.state == "committing" and moved.proposal not in self.approved:
            yield "I1", "committed without a yes"

    def _raised(self, moved: Moved) -> Iterator[tuple[str, str]]:
        """A new version: bound to what it says, and alone."""
        bound = {
            "proposal": moved.proposal,
            "version": moved.version,
            "tenant": moved.tenant,
            "contact": moved.contact,
            "action": moved.action,
            "args": dict(moved.args),
            "facts_version": moved.facts_version,
            "tier": moved.tier,
        }
        text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if moved.digest != "d1:" + hashlib.sha256(text.encode()).hexdigest():
            yield "I5", "the digest is not that of its fields"
        for other in self.states.values():
            if other.proposal == moved.proposal or other.contact != moved.contact:
                continue
            if other.state in IN_FLIGHT:
                yield "I12", "a second proposal while the outcome of the first is not known"
            elif other.state not in CLOSED:
                yield "I1", f"two open proposals, the other {other.state}"

    def _approved(self, place: int, moved: Moved) -> Iterator[tuple[str, str]]:
        self.approved[moved.proposal] = (place, moved)
        got = self.got.get(moved.evidence or "")
        if got is None:
            yield "I1", "no message approves it"
            return
        if got.id in self.used:
            yield "I21", f"{got.id} approves for the second time"
        self.used.add(got.id)
        asked = self.asked[moved.digest]
        for veto in self._vetoes(moved.contact):
            read = self.done_at.get(veto.id, -1)
            if veto.id != got.id and asked.place < read:
                asked.barrier = max(asked.barrier, read)
        newest = self.newest.get(moved.contact)
        yield from why_not(got, self.got_at[got.id], moved, asked, alone=newest == moved.digest)

    def _vetoes(self, contact: str) -> Iterator[Got]:
        for got in self.got.values():
            if got.sender == contact and got.form != "echo" and any(map(_vetoes, got.readings)):
                yield got

    def _tried(self, place: int, tried: Tried) -> Iterator[tuple[str, str]]:
        known = self.approved.get(tried.proposal)
        if known is None:
            yield "I1", "written without a yes"
            return
        since, moved = known
        first = tried.proposal not in self.keys
        if self.keys.setdefault(tried.proposal, tried.key) != tried.key:
            yield "I12", "written under another key"
        if (tried.action, tried.args) != (moved.action, moved.args):
            yield "I5", "other arguments were written than were approved"
        if tried.facts_version != moved.facts_version or (first and tried.live != moved.facts_version):
            yield "I11", f"the record is at {tried.live}, the question was about {moved.facts_version}"
        if tried.applied:
            self.applied[tried.proposal] = self.applied.get(tried.proposal, 0) + 1
            self.day = tried.args["day"]
            if self.applied[tried.proposal] > 1:
                yield "I2", "written twice"
        key, digest, evidence, deadline = tried.token
        if (key, digest, evidence) != (tried.key, moved.digest, moved.evidence) or tried.at >= deadline:
            yield "I5", "the token was given for something else"
        yield from self._in_time(tried, moved)
        yield from self._unvetoed(moved, since)
        if self.asked[moved.digest].failed():
            yield "I1", "the question never arrived"
        if moved.contact in self.silenced:
            yield "I20", "written after STOP or a hand-off"

    def _in_time(self, tried: Tried, moved: Moved) -> Iterator[tuple[str, str]]:
        got = self.got.get(moved.evidence or "")
        window = WINDOW.get(got.channel if got else "", 2_500_000)
        if tried.at >= moved.at + window + GRACE:
            yield "I4", f"written {(tried.at - moved.at) / S} s after the yes"
        if tried.at < moved.at + window and moved.tier != "R1":
            yield "I3", "written inside the settle window"

    def _unvetoed(self, moved: Moved, since: int) -> Iterator[tuple[str, str]]:
        """Nothing of that contact is unread, and nothing that was received after the yes stops it."""
        for got in self.got.values():
            if got.sender != moved.contact or got.form == "echo" or got.id == moved.evidence:
                continue
            read = self.done_at.get(got.id)
            if read is None:
                yield "I7", f"{got.id} was received and is unread"
            if read is None or read > since:
                if any(map(_vetoes, got.readings)) and got.form != "revoke":
                    yield "I3", f"{got.id} was received before and is a veto"
                if got.form in ("revoke", "edit") and got.target == moved.evidence:
                    yield "I3", f"{got.id} takes the yes back"

    def _over(self, over: Over) -> Iterator[tuple[str, str]]:
        groups: dict[str, set[str]] = {}
        for group, (of_turn, notice) in over.groups.items():
            if not notice:
                groups.setdefault(of_turn, set()).add(group)
        for got in self.got.values():
            turn = self.turns.get(got.id)
            end = self.ended.get(turn or "")
            if turn is None:
                yield "I13", f"{got.id} was never read"
            elif len(groups.get(turn, ())) > 1:
                yield "I13", f"{got.id} was answered more than once"
            elif end is None:
                yield "I13", f"the turn of {got.id} never ended"
            elif end.how in ("silent", "overtaken") and not end.reason:
                yield "I13", f"{got.id} was met with silence, and nobody says why"
        for moved in self.states.values():
            if moved.state in ("settling", *IN_FLIGHT):
                yield "I12", f"{moved.state} for ever"


def _vetoes(heard: Heard) -> bool:
    return not VETO.isdisjoint(heard.marks)


def check(entries: Sequence[Entry]) -> list[Broken]:
    """Every invariant that does not hold in this log."""
    checker = Checker()
    return [
        Broken(law, told, place)
        for place, entry in enumerate(entries)
        for law, told in checker.entry(place, entry)
    ]
