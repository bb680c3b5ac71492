"""What happens on WhatsApp between the handsets and the business: messages, receipts, statuses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from wavoice.runtime.model import Micros, PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.customers import Customers
from wavoice.sim.emulator.directory import Directory
from wavoice.sim.emulator.error_rules import ErrorRules
from wavoice.sim.emulator.events import EventContext
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.ladder import Ladder, Sent
from wavoice.sim.emulator.media import INBOUND_LIFETIME, MediaShelf
from wavoice.sim.emulator.moments import Moments
from wavoice.sim.emulator.phone import LATE, Deliver, Phone, Wish
from wavoice.sim.emulator.recipients import bubble, check_addressee, late_refusal
from wavoice.sim.emulator.sending.content import Content, Receipt, Send
from wavoice.sim.emulator.subscriptions import FIELDS, App, Subscriptions
from wavoice.sim.emulator.templates.book import Book
from wavoice.sim.emulator.templates.life import Templates
from wavoice.sim.emulator.webhooks import WebhookClient, Webhooks


class Traffic:
    """The state of the emulated WhatsApp; `phone.Network` for the handsets."""

    def __init__(self, config: EmulatorConfig, clock: Clock, webhook: WebhookClient) -> None:
        self._config = config
        self._clock = clock
        self.ids = wire.WireIds(config.seed)
        self.shelf = MediaShelf(config.media_host, self.ids, clock)
        self.background = Background(clock)
        self.subscriptions = Subscriptions(_app(config))
        self.webhooks = Webhooks(
            self.subscriptions, webhook, clock, self.background, config.chaos, config.delivery_log
        )
        self.rules = ErrorRules()
        self.directory = Directory(config.business.display_phone)
        self.moments = Moments()
        book = Book(self.ids, clock)
        self.templates = Templates(config.business, book, clock, self.background, self.webhooks.post)
        self.customers = Customers(config, clock, self.ids, self.webhooks)
        self._ladder = Ladder(config, clock, self.shelf, self.webhooks, self.background, self.customers)
        self._sent: dict[str, Sent] = {}
        self._received: dict[str, Handset] = {}
        self._held: dict[Handset, Sequence[Mapping[str, Any]]] = {}

    def now(self) -> Micros:
        """Return the moment on WhatsApp's clock."""
        return self._clock.now()

    def add_phone(self, person: wire.Person) -> Phone:
        """Connect a customer."""
        phone = Phone(person, self, self._clock)
        self.directory.add(phone)
        self.customers.met(person)
        return phone

    async def carry(self, phone: Handset, said: Mapping[str, Any], deliver: Deliver) -> str:
        """Take a customer's message to the business, with those held back until it."""
        wamid = self.ids.wamid()
        self._received[wamid] = phone
        phone.note_sent(wamid, said["type"])
        self.moments.note(wamid, self._clock.now())
        at = self._clock.now() + phone.ahead
        sender = self.customers.wrote(phone.person)
        body = wire.message(self._config.business, sender, wamid, at, said, phone.identity)
        bodies = [body] * (2 if deliver == "twice" else 1) + [*self._held.pop(phone, ())]
        match deliver:
            case "late":
                self.background.later(LATE, partial(self._post, bodies))
            case "reordered":
                self._held[phone] = bodies
            case _:
                await self._post(bodies)
        return wamid

    async def inject(self, payload: Mapping[str, Any]) -> None:
        """Send any webhook; messages in it count as sent by the customers who are named as senders."""
        for sender in wire.senders(payload):
            phone = self.directory.by_user_id(sender.bsuid) if sender.bsuid else None
            if phone is None and sender.phone:
                phone = self.directory.by_digits(sender.phone)
            if phone is not None and sender.wamid not in self._received:
                self._received[sender.wamid] = phone
                phone.note_sent(sender.wamid, sender.kind)
                self.moments.note(sender.wamid, self._clock.now())
        await self.webhooks.post(payload)

    def context(self, phone: Handset) -> EventContext:
        """Return what an event about a customer is made of."""
        return EventContext(
            business=self._config.business,
            person=self.customers.view(phone.person),
            clock=self._clock,
            ids=self.ids,
            keep=self.keep,
            about=phone.messages[-1].wamid if phone.messages else None,
        )

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
        person = self.customers.view(customer.person)
        own = {"from": person.phone} if person.phone else {}
        return {**own, "from_user_id": person.bsuid, "id": wamid}

    def product_page(self) -> dict[str, Any]:
        """Name the business and the page's own message, which nobody was sent."""
        return {"from": self._config.business.display_phone, "id": self.ids.wamid()}

    def number_shared(self, phone: Handset) -> None:
        """Let the business know a number from now on."""
        self.customers.told(phone.person)

    async def moved(self, phone: Handset, digits: str, *, before_user_ids: bool) -> str:
        """Let a customer move to another number."""
        wamid = self._system(phone)
        await self.customers.moved(phone, wamid, digits, before_user_ids=before_user_ids)
        return wamid

    async def key_changed(self, phone: Handset, key: str) -> str:
        """Let a customer have another identity key."""
        wamid = self._system(phone)
        await self.customers.key_changed(phone, wamid, key)
        return wamid

    async def wished(self, phone: Handset, wish: Wish) -> None:
        """Let a customer say what they want of marketing."""
        await self.customers.wished(phone, wish)

    async def report(self, wamid: str, state: PromptState) -> None:
        """Send a status, once those before it were tried."""
        await self._ladder.report(self._sent[wamid], state)

    def mark_read(self, receipt: Receipt) -> None:
        """Show a customer that the business has read. Raises `GraphError` for an unknown message."""
        phone = self._received.get(receipt.message)
        if phone is None or not self.moments.recent(receipt.message, self._clock.now()):
            raise GraphError(131009, "Param message_id is not a recent message that this number received")
        phone.mark_read(receipt.message, typing=receipt.typing)

    def accept(self, request: Send) -> Sent:
        """Take a message of the business; what becomes of it follows in the background."""
        now = self._clock.now()
        person, phone = self.directory.addressee(request.to, request.recipient)
        check_addressee(self._config, request, person, phone)
        for file in request.content.files:
            self.shelf.get(file)
        request = replace(self.templates.check(request), quotes=bubble(request, self.moments, now))
        injected = self.rules.next(person, request.content.type)
        if injected is not None and not injected.later:
            raise injected.error
        failure = injected.error if injected else self._late_refusal(request, phone)
        sent = Sent(self.ids.wamid(), person, phone, request, failure=failure)
        self._sent[sent.wamid] = sent
        self.moments.note(sent.wamid, now)
        self.customers.written_to(person, by_phone=request.to is not None)
        self.background.start(self._ladder.deliver(sent))
        return sent

    async def staff_says(self, phone: Phone, text: str) -> str:
        """Show a customer what a person writes, and echo it to the bot."""
        request = Send(phone.person.phone, phone.person.bsuid, Content("text", text), None, None)
        sent = Sent(self.ids.wamid(), phone.person, phone, request, by_staff=True)
        self._sent[sent.wamid] = sent
        at = self._clock.now()
        await self._ladder.deliver(sent)
        seen = self.customers.view(phone.person)
        echo = wire.echo(self._config.business, seen, sent.wamid, at, wire.content("text", body=text))
        await self.webhooks.post(echo, surely=True)
        return sent.wamid

    def is_back(self, phone: Handset) -> None:
        """Bring what waited for a handset, in order."""
        self._ladder.is_back(phone)

    def _late_refusal(self, request: Send, phone: Handset | None) -> GraphError | None:
        about = request.content.about
        recent = about is not None and self.moments.recent(about, self._clock.now())
        return late_refusal(request, self._received, phone, recent)

    def _system(self, phone: Handset) -> str:
        wamid = self.ids.wamid()
        self._received[wamid] = phone
        phone.note_sent(wamid, "system")
        self.moments.note(wamid, self._clock.now())
        return wamid

    async def _post(self, bodies: Sequence[Mapping[str, Any]]) -> None:
        for body in bodies:
            await self.webhooks.post(body)


def _app(config: EmulatorConfig) -> App:
    app = App(id=config.app_id, secret=config.app_secret, callback_url=config.webhook_url)
    if config.webhook_url is not None:
        app.fields, app.installed = FIELDS, True
    return app
