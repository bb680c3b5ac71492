"""The journal on PostgreSQL as a report reads it: nothing is written, and bots may be running."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from wavoice.runtime.adapters.store.postgres_connection import address_of, shown
from wavoice.runtime.adapters.store.postgres_transaction import postgres_error
from wavoice.runtime.adapters.store.report_rows import event_of
from wavoice.runtime.errors import StoreError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros

AT_ONCE = 2_000
"""Rows that are fetched at a time."""


def read_events(url: str, since: Micros) -> Iterator[Event]:
    """Events from then on, in the order of the journal. Raises `StoreError`, also on the way."""
    try:
        with psycopg.connect(address_of(url)) as connection, connection.cursor("report") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute("SELECT seq, line, pii FROM journal WHERE at >= %s ORDER BY seq", (since,))
            for seq, line, pii in cursor:
                yield event_of(seq, line, pii)
    except psycopg.Error as error:
        raise StoreError(
            f"{shown(url)} cannot be read as a store: {postgres_error(error).message}",
            remedy="Check that PostgreSQL is up and reachable, and store.url.",
        ) from None
