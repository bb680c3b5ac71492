"""A customer's handset: speaks, taps, listens, and remembers what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Button, Micros, PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.media import JPEG_MIME, TINY_JPEG, document_mime
from wavoice.sim.emulator.wire import VOICE_MIME, Person, content

TYPING_LASTS: Micros = 25 * SECOND
PLAYS_INLINE_BYTES = 512 * 1024
"""A larger voice note shows a download icon instead of a play icon."""

LATE: Micros = 10 * SECOND
"""How long after its sending a late webhook is first tried."""

Deliver = Literal["once", "twice", "late", "reordered"]
"""How the webhook of a customer's message reaches the business; `Phone` says what each means."""

_REACHES = {
    PromptState.FAILED: (),
    PromptState.SENT: (),
    PromptState.DELIVERED: (PromptState.DELIVERED,),
    PromptState.READ: (PromptState.DELIVERED, PromptState.READ),
    PromptState.PLAYED: (PromptState.DELIVERED, PromptState.READ, PromptState.PLAYED),
}
"""What a handset reports of a message that reaches it, in this order."""
_ABOUT_ANOTHER = frozenset({"reaction", "edit", "revoke"})
"""Types that say something about another message: they cannot be deleted themselves."""
_KNOWN = "Use what a verb of this phone returned, or the `wamid` of one of its `messages`."


class Network(Protocol):
    """What a handset needs of WhatsApp."""

    async def carry(self, phone: Phone, said: Mapping[str, Any], deliver: Deliver) -> str:
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

    def is_back(self, phone: Phone) -> None:
        """Bring what waited for this handset."""
        ...


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A message of the business, as the handset shows it."""

    wamid: str
    kind: Literal["text", "buttons", "voice", "audio"]
    """`audio` is a file; only `voice` plays as a note and reports that it was played."""
    at: Micros
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    media: bytes | None = None
    quotes: str | None = None
    download_icon: bool = False
    typing: bool = False
    """The business was shown as typing when this arrived."""


class Phone:
    """One customer's handset; made by `Emulator.phone`.

    Verbs that reach the business return once the webhook was tried for the first time: answered,
    or left to redelivery. `deliver` changes that:

    * `twice`: the same bytes come again although they were answered;
    * `late`: the verb returns at once, and the webhook is first tried `LATE` after its sending;
    * `reordered`: the verb returns at once, and the webhook comes just after that of this
      customer's next message, or with `Emulator.flush`.
    """

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
        self._network = network
        self._clock = clock
        self._reach = PromptState.DELIVERED
        self._said: dict[str, str] = {}
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
            self._network.is_back(self)

    @property
    def on(self) -> bool:
        """True while messages get as far as this handset."""
        return bool(_REACHES[self._reach])

    async def says(
        self, text: str, quotes: str | None = None, *, forwarded: bool = False, deliver: Deliver = "once"
    ) -> str:
        """Send text, perhaps as an answer to the message `quotes`; return the wamid."""
        context = self._context(quotes, forwarded=forwarded)
        return await self._send(content("text", body=text), context, deliver)

    async def records(
        self,
        ogg: bytes,
        *,
        voice: bool = True,
        forwarded: bool = False,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a voice note (`voice`) or an audio file; a forwarded note is a file on the wire."""
        audio = content("audio", **self._network.keep(ogg, VOICE_MIME), voice=voice and not forwarded)
        return await self._send(audio, self._context(quotes, forwarded=forwarded), deliver)

    async def shares_image(
        self,
        data: bytes = TINY_JPEG,
        caption: str | None = None,
        *,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a JPEG picture; return the wamid."""
        image = content("image", **self._network.keep(data, JPEG_MIME), caption=caption)
        return await self._send(image, self._context(quotes), deliver)

    async def shares_document(
        self,
        filename: str,
        caption: str | None = None,
        *,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a file of that name, which holds nothing but its name; return the wamid."""
        kept = self._network.keep(filename.encode(), document_mime(filename))
        document = content("document", **kept, filename=filename, caption=caption)
        return await self._send(document, self._context(quotes), deliver)

    async def shares_location(
        self,
        latitude: float,
        longitude: float,
        name: str | None = None,
        address: str | None = None,
        *,
        quotes: str | None = None,
        deliver: Deliver = "once",
    ) -> str:
        """Send a place, in degrees; return the wamid."""
        place = content("location", latitude=latitude, longitude=longitude, name=name, address=address)
        return await self._send(place, self._context(quotes), deliver)

    async def reacts(self, wamid: str, emoji: str | None, *, deliver: Deliver = "once") -> str:
        """React to a message on this phone; return the wamid of the reaction.

        None and the empty string both take a reaction back, as WhatsApp writes it: without the key,
        or with an empty one. Raises `UserInputError` for a message that this phone does not show.
        """
        if wamid not in self._said and all(message.wamid != wamid for message in self.messages):
            raise self._missing(f"no message {wamid!r} to react to")
        return await self._send(content("reaction", message_id=wamid, emoji=emoji), {}, deliver)

    async def edits(self, wamid: str, text: str, *, deliver: Deliver = "once") -> str:
        """Change an own text that still stands, else `UserInputError`; return the wamid of the edit."""
        if self._said.get(wamid) != "text":
            raise self._missing(f"no own text {wamid!r} to edit")
        edit = content("edit", original_message_id=wamid, message=content("text", body=text))
        return await self._send(edit, {}, deliver)

    async def revokes(self, wamid: str, *, deliver: Deliver = "once") -> str:
        """Delete an own message for everyone, else `UserInputError`; return the wamid of the deletion."""
        if self._said.get(wamid, "revoke") in _ABOUT_ANOTHER:
            raise self._missing(f"no own message {wamid!r} to delete")
        self._said[wamid] = "revoke"
        return await self._send(content("revoke", original_message_id=wamid), {}, deliver)

    async def taps(self, choice: str, *, on: str | None = None, deliver: Deliver = "once") -> str:
        """Tap a button by title or id, on the newest message that has it; return the wamid.

        `on`: the wamid of an older message. Raises `UserInputError` if there is none.
        """
        for message in reversed(self.messages):
            for button in message.buttons:
                if choice in {button.id, button.title} and on in (None, message.wamid):
                    reply = {"id": button.id, "title": button.title}
                    tap = content("interactive", type="button_reply", button_reply=reply)
                    return await self._send(tap, self._context(message.wamid), deliver)
        remedy = "Wait for the question with `hears`, and tap a title or id that it shows."
        raise self._missing(f"no button {choice!r}", remedy)

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
            await self._network.report(wamid, PromptState.READ)

    async def plays(self) -> None:
        """Play the newest voice note; only its first playing is reported."""
        note = next((message for message in reversed(self.messages) if message.kind == "voice"), None)
        if note is None:
            raise self._missing("no voice note", "Wait for it with `hears` before it is played.")
        if note.wamid not in self._played:
            self._played.add(note.wamid)
            await self._network.report(note.wamid, PromptState.PLAYED)

    def receive(self, message: PhoneMessage) -> Sequence[PromptState]:
        """WhatsApp delivers: the message appears, typing ends; return what the handset reports."""
        self._typing_until = 0
        self.messages.append(message)
        reports = _REACHES[self._reach][: 3 if message.kind == "voice" else 2]
        if PromptState.READ not in reports:
            self._unread.append(message.wamid)
        if PromptState.PLAYED in reports:
            self._played.add(message.wamid)
        self._arrived.set()
        return reports

    def mark_read(self, wamid: str, *, typing: bool) -> None:
        """WhatsApp shows that the business has read up to this message, and perhaps types."""
        said = list(self._said)
        read = said[: said.index(wamid) + 1]
        self.seen += [earlier for earlier in read if earlier not in self.seen]
        if typing:
            self._typing_until = self._clock.now() + TYPING_LASTS

    def note_sent(self, wamid: str, kind: str) -> None:
        """WhatsApp has taken a message of this phone, of that type on the wire."""
        self._said[wamid] = kind

    def _missing(self, what: str, remedy: str = _KNOWN) -> UserInputError:
        return UserInputError(f"There is {what} on {self.person.name}'s phone.", remedy=remedy)

    def _context(self, quotes: str | None, *, forwarded: bool = False) -> dict[str, Any]:
        context = {} if quotes is None else self._network.quote(quotes)
        return context | ({"forwarded": True} if forwarded else {})

    async def _send(self, said: dict[str, Any], context: dict[str, Any], deliver: Deliver) -> str:
        return await self._network.carry(self, said | ({"context": context} if context else {}), deliver)
