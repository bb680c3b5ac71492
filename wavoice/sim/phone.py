"""A customer's handset: speaks, taps, listens, and remembers what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Button, Micros, PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.wire import Person

TYPING_LASTS: Micros = 25 * SECOND
PLAYS_INLINE_BYTES = 512 * 1024
"""A larger voice note shows a download icon instead of a play icon."""

Deliver = Literal["once", "twice"]


class Network(Protocol):
    """What a handset needs of WhatsApp."""

    async def carry(self, phone: Phone, content: Mapping[str, Any], deliver: Deliver) -> str:
        """Bring a message to the business; return its wamid once the webhook was tried."""
        ...

    def keep_audio(self, data: bytes, *, voice: bool) -> dict[str, Any]:
        """Keep recorded bytes and return the webhook's `audio` node."""
        ...

    def quote(self, wamid: str) -> dict[str, Any]:
        """Return the webhook's `context` of an answer to that message."""
        ...

    async def report(self, wamid: str, state: PromptState) -> None:
        """Tell the business what happened to its message."""
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
    or left to redelivery. `deliver="twice"` brings the same update again although it was answered.
    """

    def __init__(self, person: Person, network: Network, clock: Clock) -> None:
        self.person = person
        self.messages: list[PhoneMessage] = []
        """Received, oldest first."""
        self.seen: list[str] = []
        """wamids of own messages that the business has read, in the order of reading."""
        self._network = network
        self._clock = clock
        self._said: list[str] = []
        self._unread: list[str] = []
        self._played: set[str] = set()
        self._typing_until: Micros = 0
        self._arrived = asyncio.Event()

    @property
    def typing(self) -> bool:
        """True while the business is shown as typing: until its next message, at most 25 s."""
        return self._clock.now() < self._typing_until

    async def says(self, text: str, quotes: str | None = None, *, deliver: Deliver = "once") -> str:
        """Send text, perhaps as an answer to the message `quotes`; return the wamid."""
        return await self._send({"type": "text", "text": {"body": text}}, self._context(quotes), deliver)

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
        context = self._context(quotes) | ({"forwarded": True} if forwarded else {})
        audio = self._network.keep_audio(ogg, voice=voice and not forwarded)
        return await self._send({"type": "audio", "audio": audio}, context, deliver)

    async def taps(self, choice: str, *, deliver: Deliver = "once") -> str:
        """Tap a button by title or id, on the newest message that has it; return the wamid.

        An older question is reached by its button's id. Raises `UserInputError` if there is none.
        """
        for message in reversed(self.messages):
            for button in message.buttons:
                if choice in {button.id, button.title}:
                    reply = {"id": button.id, "title": button.title}
                    content = {
                        "type": "interactive",
                        "interactive": {"type": "button_reply", "button_reply": reply},
                    }
                    return await self._send(content, self._context(message.wamid), deliver)
        raise UserInputError(
            f"There is no button {choice!r} on {self.person.name}'s phone.",
            remedy="Wait for the question with `hears`, and tap a title or id that it shows.",
        )

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
            raise UserInputError(
                f"There is no voice note on {self.person.name}'s phone.",
                remedy="Wait for it with `hears` before it is played.",
            )
        if note.wamid not in self._played:
            self._played.add(note.wamid)
            await self._network.report(note.wamid, PromptState.PLAYED)

    def receive(self, message: PhoneMessage) -> None:
        """WhatsApp delivers: the message appears, typing ends."""
        self._typing_until = 0
        self.messages.append(message)
        self._unread.append(message.wamid)
        self._arrived.set()

    def mark_read(self, wamid: str, *, typing: bool) -> None:
        """WhatsApp shows that the business has read up to this message, and perhaps types."""
        read = self._said[: self._said.index(wamid) + 1]
        self.seen += [earlier for earlier in read if earlier not in self.seen]
        if typing:
            self._typing_until = self._clock.now() + TYPING_LASTS

    def note_sent(self, wamid: str) -> None:
        """WhatsApp has taken a message of this phone."""
        self._said.append(wamid)

    def _context(self, quotes: str | None) -> dict[str, Any]:
        return {} if quotes is None else self._network.quote(quotes)

    async def _send(self, content: dict[str, Any], context: dict[str, Any], deliver: Deliver) -> str:
        return await self._network.carry(self, content | ({"context": context} if context else {}), deliver)
