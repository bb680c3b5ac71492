"""Hold dialogues through the proxy by hand.

uv run python -m tests.proxy --seed N       one: the wire, the journal, and what it breaks
uv run python -m tests.proxy --count 800    so many, from `--start`, over `--processes`
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

from tests.proxy.run import all_of, drawn, hold


def main() -> int:
    """Return 1 if something was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.proxy", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=800)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    began = time.perf_counter()
    if asked.seed is not None:
        print(drawn(asked.seed))
        tally, told = hold(drawn(asked.seed))
        print(*told, sep="\n")
    else:
        tally = all_of(range(asked.start, asked.start + asked.count), asked.processes)
    children, own = (resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    cpu = sum(one.ru_utime + one.ru_stime for one in (children, own))
    print(
        f"{tally.runs} runs in {time.perf_counter() - began:.1f} s ({cpu:.1f} s of CPU): "
        f"{tally.injected} injections, {tally.writes} writes, {tally.done} done, "
        f"{tally.handed_over} handed over, {len(tally.cells)} kinds of failure, {len(tally.found)} violations"
    )
    for seed, broken in tally.found[:20]:
        print(f"uv run python -m tests.proxy --seed {seed}: {broken}")
    return int(bool(tally.found))


if __name__ == "__main__":
    sys.exit(main())
