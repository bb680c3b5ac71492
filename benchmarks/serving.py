"""What `wavoice serve` takes and does: the real command over sockets, a store in a file on this disk.

    uv run python -m benchmarks.serving ack [--rate 200] [--seconds 20]
    uv run python -m benchmarks.serving turns [--count 2000]
    uv run python -m benchmarks.serving memory [--count 20000]

* `ack`: how long webhooks wait for their 200, at a steady rate of voice notes, with ears that never answer.
* `turns`: text turns a second, and each one's own time: one message at a time, from its webhook to the end of
  its turn in the journal, the answers of the far side included.
* `memory`: resident memory of the process over so many text turns.

WhatsApp and the shop are one light process (far_side.py); the load comes from this one. So three processes
share the cores, and the figures are lower bounds. WhatsApp's statuses are left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.far_side import FarSide, far_side
from tests.hostile.payloads import NUMBER, encode, sign, value, webhook
from wavoice.runtime.adapters.webhook import PATH
from wavoice.sim.machine import machine

SECRET = "secret-of-a-benchmark"
NOTE = Path(__file__).parent.parent / "fixtures" / "audio" / "where_is_my_order__street_20db.ogg"
CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Bot:
    """The serving process."""

    process: asyncio.subprocess.Process
    port: int
    admin: str
    store: Path

    def resident(self) -> float:
        """Megabytes of memory (Linux)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu(self) -> float:
        """Seconds that it has computed, in all threads (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def turns(self) -> int:
        """How many have ended."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as database:
            query = "SELECT count(*) FROM journal WHERE kind = 'turn_ended'"
            return int(database.execute(query).fetchone()[0])


@asynccontextmanager
async def bot(far: FarSide, folder: Path, *arguments: str, **variables: str) -> AsyncIterator[Bot]:
    """Start the command in that folder, and end it with SIGTERM."""
    store = folder / "bot.db"
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
        "STORE__PATH": str(store),
        "SERVE__MIN_FREE_MB": "0",
        **variables,
    }
    with (folder / "log.jsonl").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            command,
            *("serve", "--json", "--port", "0", "--admin-port", "0", *arguments),
            cwd=folder,
            env={**os.environ, **{f"WAVOICE_{name}": told for name, told in given.items()}},
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise SystemExit((folder / "log.jsonl").read_text())
    told = json.loads(line)
    try:
        yield Bot(process, urlsplit(told["webhook"]).port or 0, told["admin"], store)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


class Line:
    """One connection to the webhook, kept alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> Line:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, body: bytes) -> int:
        """Return the status of the answer."""
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
            f"X-Hub-Signature-256: {sign(body, SECRET)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        status = int((await self._reader.readline()).split()[1])
        length = 0
        while (line := await self._reader.readline()) not in (b"\r\n", b""):
            name, _, told = line.partition(b":")
            length = int(told) if name.lower() == b"content-length" else length
        await self._reader.readexactly(length)
        return status

    def close(self) -> None:
        self._writer.close()


def body(who: int, number: int, media: str | None = None) -> bytes:
    """A message of now, of customer `who`: a question, or a voice note."""
    digits = f"1555{who:07}"
    sent = {"from": digits, "id": f"wamid.{who}.{number}", "timestamp": str(int(time.time()))}
    if media is None:
        content: dict[str, Any] = {"type": "text", "text": {"body": "where is my order"}}
    else:
        note = {"id": f"m{who}", "mime_type": "audio/ogg; codecs=opus", "voice": True, "url": media}
        content = {"type": "audio", "audio": note}
    contact = {"wa_id": digits, "profile": {"name": "Sample Customer"}}
    return encode(webhook(value(contacts=[contact], messages=[sent | content])))


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """In milliseconds."""
    cuts = statistics.quantiles(seconds, n=1000, method="inclusive")
    named = {"p50_ms": cuts[499], "p95_ms": cuts[949], "p99_ms": cuts[989], "max_ms": max(seconds)}
    return {name: round(1000 * found, 2) for name, found in named.items()}


async def ack(rate: int, seconds: int, folder: Path) -> dict[str, Any]:
    """Voice notes at a steady rate, and ears that never answer: how long each webhook waits for its 200."""
    with far_side(NOTE.read_bytes()) as far:
        async with bot(far, folder) as on:
            lines = [await Line.open(on.port) for _ in range(CONNECTIONS)]
            spent, statuses = list[float](), Counter[int]()
            begun, computed = time.perf_counter(), on.cpu()

            async def send(line: Line, first: int) -> None:
                for number in range(first, rate * seconds, CONNECTIONS):
                    due = begun + number / rate
                    await asyncio.sleep(max(due - time.perf_counter(), 0))
                    statuses[await line.post(body(number % 500, number, f"{far.url}/note"))] += 1
                    spent.append(time.perf_counter() - due)  # also what it waited for the one before it

            await asyncio.gather(*(send(line, first) for first, line in enumerate(lines)))
            computed = on.cpu() - computed
            for line in lines:
                line.close()
    own = {"cpu_ms_a_webhook": round(computed / (rate * seconds) * 1000, 2)}
    return {"rate": rate, "answers": dict(statuses), **quantiles(spent), **own}


async def turns(count: int, folder: Path) -> dict[str, Any]:
    """One at a time for each one's own time; then as many as are taken, for turns a second."""
    with far_side() as far:
        async with bot(far, folder) as on:
            line = await Line.open(on.port)
            alone = [await replied(far, line, number) for number in range(300)]
            line.close()
            done = await _settled(on, 300)
            begun, computed = time.perf_counter(), on.cpu()
            await flood(on.port, count)
            taken = time.perf_counter() - begun
            await _settled(on, done + count)
            whole, computed = time.perf_counter() - begun, on.cpu() - computed
    return {
        "one at a time, webhook to reply": quantiles(alone[50:]),
        "own_ms_by_journal": _own(on.store),
        "count": count,
        "webhooks_a_second": round(count / taken),
        "turns_a_second": round(count / whole),
        "cpu_ms_a_turn": round(1000 * computed / count, 2),
    }


async def replied(far: FarSide, line: Line, number: int) -> float:
    """Seconds from a webhook to the reply, where nothing else is under way."""
    before, begun = far.sent, time.perf_counter()
    await line.post(body(1_000_000 + number, 0))
    while far.sent == before:  # noqa: ASYNC110 - another process counts
        await asyncio.sleep(0.001)
    return time.perf_counter() - begun


async def flood(port: int, count: int, round_: int = 0) -> None:
    """So many text messages, each of another customer, as fast as they are taken."""
    lines = [await Line.open(port) for _ in range(CONNECTIONS)]

    async def send(line: Line, first: int) -> None:
        for who in range(first, count, CONNECTIONS):
            assert await line.post(body(who, round_)) == 200
        line.close()

    await asyncio.gather(*(send(line, first) for first, line in enumerate(lines)))


async def _settled(on: Bot, ended: int) -> int:
    while (found := on.turns()) < ended:  # noqa: ASYNC110 - another process writes
        await asyncio.sleep(0.1)
    return found


def _own(store: Path) -> dict[str, float]:
    """Of the turns that came one at a time."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT line FROM journal WHERE kind = 'turn_ended' ORDER BY seq LIMIT 300")
        return by_journal([line for (line,) in rows][50:])


def by_journal(ended: Sequence[str]) -> dict[str, float]:
    """Of turns, by the lines of their ends in the journal: from the webhook to the end of the turn."""
    bodies = [json.loads(line)["data"] for line in ended]
    return quantiles([(one["ended_at"] - one["started_at"]) / 1_000_000 for one in bodies])


async def memory(count: int, folder: Path) -> dict[str, Any]:
    """Resident megabytes after every tenth of so many turns; of 2,000 customers who come again and again."""
    customers, found = min(2_000, count), list[dict[str, float]]()
    with far_side() as far:
        async with bot(far, folder) as on:
            for round_ in range(count // customers):
                await flood(on.port, customers, round_)
                ended = await _settled(on, (round_ + 1) * customers)
                found.append({"turns": ended, "rss_mb": round(on.resident(), 1)})
    return {"memory": found}


def main(chosen: argparse.Namespace) -> dict[str, Any]:
    """The figures that were asked for."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if chosen.what == "ack":
            measured = ack(chosen.rate, chosen.seconds, folder)
        elif chosen.what == "turns":
            measured = turns(chosen.count or 2_000, folder)
        else:
            measured = memory(chosen.count or 20_000, folder)
        return {"machine": machine(), chosen.what: asyncio.run(measured)}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("what", choices=("ack", "turns", "memory"))
    arguments.add_argument("--rate", type=int, default=200)
    arguments.add_argument("--seconds", type=int, default=20)
    arguments.add_argument("--count", type=int)
    arguments.add_argument("--json", type=Path)
    asked = arguments.parse_args()
    output = json.dumps(main(asked), indent=2)
    print(output)
    if asked.json:
        asked.json.write_text(output)
