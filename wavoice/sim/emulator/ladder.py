"""What becomes of a message of the business once it is accepted: shown, and reported status by status."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from wavoice.runtime.model import PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.customers import Customers
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.handset.message import Arrival, shown
from wavoice.sim.emulator.media import MediaShelf, opus_channels
from wavoice.sim.emulator.sending.content import Send
from wavoice.sim.emulator.webhooks import Webhooks


@dataclass(slots=True, eq=False)
class Sent:
    """A message of the business, accepted."""

    wamid: str
    to: wire.Person
    phone: Handset | None
    """None for a number that is not on WhatsApp: the message will fail."""
    request: Send
    by_staff: bool = False
    """Sent from the business's own phone: WhatsApp reports nothing of it."""
    failure: GraphError | None = None
    """Why it will fail although it was accepted."""
    lane: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Statuses of one message are first tried one after the other."""


class Ladder:
    """Brings accepted messages to handsets and tells the business: sent, delivered, read, played, failed."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        shelf: MediaShelf,
        webhooks: Webhooks,
        background: Background,
        customers: Customers,
    ) -> None:
        self._config = config
        self._clock = clock
        self._shelf = shelf
        self._webhooks = webhooks
        self._background = background
        self._customers = customers
        self._waiting: dict[Handset, list[Sent]] = {}

    async def deliver(self, sent: Sent) -> None:
        """Bring it as far as it gets now."""
        async with sent.lane:
            failure = self._failure(sent)
            if sent.phone is None or failure is not None:
                await self._status(sent, PromptState.FAILED, failure)
                return
            await self._status(sent, PromptState.SENT)
            if sent.phone.on and sent.phone not in self._waiting:
                await self._report_all(sent, self._show(sent, sent.phone))
            else:
                self._waiting.setdefault(sent.phone, []).append(sent)

    async def report(self, sent: Sent, state: PromptState) -> None:
        """Send a status, once those before it were tried."""
        async with sent.lane:
            await self._status(sent, state)

    def is_back(self, phone: Handset) -> None:
        """Bring what waited for a handset, in order."""
        if phone in self._waiting:
            self._background.start(self._arrive_all(phone))

    async def _arrive_all(self, phone: Handset) -> None:
        # Popped here, not in `is_back`: until they are shown, later ones queue up behind them.
        if not phone.on:
            return
        waiting = self._waiting.pop(phone, [])
        async with AsyncExitStack() as lanes:
            for sent in waiting:
                await lanes.enter_async_context(sent.lane)
            arrived = [(sent, self._show(sent, phone)) for sent in waiting]
            for sent, states in arrived:
                await self._report_all(sent, states)

    async def _report_all(self, sent: Sent, states: Sequence[PromptState]) -> None:
        for state in states:
            await self._status(sent, state)

    def _failure(self, sent: Sent) -> GraphError | None:
        if sent.failure is not None:
            return sent.failure
        if sent.phone is None:
            return GraphError(131026, "The recipient is not a WhatsApp user")
        if sent.phone.reach is PromptState.FAILED:
            return GraphError(131026, "The message could not be delivered to the recipient")
        content = sent.request.content
        if content.voice and content.media and opus_channels(self._shelf.get(content.media).data) is None:
            return GraphError(131053, "A voice message must be an Ogg file with an Opus stream")
        return None

    def _show(self, sent: Sent, phone: Handset) -> Sequence[PromptState]:
        content = sent.request.content
        file = self._shelf.get(content.media) if content.media is not None else None
        arrival = Arrival(
            wamid=sent.wamid,
            at=self._clock.now(),
            quotes=sent.request.quotes,
            typing=phone.typing,
            media=None if file is None else file.data,
            mime_type=None if file is None else file.mime_type,
        )
        return phone.receive(shown(content, arrival))

    async def _status(self, sent: Sent, state: PromptState, failure: GraphError | None = None) -> None:
        if sent.by_staff:
            return
        error = failure.in_status() if failure else None
        update = wire.StatusUpdate(sent.wamid, state, sent.request.reference, error)
        await self._webhooks.post(
            wire.status(self._config.business, self._recipient(sent), update, self._clock.now())
        )

    def _recipient(self, sent: Sent) -> wire.Person:
        """As the business sees them: whoever was sent something by phone is named by phone."""
        if sent.phone is None:
            return sent.to
        person = sent.phone.person
        if sent.request.to is None:
            return self._customers.view(person)
        return person if person.phone == sent.to.phone else sent.to
