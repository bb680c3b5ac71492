"""What a run of a scenario left behind: all that checks and laws look at."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import to_json
from wavoice.runtime.model import SECOND, Micros, ProposalState
from wavoice.runtime.policy import Policy
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.given import ConsentSpec
from wavoice.sim.shop import Applied, ShopOrder
from wavoice.sim.tickets import Ticket

LAST_TIMER: Micros = 8 * 86_400 * SECOND
"""How far a finished run is followed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a run: how long everything was then."""

    at: Micros
    events: int
    writes: int


@dataclass(slots=True)
class StepRun:
    """One step as it was carried out."""

    number: int
    """From 1."""
    step: Step
    contact: str
    """The runtime's id of whose conversation it is about."""
    began: Mark
    message: str | None = None
    """wamid of what was sent."""
    turn: str | None = None
    decided: int | None = None
    """Length of the journal when its message had been decided and answered."""
    ended: Mark | None = None

    @property
    def end(self) -> Mark:
        """When it ended."""
        return self.ended or self.began


@dataclass(slots=True)
class Record:
    """A run from its first moment to the last timer."""

    steps: list[StepRun]
    events: Sequence[Event]
    ledger: Sequence[Applied]
    orders: Mapping[str, ShopOrder]
    messages: Mapping[str, Sequence[PhoneMessage]]
    """By contact id: what that person's phone shows."""
    names: Mapping[str, str]
    """Contact ids to the names of the scenario."""
    today: date
    """The shop's day at the beginning: the base of weekday names."""
    policy: Policy
    consent: ConsentSpec = field(default_factory=ConsentSpec)
    """What everybody had agreed to at the beginning."""
    personal: Sequence[str] = ()
    """Values that may stand nowhere but under `pii`."""
    tickets: Sequence[Ticket] = ()
    """What the shop's ticket system holds, in the order in which it was opened."""
    threads: Mapping[str, str] = field(default_factory=dict)
    """Names of the scenario by the `thread` of their tickets."""
    broken: Failure | None = None
    """A step that could not be carried out; those after it were not."""
    noticed: list[Failure] = field(default_factory=list)
    """What the run itself found wrong."""
    _lines: list[dict[str, Any]] = field(default_factory=list, init=False, repr=False)
    played: Mark | None = None
    """When the last step had ended."""
    quiet: Mark | None = None
    """When the last timer had run."""
    repeated: Mark | None = None
    """When every webhook had been delivered once more."""

    def of_step(self, run: StepRun) -> list[Event]:
        """Events of a step: those of its turn until it was decided, and what else happened meanwhile."""
        return [
            event for event, number in zip(self.events, self.owners(), strict=True) if number == run.number
        ]

    def owners(self) -> list[int]:
        """For each event the number of the step that it belongs to; 0 before the first and after the last."""
        return list(self._find_owners())

    def _find_owners(self) -> Iterator[int]:
        by_turn = {run.turn: run for run in self.steps if run.turn is not None}
        windows = [(run.began.events, run.end.events, run.number) for run in self.steps]
        for index, event in enumerate(self.events):
            own = by_turn.get(event.where.turn)
            if own is not None and (own.decided is None or index < own.decided) and index >= own.began.events:
                yield own.number
            else:
                yield next((number for start, end, number in windows if start <= index < end), 0)

    def lines(self) -> list[dict[str, Any]]:
        """The journal as plain JSON values."""
        if len(self._lines) < len(self.events):
            self._lines = [to_json(event) for event in self.events]
        return self._lines

    def fingerprint(self) -> str:
        """The same for the same conversation: journal, what the phones show, what the shop wrote."""
        told = {
            "journal": self.lines()[: self.quiet.events if self.quiet else None],
            "phones": {contact: [_shown(one) for one in seen] for contact, seen in self.messages.items()},
            "ledger": [(one.key, one.action, dict(one.args), one.at) for one in self.ledger],
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _shown(message: PhoneMessage) -> Mapping[str, Any]:
    media = None if message.media is None else hashlib.sha256(message.media).hexdigest()
    return {**dataclasses.asdict(message), "media": media}


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as the journal tells of it."""

    id: str
    action: str
    args: Mapping[str, str]
    state: ProposalState


_STATES: Mapping[type[Any], ProposalState] = {
    journal.Proposed: ProposalState.PENDING,
    journal.Confirmed: ProposalState.SETTLING,
    journal.Held: ProposalState.HELD,
    journal.Cancelled: ProposalState.CANCELLED,
    journal.Superseded: ProposalState.SUPERSEDED,
    journal.Expired: ProposalState.EXPIRED,
    journal.Committed: ProposalState.COMMITTED,
    journal.Unknown: ProposalState.UNKNOWN,
    journal.Failed: ProposalState.FAILED,
}


def proposal_after(events: Sequence[Event], contact: str) -> ProposalView | None:
    """The newest proposal of that contact once these events have happened."""
    views: dict[str, ProposalView] = {}
    latest: str | None = None
    for event in events:
        body = event.body
        if event.where.contact != contact:
            continue
        if isinstance(body, journal.ProposalEvent):
            before = views.get(body.proposal)
            state = _STATES.get(type(body)) or (before.state if before else ProposalState.PENDING)
            views[body.proposal] = ProposalView(body.proposal, body.action, body.args, state)
            latest = body.proposal
        elif isinstance(body, journal.Decided) and body.proposal in views and body.state is not None:
            view = views[body.proposal]
            views[view.id] = ProposalView(view.id, view.action, view.args, ProposalState(body.state))
            latest = view.id
    return views[latest] if latest else None
