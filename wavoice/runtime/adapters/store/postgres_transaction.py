"""Statements in one open transaction of PostgreSQL; each contact's transactions one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout
from sqlalchemy import Executable

from wavoice.runtime.adapters.store.postgres_dialect import prepared
from wavoice.runtime.adapters.store.prepared import Prepared
from wavoice.runtime.adapters.store.statements import Found, Rows, over, unstorable
from wavoice.runtime.errors import StoreError

GATE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""Held until the transaction ends. One key is a contact's id, or what `alone` is asked for."""
TRY_GATE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


class PostgresTransaction:
    """`Statements` on a connection whose transaction is open.

    What is written for a store with one writer at a time (a row is read, then changed) is true here
    because a contact has a gate: the first statement that names a contact takes it, and holds it to the end
    of the transaction. So of one contact's transactions each sees all of the one before, its messages are
    numbered in the order in which they are committed, and a drain that found nothing to read has waited for
    whoever was storing something. Others' contacts are not waited for.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self.connection = connection
        self._open = True
        self._held: set[str] = set()

    async def execute(self, statement: Executable, parameters: Any = None, /) -> Found:
        """See `Statements`."""
        if not self._open:
            raise over()
        try:
            if parameters is None or isinstance(parameters, Mapping):
                return await self._once(statement, parameters or {})
            return await self._for_each(statement, parameters)
        except psycopg.Error as error:
            raise postgres_error(error) from None
        except UnicodeEncodeError:
            raise unstorable() from None

    async def alone(self, work: str) -> bool:
        """See `Statements`."""
        if work in self._held:
            return False
        await self.gate(work)
        return True

    async def gate(self, key: str) -> None:
        """Wait for the gate, and hold it. Raises `StoreError`."""
        try:
            if key not in self._held:
                await self._gate(key)
        except psycopg.Error as error:
            raise postgres_error(error) from None

    async def only_one(self, work: str) -> bool:
        """Take the gate if nobody holds it. Raises `StoreError`."""
        try:
            cursor = await self.connection.execute(TRY_GATE, (work,), prepare=True)
            row = await cursor.fetchone()
        except psycopg.Error as error:
            raise postgres_error(error) from None
        return bool(row and row[0])

    def end(self) -> None:
        """Refuse all further statements."""
        self._open = False

    async def _gate(self, key: str) -> None:
        await self.connection.execute(GATE, (key,), prepare=True)
        self._held.add(key)

    async def _once(self, statement: Executable, parameters: Mapping[str, Any]) -> Rows:
        contact = parameters.get("at_contact") or parameters.get("contact")
        if contact is not None and contact not in self._held:
            await self._gate(contact)
        ready = prepared(statement, parameters)
        found = await self._run(ready, parameters)
        if ready.gated and (others := {row.contact for row in found} - self._held):
            for other in sorted(others):
                await self._gate(other)
            return await self._run(ready, parameters)
        return found

    async def _run(self, ready: Prepared, parameters: Mapping[str, Any]) -> Rows:
        values = ready.bound(parameters)
        try:
            cursor = await self.connection.execute(ready.sql, values, prepare=True)
        except psycopg.DataError as error:
            if error.sqlstate is not None:
                raise
            # The driver's own refusal, before anything was sent: PostgreSQL's text holds no NUL.
            cursor = await self.connection.execute(ready.sql, _without_nul(values), prepare=True)
        if ready.row is None:
            return Rows((), cursor.rowcount)
        return Rows(ready.rows(await cursor.fetchall()), cursor.rowcount)

    async def _for_each(self, statement: Executable, many: Sequence[Mapping[str, Any]]) -> Rows:
        ready = prepared(statement, many[0])
        async with self.connection.cursor() as cursor:
            await cursor.executemany(ready.sql, [_without_nul(ready.bound(one)) for one in many])
            return Rows((), cursor.rowcount)


def _without_nul(values: Sequence[Any]) -> list[Any]:
    """No id or name of WhatsApp's holds one; in all other text JSON writes it out."""
    return [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values]


_PASSES = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.TooManyConnections,
    errors.ReadOnlySqlTransaction,
)
"""What may be gone when the same is tried again; of a database that was switched over, too."""


def postgres_error(error: psycopg.Error | PoolTimeout) -> StoreError:
    """Say what kind of error it was; what passes by itself is retryable.

    Raise it `from None`: the driver's own message may quote a stored value, or the address with its password.
    """
    kind, state = type(error).__name__, getattr(error, "sqlstate", None)
    lost = isinstance(error, psycopg.OperationalError | PoolTimeout) and not isinstance(
        error, errors.DiskFull | errors.InvalidPassword
    )
    refused = StoreError(
        f"The store failed: PostgreSQL {kind}{f' ({state})' if state else ''}.",
        remedy="Check that PostgreSQL is up and reachable, its disk, and its log.",
    )
    refused.retryable = lost or isinstance(error, _PASSES)
    return refused
