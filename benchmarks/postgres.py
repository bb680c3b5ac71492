"""What the bot does on PostgreSQL: `wavoice serve --workers 2`: one process stores, two do the turns.

    uv run python -m benchmarks.postgres [--count 1500] [--workers 2] [--json FILE]

A PostgreSQL of its own is started for it (tests/postgres/server.py), and waits for the disk at each commit.
First one message at a time, for each turn's own time: from its webhook to the end of its turn by the journal,
the answers of the far side included. Then as many as are taken, for turns a second. WhatsApp and the shop are
one light process, the load comes from this one, and PostgreSQL has processes of its own: all share the cores,
so the figures are lower bounds. WhatsApp's statuses are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.far_side import far_side
from benchmarks.serving import Line, bot, by_journal, flood, quantiles, replied
from tests.postgres.server import postgres
from wavoice.sim.machine import machine

ALONE = 200
WARM = 50


async def ended(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute("SELECT count(*) FROM journal WHERE kind = 'turn_ended'")
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def settled(url: str, count: int) -> None:
    while await ended(url) < count:  # noqa: ASYNC110 - other processes write
        await asyncio.sleep(0.1)


async def own(url: str) -> dict[str, float]:
    """Of the turns that came one at a time."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        query = "SELECT line FROM journal WHERE kind = 'turn_ended' ORDER BY seq LIMIT %s"
        rows = await (await connection.execute(query, (ALONE,))).fetchall()
    return by_journal([line for (line,) in rows][WARM:])


async def turns(url: str, count: int, workers: int, folder: Path) -> dict[str, Any]:
    with far_side() as far:
        async with bot(far, folder, "--workers", str(workers), STORE__URL=url) as on:
            alone = list[float]()
            for number in range(ALONE):
                line = await Line.open(on.port)  # the first waits for the workers, longer than a line is kept
                alone.append(await replied(far, line, number))
                line.close()
            await settled(url, ALONE)
            begun = time.perf_counter()
            await flood(on.port, count)
            taken = time.perf_counter() - begun
            await settled(url, ALONE + count)
            whole = time.perf_counter() - begun
    return {
        "workers": workers,
        "one at a time, webhook to reply": quantiles(alone[WARM:]),
        "own_ms_by_journal": await own(url),
        "count": count,
        "webhooks_a_second": round(count / taken),
        "turns_a_second": round(count / whole),
    }


def main(chosen: argparse.Namespace) -> dict[str, Any]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        server.stop()
        del server.settings["fsync"], server.settings["full_page_writes"]
        server.start()
        version = server.version()
        measured = asyncio.run(turns(server.database(), chosen.count, chosen.workers, Path(folder)))
    return {"machine": machine(), "server": version, "postgresql": measured}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--count", type=int, default=1_500)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--json", type=Path)
    asked = arguments.parse_args()
    output = json.dumps(main(asked), indent=2)
    print(output)
    if asked.json:
        asked.json.write_text(output)
