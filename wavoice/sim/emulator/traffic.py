"""What happens on WhatsApp between the handsets and the business: messages, receipts, statuses."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from wavoice.runtime.model import PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.media import INBOUND_LIFETIME, MediaShelf, opus_channels
from wavoice.sim.emulator.messages import Content, Receipt, Send
from wavoice.sim.emulator.phone import LATE, PLAYS_INLINE_BYTES, Deliver, Phone, PhoneMessage
from wavoice.sim.emulator.webhooks import Hook, WebhookClient, Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """One business number on an emulated WhatsApp."""

    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    webhook_url: str
    business: wire.Business = field(default_factory=wire.Business)
    graph_host: str = "http://graph.wavoice.test"
    """Scheme and host of the Graph API in process."""
    media_host: str = "http://media.wavoice.test"
    """Scheme and host of media URLs; never Graph's."""
    audio_url: bool = True
    """Whether webhooks carry `audio.url`; WhatsApp sends it to some and not to others."""
    hex_sha256: bool = True
    """Whether `GET /{media-id}` says the hash in hex; webhooks always say it in base64."""
    seed: int = 0
    """Ids are the same in every run of one seed."""
    chaos: Chaos | None = None
    """Faults in the delivery of webhooks; None delivers each when it is due."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the business, accepted."""

    wamid: str
    to: wire.Person
    phone: Phone | None
    """None for a number that is not on WhatsApp: the message will fail."""
    request: Send
    by_staff: bool = False
    """Sent from the business's own phone: WhatsApp reports nothing of it."""
    lane: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Statuses of one message are first tried one after the other."""


class Traffic:
    """The state of the emulated WhatsApp; `phone.Network` for the handsets."""

    def __init__(self, config: EmulatorConfig, clock: Clock, webhook: WebhookClient) -> None:
        self._config = config
        self._clock = clock
        self.ids = wire.WireIds(config.seed)
        self.shelf = MediaShelf(config.media_host, self.ids, clock)
        self.background = Background(clock)
        hook = Hook(config.webhook_url, config.app_secret, config.chaos)
        self.webhooks = Webhooks(hook, webhook, clock, self.background)
        self._phones: list[Phone] = []
        self._sent: dict[str, Sent] = {}
        self._received: dict[str, Handset] = {}
        self._held: dict[Handset, Sequence[Mapping[str, Any]]] = {}
        self._waiting: dict[Handset, list[Sent]] = {}

    def add_phone(self, person: wire.Person) -> Phone:
        """Connect a customer."""
        phone = Phone(person, self, self._clock)
        self._phones.append(phone)
        return phone

    async def carry(self, phone: Handset, said: Mapping[str, Any], deliver: Deliver) -> str:
        """Take a customer's message to the business, with those held back until it."""
        wamid = self.ids.wamid()
        self._received[wamid] = phone
        phone.note_sent(wamid, said["type"])
        at = self._clock.now() + phone.ahead
        body = wire.message(self._config.business, phone.person, wamid, at, said, phone.identity)
        bodies = [body] * (2 if deliver == "twice" else 1) + [*self._held.pop(phone, ())]
        match deliver:
            case "late":
                self.background.later(LATE, partial(self._post, bodies))
            case "reordered":
                self._held[phone] = bodies
            case _:
                await self._post(bodies)
        return wamid

    async def flush(self) -> None:
        """Bring what is held back until a next message."""
        held, self._held = self._held, {}
        for bodies in held.values():
            await self._post(bodies)

    def keep(self, data: bytes, mime_type: str) -> dict[str, Any]:
        """Keep a customer's file and describe it as webhooks do: no length, no size."""
        stored = self.shelf.put(data, mime_type, INBOUND_LIFETIME)
        node = {
            "mime_type": mime_type,
            "sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
            "id": stored.id,
        }
        return node | ({"url": self.shelf.url(stored)} if self._config.audio_url else {})

    def quote(self, wamid: str) -> dict[str, Any]:
        """Name the quoted message and its author."""
        customer = self._received.get(wamid)
        if customer is None:
            return {"from": self._config.business.display_phone, "id": wamid}
        own = {"from": customer.person.phone} if customer.person.phone else {}
        return {**own, "from_user_id": customer.person.bsuid, "id": wamid}

    async def report(self, wamid: str, state: PromptState) -> None:
        """Send a status, once those before it were tried."""
        sent = self._sent[wamid]
        async with sent.lane:
            await self._status(sent, state)

    def mark_read(self, receipt: Receipt) -> None:
        """Show a customer that the business has read. Raises `GraphError` for an unknown message."""
        phone = self._received.get(receipt.message)
        if phone is None:
            raise GraphError(131009, "Param message_id is not a message that this number received")
        phone.mark_read(receipt.message, typing=receipt.typing)

    def accept(self, request: Send) -> Sent:
        """Take a message of the business; what becomes of it follows in the background."""
        if request.content.media is not None:
            self.shelf.get(request.content.media)
        person, phone = self._addressee(request)
        sent = Sent(self.ids.wamid(), person, phone, request)
        self._sent[sent.wamid] = sent
        self.background.start(self._deliver(sent))
        return sent

    async def staff_says(self, phone: Phone, text: str) -> str:
        """Show a customer what a person writes, and echo it to the bot."""
        request = Send(phone.person.phone, phone.person.bsuid, Content("text", text), None, None)
        sent = Sent(self.ids.wamid(), phone.person, phone, request, by_staff=True)
        self._sent[sent.wamid] = sent
        at = self._clock.now()
        await self._deliver(sent)
        echo = wire.echo(self._config.business, phone.person, sent.wamid, at, wire.content("text", body=text))
        await self.webhooks.post(echo, surely=True)
        return sent.wamid

    def is_back(self, phone: Handset) -> None:
        """Bring what waited for a handset, in order."""
        if phone in self._waiting:
            self.background.start(self._arrive_all(phone))

    async def _post(self, bodies: Sequence[Mapping[str, Any]]) -> None:
        for body in bodies:
            await self.webhooks.post(body)

    def _addressee(self, request: Send) -> tuple[wire.Person, Phone | None]:
        digits = None if request.to is None else bare_digits(request.to)
        for phone in self._phones:
            person = phone.person
            if (person.bsuid == request.recipient) if digits is None else (person.phone == digits):
                return person, phone
        if digits is None:
            raise GraphError(131009, "Param recipient is not a user known to this business portfolio")
        return wire.Person(name="", bsuid="", phone=digits), None

    async def _deliver(self, sent: Sent) -> None:
        async with sent.lane:
            failure = self._failure(sent)
            if sent.phone is None or failure is not None:
                await self._status(sent, PromptState.FAILED, failure)
                return
            await self._status(sent, PromptState.SENT)
            if sent.phone.on and sent.phone not in self._waiting:
                await self._report(sent, self._show(sent, sent.phone))
            else:
                self._waiting.setdefault(sent.phone, []).append(sent)

    async def _arrive_all(self, phone: Handset) -> None:
        # Popped here, not in `is_back`: until they are shown, later ones queue up behind them.
        if not phone.on:
            return
        waiting = self._waiting.pop(phone, [])
        async with AsyncExitStack() as lanes:
            for sent in waiting:
                await lanes.enter_async_context(sent.lane)
            shown = [(sent, self._show(sent, phone)) for sent in waiting]
            for sent, states in shown:
                await self._report(sent, states)

    async def _report(self, sent: Sent, states: Sequence[PromptState]) -> None:
        for state in states:
            await self._status(sent, state)

    def _failure(self, sent: Sent) -> GraphError | None:
        if sent.phone is None:
            return GraphError(131026, "The recipient is not a WhatsApp user")
        if sent.phone.reach is PromptState.FAILED:
            return GraphError(131026, "The message could not be delivered to the recipient")
        content = sent.request.content
        if content.voice and content.media and opus_channels(self.shelf.get(content.media).data) is None:
            return GraphError(131053, "A voice message must be an Ogg file with an Opus stream")
        return None

    def _show(self, sent: Sent, phone: Handset) -> Sequence[PromptState]:
        content = sent.request.content
        data = self.shelf.get(content.media).data if content.media is not None else None
        message = PhoneMessage(
            wamid=sent.wamid,
            kind="voice" if content.voice else content.kind,
            at=self._clock.now(),
            text=content.text,
            buttons=content.buttons,
            media=data,
            quotes=sent.request.quotes,
            download_icon=content.voice and data is not None and len(data) > PLAYS_INLINE_BYTES,
            typing=phone.typing,
        )
        return phone.receive(message)

    async def _status(self, sent: Sent, state: PromptState, failure: GraphError | None = None) -> None:
        if sent.by_staff:
            return
        error = failure.in_status() if failure else None
        update = wire.StatusUpdate(sent.wamid, state, sent.request.reference, error)
        await self.webhooks.post(wire.status(self._config.business, sent.to, update, self._clock.now()))


def bare_digits(address: str) -> str:
    """Return the number behind `+1 (555) 010-0100`; all of these marks are allowed on the wire."""
    return re.sub(r"[+\s()-]", "", address)
