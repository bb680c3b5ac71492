"""On PostgreSQL: processes are killed and the database is restarted while customers talk.

Nothing is lost, doubled, out of order or unproved; the work of a process that dies is taken over.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cli.commands import bare_environment, installed
from tests.postgres.server import Server
from tests.postgres.street import PostgresStreet, on_postgresql
from tests.serving.chaos import PATIENCE, Death, at_any_moment, at_every_point, chaos, come_to_an_end, within
from tests.serving.customers import Crowd
from tests.serving.history import broken
from tests.serving.processes import start

SEED = 9
ROUNDS = 6

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


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


def told(found: Iterable[str]) -> str:
    return "\n".join(found)


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("deaths", [at_every_point(SEED), at_any_moment(40, SEED)], ids=["points", "moments"])
async def test_nothing_is_lost_or_doubled(deaths: list[Death], server: Server, tmp_path: Path) -> None:
    """More of them: `uv run python -m tests.serving --postgres --kills 500`."""
    tally = await chaos(deaths, on_postgresql(tmp_path, server.database()), SEED)
    assert told(tally.found) == "", str(tally)
    assert (tally.kills, tally.writes > 20) == (len(deaths), True)
    print(f"\n{tally}")


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
