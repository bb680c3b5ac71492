"""What happens on WhatsApp between the handsets and the business: messages, receipts, statuses."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from wavoice.runtime.model import Micros, PromptState
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator import wire
from wavoice.sim.emulator.acceptance import Acceptance
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.customers import Customers
from wavoice.sim.emulator.deliveries import Delivery
from wavoice.sim.emulator.directory import Directory
from wavoice.sim.emulator.enclosures import Enclosures
from wavoice.sim.emulator.error_rules import ErrorRules
from wavoice.sim.emulator.events import EventContext
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.handset.base import Handset
from wavoice.sim.emulator.ladder import Ladder
from wavoice.sim.emulator.links import Internet, Links
from wavoice.sim.emulator.mailbag import Mailbag, MailbagState
from wavoice.sim.emulator.media import INBOUND_LIFETIME, MediaShelf
from wavoice.sim.emulator.moments import MomentsState
from wavoice.sim.emulator.phone import LATE, Deliver, Phone, Wish
from wavoice.sim.emulator.sending.content import Content, Receipt, Send
from wavoice.sim.emulator.sent import KeptSent, Sent, keep, restore
from wavoice.sim.emulator.subscriptions import FIELDS, App, Subscriptions
from wavoice.sim.emulator.templates.book import Book
from wavoice.sim.emulator.templates.life import Templates
from wavoice.sim.emulator.webhooks import WebhookClient, Webhooks


class TrafficState(BaseModel, defer_build=True):
    """Messages of both sides; handsets are named by their owners' user ids."""

    sent: list[KeptSent] = []
    received: dict[str, str] = {}
    """Who sent a message, by its wamid."""
    waiting: dict[str, list[str]] = {}
    """wamids of what waits for handsets that are off, by user."""
    mail: MailbagState = MailbagState()
    moments: MomentsState = MomentsState()


class Traffic:
    """The state of the emulated WhatsApp; `phone.Network` for the handsets."""

    def __init__(
        self, config: EmulatorConfig, clock: Clock, webhook: WebhookClient, internet: Internet | None
    ) -> None:
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
        book = Book(self.ids, clock)
        self.templates = Templates(config.business, book, clock, self.background, self.webhooks.post)
        self.customers = Customers(config, clock, self.ids, self.webhooks)
        self.acceptance = Acceptance(config, clock, self.directory, self.shelf, self.rules, self.templates)
        enclosures = Enclosures(Links(internet, clock, local=config.local_links))
        windows = self.acceptance.windows
        self.ladder = Ladder(config, clock, windows, enclosures, self.webhooks, self.customers)
        self._sent: dict[str, Sent] = {}
        self._received = self.acceptance.authors
        self._mail = Mailbag(clock, self.background, self.webhooks.post)

    def now(self) -> Micros:
        """Return the moment on WhatsApp's clock."""
        return self._clock.now()

    @property
    def state(self) -> TrafficState:
        """What to keep. Whatever can happen now should have happened: see `Emulator.idle`."""
        return TrafficState(
            sent=[keep(sent) for sent in self._sent.values()],
            received={wamid: phone.person.bsuid for wamid, phone in self._received.items()},
            waiting=self.ladder.waiting,
            mail=self._mail.state,
            moments=self.acceptance.moments.state,
        )

    def load(self, state: TrafficState) -> None:
        """Go on where another emulator stood; its handsets must be connected already."""
        for kept in state.sent:
            phone = None if kept.user is None else self.directory.by_user_id(kept.user)
            self._sent[kept.wamid] = restore(kept, phone)
        for wamid, user in state.received.items():
            if (author := self.directory.by_user_id(user)) is not None:
                self._received[wamid] = author
        for user, wamids in state.waiting.items():
            if (owner := self.directory.by_user_id(user)) is not None:
                self.ladder.wait(owner, [self._sent[wamid] for wamid in wamids])
        self._mail.load(state.mail)
        self.acceptance.moments.load(state.moments)

    def add_phone(self, person: wire.Person, wrote_at: Micros | None = None) -> Phone:
        """Connect a customer, who may have written before."""
        phone = Phone(person, self, self._clock)
        if wrote_at is not None:
            self.acceptance.windows.wrote(person.bsuid, wrote_at)
        self.directory.add(phone)
        self.customers.met(person)
        return phone

    async def carry(self, phone: Handset, said: Mapping[str, Any], deliver: Deliver) -> str:
        """Take a customer's message to the business, with those held back until it."""
        wamid, user = self.ids.wamid(), phone.person.bsuid
        self._note(phone, wamid, said["type"])
        self._heard(phone, said)
        at = self._clock.now() + phone.ahead
        sender = self.customers.wrote(phone.person)
        body = wire.message(self._config.business, sender, wamid, at, said, phone.identity)
        bodies = [body] * (2 if deliver == "twice" else 1) + [*self._mail.take(user)]
        match deliver:
            case "late":
                self._mail.post_late(LATE, bodies)
            case "reordered":
                self._mail.hold(user, bodies)
            case _:
                await self._mail.post_all(bodies)
        return wamid

    async def inject(self, payload: Mapping[str, Any]) -> Delivery:
        """Send any webhook; messages in it count as sent by the customers who are named as senders."""
        for sender in wire.senders(payload):
            phone = self.directory.by_user_id(sender.bsuid) if sender.bsuid else None
            if phone is None and sender.phone:
                phone = self.directory.by_digits(sender.phone)
            if phone is not None and sender.wamid not in self._received:
                self._note(phone, sender.wamid, sender.kind)
                self._heard(phone, {"type": sender.kind})
        return await self.webhooks.post(payload)

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
        await self._mail.flush()

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
        before = phone.person.bsuid
        await self.customers.moved(phone, wamid, digits, before_user_ids=before_user_ids)
        # The chat goes along, and with it the window: an assumption, no page of Meta's tells.
        self.acceptance.windows.renamed(before, phone.person.bsuid)
        self._mail.renamed(before, phone.person.bsuid)
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
        await self.ladder.report(self._sent[wamid], state)

    def mark_read(self, receipt: Receipt) -> None:
        """Show a customer that the business has read. Raises `GraphError` for an unknown message."""
        phone = self._received.get(receipt.message)
        if phone is None or not self.acceptance.moments.recent(receipt.message, self._clock.now()):
            raise GraphError(131009, "Param message_id is not a recent message that this number received")
        phone.mark_read(receipt.message, typing=receipt.typing)

    def accept(self, request: Send) -> Sent:
        """Take a message of the business; what becomes of it follows in the background.

        Raises `GraphError` as `Acceptance.admit`.
        """
        admitted, now = self.acceptance.admit(request), self._clock.now()
        sent = Sent(self.ids.wamid(), admitted.person, admitted.phone, admitted.request, now)
        sent.file, sent.failure, sent.category = admitted.file, admitted.failure, admitted.category
        self._sent[sent.wamid] = sent
        self.acceptance.moments.note(sent.wamid, now)
        self.customers.written_to(admitted.person, by_phone=request.to is not None)
        self.background.start(self.ladder.deliver(sent))
        return sent

    def sent(self, wamid: str) -> Sent:
        """Return a message of the business. Raises `KeyError`."""
        return self._sent[wamid]

    async def staff_says(self, phone: Phone, text: str) -> str:
        """Show a customer what a person writes, and echo it to the bot."""
        request = Send(phone.person.phone, phone.person.bsuid, Content("text", text), None, None)
        at = self._clock.now()
        sent = Sent(self.ids.wamid(), phone.person, phone, request, at, by_staff=True)
        self._sent[sent.wamid] = sent
        await self.ladder.deliver(sent)
        seen = self.customers.view(phone.person)
        echo = wire.echo(self._config.business, seen, sent.wamid, at, wire.content("text", body=text))
        await self.webhooks.post(echo, surely=True)
        return sent.wamid

    def is_back(self, phone: Handset) -> None:
        """Bring what waited for a handset, in order."""
        if self.ladder.waits_for(phone):
            self.background.start(self.ladder.arrive_all(phone))

    async def ring(self, phone: Handset) -> str:
        """Take an unanswered call to the business."""
        call, now = self.ids.wacid(), self._clock.now()
        seen = self.customers.wrote(phone.person)
        self.acceptance.windows.wrote(phone.person.bsuid, now)
        for told in (wire.call_began, wire.call_unanswered):
            await self.webhooks.post(told(self._config.business, seen, call, now))
        return call

    def _system(self, phone: Handset) -> str:
        wamid = self.ids.wamid()
        self._note(phone, wamid, "system")
        return wamid

    def _note(self, phone: Handset, wamid: str, kind: str) -> None:
        """The business has this message from a handset from now on."""
        self._received[wamid] = phone
        phone.note_sent(wamid, kind)
        self.acceptance.moments.note(wamid, self._clock.now())

    def _heard(self, phone: Handset, said: Mapping[str, Any]) -> None:
        """WhatsApp itself has a message at once, whenever its webhook gets through."""
        now = self._clock.now()
        self.acceptance.rates.saw(now)
        if said["type"] != "system":  # WhatsApp's own words
            self.acceptance.windows.wrote(phone.person.bsuid, now, by_ad="referral" in said)


def _app(config: EmulatorConfig) -> App:
    app = App(id=config.app_id, secret=config.app_secret, callback_url=config.webhook_url)
    if config.webhook_url is not None:
        app.fields, app.installed = FIELDS, True
    return app
