"""On PostgreSQL: processes are killed and the database is restarted while customers talk.

Nothing is lost, doubled, out of order or unproved; the work of a process that dies is taken over.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import psycopg
import pytest

from tests.cli.commands import bare_environment, installed
from tests.postgres.server import Server
from tests.serving.chaos import PATIENCE, come_to_an_end, within
from tests.serving.customers import Crowd
from tests.serving.history import broken
from tests.serving.processes import start
from tests.serving.street import Street, street
from wavoice.runtime.adapters.store.upkeep_postgres import PostgresUpkeep, read_journal
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.chain import Head

SEED = 9
ROUNDS = 6

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass(slots=True)
class PostgresStreet(Street):
    """The same street; its bot's store is a database."""

    url: str = ""

    def variables(self) -> dict[str, str]:
        return {**Street.variables(self), "WAVOICE_STORE__URL": self.url}

    def journal(self) -> tuple[list[Stored], Head | None]:
        return read_journal(self.url)

    def count(self, query: str) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def damage(self) -> str | None:
        found = PostgresUpkeep(self.url).check()
        return None if found.ok else str(found)


@asynccontextmanager
async def on_postgresql(folder: Path, url: str) -> AsyncIterator[PostgresStreet]:
    async with street(folder) as at:
        yield PostgresStreet(**{each.name: getattr(at, each.name) for each in fields(at)}, url=url)


@asynccontextmanager
async def worker(at: PostgresStreet, **variables: str) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        installed(), "worker", cwd=at.store.parent, env={**bare_environment(), **at.variables(), **variables},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stderr is not None
    while b"worker_ready" not in (line := await child.stderr.readline()):
        assert line, "the worker did not start"
    reading = asyncio.create_task(child.stderr.read())
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
        await reading


def told(found: Iterator[str]) -> str:
    return "\n".join(found)


async def test_processes_are_killed_and_the_database_is_restarted(server: Server, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with on_postgresql(tmp_path, server.database()) as at:
        crowd = Crowd(at, SEED, 6, speak=False)
        process = await start(at)
        crowd.begin()
        try:
            for number in range(ROUNDS):
                async with worker(at) as helper:
                    await within(process, chance.uniform(0.5, 2.5))
                    match number % 3:
                        case 0:
                            helper.kill()
                        case 1:
                            assert await process.ends(signal.SIGKILL) == -signal.SIGKILL
                            process = await start(at)
                        case _:
                            await asyncio.to_thread(server.restart, chance.choice(["fast", "immediate"]))
                    await within(process, 1.0)
                assert crowd.trouble is None
            await come_to_an_end(at, crowd, process)
            assert await process.ends() == 0, process.log[-20:]
        finally:
            crowd.leave()
            await process.ends(signal.SIGKILL)
        assert told(broken(at, crowd.all)) == ""
        print(f"\n{ROUNDS} deaths, {len(crowd.all)} customers, {len(at.world.ledger)} writes on PostgreSQL")


@pytest.mark.parametrize("dies", ["turn_decided:1", "effect_written:1"])
async def test_another_process_takes_over(dies: str, server: Server, tmp_path: Path) -> None:
    """The server is killed in mid-turn, and a worker ends that turn. Until then it stands still, or it would
    do the turn itself.
    """
    async with on_postgresql(tmp_path, server.database()) as at:
        process = await start(at, failpoint=dies)
        phone = at.customer()
        async with worker(at) as helper:
            helper.send_signal(signal.SIGSTOP)
            await phone.says("please move order 2000 to Friday")
            if dies.startswith("effect"):
                question = await asyncio.wait_for(phone.hears(0), PATIENCE)
                await phone.taps("Yes", on=question.wamid)
            assert await asyncio.wait_for(process.gone(), PATIENCE) == -signal.SIGKILL
            begun, heard = time.monotonic(), len(phone.messages)
            helper.send_signal(signal.SIGCONT)
            await asyncio.wait_for(phone.hears(heard), PATIENCE)
            print(f"\n{dies}: taken over after {time.monotonic() - begun:.1f} s")
