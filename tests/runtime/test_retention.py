"""What policy keeps no longer goes, by class, over a year and more; what stays is still proved."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.journals import talk
from tests.rehearsing import Desk, desk
from tests.runtime.test_hand_off import who
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.adapters.store.prepared import prepared
from wavoice.runtime.audit import audit
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import Consent, ConsentRecord, ConsentStatus
from wavoice.runtime.originals import sweep
from wavoice.runtime.policy import HOUR, Policy
from wavoice.runtime.pruning import keep_of, prune
from wavoice.runtime.settings_privacy import Privacy
from wavoice.sim.clock import CountingIds

DAY = 24 * HOUR
POLICY = Policy(keep_audit=365 * DAY, keep_consents=365 * DAY)
WORDS = ("my dog Bello ate the parcel", "14 Lake Road", "Papageno")
AGES = {
    "inbox": ("received_at", POLICY.keep_ids),
    "outbox": ("created_at", POLICY.keep_words),
    "proposals": ("created_at", POLICY.keep_words),
    "hand_offs": ("created_at", POLICY.keep_words),
    "media": ("received_at", POLICY.keep_figures),
    "effects": ("intended_at", POLICY.keep_audit),
    "journal": ("at", POLICY.keep_audit),
    "consents_shown": ("at", POLICY.keep_consents),
}
"""Every table of what happened, with its moment and how long it is kept."""


@asynccontextmanager
async def kept_in(file: Path, policy: Policy = POLICY) -> AsyncIterator[Desk]:
    """A desk on a store that is the test's: nothing is pruned but when the test says so."""
    store = await SqliteStore.open(file, ids=CountingIds())
    async with desk(parts=Parts(policy=policy, store=store)) as at:
        yield at
    await store.close()


async def pruned(at: Desk) -> Mapping[str, int]:
    """What a running bot does once a day."""
    kit, now = at.rehearsal.runtime.bot.kit, at.clock.now()
    async with kit.store.begin() as tx:
        foreseen = await tx.retention.due("default", keep_of(POLICY, now))
    gone = await prune(kit.store, kit.ids, "default", POLICY, now)
    assert set(foreseen) <= set(gone), "the dry look says what goes"
    return gone


def oldest(file: Path, table: str, column: str) -> int | None:
    with closing(sqlite3.connect(file)) as database:
        row: tuple[int | None] = database.execute(f"SELECT min({column}) FROM {table}").fetchone()
    return row[0]


def holds(file: Path, words: str) -> bool:
    return any(
        words.encode() in one.read_bytes() for one in file.parent.iterdir() if one.name.startswith(file.name)
    )


async def test_over_400_days_nothing_older_is_left_and_every_write_is_proved(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    async with kept_in(file) as at:
        await talk(at)
        await at.types(WORDS[0])
        await at.types(f"I want a human, says {WORDS[2]}")
        begun = at.clock.now()
        assert await pruned(at) == {}
        assert all(holds(file, words) for words in WORDS)
        assert audit(*read_journal(file)).proved == 3
        for day in range(31, 401, 41):
            at.clock.advance_to(begun + day * DAY)
            await at.rehearsal.idle()
            gone = await pruned(at)
            now = at.clock.now()
            for table, (column, kept) in AGES.items():
                left = oldest(file, table, column)
                assert left is None or left >= now - kept, (day, table)
            report = audit(*read_journal(file))
            assert (report.breaks, report.violations) == ([], []), day
            if day < 365:
                assert report.proved == 3, "words are gone, and the proofs are not"
            if day == 31:
                assert gone["journal (words)"] > 20
                assert not any(holds(file, words) for words in WORDS[::2])
        assert gone["journal"] > 50 or report.proved == 0
        assert not any(holds(file, words) for words in WORDS)
        await at.types("START")
        assert "Order 1842" in (await at.types("where is my order"))[0]
        assert audit(*read_journal(file)).ok


async def test_a_pruned_journal_shows_when_more_is_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    async with kept_in(file) as at:
        await at.types("where is my order")
        at.clock.advance_to(at.clock.now() + 366 * DAY)
        await at.types("where is my order")
        await pruned(at)
    stored, head = read_journal(file)
    assert head is not None
    assert head.first > 1
    assert audit(stored, head).ok
    assert not audit(stored[1:], head).ok
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("DELETE FROM journal WHERE seq = (SELECT min(seq) FROM journal)")
        database.execute("UPDATE journal_heads SET first = first + 1, begins_after = ?", (stored[0].seal,))
    (broken,) = audit(*read_journal(file)).breaks
    assert broken.kind == "deleted"


async def test_a_second_pruning_prepares_nothing_anew(tmp_path: Path) -> None:
    async with kept_in(tmp_path / "bot.sqlite") as at:
        known = list[int]()
        for _ in range(3):
            await at.types("where is my order")
            at.clock.advance_to(at.clock.now() + 31 * DAY)
            assert (await pruned(at))["journal (words)"]
            known.append(len(prepared.ready))
    assert known[1] == known[2]


async def test_the_last_word_on_a_consent_stays_for_good(tmp_path: Path) -> None:
    async with kept_in(tmp_path / "bot.sqlite") as at:
        address, begun = await who(at), at.clock.now()
        for given in (ConsentStatus.GRANTED, ConsentStatus.WITHDRAWN):
            async with at.rehearsal.runtime.store.begin() as tx:
                record = ConsentRecord(address, Consent.MESSAGES, given, at.clock.now(), "message")
                await tx.consents.add(record)
            at.clock.advance_to(at.clock.now() + DAY)
        at.clock.advance_to(begun + 400 * DAY)
        await pruned(at)
        async with at.rehearsal.runtime.store.begin() as tx:
            assert await tx.consents.given(address, Consent.MESSAGES) is False
            lines = [line for line in await tx.consents.lines(address) if line.purpose is Consent.MESSAGES]
        assert [line.status for line in lines] == [ConsentStatus.WITHDRAWN]
        assert await at.types("where is my order") == []


async def test_what_waits_is_never_pruned(tmp_path: Path) -> None:
    async with kept_in(tmp_path / "bot.sqlite") as at:
        at.world.fault("fail", "ticket_write", 1_000)
        await at.types("my lawyer will hear about this")
        at.clock.advance_to(at.clock.now() + 100 * DAY)
        await pruned(at)
        address = await who(at)
        async with at.rehearsal.runtime.store.begin() as tx:
            (waiting,) = await tx.hand_offs.of_contact(address)
        assert waiting.packet.reason == "legal_threat"


async def test_a_redelivery_is_known_for_as_long_as_whatsapp_sends_again() -> None:
    short = Privacy(words_days=2, ids_days=8).within(POLICY)
    async with desk(parts=Parts(policy=short)) as at:
        await at.types("where is my order")
        kit = at.rehearsal.runtime.bot.kit
        at.clock.advance_to(at.clock.now() + 7 * DAY)
        gone = await prune(kit.store, kit.ids, "default", short, at.clock.now())
        assert gone["inbox (words)"] == 1
        contact = (await who(at)).contact
        async with kit.store.begin() as tx:
            (row,) = (await tx.persons.export("default", contact))["inbox"]
        assert (row["body"], row["done"]) == ({}, True)
        assert str(row["message"]).startswith("wamid.")


def test_nothing_goes_while_it_is_needed() -> None:
    with pytest.raises(ConfigError, match="keep_ids"):
        Policy(keep_ids=7 * DAY)
    with pytest.raises(ConfigError, match="keep_words"):
        Policy(keep_words=DAY)
    with pytest.raises(ConfigError, match="keep_audit"):
        Policy(keep_audit=29 * DAY)


class Watched:
    """A clock that says when somebody waits, and keeps them waiting."""

    def __init__(self, now: int) -> None:
        self._now = now
        self.waits = asyncio.Event()

    def now(self) -> int:
        return self._now

    def ticks(self) -> int:
        return self._now

    async def wait(self, poke: asyncio.Event, until: int | None) -> None:
        assert until is not None
        assert until <= self._now + DAY, "it looks again at least once a day"
        self.waits.set()
        await poke.wait()


async def test_a_running_bot_prunes_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "bot.sqlite"
    async with kept_in(file) as at:
        await at.types(WORDS[0])
        clock = Watched(at.clock.now() + 31 * DAY)
        sweeping = asyncio.create_task(sweep(replace(at.rehearsal.runtime.bot.kit, clock=clock), "default"))
        clock.waits.clear()
        await clock.waits.wait()
        assert not holds(file, WORDS[0])
        sweeping.cancel()
