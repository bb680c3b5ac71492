"""How long a webhook takes from its first byte to its answer, stored.

    uv run python -m benchmarks.webhooks [--count N] [--json FILE]

The production runtime over a file on this disk, in process, one loop: signed webhooks one by one, hostile
ones (`tests/hostile`), batches of a thousand updates, and one by one while the bot works on those.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import structlog
from starlette.types import ASGIApp

from tests.hostile.mutate import batch, mutated, tampered
from tests.hostile.payloads import encode, message, said, sign
from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.webhook import PATH
from wavoice.sim.in_process import InProcessPoster
from wavoice.sim.machine import machine
from wavoice.sim.rehearsal import APP_SECRET

BATCHES = 5


class Door:
    """The bot's webhook and a stop-watch."""

    def __init__(self, at: Desk) -> None:
        self._poster = InProcessPoster(cast("ASGIApp", at.rehearsal.runtime.app))

    async def post(self, body: bytes, header: str | None = None) -> tuple[int, float]:
        """Status and milliseconds."""
        headers = {"X-Hub-Signature-256": sign(body, APP_SECRET) if header is None else header}
        begun = time.perf_counter()
        answer = await self._poster.post(f"http://bot.wavoice.test{PATH}", content=body, headers=headers)
        return answer.status_code, (time.perf_counter() - begun) * 1000

    async def all(self, bodies: Iterable[bytes]) -> dict[str, Any]:
        """Figures of one after the other."""
        return figures([await self.post(body) for body in bodies])


def figures(answers: Sequence[tuple[int, float]]) -> dict[str, Any]:
    """Counts by status, and quantiles of the milliseconds."""
    times = sorted(spent for _, spent in answers)
    cuts = statistics.quantiles(times, n=1000, method="inclusive")
    return {
        "answers": dict(Counter(str(status) for status, _ in answers)),
        "p50_ms": round(cuts[499], 2),
        "p99_ms": round(cuts[989], 2),
        "max_ms": round(times[-1], 2),
    }


def texts(count: int, name: str) -> Iterable[bytes]:
    """Typed messages of fifty customers."""
    for number in range(count):
        who = {"from": f"1555040{number % 50:04}", "from_user_id": f"US.w{number % 50}"}
        yield encode(said(message("text", f"wamid.{name}.{number}", **who)))


async def measure(count: int, folder: Path) -> dict[str, Any]:
    """All figures."""
    found: dict[str, Any] = {"machine": machine(), "count": count}
    async with desk(voice=False, store=str(folder / "bot.db")) as at:
        door = Door(at)
        found["one_message"] = await door.all(texts(500, "alone"))
        await at.rehearsal.idle()
        found["thousand_updates"] = await door.all(batch(1000, seed) for seed in range(BATCHES))
        found["one_message_while_thousands_are_worked_on"] = await door.all(texts(200, "busy"))
    async with desk(voice=False, store=str(folder / "hostile.db")) as at:
        door = Door(at)
        answers = []
        for number, body in enumerate(mutated(count, seed=7)):
            answers.append(await door.post(body))
            if number % 100 == 99:
                await at.rehearsal.idle()
        found["mutated"] = figures(answers)
        refused = []
        for body, headers in tampered(count, 8, APP_SECRET):
            refused.append(await door.post(body, headers.get("X-Hub-Signature-256", "")))
        found["tampered"] = figures(refused)
    return found


def main(count: int) -> dict[str, Any]:
    """All figures of this machine."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(count, Path(folder)))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--count", type=int, default=10_000)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    output = json.dumps(main(chosen.count), indent=2)
    print(output)
    if chosen.json:
        chosen.json.write_text(output)
