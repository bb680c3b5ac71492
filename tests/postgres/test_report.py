"""`wavoice report` on PostgreSQL: the same figures as from a file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.runtime.seeing.talks import sample
from wavoice.runtime.adapters.store.postgres import PostgresStore
from wavoice.runtime.adapters.store.report_postgres import read_events
from wavoice.runtime.errors import StoreError
from wavoice.runtime.journal import Event
from wavoice.runtime.seeing.report import review
from wavoice.runtime.seeing.tasks import DAY
from wavoice.sim.clock import CountingIds

pytestmark = pytest.mark.bulk


async def keep(url: str, events: Sequence[Event]) -> None:
    store = await PostgresStore.open(url, ids=CountingIds(), connections=2)
    async with store.begin() as tx:
        await tx.journal.add(events)
    await store.close()


def test_a_journal_on_postgresql_is_reviewed_like_any_other(url: str) -> None:
    events = sample()
    asyncio.run(keep(url, events))
    since, until = events[0].at, max(event.at for event in events) + 3 * DAY
    assert review(read_events(url, 0), since, until) == review(events, since, until)
    assert [*read_events(url, until)] == []


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:9/shop cannot be read") as raised:
        next(read_events("postgresql://bot:s3cret@127.0.0.1:9/shop", 0))
    assert "s3cret" not in str(raised.value)
