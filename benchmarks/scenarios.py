"""The scenario runner: how long a file takes to load, a scenario to run, and a command to its first result.

    uv run python -m benchmarks.scenarios [--rounds N] [--json FILE]

The first result is timed from outside, as whoever types the command feels it; its interpreter has compiled
the modules before (an earlier run).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from wavoice.sim.machine import machine
from wavoice.sim.scenario.load import find_files, load_cases
from wavoice.sim.scenario.pool import cores, run_files

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"
COMMAND = [sys.executable, "-c", "from wavoice.cli.main import main; main()", "test"]


def load_ms(rounds: int) -> list[float]:
    """Milliseconds a file, a value a round over all files."""
    files = find_files([SCENARIOS])
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        for file in files:
            load_cases(file)
        times.append((time.perf_counter() - began) * 1000 / len(files))
    return times


def run_ms(rounds: int, jobs: int) -> list[float]:
    """Wall milliseconds a run over `jobs` processes, a value a round over all runs of all files."""
    files = [load_cases(file) for file in find_files([SCENARIOS])]
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        runs = sum(result.points for result in run_files(files, jobs))
        times.append((time.perf_counter() - began) * 1000 / runs)
    return times


def first_result_ms(rounds: int) -> list[float]:
    """From the start of `wavoice test` to the first line that it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        with subprocess.Popen(
            COMMAND, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as program:
            assert program.stdout is not None
            line = program.stdout.readline()
            times.append((time.perf_counter() - began) * 1000)
            program.terminate()
        assert line, "the command printed nothing"
    return times[1:]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "rounds": args.rounds}
    for name, values in (
        ("load, ms a file", load_ms(args.rounds)),
        (f"run over {cores()} processes, ms a run", run_ms(args.rounds, cores())),
        ("start to first result, ms", first_result_ms(args.rounds)),
    ):
        figures = {"median": statistics.median(values), "min": min(values), "max": max(values)}
        found[name] = {key: round(value, 2) for key, value in figures.items()}
        print(f"{name:42} {found[name]}")
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
