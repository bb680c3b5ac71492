"""Hold dialogues under chaos schedules by hand.

uv run python -m tests.chaos_schedules --seed N         one: its schedule, and what came of it
uv run python -m tests.chaos_schedules --count 10000    so many, from `--start`, over `--processes`
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.chaos_schedules.run import Tally, compare_all, dialogue_of, hold, schedule, undisturbed


def main() -> int:
    """Return 1 if something came out differently."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos_schedules", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    return _one(asked.seed) if asked.seed is not None else _many(asked)


def _one(seed: int) -> int:
    dialogue, chaos = dialogue_of(seed), schedule(seed)
    print(dialogue.name, chaos, *(turn.does for turn in dialogue.turns), sep="\n")
    calm, (wild, posts) = undisturbed(dialogue.name), hold(dialogue, chaos)
    print(f"undisturbed: {calm}", f"under chaos: {wild}, {posts} POSTs", sep="\n")
    return int(calm != wild)


def _many(asked: argparse.Namespace) -> int:
    began, cpu = time.perf_counter(), time.process_time()
    tally, told = Tally(), 0
    for part in compare_all(range(asked.start, asked.start + asked.count), asked.processes):
        tally += part
        for seed, how in part.found:
            print(f"uv run python -m tests.chaos_schedules --seed {seed}: {how}", flush=True)
        if tally.runs - told >= 500:
            told = tally.runs
            print(f"{told} of {asked.count}, {len(tally.found)} differ", file=sys.stderr, flush=True)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"{tally.runs} schedules in {took:.1f} s ({1000 * took * asked.processes / tally.runs:.0f} ms each, "
        f"{1000 * used / tally.runs:.0f} ms of CPU in this process): {tally.effects} effects, "
        f"{tally.replies} replies, {tally.posts} POSTs, {len(tally.found)} differ"
    )
    return int(bool(tally.found))


if __name__ == "__main__":
    sys.exit(main())
