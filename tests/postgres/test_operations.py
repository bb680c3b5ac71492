"""Operating a bot on PostgreSQL: pauses, news of the account, and what policy keeps no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.runtime.seeing.talks import sample
from wavoice.runtime.adapters.store.postgres import PostgresStore
from wavoice.runtime.adapters.store.upkeep_postgres import read_journal
from wavoice.runtime.audit import audit
from wavoice.runtime.chain import EMPTY
from wavoice.runtime.policy import HOUR, Policy
from wavoice.runtime.ports import News, Pause
from wavoice.runtime.pruning import prune
from wavoice.sim.clock import CountingIds

pytestmark = pytest.mark.bulk
DAY = 24 * HOUR


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(url, ids=CountingIds(), connections=2)
    yield opened
    await opened.close()


async def test_a_number_is_paused_once(store: PostgresStore) -> None:
    async with store.begin() as tx:
        done = [await tx.operations.pause("default", Pause("100", at, "wrong prices")) for at in (1, 2)]
        assert done == [True, False]
        assert [(one.number, one.since) for one in await tx.operations.pauses("default")] == [("100", 1)]
        assert [await tx.operations.resume("default", "100") for _ in "12"] == [True, False]


async def test_the_last_news_of_each_subject_is_kept_and_counted(store: PostgresStore) -> None:
    async with store.begin() as tx:
        for at, state in enumerate(("GREEN", "YELLOW"), 1):
            await tx.operations.hear("default", News("quality", "100", state, at))
        assert [*await tx.operations.news("default")] == [News("quality", "100", "YELLOW", 2, 2)]


async def test_words_go_first_and_the_journal_stays_whole(store: PostgresStore, url: str) -> None:
    events = await asyncio.to_thread(sample)  # it has a loop of its own
    tenant, last = events[0].where.tenant, max(event.at for event in events)
    async with store.begin() as tx:
        await tx.journal.add(events)
    policy = Policy(keep_audit=365 * DAY)
    for days in (31, 32):
        gone = await prune(store, CountingIds(), tenant, policy, last + days * DAY)
        assert bool(gone.get("journal (words)")) is (days == 31), gone
        stored, head = read_journal(url)
        assert audit(stored, head).breaks == []
        assert {one.pii for one in stored if one.record.retention == "transcript"} == {EMPTY}
    assert (await prune(store, CountingIds(), tenant, policy, last + 400 * DAY))["journal"] >= len(events)
    assert audit(*read_journal(url)).breaks == []
