"""What the business is told of its customers: numbers that show or hide, moves, keys, wishes."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.handset.base import Handset, Wish
from wavoice.sim.emulator.identity import IdentityRules
from wavoice.sim.emulator.webhooks import Webhooks
from wavoice.sim.emulator.wire import Person, WireIds, identities


class Customers:
    """Customers as the business knows them. Verbs return once their webhooks were tried."""

    def __init__(self, config: EmulatorConfig, clock: Clock, ids: WireIds, webhooks: Webhooks) -> None:
        self.rules = IdentityRules(contact_book=config.contact_book)
        self._business = config.business
        self._clock = clock
        self._ids = ids
        self._webhooks = webhooks

    def view(self, person: Person) -> Person:
        """Return the person as the business sees them now."""
        return self.rules.view(person, self._clock.now())

    def met(self, person: Person) -> None:
        """The business knows the person's number from elsewhere."""
        self.rules.met(person, self._clock.now())

    def wrote(self, person: Person) -> Person:
        """A message goes to the business: return its sender as the business sees them."""
        seen = self.view(person)
        self.rules.exchanged(seen, self._clock.now())
        return seen

    def written_to(self, person: Person, *, by_phone: bool) -> None:
        """A message of the business was accepted; by phone it knows the number already."""
        self.rules.exchanged(person if by_phone else self.view(person), self._clock.now())

    def told(self, person: Person) -> None:
        """The customer has shared the number."""
        self.rules.exchanged(person, self._clock.now())

    async def moved(self, phone: Handset, wamid: str, digits: str, *, before_user_ids: bool) -> None:
        """Give a customer another number, and with it other user ids."""
        at, old = self._clock.now(), phone.person
        country, parent = old.bsuid.partition(".")[0], old.parent_bsuid
        new = replace(
            old,
            phone=digits,
            bsuid=self._ids.bsuid(country),
            parent_bsuid=None if parent is None else f"{country}.ENT.{self._ids.digits()}",
        )
        was = self.view(old)
        self.rules.renumbered(old.bsuid, new)
        phone.person, now = new, self.view(new)
        tell = identities.moved_before_user_ids if before_user_ids else identities.moved
        await self._webhooks.post(tell(self._business, was, now, wamid, at))
        if not before_user_ids:
            await self._webhooks.post(identities.another_user_id(self._business, was, now, at))

    async def key_changed(self, phone: Handset, wamid: str, key: str) -> None:
        """A customer has another identity key."""
        at, seen = self._clock.now(), self.view(phone.person)
        await self._webhooks.post(identities.another_key(self._business, seen, wamid, at, key))

    async def wished(self, phone: Handset, wish: Wish) -> None:
        """A customer stops, resumes or signs up for marketing."""
        at, seen = self._clock.now(), self.view(phone.person)
        await self._webhooks.post(identities.preference(self._business, seen, wish, at))
