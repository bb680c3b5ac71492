"""What waits for a yes, what was read back, and how long it counts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import OPEN_STATES, Micros, ProposalState

_STATES: Mapping[str, ProposalState] = {
    "proposed": ProposalState.PENDING,
    "held": ProposalState.HELD,
    "confirmed": ProposalState.SETTLING,
    "intended": ProposalState.COMMITTING,
    "cancelled": ProposalState.CANCELLED,
    "superseded": ProposalState.SUPERSEDED,
    "expired": ProposalState.EXPIRED,
    "committed": ProposalState.COMMITTED,
    "unknown": ProposalState.UNKNOWN,
    "failed": ProposalState.FAILED,
    "shadowed": ProposalState.HANDED_OFF,
}
"""State after each event; a question that is put again leaves it as it is."""
_WAITS = frozenset({ProposalState.PENDING, ProposalState.HELD})


@dataclass(frozen=True, slots=True)
class Happened:
    """One step in the life of a proposal."""

    at: Micros
    kind: str
    """Kind of the journal's event."""
    row: str
    version: int


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal in its latest version."""

    id: str
    contact: str
    version: int
    action: str
    tier: str
    digest: str
    state: str
    """A `ProposalState`."""
    args: Mapping[str, str]
    read_back: str
    """The words in which the customer was asked; empty if they were redacted."""
    row: str
    """Row of the decision table that decided last."""
    facts_version: str
    money: Mapping[str, int | str] | None = None
    payee: str | None = None
    expires_at: Micros = 0
    """Until when a yes counts; once it came, until when it may be carried out."""
    settle_at: Micros | None = None
    """When the settle window of its yes ends; None: no yes stands."""
    prompts: tuple[str, ...] = ()
    """wamids of the messages whose buttons and quotes answer this version."""
    prompt_state: str = ""
    """How far the question got: `sent`, `delivered`, `read`, `played` or `failed`."""
    approved_by: str | None = None
    """wamid of the yes."""
    binding: str = ""
    """What ties that yes to this version."""
    code: bool = False
    """The yes was its code, typed."""
    reference: str | None = None
    """What the shop calls the write."""
    reason: str = ""
    """Why it failed, in the shop's words."""
    past: tuple[Happened, ...] = ()

    @property
    def open(self) -> bool:
        """It still waits for something."""
        return self.state in OPEN_STATES

    @property
    def waits(self) -> bool:
        """It waits for the customer's word."""
        return self.state in _WAITS

    @property
    def settles(self) -> bool:
        """Its yes stands, and the write waits for the end of the settle window."""
        return self.state == ProposalState.SETTLING

    def due(self) -> Micros | None:
        """When the clock does the next thing to it: the write, or the end of the question."""
        if self.settles:
            return self.settle_at
        return self.expires_at or None if self.waits else None


@dataclass(slots=True)
class Proposals:
    """Folds the journal of one contact into proposals, newest last."""

    _found: dict[str, ProposalView] = field(default_factory=dict)

    @property
    def views(self) -> tuple[ProposalView, ...]:
        """All of them."""
        return tuple(self._found.values())

    @property
    def current(self) -> ProposalView | None:
        """The open one, else the latest."""
        everything = list(self._found.values())
        ordered = [one for one in everything if one.open] or everything
        return ordered[-1] if ordered else None

    def take(self, event: Event) -> None:
        """Take the next event of this contact."""
        body = event.body
        if isinstance(body, journal.ProposalEvent):
            before = self._found.get(body.proposal)
            self._found.pop(body.proposal, None)  # the latest that was spoken of is the last
            self._found[body.proposal] = _after(before, body, event)
        elif isinstance(body, journal.Decided) and body.proposal in self._found:
            self._decided(body.proposal or "", body)
        elif isinstance(body, journal.Replied | journal.Noticed) and body.proposal in self._found:
            self._asked(body.proposal or "", body)
        elif isinstance(body, journal.StatusSeen) and body.proposal in self._found:
            self._seen(body.proposal or "", body)

    def stale(self, message: str, button: str) -> bool:
        """True for a button that answers no version that is asked now; other buttons never are."""
        answer, _, digest = button.partition(":")
        if answer not in ("yes", "no") or not digest:
            return False
        asked = next((one for one in self._found.values() if one.digest == digest), None)
        counts = asked is not None and (asked.waits or asked.settles)
        return asked is None or not counts or (bool(asked.prompts) and message not in asked.prompts)

    def _decided(self, name: str, body: journal.Decided) -> None:
        before = self._found[name]
        state = str(body.state) if body.state else before.state
        if state == ProposalState.HELD != before.state:
            before = _held(before)
        self._found[name] = replace(before, state=state, row=body.row or before.row)

    def _asked(self, name: str, body: journal.Replied | journal.Noticed) -> None:
        before = self._found[name]
        if before.digest == body.digest:
            prompts = tuple(dict.fromkeys((*before.prompts, *body.messages)))
            self._found[name] = replace(before, prompts=prompts, prompt_state=before.prompt_state or "sent")

    def _seen(self, name: str, body: journal.StatusSeen) -> None:
        before = self._found[name]
        if before.digest == body.digest:
            self._found[name] = replace(before, prompt_state=_further(before.prompt_state, str(body.status)))


_RANK = ("", "queued", "accepted", "sent", "failed", "delivered", "read", "played")


def _further(before: str, now: str) -> str:
    known = [state for state in (before, now) if state in _RANK]
    return max(known, key=_RANK.index, default=now)


def _held(before: ProposalView) -> ProposalView:
    """A veto voids the yes and the question, until it is put again."""
    return replace(
        before, prompts=(), prompt_state="", settle_at=None, approved_by=None, binding="", code=False
    )


def _after(before: ProposalView | None, body: journal.ProposalEvent, event: Event) -> ProposalView:
    state = _STATES.get(body.kind) or (before.state if before else ProposalState.PENDING)
    past = before.past if before else ()
    fresh = before is None or before.digest != body.digest
    kept = None if fresh else before
    view = ProposalView(
        id=body.proposal,
        contact=event.where.contact,
        version=body.version,
        action=body.action,
        tier=body.tier,
        digest=body.digest,
        state=str(state),
        args=dict(body.args),
        read_back=body.read_back,
        row=body.row or (before.row if before else ""),
        facts_version=body.facts_version,
        money=body.money,
        payee=body.payee,
        expires_at=body.expires_at,
        settle_at=kept.settle_at if kept else None,
        prompts=kept.prompts if kept else (),
        prompt_state=kept.prompt_state if kept else "",
        approved_by=kept.approved_by if kept else None,
        binding=kept.binding if kept else "",
        code=kept.code if kept else False,
        past=(*past, Happened(event.at, body.kind, body.row, body.version)),
    )
    match body:
        case journal.Confirmed():
            return replace(
                view,
                settle_at=body.settle_at,
                approved_by=body.message,
                binding=body.binding,
                code=body.code,
            )
        case journal.Held():
            return _held(view)
        case journal.Committed():
            return replace(view, reference=body.reference or None)
        case journal.Failed():
            return replace(view, reason=body.reason)
    return view
