"""The conversation as WhatsApp shows it, folded from the journal and from what the handset told. Pure.

What the handset showed goes before what the journal says, which goes before nothing: a trace without facts
still has every message, a session that was opened again its old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Form, Micros
from wavoice.runtime.redact import REMOVED
from wavoice.sim.chat.facts import Arrived, Fact, Sent, Ticks
from wavoice.sim.chat.views.bubble import Bubble, ButtonView

_RANK = {name: rank for rank, name in enumerate(("sending", "sent", "delivered", "failed", "read", "played"))}
"""A later tick beats an earlier one; read or played on one device beats failed on another."""
_QUOTED = 80
"""Characters of a quote."""


@dataclass(slots=True)
class _Draft:
    """A bubble in the making."""

    id: str
    mine: bool
    form: str
    at: Micros
    text: str = ""
    shown: bool = False
    """The handset has shown it: its words are as they stand there."""
    ticks: str = ""
    answers: str | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    pressed: str | None = None
    """Title of the pressed button."""
    reactions: dict[bool, str] = field(default_factory=dict)
    """Emoji by whether they are the customer's."""
    edited: bool = False
    unsent: bool = False
    redacted: bool = False
    forwarded: bool = False
    seconds: float | None = None
    peaks: tuple[float, ...] = ()
    media: bytes | None = None
    turn: str = ""
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class _Deed:
    """Something that the customer did to a message."""

    form: str
    """A `Form`."""
    target: str
    shown: bool = False
    """The handset has shown it: what the journal adds later changes nothing."""


class Conversation:
    """Folds what happened on one phone into bubbles, oldest first."""

    def __init__(self) -> None:
        self._drafts: dict[str, _Draft] = {}
        self._early: dict[str, str] = {}
        """Ticks of messages that are not here yet."""
        self._deeds: dict[str, _Deed] = {}
        """Reactions, edits and unsends by their own wamids."""

    def take(self, event: Event) -> None:
        """Take the next event of this contact."""
        turn = event.where.turn
        match event.body:
            case journal.Received():
                self._received(event.at, turn, event.body)
            case journal.Typed():
                self._typed(event.body)
            case journal.HeardNote():
                self._heard(turn, event.body)
            case journal.Replied() | journal.Noticed():
                self._replied(event.at, turn, event.body)
            case journal.StatusSeen(message=message, status=status):
                self._tick(message, str(status))
            case journal.Redacted():
                self._redacted(turn)

    def tell(self, fact: Fact) -> None:
        """Take the next fact of this phone."""
        match fact:
            case Sent():
                self._sent(fact)
            case Arrived():
                self._arrived(fact)
            case Ticks(wamid=wamid, state=state):
                self._tick(wamid, state)

    def media(self, wamid: str) -> bytes | None:
        """Ogg/opus of a note that the handset has."""
        draft = self._drafts.get(wamid)
        return draft.media if draft else None

    def bubbles(self, stale: Callable[[str, str], bool]) -> tuple[Bubble, ...]:
        """All messages in the order of their times; `stale` says it of a message and a button's id."""
        ordered = sorted(self._drafts.values(), key=lambda draft: draft.at)
        return tuple(self._bubble(draft, stale) for draft in ordered)

    def _bubble(self, draft: _Draft, stale: Callable[[str, str], bool]) -> Bubble:
        quoted = None
        if draft.answers is not None:
            other = self._drafts.get(draft.answers)
            quoted = "" if other is None else _in_short(other)
        buttons = (
            ButtonView(one, title, title == draft.pressed, stale(draft.id, one))
            for one, title in draft.buttons
        )
        return Bubble(
            id=draft.id,
            mine=draft.mine,
            form=draft.form,
            text=draft.text,
            at=draft.at,
            ticks=draft.ticks,
            quotes=quoted,
            answers=draft.answers,
            buttons=tuple(buttons),
            reactions=tuple(draft.reactions[mine] for mine in (True, False) if draft.reactions.get(mine)),
            edited=draft.edited,
            unsent=draft.unsent,
            redacted=draft.redacted,
            forwarded=draft.forwarded,
            seconds=draft.seconds,
            peaks=draft.peaks,
            playable=draft.media is not None,
            turn=draft.turn,
        )

    def _draft(self, wamid: str, *, mine: bool, form: str, at: Micros) -> _Draft:
        if wamid not in self._drafts:
            self._drafts[wamid] = _Draft(wamid, mine, form, at, ticks=self._early.pop(wamid, ""))
        return self._drafts[wamid]

    def _tick(self, wamid: str, state: str) -> None:
        draft = self._drafts.get(wamid)
        before = draft.ticks if draft else self._early.get(wamid, "")
        if _RANK.get(state, -1) <= _RANK.get(before, -1):
            return
        if draft is None:
            self._early[wamid] = state
        else:
            draft.ticks = state

    # --- the customer's own messages ------------------------------------------------------------

    def _sent(self, fact: Sent) -> None:
        if fact.kind in _DEEDS:
            taken_back = fact.kind == "reaction" and not fact.text
            form = Form.REACTION_REMOVED if taken_back else _DEEDS[fact.kind]
            self._deeds[fact.wamid] = _Deed(form, fact.quotes or "", shown=True)
            self._do(self._deeds[fact.wamid], fact.text)
            return
        draft = self._draft(fact.wamid, mine=True, form=fact.kind, at=fact.at)
        draft.form, draft.at, draft.answers = fact.kind, fact.at, fact.quotes
        draft.shown, draft.media = True, fact.media
        draft.text = fact.text or draft.text
        draft.seconds, draft.peaks = fact.seconds or draft.seconds, fact.peaks
        self._press(draft)

    def _received(self, at: Micros, turn: str, body: journal.Received) -> None:
        if body.form in _FROM_OTHERS:
            if body.form == Form.ECHO:  # the journal does not hold what staff wrote
                draft = self._draft(body.message, mine=False, form="staff", at=at)
                draft.redacted, draft.turn = not draft.shown, turn
            return
        if body.form != Form.MESSAGE:
            if body.message not in self._deeds:
                self._deeds[body.message] = _Deed(body.form, body.target or "")
                self._do(self._deeds[body.message], "")
            return
        form = "voice" if body.voice else "audio" if body.media_sha256 else "text"
        draft = self._draft(body.message, mine=True, form=form, at=at)
        draft.turn, draft.forwarded = turn, body.forwarded
        draft.answers = draft.answers or body.quotes
        self._tick(draft.id, "delivered")

    def _typed(self, body: journal.Typed) -> None:
        if (deed := self._deeds.get(body.message)) is not None:
            if not deed.shown:
                self._do(deed, body.text)
            return
        draft = self._drafts.get(body.message)
        if draft is None or draft.shown:
            return
        draft.text, draft.redacted = body.text, not body.text or REMOVED in body.text
        if body.button:
            draft.form = "button"
            self._press(draft)

    def _heard(self, turn: str, body: journal.HeardNote) -> None:
        for draft in self._of_turn(turn):
            if not draft.mine:
                continue
            draft.seconds = draft.seconds or body.note_seconds
            if not draft.shown or not draft.text:
                draft.text = body.text
                draft.redacted = REMOVED in body.text or (not body.text and body.speech_seconds > 0)

    def _redacted(self, turn: str) -> None:
        """Live, the earlier words are still here and must go; at rest they are gone, and say so."""
        for draft in self._of_turn(turn):
            if draft.mine and not draft.shown and REMOVED not in draft.text:
                draft.text, draft.redacted = "", True

    def _press(self, draft: _Draft) -> None:
        asked = self._drafts.get(draft.answers or "")
        if draft.form == "button" and asked is not None:
            asked.pressed = draft.text

    def _do(self, deed: _Deed, text: str) -> None:
        """Emoji and new words may come after the deed itself."""
        draft = self._drafts.get(deed.target)
        if draft is None:
            return
        match deed.form:
            case Form.REACTION:
                draft.reactions[True] = text or _ANY_REACTION
            case Form.REACTION_REMOVED:
                draft.reactions.pop(True, None)
            case Form.EDIT:
                draft.edited, draft.text = True, text or draft.text
            case Form.REVOKE:
                draft.unsent = True

    # --- messages of the business ---------------------------------------------------------------

    def _arrived(self, fact: Arrived) -> None:
        message = fact.message
        if message.kind == "reaction":
            if (draft := self._drafts.get(message.about or "")) is not None:
                draft.reactions[False] = message.text or ""
            return
        form = "text" if message.kind in ("text", "buttons") else str(message.kind)
        draft = self._draft(message.wamid, mine=False, form=form, at=message.at)
        draft.form, draft.at, draft.answers, draft.shown = form, message.at, message.quotes, True
        draft.text = message.text or draft.text
        draft.buttons = tuple((button.id, button.title) for button in message.buttons)
        draft.media = message.media if message.kind == "voice" else None
        draft.seconds, draft.peaks = fact.seconds or draft.seconds, fact.peaks
        self._tick(draft.id, "sent")

    def _replied(self, at: Micros, turn: str, body: journal.Replied | journal.Noticed) -> None:
        for form, wamid in zip(_parts(body), body.messages, strict=False):
            draft = self._draft(wamid, mine=False, form=form, at=body.accepted_at or at)
            draft.turn, draft.digest = turn, body.digest
            if not draft.text:
                draft.text = (body.spoken or body.text) if form == "voice" else body.text
                draft.redacted = not draft.text
            asks = body.digest is not None and form == "text"
            if asks and not draft.buttons and not draft.shown:
                draft.buttons = ((f"yes:{body.digest}", "Yes"), (f"no:{body.digest}", "No"))
            self._tick(wamid, "sent")
        self._press_early(body.messages)

    def _press_early(self, messages: tuple[str, ...]) -> None:
        """A tap may be known before the journal tells of the question that it answers."""
        for draft in self._drafts.values():
            if draft.form == "button" and draft.answers in messages:
                self._press(draft)

    def _of_turn(self, turn: str) -> Iterator[_Draft]:
        return (draft for draft in self._drafts.values() if draft.turn == turn)


_ANY_REACTION = "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}"
"""Stands for a reaction until its emoji is known."""
_DEEDS: dict[str, str] = {"reaction": Form.REACTION, "edit": Form.EDIT, "unsend": Form.REVOKE}
"""What the customer does to a message, by the name of the fact."""
_FROM_OTHERS = frozenset({Form.ECHO, Form.OFFER, Form.IDENTITY})


def _parts(body: journal.Replied | journal.Noticed) -> Iterator[str]:
    """Forms of a group's messages in the order in which they are sent; the question comes first."""
    match body.form:
        case "voice+buttons":
            yield from ("text", "voice")
        case "voice" | "template":
            yield body.form
    while True:
        yield "text"


def _in_short(draft: _Draft) -> str:
    words = " ".join(draft.text.split())
    if draft.unsent or not words:
        return f"[{draft.form}]"
    return words if len(words) <= _QUOTED else words[: _QUOTED - 1] + "…"
