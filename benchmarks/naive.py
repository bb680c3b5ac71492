"""The naive voice bot alone: how long it takes, step by step (wavoice/sim/bench/naive.py is the bot).

    uv run python -m benchmarks.naive [--notes 4] [--rounds N] [--network none|wifi|mobile] [--json FILE]

`wavoice bench turn` runs it beside the runtime, which is where ratios come from; this is for reading where
its time goes. The first two rounds are not counted.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

from wavoice.runtime.settings import Settings
from wavoice.sim.bench.figures import Row
from wavoice.sim.bench.floor import open_model
from wavoice.sim.bench.naive_stand import open_naive
from wavoice.sim.bench.notes import FIXTURES, bench_notes
from wavoice.sim.bench.runners import NaiveRunner, row
from wavoice.sim.bench.turn import WARM_UP
from wavoice.sim.machine import machine
from wavoice.sim.reach import Wire
from wavoice.sim.rehearsal import rehearsal_settings


async def measure(arguments: argparse.Namespace) -> list[Row]:
    settings = rehearsal_settings(Settings())
    notes = bench_notes(FIXTURES, [int(length) for length in arguments.notes.split(",")])
    rows = []
    async with open_naive(settings, open_model(settings.ears), Wire(arguments.network)) as stand:
        runner = NaiveRunner(stand)
        for note in notes:
            samples = [await runner.run(note) for _ in range(WARM_UP + arguments.rounds)]
            rows.append(row(runner, note, samples[WARM_UP:]))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--notes", default="4")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--network", choices=("none", "wifi", "mobile"), default="none")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    about = machine()
    rows = asyncio.run(measure(arguments))
    found: dict[str, Any] = {"machine": about, "rows": [dataclasses.asdict(each) for each in rows]}
    print(json.dumps(found, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
