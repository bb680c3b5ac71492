"""What people were given to go on from."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from wavoice.runtime.adapters.store.codec import VERSION, dump, load
from wavoice.runtime.adapters.store.portable import GATED, insert
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.tables import columns, hand_offs, of_contact, place
from wavoice.runtime.model import Address, HandedPacket, Packet, PacketState

_insert = insert(hand_offs)
_save = _insert.on_conflict_do_update(
    index_elements=["key"], set_={name: _insert.excluded[name] for name in ("state", "ticket", "value")}
)
_get = select(hand_offs).where(hand_offs.c.key == bindparam("of_key")).execution_options(**{GATED: True})
_all = select(hand_offs).where(of_contact(hand_offs)).order_by(hand_offs.c.created_at, hand_offs.c.key)


class HandOffRows:
    """`ports.HandOffs`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def save(self, handed: HandedPacket) -> None:
        """See `ports.HandOffs`."""
        packet = handed.packet
        row = {
            **columns(packet.address),
            "key": packet.key,
            "turn": packet.turn,
            "state": handed.state,
            "created_at": packet.at,
            "ticket": handed.ticket,
            "value": dump(packet),
            "version": VERSION,
        }
        await self._db.execute(_save, row)

    async def get(self, key: str) -> HandedPacket | None:
        """See `ports.HandOffs`."""
        row = (await self._db.execute(_get, {"of_key": key})).one_or_none()
        return None if row is None else _handed(row)

    async def of_contact(self, address: Address) -> Sequence[HandedPacket]:
        """See `ports.HandOffs`."""
        return [_handed(row) for row in await self._db.execute(_all, place(address))]


def _handed(row: Row) -> HandedPacket:
    return HandedPacket(load(Packet, row.value, row.version), PacketState(row.state), row.ticket)
