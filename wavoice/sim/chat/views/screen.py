"""Everything that the panes show, folded step by step from journal and facts. Pure: no clock, no drawing.

The same events and facts in the same order give the same views. What a newer program has written is kept
as a line of the journal, counted in `skipped`, and otherwise passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros
from wavoice.runtime.policy import Policy
from wavoice.sim.chat.facts import Arrived, Exchange, Fact, Notice, Sent, Ticks, Typing
from wavoice.sim.chat.views.bubble import Bubble
from wavoice.sim.chat.views.conversation import Conversation
from wavoice.sim.chat.views.heard import Heard, Readings
from wavoice.sim.chat.views.ledger import Ledger, Write
from wavoice.sim.chat.views.proposal import Proposals, ProposalView
from wavoice.sim.chat.views.raw import Line
from wavoice.sim.chat.views.session import Moment, Session, SessionView, left
from wavoice.sim.chat.views.strange import Strange
from wavoice.sim.chat.views.turns import Figures, Turns, TurnView


@dataclass(slots=True)
class _Person:
    """One customer's folds."""

    session: Session
    conversation: Conversation = field(default_factory=Conversation)
    turns: Turns = field(default_factory=Turns)
    readings: Readings = field(default_factory=Readings)
    proposals: Proposals = field(default_factory=Proposals)
    ledger: Ledger = field(default_factory=Ledger)
    typing_until: Micros = 0

    def take(self, event: Event) -> None:
        for fold in (self.conversation, self.turns, self.readings, self.proposals, self.ledger, self.session):
            fold.take(event)

    def tell(self, fact: Sent | Arrived | Ticks | Typing) -> None:
        if isinstance(fact, Typing):
            self.typing_until = fact.until
        elif isinstance(fact, Arrived):
            self.typing_until = 0
        self.conversation.tell(fact)


class Screen:
    """What happened so far, as views of one customer at a time; journal and HTTP are everybody's."""

    def __init__(
        self, policy: Policy | None = None, names: Mapping[str, str] | None = None, zone: str = "UTC"
    ) -> None:
        """`names`: of contacts by id, as the reader knows them; `zone`: IANA name of the shop's time zone."""
        self.zone = ZoneInfo(zone)
        self.policy = policy or Policy()
        self._names = dict(names or {})
        self._people: dict[str, _Person] = {}
        self._known: dict[str, None] = {}
        self._lines: list[Line] = []
        self._exchanges: list[Exchange] = []
        self._notices: list[Notice] = []
        self._wanted: str | None = None
        self._latest: str | None = None
        self._chosen: str | None = None
        self.skipped = 0
        """Events that this version does not know."""

    # --- what comes in --------------------------------------------------------------------------

    def take(self, event: Event | Strange) -> None:
        """Take the next line of the journal."""
        self.pass_by(event)
        if isinstance(event, Event):
            self._latest = event.where.contact
            self._person(event.where.contact).take(event)

    def pass_by(self, event: Event | Strange) -> None:
        """Take it as a line of the journal alone: it changes no view of its contact."""
        self._lines.append(Line(len(self._lines) + 1, event))
        if isinstance(event, Strange):
            self.skipped += 1
        else:
            self._known[event.where.contact] = None

    def tell(self, fact: Fact) -> None:
        """Take the next fact of a phone."""
        match fact:
            case Exchange():
                self._exchanges.append(fact)
            case Notice():
                self._notices.append(fact)
            case _:
                self._known[fact.contact] = None
                self._latest = fact.contact
                self._person(fact.contact).tell(fact)

    def look_at(self, contact: str | None) -> None:
        """Show this customer from now on; None: whoever the latest news is about."""
        self._wanted = contact

    def choose(self, turn: str | None) -> None:
        """Show this turn in `turn` and `heard` from now on; None, or one that is not here: the latest."""
        self._chosen = turn

    def name(self, contact: str, name: str) -> None:
        """Call a customer by a name that the reader knows."""
        self._names[contact] = name
        if contact in self._people:
            self._people[contact].session.name = name

    def _person(self, contact: str) -> _Person:
        if contact not in self._people:
            self._people[contact] = _Person(Session(self.policy, self._names.get(contact, "")))
        return self._people[contact]

    # --- what is shown --------------------------------------------------------------------------

    @property
    def contact(self) -> str | None:
        """Whom the views are of; None: nothing has happened."""
        return self._wanted or self._latest

    @property
    def contacts(self) -> tuple[str, ...]:
        """Everybody of whom something is known, in the order of their first news."""
        return tuple(self._known)

    def called(self, contact: str) -> str:
        """The name of a customer, or its id."""
        return self._names.get(contact, contact)

    @property
    def conversation(self) -> tuple[Bubble, ...]:
        """The customer's conversation, oldest first."""
        shown = self._shown
        return shown.conversation.bubbles(shown.proposals.stale)

    def media(self, wamid: str) -> bytes | None:
        """Ogg/opus of a note on any phone."""
        found = (person.conversation.media(wamid) for person in self._people.values())
        return next((media for media in found if media is not None), None)

    @property
    def turns(self) -> tuple[TurnView, ...]:
        """The customer's turns, newest last."""
        return self._shown.turns.views

    @property
    def turn(self) -> TurnView | None:
        """The chosen turn, else the latest."""
        turns = self.turns
        chosen = next((turn for turn in turns if turn.id == self._chosen), None)
        return chosen or (turns[-1] if turns else None)

    @property
    def figures(self) -> Figures:
        """Of all answers to this customer."""
        return self._shown.turns.figures

    @property
    def readings(self) -> tuple[Heard, ...]:
        """What was heard or read, newest last."""
        return self._shown.readings.views

    @property
    def heard(self) -> Heard | None:
        """That of the chosen turn, else the latest."""
        chosen = self._shown.readings.of(self._chosen) if self._chosen else None
        return chosen or (self.readings or (None,))[-1]

    def heard_in(self, turn: str) -> Heard | None:
        """What was heard or read in that turn."""
        return self._shown.readings.of(turn)

    @property
    def proposal(self) -> ProposalView | None:
        """The open proposal, else the latest."""
        return self._shown.proposals.current

    @property
    def proposals(self) -> tuple[ProposalView, ...]:
        """All proposals, the latest last."""
        return self._shown.proposals.views

    @property
    def session(self) -> SessionView:
        """The customer's session."""
        return self._shown.session.view

    @property
    def ledger(self) -> tuple[Write, ...]:
        """Writes for this customer, oldest first."""
        return self._shown.ledger.views

    @property
    def journal(self) -> Sequence[Line]:
        """Every line, of all customers."""
        return self._lines

    @property
    def http(self) -> Sequence[Exchange]:
        """Every exchange."""
        return self._exchanges

    @property
    def notices(self) -> Sequence[Notice]:
        """Lines for whoever holds the phone."""
        return self._notices

    def at(self, now: Micros) -> Moment:
        """What depends on the time."""
        shown, policy = self._shown, self.policy
        session, proposal = shown.session.view, shown.proposals.current
        due = proposal.due() if proposal is not None else None
        return Moment(
            now=now,
            window_left=left(now, session.wrote_at, policy.service_window),
            session_left=left(now, session.seen_at, policy.inactivity),
            task_left=left(now, session.seen_at, policy.business_clock),
            due_left=None if due is None else max(0, due - now),
            settling=proposal is not None and proposal.settles,
            typing=now < shown.typing_until,
        )

    @property
    def _shown(self) -> _Person:
        contact = self.contact
        return self._nobody if contact is None else self._people.get(contact) or self._nobody

    @cached_property
    def _nobody(self) -> _Person:
        return _Person(Session(self.policy))
