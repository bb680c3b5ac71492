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
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from benchmarks.far_side import FarSide, far_side
from benchmarks.serving import CONNECTIONS, SECRET, Line, body, quantiles
from tests.hostile.payloads import NUMBER
from tests.postgres.server import postgres
from wavoice.sim.machine import machine

ALONE = 200
WARM = 50


@asynccontextmanager
async def serving(far: FarSide, url: str, folder: Path, workers: int) -> AsyncIterator[int]:
    """Start the command with its workers; yields the port of its webhook."""
    command = shutil.which("wavoice", path=os.path.dirname(sys.executable))
    assert command is not None
    given = {
        "WHATSAPP__GRAPH_BASE_URL": far.url,
        "WHATSAPP__PHONE_NUMBER_ID": NUMBER,
        "WHATSAPP__ACCESS_TOKEN": "token",
        "WHATSAPP__APP_SECRET": SECRET,
        "WHATSAPP__VERIFY_TOKEN": "word",
        "WHATSAPP__MEDIA_HOSTS": urlsplit(far.url).netloc,
        "SHOP__BASE_URL": far.url,
        "EARS__BACKEND": "openai",
        "EARS__BASE_URL": f"{far.url}/v1",
        "EARS__FALLBACK__BACKEND": "none",
        "VOICE__BACKEND": "none",
        "STORE__URL": url,
        "STORE__PATH": str(folder / "none.db"),
        "SERVE__MIN_FREE_MB": "0",
    }
    with (folder / "log.jsonl").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            command,
            *("serve", "--json", "--port", "0", "--admin-port", "0", "--workers", str(workers)),
            cwd=folder,
            env={**os.environ, **{f"WAVOICE_{name}": told for name, told in given.items()}},
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise SystemExit((folder / "log.jsonl").read_text())
    try:
        yield urlsplit(json.loads(line)["webhook"]).port or 0
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def ended(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute("SELECT count(*) FROM journal WHERE kind = 'turn_ended'")
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def settled(url: str, count: int) -> None:
    while await ended(url) < count:  # noqa: ASYNC110 - other processes write
        await asyncio.sleep(0.1)


async def own(url: str) -> dict[str, float]:
    """Of the turns that came one at a time: from the webhook to the end of the turn, by the journal."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        query = "SELECT line FROM journal WHERE kind = 'turn_ended' ORDER BY seq LIMIT %s"
        rows = await (await connection.execute(query, (ALONE,))).fetchall()
    bodies = [json.loads(row[0])["data"] for row in rows]
    return quantiles([(one["ended_at"] - one["started_at"]) / 1_000_000 for one in bodies[WARM:]])


async def turns(url: str, count: int, workers: int, folder: Path) -> dict[str, Any]:
    with far_side() as far:
        async with serving(far, url, folder, workers) as port:
            alone = list[float]()
            for number in range(ALONE):
                line = await Line.open(port)  # the first waits for the workers, longer than a line is kept
                before, begun = far.sent, time.perf_counter()
                await line.post(body(1_000_000 + number, 0))
                while far.sent == before:  # noqa: ASYNC110 - another process counts
                    await asyncio.sleep(0.001)
                alone.append(time.perf_counter() - begun)
                line.close()
            await settled(url, ALONE)
            lines = [await Line.open(port) for _ in range(CONNECTIONS)]

            async def send(each: Line, first: int) -> None:
                for who in range(first, count, CONNECTIONS):
                    assert await each.post(body(who, 0)) == 200
                each.close()

            begun = time.perf_counter()
            await asyncio.gather(*(send(each, first) for first, each in enumerate(lines)))
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
