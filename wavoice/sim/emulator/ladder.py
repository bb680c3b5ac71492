"""What becomes of a message of the business once it is accepted: shown, and reported status by status."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from wavoice.runtime.model import SECOND, Micros, PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.customers import Customers
from wavoice.sim.emulator.enclosures import Enclosures
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.handset.message import Arrival, shown
from wavoice.sim.emulator.pricing import Pricing
from wavoice.sim.emulator.sent import Sent
from wavoice.sim.emulator.webhooks import Webhooks
from wavoice.sim.emulator.windows import SERVICE_WINDOW, Windows

KEPT_FOR: Micros = 30 * 24 * 3600 * SECOND
"""A message that has not reached its handset by then is dropped without a word."""
LAST_WITH_CONVERSATIONS = 23
"""Major version of webhooks whose every status tells of a conversation."""


class Ladder:
    """Brings accepted messages to handsets and tells the business: sent, delivered, read, played, failed."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        windows: Windows,
        enclosures: Enclosures,
        webhooks: Webhooks,
        customers: Customers,
    ) -> None:
        self._config = config
        self._clock = clock
        self._windows = windows
        self._enclosures = enclosures
        self._webhooks = webhooks
        self._customers = customers
        self.pricing = Pricing()
        self._waiting: dict[Handset, list[Sent]] = {}

    @property
    def waiting(self) -> dict[str, list[str]]:
        """Wamids of what waits for handsets that are off, by user."""
        return {
            phone.person.bsuid: [sent.wamid for sent in waiting] for phone, waiting in self._waiting.items()
        }

    def wait(self, phone: Handset, waiting: list[Sent]) -> None:
        """Let these wait for a handset, in this order."""
        self._waiting[phone] = waiting

    async def deliver(self, sent: Sent) -> None:
        """Bring it as far as it gets now."""
        async with sent.lane:
            failure = await self._failure(sent)
            if sent.phone is None or failure is not None:
                sent.failure = failure
                await self._status(sent, PromptState.FAILED)
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

    def waits_for(self, phone: Handset) -> bool:
        """True if messages wait for a handset that was off."""
        return phone in self._waiting

    async def arrive_all(self, phone: Handset) -> None:
        """Bring what waited for a handset, in order."""
        # Popped here, not when it comes back: until they are shown, later ones queue up behind them.
        if not phone.on:
            return
        oldest = self._clock.now() - KEPT_FOR
        waiting = [sent for sent in self._waiting.pop(phone, []) if sent.at > oldest]
        async with AsyncExitStack() as lanes:
            for sent in waiting:
                await lanes.enter_async_context(sent.lane)
            arrived = [(sent, self._show(sent, phone)) for sent in waiting]
            for sent, states in arrived:
                await self._report_all(sent, states)

    async def _report_all(self, sent: Sent, states: Sequence[PromptState]) -> None:
        if self._config.collapse_delivered and PromptState.READ in states:
            states = [state for state in states if state is not PromptState.DELIVERED]
        for state in states:
            await self._status(sent, state)

    async def _failure(self, sent: Sent) -> GraphError | None:
        if sent.failure is not None:
            return sent.failure
        if sent.phone is None:
            return GraphError(131026, "The recipient is not a WhatsApp user")
        if sent.phone.reach is PromptState.FAILED:
            return GraphError(131026, "The message could not be delivered to the recipient")
        try:
            sent.file, sent.probe = await self._enclosures.open(sent.request.content, sent.file)
        except GraphError as error:
            return error
        return None

    def _show(self, sent: Sent, phone: Handset) -> Sequence[PromptState]:
        content = sent.request.content
        arrival = Arrival(
            wamid=sent.wamid,
            at=self._clock.now(),
            quotes=sent.request.quotes,
            typing=phone.typing,
            media=None if sent.file is None else sent.file.data,
            mime_type=None if sent.file is None else sent.file.mime_type,
            probe=sent.probe,
        )
        sent.file = None  # shown: from now on the handset has it
        return phone.receive(shown(content, arrival))

    async def _status(self, sent: Sent, state: PromptState) -> None:
        if sent.by_staff:
            return
        now = self._clock.now()
        failed = sent.failure is not None and state is PromptState.FAILED
        update = wire.StatusUpdate(
            sent.wamid,
            state,
            sent.request.reference,
            error=sent.failure.in_status() if sent.failure is not None and failed else None,
            pricing=self._price(sent, state, now),
            conversation=self._conversation(sent, state, now),
            to_phone=sent.request.to is not None,
        )
        await self._webhooks.post(wire.status(self._config.business, self._recipient(sent), update, now))

    def _price(self, sent: Sent, state: PromptState, now: Micros) -> Mapping[str, Any] | None:
        """Told when it is sent, and once more when it arrives."""
        if state is PromptState.SENT:
            user = sent.to.bsuid
            in_window, free = self._windows.is_open(user, now), self._windows.is_free(user, now)
            sent.price = self.pricing.price(sent.category, now, in_window=in_window, free_entry=free)
            return sent.price.node()
        if sent.arrived or state not in {PromptState.DELIVERED, PromptState.READ} or sent.price is None:
            return None
        sent.arrived = True
        return sent.price.node()

    def _conversation(self, sent: Sent, state: PromptState, now: Micros) -> Mapping[str, Any] | None:
        """Up to version 23, and after an ad: an id of its own for every message."""
        price = sent.price
        if price is None or state in {PromptState.PLAYED, PromptState.FAILED}:
            return None
        free = price.category == "referral_conversion"
        if not free and self._config.webhook_version > LAST_WITH_CONVERSATIONS:
            return None
        digest = hashlib.sha256(sent.wamid.encode()).hexdigest()[:32]
        if state is not PromptState.SENT:
            return {"id": digest, "origin": {"type": price.category}}
        ends = self._windows.state.free_until.get(sent.to.bsuid, 0) if free else now + SERVICE_WINDOW
        expiry = {"expiration_timestamp": wire.seconds(ends)}
        return {"id": digest, **expiry, "origin": {"type": price.category}}

    def _recipient(self, sent: Sent) -> wire.Person:
        """As the business sees them: whoever was sent something by phone is named by phone."""
        if sent.phone is None:
            return sent.to
        person = sent.phone.person
        if sent.request.to is None:
            return self._customers.view(person)
        return person if person.phone == sent.to.phone else sent.to
