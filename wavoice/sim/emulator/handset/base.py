"""What every handset has: an owner, a screen, and a way to WhatsApp."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Micros, PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.wire import Person

TYPING_LASTS: Micros = 25 * SECOND

LATE: Micros = 10 * SECOND
"""How long after its sending a late webhook is first tried."""

Deliver = Literal["once", "twice", "late", "reordered"]
"""How the webhook of a customer's message reaches the business; `Phone` says what each means."""

Forwarded = bool | Literal["often"]
"""Whether a message was forwarded; `often`: more than five times."""
Wish = Literal["stop", "resume", "signup"]
"""What a customer wants of a business's marketing."""

_REACHES = {
    PromptState.FAILED: (),
    PromptState.SENT: (),
    PromptState.DELIVERED: (PromptState.DELIVERED,),
    PromptState.READ: (PromptState.DELIVERED, PromptState.READ),
    PromptState.PLAYED: (PromptState.DELIVERED, PromptState.READ, PromptState.PLAYED),
}
"""What a handset reports of a message that reaches it, in this order."""
KNOWN = "Use what a verb of this phone returned, or the `wamid` of one of its `messages`."


class Network(Protocol):
    """What a handset needs of WhatsApp."""

    async def carry(self, phone: Handset, said: Mapping[str, Any], deliver: Deliver) -> str:
        """Take a message to the business; return its wamid as `Phone` promises."""
        ...

    def keep(self, data: bytes, mime_type: str) -> dict[str, Any]:
        """Keep a file and return what all media nodes of a webhook have."""
        ...

    def quote(self, wamid: str) -> dict[str, Any]:
        """Return the webhook's `context` of an answer to that message."""
        ...

    async def report(self, wamid: str, state: PromptState) -> None:
        """Tell the business what happened to its message."""
        ...

    async def ring(self, phone: Handset) -> str:
        """Call the business, which does not answer; return the call's id."""
        ...

    def is_back(self, phone: Handset) -> None:
        """Bring what waited for this handset."""
        ...

    def product_page(self) -> dict[str, Any]:
        """Return the `context` of a question from a product's page, without the product."""
        ...

    def number_shared(self, phone: Handset) -> None:
        """The owner has told the business the phone number."""
        ...

    async def moved(self, phone: Handset, digits: str, *, before_user_ids: bool) -> str:
        """Give the owner another number and user id, and tell the business; return the wamid."""
        ...

    async def key_changed(self, phone: Handset, key: str) -> str:
        """Tell the business of another identity key; return the wamid."""
        ...

    async def wished(self, phone: Handset, wish: Wish) -> None:
        """Tell the business what the owner wants of its marketing."""
        ...


class Watcher(Protocol):
    """Looks at a handset's screen. Called at the moment itself; must not raise."""

    def taken(self, phone: Handset, wamid: str) -> None:
        """WhatsApp has taken a message of this phone; its webhook goes out next."""
        ...

    def shown(self, phone: Handset, message: PhoneMessage) -> None:
        """A message of the business has appeared."""
        ...

    def reached(self, phone: Handset, wamid: str, state: PromptState) -> None:
        """An own message was read by the business, or one of the business got further here."""
        ...

    def typed(self, phone: Handset, until: Micros) -> None:
        """The business is shown as typing, until then or until its next message."""
        ...


class HandsetState(BaseModel, defer_build=True):
    """A handset and its owner, as one saves them."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    person: Person
    messages: list[PhoneMessage] = Field(default_factory=list)
    seen: int = 0
    """How many of its own messages, from the oldest, the business has read."""
    identity: str | None = None
    ahead: Micros = 0
    said: dict[str, str] = Field(default_factory=dict)
    """Types of its own messages by wamid, oldest first."""
    reach: PromptState = PromptState.DELIVERED
    unread: list[str] = Field(default_factory=list)
    played: list[str] = Field(default_factory=list)
    typing_until: Micros = 0
    referral: dict[str, Any] | None = None


class Handset:
    """Screen and line of one customer's handset; the verbs stand in the files beside this one."""

    def __init__(self, person: Person, network: Network, clock: Clock) -> None:
        self.person = person
        self.messages: list[PhoneMessage] = []
        """Received, oldest first."""
        self.seen: list[str] = []
        """wamids of own messages that the business has read, in the order of reading."""
        self.identity: str | None = None
        """WhatsApp's identity key hash of its owner; None: the business does not check it."""
        self.ahead: Micros = 0
        """How far in the future its messages are dated."""
        self.network = network
        """WhatsApp, as the verbs reach it."""
        self.watcher: Watcher | None = None
        """Who looks at the screen, beside the owner."""
        self._clock = clock
        self.said: dict[str, str] = {}
        """Types of own messages by wamid, oldest first."""
        self.referral: dict[str, Any] | None = None
        """The ad that the owner has come from; the next message tells it."""
        self._own: list[str] = []
        self._places: dict[str, int] = {}
        self._reach = PromptState.DELIVERED
        self._unread: list[str] = []
        self._played: set[str] = set()
        self._typing_until: Micros = 0
        self._arrived = asyncio.Event()

    @property
    def typing(self) -> bool:
        """True while the business is shown as typing: until its next message, at most 25 s."""
        return self._clock.now() < self._typing_until

    @property
    def reach(self) -> PromptState:
        """How far messages of the business get here from now on; `delivered` unless set.

        * `failed`: none is shown, and WhatsApp reports the failure (131026).
        * `sent`: the handset is off: messages wait, and arrive in order once `reach` is set further.
        * `delivered`: shown. `read`: shown and read at once. `played`: voice notes are also played.

        Setting any other state raises `UserInputError`.
        """
        return self._reach

    @reach.setter
    def reach(self, state: PromptState) -> None:
        if state not in _REACHES:
            raise UserInputError(
                f"A message cannot get as far as {state.value!r} on a phone.",
                remedy=f"Use one of {', '.join(_REACHES)}.",
            )
        self._reach = state
        if self.on:
            self.network.is_back(self)

    @property
    def on(self) -> bool:
        """True while messages get as far as this handset."""
        return bool(_REACHES[self._reach])

    async def hears(self, after: int) -> PhoneMessage:
        """Return message number `after` (from 0), waiting until it has arrived.

        Take `after = len(phone.messages)` before you speak.
        """
        while len(self.messages) <= after:
            self._arrived.clear()
            await self._arrived.wait()
        return self.messages[after]

    async def reads(self) -> None:
        """Open the chat: everything received and unread is reported as read."""
        unread, self._unread = self._unread, []
        for wamid in unread:
            self._reached(wamid, PromptState.READ)
            await self.network.report(wamid, PromptState.READ)

    async def plays(self, wamid: str | None = None) -> None:
        """Play a voice note, the newest if none is named; only its first playing is reported."""
        notes = (message for message in reversed(self.messages) if message.kind == "voice")
        note = next((note for note in notes if wamid in (None, note.wamid)), None)
        if note is None:
            raise self.missing("no voice note", "Wait for it with `hears` before it is played.")
        if note.wamid not in self._played:
            self._played.add(note.wamid)
            self._reached(note.wamid, PromptState.PLAYED)
            await self.network.report(note.wamid, PromptState.PLAYED)

    def receive(self, message: PhoneMessage) -> Sequence[PromptState]:
        """WhatsApp delivers: the message appears, typing ends; return what the handset reports."""
        self._typing_until = 0
        self.messages.append(message)
        if self.watcher is not None:
            self.watcher.shown(self, message)
        if message.kind == "reaction":  # WhatsApp reports it as sent and no further ("Reaction messages")
            self._arrived.set()
            return ()
        reports = _REACHES[self._reach][: 3 if message.kind == "voice" else 2]
        if PromptState.READ not in reports:
            self._unread.append(message.wamid)
        if PromptState.PLAYED in reports:
            self._played.add(message.wamid)
        self._arrived.set()
        for state in reports:
            self._reached(message.wamid, state)
        return reports

    def _reached(self, wamid: str, state: PromptState) -> None:
        if self.watcher is not None:
            self.watcher.reached(self, wamid, state)

    def mark_read(self, wamid: str, *, typing: bool) -> None:
        """WhatsApp shows that the business has read up to this message, and perhaps types."""
        newly = self._own[len(self.seen) : self._places[wamid] + 1]
        self.seen += newly
        for own in newly:
            self._reached(own, PromptState.READ)
        if typing:
            self._typing_until = self._clock.now() + TYPING_LASTS
            if self.watcher is not None:
                self.watcher.typed(self, self._typing_until)

    def note_sent(self, wamid: str, kind: str) -> None:
        """WhatsApp has taken a message of this phone, of that type on the wire."""
        if wamid not in self.said:
            self._places[wamid] = len(self._own)
            self._own.append(wamid)
        self.said[wamid] = kind
        if self.watcher is not None:
            self.watcher.taken(self, wamid)

    @property
    def state(self) -> HandsetState:
        """All that must survive; a copy."""
        return HandsetState(
            person=self.person,
            messages=list(self.messages),
            seen=len(self.seen),
            identity=self.identity,
            ahead=self.ahead,
            said=dict(self.said),
            reach=self._reach,
            unread=list(self._unread),
            played=sorted(self._played),
            typing_until=self._typing_until,
            referral=self.referral,
        )

    def load(self, state: HandsetState) -> None:
        """Go on from there. Nobody is told: what waits for the handset is WhatsApp's to bring."""
        self.person, self.identity, self.ahead = state.person, state.identity, state.ahead
        self.messages[:] = state.messages
        self.said = {}
        self._own.clear()
        for wamid, kind in state.said.items():
            self.note_sent(wamid, kind)
        self.seen[:] = self._own[: state.seen]
        self._reach = state.reach
        self._unread, self._played = list(state.unread), set(state.played)
        self._typing_until, self.referral = state.typing_until, state.referral

    def missing(self, what: str, remedy: str = KNOWN) -> UserInputError:
        """What to raise when there is no such thing here; `what` begins with "no"."""
        return UserInputError(f"There is {what} on {self.person.name}'s phone.", remedy=remedy)

    def context(self, quotes: str | None, *, forwarded: Forwarded = False) -> dict[str, Any]:
        """The `context` of what is sent next."""
        context = {} if quotes is None else self.network.quote(quotes)
        if not forwarded:
            return context
        return context | {"frequently_forwarded" if forwarded == "often" else "forwarded": True}

    async def send(self, said: dict[str, Any], context: dict[str, Any], deliver: Deliver) -> str:
        """Take it to the business; return its wamid. `said` has type and node, of any type whatever."""
        told = said | ({"context": context} if context else {})
        if self.referral is not None:
            told["referral"], self.referral = self.referral, None
        return await self.network.carry(self, told, deliver)
