"""What an answer may depend on, and what a decision amounts to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date

from wavoice.runtime import journal
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.confirm import Case, can_hold
from wavoice.runtime.consent import Consents
from wavoice.runtime.model import (
    Asking,
    Consent,
    Conversation,
    Facts,
    HandOff,
    Micros,
    Proposal,
    ProposalState,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.proposals import hold


@dataclass(frozen=True, slots=True)
class Scene:
    """All that an answer may depend on."""

    case: Case
    facts: Facts | None
    """None if the shop could not be read."""
    conversation: Conversation
    today: date
    """In the shop's zone."""
    turn: str
    fresh: str
    """Id for a proposal that may be raised."""
    policy: Policy
    jobs: Jobs
    consents: Consents = field(default_factory=Consents)
    tongue: str | None = None
    """Language of a note that was not understood, where it is surely another than the conversation's."""
    trouble: str | None = None
    """Code of a `MediaError` or `SpeechError`: the note could not be read."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a decision amounts to; kept in one transaction."""

    text: str | None = None
    language: str = "en"
    """Of what stands around the read-back, and of the buttons (`replies/others.py`). What is not English is
    written and never spoken: the voices are English."""
    asks: Proposal | None = None
    """The reply puts this question: buttons, and both message ids bind."""
    proposals: tuple[Proposal, ...] = ()
    events: tuple[journal.Body, ...] = ()
    settles: Proposal | None = None
    """Wake this one when its settle window ends."""
    asking: Asking | None = None
    opens: bool = False
    """The shop's own system may begin a conversation with what is asked (`actions.Ask.opens`)."""
    queues: Asking | None = None
    """A wish that came with a yes and waits for its commit (D15)."""
    over: bool = False
    """The half-said job went on or was given up."""
    answered: bool = False
    """A question of the customer was answered, and nothing was asked."""
    consents: tuple[tuple[Consent, bool], ...] = ()
    answers: Consent | None = None
    """`consents` answer our question about this purpose; else they are the customer's own wish."""
    question: Consent | None = None
    """The reply asks for consent to this."""
    tells: str = ""
    """The first-contact notice that the text begins with."""
    failed: bool = False
    """It was not heard or not understood, and nothing was open: counted, see `failures.py`."""
    choices: tuple[str, ...] = ()
    """Jobs, or `human`, that the reply offers as buttons."""
    written: bool = False
    """Answered in writing, also where a voice note came."""
    hand_off: HandOff | None = None
    beside: bool = False
    """Said while a person has the chat: it only reads, and nobody is there."""
    releases: bool = False
    """The bot answers again after a person had taken over."""
    silent: str = ""
    """Why there is no reply, if there is none."""

    @property
    def name(self) -> str:
        """Where in the job it stands, as the journal calls it: never a word of the customer's.

        `ask:SLOT`, `confirm`, `settle`, `answer`, `hand_off`, `silent`, or `say` for whatever ends there.
        """
        if self.hand_off is not None:
            return "hand_off"
        if self.settles is not None:
            return "settle"
        if self.answered:
            return "answer"
        if self.asks is not None:
            return "confirm"
        if self.asking is not None:
            return f"ask:{self.asking.missing}"
        return "silent" if self.silent else "say"

    def job(self, half_said: Asking | None) -> str | None:
        """The job that it is about, where the words named none; `half_said`: the one before it."""
        if self.asking is not None:
            return self.asking.intent
        if self.asks is not None:
            return self.asks.action
        return half_said.intent if self.over and half_said is not None else None


def freezing(proposal: Proposal | None, now: Micros, row: str = "") -> Step:
    """Hold what is open, if anything can be held; the journal says so unless it was held already."""
    if proposal is None or not can_hold(proposal):
        return Step()
    held = hold(proposal, now)
    anew = proposal.state is not ProposalState.HELD
    return Step(proposals=(held,), events=(about(journal.Held, held, row),) if anew else ())


def about(
    kind: type[journal.ProposalEvent], proposal: Proposal, row: str = "", **more: str | int | bool | bool
) -> journal.ProposalEvent:
    """Make an event of `kind` from a proposal's bound fields."""
    return kind(
        proposal=proposal.id,
        version=proposal.version,
        action=proposal.action,
        tier=str(proposal.tier),
        digest=proposal.digest,
        facts_version=proposal.facts_version,
        row=row,
        args=dict(proposal.args),
        money=None if proposal.money is None else asdict(proposal.money),
        payee=proposal.payee,
        read_back=proposal.read_back,
        expires_at=proposal.expires_at,
        takes=proposal.takes,
        **more,
    )
