"""The repositories of operating: what is stuck or given up, paused, exported, erased, pruned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wavoice.runtime.journal import Event
from wavoice.runtime.model import Address, Micros


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that waits longer than it should."""

    kind: str
    """`message`, `timer`, `proposal`, `effect`, `reply` or `hand_off`."""
    address: Address
    subject: str
    """Its id: of a message that of its turn, of a timer what it is about."""
    since: Micros
    """When it was received, due, asked, intended, queued or handed over."""
    state: str = ""
    attempts: int = 0
    retry_at: Micros | None = None
    turn: str = ""
    """Whose journal says more; empty: none does."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Turns of one number, or (empty) of all numbers, are handed to people."""

    number: str
    since: Micros
    reason: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What WhatsApp said last of account, number, template or token."""

    field: str
    """Of the webhook, e.g. `phone_number_quality_update`; `access_token` for what Graph itself says."""
    subject: str
    """The number that it is about; empty: the account."""
    state: str
    """What happened, in WhatsApp's word."""
    at: Micros
    count: int = 1
    """How often this field has told of this subject."""


class Operations(Protocol):
    """What operators look at and set: what is stuck or given up, and whether the bot is paused."""

    async def undone(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """Messages that were received before then and are not done, oldest first."""
        ...

    async def overdue(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """Timers that were due before then, of contacts without undone messages, oldest first."""
        ...

    async def hanging(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """Open proposals whose yes came before then, and effects intended before then without an answer."""
        ...

    async def unsent(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """Replies that are queued, and hand-offs that are not filed, since before then."""
        ...

    async def given_up(self, tenant: str, since: Micros) -> Sequence[Stuck]:
        """Messages, replies and hand-offs that were given up, begun at or after then, oldest first."""
        ...

    async def message(self, turn: str) -> Stuck | None:
        """The message that began this turn, done (`state`) or not."""
        ...

    async def again(self, turn: str) -> None:
        """The message that began this turn is not done, and was never tried."""
        ...

    async def at_a_person(self, tenant: str, reason: str) -> Sequence[Address]:
        """Conversations that a person has for that reason."""
        ...

    async def addresses(self, tenant: str, contact: str) -> Sequence[Address]:
        """Conversations of that contact, one a business number."""
        ...

    async def pause(self, tenant: str, pause: Pause) -> bool:
        """Set it; False if it is set already."""
        ...

    async def resume(self, tenant: str, number: str) -> bool:
        """Take it away; False if there is none."""
        ...

    async def pauses(self, tenant: str) -> Sequence[Pause]:
        """All that are set."""
        ...

    async def hear(self, tenant: str, news: News) -> None:
        """Keep the last of each field and subject."""
        ...

    async def news(self, tenant: str) -> Sequence[News]:
        """All that is kept, the latest first."""
        ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a person's rows."""

    names: tuple[str, ...]
    """Keyed hashes of the names that the contact had; all that is left of them."""
    deleted: Mapping[str, int]
    """Rows that are gone, by table."""
    kept: Mapping[str, int]
    """Rows that stay without anything personal: consents, effects and the journal prove what was done."""


class Persons(Protocol):
    """Everything that is known of one person, to be shown to them or to be erased."""

    async def find(self, tenant: str, name: str) -> str | None:
        """The contact that has this phone number (digits) or user id today."""
        ...

    async def export(self, tenant: str, contact: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """All rows of that contact by table, as they stand; personal values included."""
        ...

    async def writing(self, tenant: str, contact: str) -> bool:
        """A write of that contact is under way, or nobody knows yet what became of it."""
        ...

    async def awaited(self, tenant: str, contact: str) -> bool:
        """A reply to them is not known to be sent, or a packet or note about them not filed."""
        ...

    async def unread(self, tenant: str, contact: str) -> bool:
        """A message of theirs is not done, on any number."""
        ...

    async def erasing(self, tenant: str, contact: str) -> bool:
        """Their own wish to be erased was confirmed, and waits to be carried out."""
        ...

    async def erase(self, why: Event, contact: str, keyed: Callable[[str], str]) -> Erasure:
        """Delete what says who the contact is or what it said; `keyed` hashes what has to stay unreadable.

        `why` is an `Erased` event of that contact. The journal proves as much as before.
        """
        ...

    async def erased_after(self, tenant: str, names: Sequence[str], sent_at: Micros) -> bool:
        """Somebody of these names (keyed hashes) was erased in a later second than that."""
        ...

    async def erased_with_refusal(self, tenant: str, name: str) -> bool:
        """`name` (a keyed hash) is of a person who was erased and had asked for no more messages."""
        ...


@dataclass(frozen=True, slots=True)
class Keep:
    """From when on rows are kept, by class; what is older goes."""

    words: Micros
    """What was said, heard and answered, and who was told what by whom."""
    ids: Micros
    """Ids of messages: WhatsApp sends a webhook again for seven days."""
    figures: Micros
    """What a note was, and how much was listened to."""
    audit: Micros
    """What proves a write."""
    consents: Micros
    """Earlier words on a consent; the latest on each purpose stays."""


class Retention(Protocol):
    """Takes away what policy keeps no longer."""

    async def due(self, tenant: str, keep: Keep) -> Mapping[str, int]:
        """How many rows would go, by table. Reads only."""
        ...

    async def prune(self, why: Event, keep: Keep, most: int) -> Mapping[str, int]:
        """Take away at most so many rows of each table, with a `Pruned` event. Call it until none goes."""
        ...
