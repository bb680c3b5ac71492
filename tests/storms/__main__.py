"""Carry storms out by hand.

uv run python -m tests.storms --seed N        one: its steps, its journal, and what it breaks
uv run python -m tests.storms --count 2000    so many, from `--start`, over `--processes`
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.storms.run import weather, weather_all
from tests.storms.weather import storm


def main() -> int:
    """Return 1 if something was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.storms", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    began = time.perf_counter()
    if asked.seed is not None:
        played = storm(asked.seed)
        tally, events = weather(asked.seed)
        print(played.given)
        print(*played.happens, sep="\n")
        for event in events:
            body = {name: getattr(event.body, name) for name in event.body.__dataclass_fields__}
            print(event.at - events[0].at, event.where.turn, event.kind, body)
    else:
        tally = weather_all(range(asked.start, asked.start + asked.count), asked.processes)
    print(
        f"{tally.runs} runs in {time.perf_counter() - began:.1f} s: {tally.messages} messages, "
        f"{tally.writes} writes, {tally.proved} proved, {tally.restarts} restarts, {tally.zombies} zombies, "
        f"{tally.stepped} steps back, "
        f"{len(tally.found)} violations"
    )
    for seed, broken in tally.found[:20]:
        print(f"uv run python -m tests.storms --seed {seed}: {broken}")
    return int(bool(tally.found))


if __name__ == "__main__":
    sys.exit(main())
