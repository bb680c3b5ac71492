"""The session of one customer as its journal shows it: clocks, WhatsApp's window, memory, consent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Consent, ConsentStatus, Form, Micros, Modality
from wavoice.runtime.policy import Policy
from wavoice.runtime.session import UNKEPT

_NOT_FROM_THE_CUSTOMER = frozenset({Form.ECHO, Form.OFFER, Form.IDENTITY})


@dataclass(frozen=True, slots=True)
class ConsentView:
    """The latest word on one purpose."""

    purpose: str
    status: str
    """`shown` (told or asked, no answer yet), `granted`, `denied` or `withdrawn`."""
    at: Micros
    source: str


@dataclass(frozen=True, slots=True)
class Remembered:
    """One turn that the bot remembers."""

    said: str
    answer: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """A customer's session. What depends on the time of day is in `Moment`."""

    contact: str
    name: str
    """A name that the reader knows; else the contact's id."""
    tenant: str
    number: str
    """Of the business."""
    messages: int
    """Messages of the customer."""
    wrote_at: Micros | None
    """Last message of any kind: WhatsApp's window runs from it."""
    seen_at: Micros | None
    """Last words: the session's clocks run from them."""
    memory: tuple[Remembered, ...]
    """Oldest first."""
    most: int
    """Turns that fit into the memory."""
    consents: tuple[ConsentView, ...]
    """What the journal knows; a word given before it began is not here."""
    handed_off: str | None
    """Why a person has taken over; None: the bot has the conversation."""
    ticket: str | None
    """What the ticket system calls the ticket of that person; None: none is known."""
    flow: str | None
    """The job of the last turn."""
    source: str | None
    """What led the customer here, e.g. an advertisement."""


@dataclass(slots=True)
class _Item:
    turn: str
    said: str
    answer: str = ""
    settles: bool = False
    """It was a yes: it was remembered when it was decided, before its outcome could be told."""


@dataclass(slots=True)
class Session:
    """Folds the journal of one contact into its session."""

    policy: Policy
    name: str = ""
    _contact: str = ""
    _tenant: str = ""
    _number: str = ""
    _messages: int = 0
    _wrote_at: Micros | None = None
    _seen_at: Micros | None = None
    _memory: list[_Item] = field(default_factory=list)
    _consents: dict[str, ConsentView] = field(default_factory=dict)
    _handed_off: str | None = None
    _ticket: str | None = None
    _flow: str | None = None
    _source: str | None = None
    _turns: dict[str, list[Event]] = field(default_factory=dict)
    """Events of turns that are not over, as far as memory depends on them."""

    @property
    def view(self) -> SessionView:
        """How it stands."""
        return SessionView(
            contact=self._contact,
            name=self.name or self._contact,
            tenant=self._tenant,
            number=self._number,
            messages=self._messages,
            wrote_at=self._wrote_at,
            seen_at=self._seen_at,
            memory=tuple(Remembered(item.said, item.answer) for item in self._memory),
            most=self.policy.memory,
            consents=tuple(self._consents.values()),
            handed_off=self._handed_off,
            ticket=self._ticket,
            flow=self._flow,
            source=self._source,
        )

    def take(self, event: Event) -> None:
        """Take the next event of this contact."""
        where, body = event.where, event.body
        self._contact, self._tenant, self._number = where.contact, where.tenant, where.number
        self._flow = where.flow or self._flow
        match body:
            case journal.Received():
                self._received(event, body)
            case journal.Typed() | journal.HeardNote():
                self._turns.setdefault(where.turn, []).append(event)
            case journal.Confirmed():
                for item in self._of(where.turn):
                    item.settles = True
            case journal.Read():
                self._read(event)
            case journal.Replied():
                self._replied(where.turn, body)
            case journal.TurnEnded():
                self._ended(where.turn, body)
            case journal.HandedOff() | journal.Ticketed() | journal.Released():
                self._person(body)
            case journal.ConsentShown() | journal.ConsentChanged():
                self._consent(event, body)
            case journal.Redacted():
                self._redacted(where.turn)

    def _received(self, event: Event, body: journal.Received) -> None:
        self._turns[event.where.turn] = [event]
        self._source = body.source or self._source
        if body.form in _NOT_FROM_THE_CUSTOMER:
            return
        self._messages += 1
        self._wrote_at = max(event.at, self._wrote_at or 0)

    def _read(self, event: Event) -> None:
        """Words, if they were any, start a session and are remembered, until silence ends it."""
        turn = event.where.turn
        own = self._turns.get(turn, [])
        received = next((one for one in own if isinstance(one.body, journal.Received)), None)
        said = _said(own, event.where.modality, self.policy)
        if received is None or said is None:
            return
        if self._seen_at is not None and received.at - self._seen_at >= self.policy.inactivity:
            self._memory.clear()
        self._seen_at = received.at
        self._memory = [item for item in self._memory if item.turn != turn]
        self._memory = [*self._memory, _Item(turn, said)][-self.policy.memory :]

    def _replied(self, turn: str, body: journal.Replied) -> None:
        for item in self._of(turn):
            if not item.settles:
                item.answer = body.spoken or body.text  # a code is not remembered

    def _of(self, turn: str) -> Iterator[_Item]:
        return (item for item in self._memory if item.turn == turn)

    def _ended(self, turn: str, body: journal.TurnEnded) -> None:
        """Bubbles that were joined to one thought are remembered with it."""
        own = self._turns.pop(turn, [])
        if body.how != "overtaken":
            return
        typed = next((one.body.text for one in own if isinstance(one.body, journal.Typed)), "")
        if typed and not any(self._of(turn)):
            for item in self._of(body.reason):
                item.said = f"{item.said} {typed}"

    def _consent(self, event: Event, body: journal.ConsentShown | journal.ConsentChanged) -> None:
        shown = isinstance(body, journal.ConsentShown)
        before = self._consents.get(body.purpose)
        if shown and before is not None and before.status != ConsentStatus.SHOWN:
            return  # asking again takes no word back
        status = ConsentStatus.SHOWN if isinstance(body, journal.ConsentShown) else _status(body)
        self._consents[body.purpose] = ConsentView(body.purpose, status, event.at, body.source)
        if body.purpose == Consent.VOICE_DATA and isinstance(body, journal.ConsentChanged) and not body.given:
            self._memory = [item for item in self._memory if item.turn == event.where.turn]

    def _person(self, body: journal.HandedOff | journal.Ticketed | journal.Released) -> None:
        """A person takes over, has a ticket, or gives the conversation back."""
        match body:
            case journal.HandedOff(reason=reason):
                self._handed_off = str(reason)
            case journal.Ticketed(ticket=ticket):
                self._ticket = ticket or None
            case journal.Released():
                self._handed_off = self._ticket = None

    def _redacted(self, turn: str) -> None:
        for item in self._of(turn):
            item.said = item.answer = ""


def _status(body: journal.ConsentChanged) -> str:
    return body.status or (ConsentStatus.GRANTED if body.given else ConsentStatus.WITHDRAWN)


def _said(own: Sequence[Event], modality: Modality | None, policy: Policy) -> str | None:
    """What is remembered of a message; None if it holds no words, as in `session.has_meaning`."""
    typed = next((one.body.text for one in own if isinstance(one.body, journal.Typed)), "")
    if modality in (Modality.TEXT, Modality.BUTTON):
        return typed
    heard = next((one.body for one in reversed(own) if isinstance(one.body, journal.HeardNote)), None)
    if modality is not Modality.VOICE or heard is None or heard.speech_seconds < policy.min_speech_seconds:
        return None
    if heard.decodes and heard.decodes[-1].no_speech > policy.max_no_speech:
        return None
    return heard.text or UNKEPT


@dataclass(frozen=True, slots=True)
class Moment:
    """What depends on the time: everything left is in microseconds, and None where nothing runs."""

    now: Micros
    window_left: Micros | None
    """Until WhatsApp takes no free-form reply any more; 0: its window is closed."""
    session_left: Micros | None
    """Until silence ends the session and its memory."""
    task_left: Micros | None
    """Until half-said jobs and expired questions are forgotten."""
    due_left: Micros | None
    """Until the clock does the next thing to the current proposal."""
    settling: bool
    """That thing is the write."""
    typing: bool
    """The business is shown as typing."""


def left(now: Micros, since: Micros | None, lasts: Micros) -> Micros | None:
    """What is left of a clock that began at `since`; None if it never began."""
    return None if since is None else max(0, since + lasts - now)
