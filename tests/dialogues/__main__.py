"""Perform dialogues by hand.

uv run python -m tests.dialogues --seed N          one, shrunk and shown if it breaks anything
uv run python -m tests.dialogues --count 200000    so many, from `--start`, over `--processes`
uv run python -m tests.dialogues --mutants         how soon each mutant of the gate is found
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.dialogues.hunt import hunt, told, told_of
from tests.dialogues.mutants import print_table


def main() -> int:
    """Return 1 if an invariant was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.dialogues", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mutants", action="store_true")
    asked = parser.parse_args()
    if asked.mutants:
        return print_table()
    if asked.seed is not None:
        lines = list(told(asked.seed))
        print("\n".join(lines))
        return int(lines[-1] != "nothing is broken")
    began = time.perf_counter()
    tally = hunt(range(asked.start, asked.start + asked.count), asked.processes)
    print(
        f"{tally.dialogues} dialogues in {time.perf_counter() - began:.1f} s: {tally.messages} messages, "
        f"{tally.approvals} approvals, {tally.writes} writes, {tally.repeated} repeated, "
        f"{len(tally.found)} violations"
    )
    if tally.found:
        print(told_of(tally.found))
    return int(bool(tally.found))


if __name__ == "__main__":
    sys.exit(main())
