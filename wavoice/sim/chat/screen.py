"""Looks at the handsets' screens, and tells what changes there, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

from wavoice.runtime.model import Micros, PromptState
from wavoice.runtime.ports import Clock, Decoder
from wavoice.sim.chat.facts import Arrived, Fact, Sent, SentKind, Ticks, TickState, Typing
from wavoice.sim.chat.waveform import NO_WAVEFORM, Waveform, waveform
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.handset.message import PhoneMessage


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be sent."""

    kind: SentKind
    text: str = ""
    quotes: str | None = None
    media: bytes | None = None
    wave: Waveform = NO_WAVEFORM


class Screens:
    """`handset.Watcher` of all handsets. Facts come in the order in which things happened: what comes after
    a voice note waits until that is decoded.
    """

    def __init__(self, clock: Clock, decoder: Decoder, tell: Callable[[Fact], None]) -> None:
        self._clock, self._decoder, self._tell = clock, decoder, tell
        self._contacts: dict[Handset, str] = {}
        self._draft: Draft | None = None
        self._waiting: deque[Fact] = deque()
        self._telling: asyncio.Task[None] | None = None

    def add(self, phone: Handset, contact: str) -> None:
        """Look at this handset from now on."""
        self._contacts[phone] = contact
        phone.watcher = self

    @property
    def contacts(self) -> Mapping[Handset, str]:
        """The runtime's ids of the owners."""
        return self._contacts

    @contextmanager
    def sending(self, draft: Draft) -> Iterator[None]:
        """What is sent first within is this. No other message can come between: WhatsApp takes a message
        before the verb that sends it first waits for anything.
        """
        self._draft = draft
        try:
            yield
        finally:
            self._draft = None

    def redraft(self, draft: Draft) -> None:
        """What is sent next is this, after all."""
        self._draft = draft

    def taken(self, phone: Handset, wamid: str) -> None:
        """See `handset.Watcher`."""
        draft, self._draft = self._draft, None
        if draft is None:  # something that no verb of this phone has sent, e.g. an injected webhook
            return
        contact, wave, at = self._contacts[phone], draft.wave, self._clock.now()
        note = (wave.seconds, wave.peaks, draft.quotes, draft.media)
        self._put(Sent(wamid, contact, at, draft.kind, draft.text, *note))
        self._put(Ticks(contact, wamid, "sent"))

    def acknowledged(self, wamid: str) -> None:
        """The business has answered the webhook that brought an own message."""
        for phone, contact in self._contacts.items():
            if wamid in phone.said and wamid not in phone.seen:
                self._put(Ticks(contact, wamid, "delivered"))

    def shown(self, phone: Handset, message: PhoneMessage) -> None:
        """See `handset.Watcher`."""
        self._put(Arrived(self._contacts[phone], message))

    def reached(self, phone: Handset, wamid: str, state: PromptState) -> None:
        """See `handset.Watcher`."""
        self._put(Ticks(self._contacts[phone], wamid, cast("TickState", state.value)))

    def typed(self, phone: Handset, until: Micros) -> None:
        """See `handset.Watcher`."""
        self._put(Typing(self._contacts[phone], until))

    async def idle(self) -> None:
        """Return when everything that has happened is told."""
        while self._telling is not None:
            await asyncio.wait([self._telling])

    async def close(self) -> None:
        """Tell no more."""
        if (telling := self._telling) is not None:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    def _put(self, fact: Fact) -> None:
        if self._telling is None and not _is_note(fact):
            self._tell(fact)
            return
        self._waiting.append(fact)
        if self._telling is None:
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        try:
            while self._waiting:
                fact = self._waiting[0]
                if isinstance(fact, Arrived) and _is_note(fact):
                    wave = await waveform(self._decoder, fact.message.media or b"")
                    fact = replace(fact, peaks=wave.peaks, seconds=wave.seconds)
                self._waiting.popleft()
                self._tell(fact)
        finally:
            self._telling = None


def _is_note(fact: Fact) -> bool:
    return isinstance(fact, Arrived) and fact.message.kind == "voice" and fact.message.media is not None
