"""Who writes: contacts and the dated names that WhatsApp gives them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import and_, bindparam, exists, insert, or_, select, update

from wavoice.runtime.adapters.store.conversations import add_conversation, find_conversation
from wavoice.runtime.adapters.store.statements import NAMES, Row, Statements
from wavoice.runtime.adapters.store.tables import aliases, contacts
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import Address, Alias, Conversation, Micros
from wavoice.runtime.ports import Ids

_BSUID = "bsuid"
_PHONE = "phone"

_other = aliases.alias()
_owners = select(
    aliases.c.kind,
    aliases.c.contact,
    exists()
    .where(_other.c.contact == aliases.c.contact, _other.c.kind == _BSUID, _other.c.until.is_(None))
    .label("has_bsuid"),
).where(
    aliases.c.tenant == bindparam("at_tenant"),
    aliases.c.until.is_(None),
    # Says again what the next condition says, in the form that finds the index.
    aliases.c.value.in_([bindparam(_BSUID), bindparam(_PHONE)]),
    or_(
        and_(aliases.c.kind == _BSUID, aliases.c.value == bindparam(_BSUID)),
        and_(aliases.c.kind == _PHONE, aliases.c.value == bindparam(_PHONE)),
    ),
)
_end = (
    update(aliases)
    .where(aliases.c.kind == bindparam("of_kind"), aliases.c.until.is_(None))
    .values(until=bindparam("end"))
)
_end_old_name = _end.where(aliases.c.contact == bindparam("of_contact"))
_end_old_owner = _end.where(
    aliases.c.tenant == bindparam("at_tenant"), aliases.c.value == bindparam("of_value")
)

_add_contact = insert(contacts)
_add_alias = insert(aliases)


class ContactRows:
    """`ports.Contacts`.

    A phone number leads to its contact unless it now comes with another BSUID than that contact
    has: then the number was given to somebody else, who must not inherit a conversation.
    """

    def __init__(self, db: Statements, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    async def find_or_add(self, tenant: str, number: str, alias: Alias, at: Micros) -> Conversation:
        """See `ports.Contacts`. Raises `StoreError` for an alias without any name."""
        names = {kind: name for kind, name in ((_BSUID, alias.bsuid), (_PHONE, alias.phone)) if name}
        if not names:
            raise StoreError(
                "A contact has neither a phone number nor a BSUID.", remedy="Skip messages without a sender."
            )
        owners = await self._owners(tenant, alias)
        contact = _chosen(owners, alias)
        if contact and all(kind in owners and owners[kind].contact == contact for kind in names):
            return await self._conversation(Address(tenant, number, contact), alias)
        if await self._db.alone(NAMES):
            owners = await self._owners(tenant, alias)
            contact = _chosen(owners, alias)
        contact = contact or await self._add(tenant, at)
        for kind, name in names.items():
            if kind not in owners or owners[kind].contact != contact:
                await self._rename(tenant, contact, (kind, name), at)
        return await self._conversation(Address(tenant, number, contact), alias)

    async def move(
        self, tenant: str, number: str, names: tuple[Alias, Alias], at: Micros
    ) -> Conversation | None:
        """See `ports.Contacts`."""
        old, new = names
        await self._db.alone(NAMES)
        contact = _chosen(await self._owners(tenant, old), old)
        if contact is None:
            return None
        owners = await self._owners(tenant, new)
        taken = {kind for kind, row in owners.items() if row.contact != contact}
        for kind, name in () if taken else ((_BSUID, new.bsuid), (_PHONE, new.phone)):
            if not name:  # a name that WhatsApp does not tell any more may soon be somebody else's
                await self._db.execute(_end_old_name, {"of_kind": kind, "end": at, "of_contact": contact})
            elif kind not in owners:
                await self._rename(tenant, contact, (kind, name), at)
        return await self._conversation(Address(tenant, number, contact), new)

    async def _owners(self, tenant: str, alias: Alias) -> Mapping[str, Row]:
        found = await self._db.execute(
            _owners, {"at_tenant": tenant, _BSUID: alias.bsuid, _PHONE: alias.phone}
        )
        return {row.kind: row for row in found}

    async def _conversation(self, address: Address, alias: Alias) -> Conversation:
        known = await find_conversation(self._db, address)
        return known or await add_conversation(self._db, Conversation(address, alias))

    async def _add(self, tenant: str, at: Micros) -> str:
        contact = self._ids.new("c")
        await self._db.execute(_add_contact, {"id": contact, "tenant": tenant, "created_at": at})
        return contact

    async def _rename(self, tenant: str, contact: str, name: tuple[str, str], at: Micros) -> None:
        kind, value = name
        ending = {"of_kind": kind, "end": at}
        await self._db.execute(_end_old_name, {**ending, "of_contact": contact})
        await self._db.execute(_end_old_owner, {**ending, "at_tenant": tenant, "of_value": value})
        await self._db.execute(
            _add_alias,
            {"tenant": tenant, "kind": kind, "value": value, "contact": contact, "since": at},
        )


def _chosen(owners: Mapping[str, Row], alias: Alias) -> str | None:
    if _BSUID in owners:
        return str(owners[_BSUID].contact)
    by_phone = owners.get(_PHONE)
    if by_phone is None or (alias.bsuid and by_phone.has_bsuid):
        return None
    return str(by_phone.contact)
