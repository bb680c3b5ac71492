"""Kill the serving process by hand.

uv run python -m tests.serving --points                  at every named point, whatever the shop does
uv run python -m tests.serving --kills 500 --seed 7      at random moments
uv run python -m tests.serving --kills 100 --customers 200
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.pooled import quiet_logs
from tests.serving.chaos import at_any_moment, at_every_point, chaos


def main() -> int:
    """Return 1 if something was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.serving", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--customers", type=int, default=12)
    asked = parser.parse_args()
    points = at_every_point(asked.seed) if asked.points else []
    deaths = [*points, *at_any_moment(asked.kills, asked.seed)]
    quiet_logs()
    with tempfile.TemporaryDirectory() as folder:
        tally = asyncio.run(chaos(deaths, Path(folder), asked.seed, asked.customers))
    print(*tally.found[:40], sep="\n")
    print(tally)
    return int(bool(tally.found))


if __name__ == "__main__":
    sys.exit(main())
