"""The smoke note: a real message to the owner, from where the release lies, followed until it is delivered.

WhatsApp reports delivery to the bot's webhook; so `delivered` proves both ways: out through the Graph API, in
through the public address, the signature and the store.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from wavoice.deploy.errors import StepFailed
from wavoice.deploy.health import pause
from wavoice.deploy.opened import channel_of, internet
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.store.opening import open_store
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import StatusSeen
from wavoice.runtime.model import (
    SECOND,
    Alias,
    Micros,
    OutboxGroup,
    OutboxState,
    Outgoing,
    PromptState,
    Reply,
)
from wavoice.runtime.ports import Channel, Clock, Ids, Store
from wavoice.runtime.settings import Settings

WORDS = "A new release of this bot answers from now on. Nobody else got this message."
_ARRIVED = frozenset({PromptState.DELIVERED, PromptState.READ, PromptState.PLAYED})
_EVERY: Micros = SECOND // 2


@dataclass(frozen=True, slots=True)
class Smoker:
    """Who sends it."""

    store: Store
    channel: Channel
    clock: Clock
    ids: Ids
    tenant: str
    number: str
    """`phone_number_id`."""

    async def smoke(self, phone: str, seconds: float) -> float:
        """Send it, and return after how many seconds it was delivered.

        Raises `StepFailed` if it is not, in time; `AuthError`, `ChannelError` if WhatsApp does not take it.
        """
        clock, alias = self.clock, Alias(digits_of(phone), None)
        now = clock.now()
        async with self.store.begin() as tx:
            conversation = await tx.contacts.find_or_add(self.tenant, self.number, alias, now)
            group = OutboxGroup(
                id=self.ids.new("m"),
                address=conversation.address,
                to=alias,
                turn=self.ids.new("t"),
                reply=Reply(WORDS, notice=True),
                created_at=now,
                state=OutboxState.SENT,  # it is sent here: no drain may send it as well
            )
            await tx.outbox.save(group)
        accepted = await self.channel.send(Outgoing(to=alias, reference=f"{group.id}/0", text=WORDS))
        async with self.store.begin() as tx:
            await tx.outbox.save(replace(group, messages=(accepted.message,)))
        return await self._delivered(group, now, now + int(seconds * SECOND))

    async def _delivered(self, group: OutboxGroup, began: Micros, until: Micros) -> float:
        while True:
            seen = await self._seen(group)
            if _ARRIVED & seen:
                return (self.clock.now() - began) / SECOND
            if PromptState.FAILED in seen:
                raise StepFailed("WhatsApp took it, and could not deliver it.")
            if self.clock.now() >= until:
                told = ", ".join(sorted(seen)) or "no status came to the webhook"
                raise StepFailed(f"not delivered in time: {told}.", remedy="Is that phone switched on?")
            await pause(self.clock, min(until, self.clock.now() + _EVERY))

    async def _seen(self, group: OutboxGroup) -> frozenset[PromptState]:
        async with self.store.begin() as tx:
            events = await tx.journal.read(group.turn)
        return frozenset(
            PromptState(event.body.status) for event in events if isinstance(event.body, StatusSeen)
        )


async def smoke_from_here(settings: Settings, phone: str, seconds: float) -> float:
    """As `Smoker.smoke`, with the store and the number of these settings."""
    clock, ids = SystemClock(), Uuid7Ids()
    async with AsyncExitStack() as stack:
        store = await open_store(settings.store, ids)
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(internet())
        channel = channel_of(settings, http, clock)
        number = settings.whatsapp.phone_number_id or ""
        return await Smoker(store, channel, clock, ids, settings.bot.tenant, number).smoke(phone, seconds)


def digits_of(phone: str) -> str:
    """The number as WhatsApp writes it. Raises `UserInputError`, which does not repeat it."""
    import phonenumbers  # noqa: PLC0415 -- a tenth of a second to import

    written = phone.strip()
    try:
        parsed = phonenumbers.parse(written if written.startswith("+") else f"+{written}", None)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise UserInputError(
            "deploy.smoke_to is no phone number.",
            remedy="Write it with its country code, e.g. +1 555 010 0100.",
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
