"""Actions waiting for a yes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select, true

from wavoice.runtime.adapters.store.codec import VERSION, dump, load
from wavoice.runtime.adapters.store.portable import GATED, insert
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.states import is_one_of
from wavoice.runtime.adapters.store.tables import columns, of_contact, place, proposals
from wavoice.runtime.model import Address, Micros, Proposal, ProposalState

_insert = insert(proposals)
_save = _insert.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _insert.excluded[name] for name in ("state", "open", "created_at", "value", "version")},
)
_newest = (
    select(proposals)
    .where(of_contact(proposals))
    .order_by(proposals.c.created_at.desc(), proposals.c.id.desc())
    .limit(1)
)
_open = _newest.where(proposals.c.open == true())
_count_open = (
    select(func.count()).select_from(proposals).where(of_contact(proposals), proposals.c.open == true())
)
_latest = _newest.where(proposals.c.created_at >= bindparam("since"))
_MOVED = (ProposalState.COMMITTED, ProposalState.COMMITTING, ProposalState.UNKNOWN)
_moved = select(proposals).where(
    of_contact(proposals),
    proposals.c.created_at >= bindparam("since"),
    is_one_of(proposals.c.state, _MOVED),
)
_get = select(proposals).where(proposals.c.id == bindparam("of_id")).execution_options(**{GATED: True})


class ProposalRows:
    """`ports.Proposals`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def save(self, proposal: Proposal) -> None:
        """See `ports.Proposals`; a new version replaces the old one of the same id."""
        await self._db.execute(
            _save,
            {
                **columns(proposal.address),
                "id": proposal.id,
                "state": proposal.state,
                "open": proposal.is_open,
                "created_at": proposal.created_at,
                "value": dump(proposal),
                "version": VERSION,
            },
        )

    async def open(self, address: Address) -> Proposal | None:
        """See `ports.Proposals`."""
        return await self._one(_open, place(address))

    async def rivals(self, address: Address) -> int:
        """See `ports.Proposals`."""
        count: int = (await self._db.execute(_count_open, place(address))).scalar_one()
        return max(0, count - 1)

    async def latest(self, address: Address, since: Micros) -> Proposal | None:
        """See `ports.Proposals`."""
        return await self._one(_latest, {**place(address), "since": since})

    async def moved_money(self, address: Address, since: Micros) -> Sequence[Proposal]:
        """See `ports.Proposals`."""
        rows = (await self._db.execute(_moved, {**place(address), "since": since})).all()
        found = (load(Proposal, row.value, row.version) for row in rows)
        return [proposal for proposal in found if proposal.money is not None]

    async def get(self, proposal: str) -> Proposal | None:
        """See `ports.Proposals`."""
        return await self._one(_get, {"of_id": proposal})

    async def _one(self, statement: Select[Any], parameters: object) -> Proposal | None:
        row = (await self._db.execute(statement, parameters)).one_or_none()
        return None if row is None else load(Proposal, row.value, row.version)
