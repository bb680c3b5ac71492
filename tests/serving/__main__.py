"""Kill the serving process by hand.

uv run python -m tests.serving --points                  at every named point, whatever the shop does
uv run python -m tests.serving --kills 500 --seed 7      at random moments
uv run python -m tests.serving --kills 100 --customers 200
uv run python -m tests.serving --points --postgres       with PostgreSQL for a store
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from contextlib import AbstractAsyncContextManager, ExitStack
from pathlib import Path

from tests.pooled import quiet_logs
from tests.postgres.server import postgres
from tests.postgres.street import on_postgresql
from tests.serving.chaos import at_any_moment, at_every_point, chaos
from tests.serving.street import Street, street


def main() -> int:
    """Return 1 if something was broken."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.serving", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--customers", type=int, default=12)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    points = at_every_point(asked.seed) if asked.points else []
    deaths = [*points, *at_any_moment(asked.kills, asked.seed)]
    quiet_logs()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        where: AbstractAsyncContextManager[Street]
        if asked.postgres:
            where = on_postgresql(folder, stack.enter_context(postgres()).database())
        else:
            where = street(folder)
        tally = asyncio.run(chaos(deaths, where, asked.seed, asked.customers))
    print(*tally.found[:40], sep="\n")
    print(tally)
    return int(bool(tally.found))


if __name__ == "__main__":
    sys.exit(main())
