"""Everything that is known of one person: given to them, or erased.

What has to stay, to prove what was agreed to and done, stays under keyed hashes (docs/privacy.md).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wavoice.runtime import journal
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.keyed import Keyed
from wavoice.runtime.model import Address, Micros
from wavoice.runtime.ports import Erasure, Media, Store

VERSION: Final = 1
"""Of the format of an export."""


@dataclass(frozen=True, slots=True)
class Person:
    """One contact, on every business number of the tenant."""

    tenant: str
    contact: str
    chats: Sequence[Address]


async def person(store: Store, tenant: str, contact: str) -> Person:
    """Raises `UserInputError` if nothing is known of such a contact."""
    async with store.begin() as tx:
        chats = await tx.operations.addresses(tenant, contact)
    if not chats:
        raise UserInputError(f"There is no contact {contact}.", remedy="Name its id, as in c_0197….")
    return Person(tenant, contact, chats)


async def export(store: Store, media: Media | None, who: Person, now: Micros) -> Mapping[str, object]:
    """All that is stored of a person, as plain JSON values; recordings in base64. Raises `StoreError`."""
    async with store.begin() as tx:
        tables = await tx.persons.export(who.tenant, who.contact)
    notes = []
    for row in tables.get("inbox", ()):
        address = Address(who.tenant, str(row["number"]), who.contact)
        data = await media.get(address, str(row["turn"])) if media is not None else None
        if data is not None:
            notes.append({"turn": row["turn"], "ogg": base64.b64encode(data).decode()})
    return {
        "version": VERSION,
        "contact": who.contact,
        "exported_at": now,
        "tables": tables,
        "recordings": notes,
    }


async def erase(store: Store, media: Media | None, who: Person, keyed: Keyed, why: journal.Event) -> Erasure:
    """Erase a person from recordings and rows; `why` is an `Erased` event. Raises `StoreError`.

    Recordings go first: if that fails, nothing says that it was done. Raises `UserInputError` while a write
    is under way: its outcome could not be told any more.
    """
    async with store.begin() as tx:
        if await tx.persons.writing(who.tenant, who.contact):
            raise UserInputError(
                "A write of this contact is under way.", remedy="Try again once its outcome is known."
            )
    if media is not None:
        for address in who.chats:
            await media.forget(address)
    async with store.begin() as tx:
        return await tx.persons.erase(why, who.contact, keyed)


def because(source: str, who: Person, turn: str, now: Micros) -> journal.Event:
    """The event that an erasure leaves in the journal."""
    first = who.chats[0]
    where = journal.Where(first.tenant, first.number, first.contact, turn)
    return journal.Event(now, where, journal.Erased(source, (), ()))
