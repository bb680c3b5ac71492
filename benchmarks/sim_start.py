"""How long `wavoice sim` takes to be up: `uv run python -m benchmarks.sim_start`.

From the start of the process to its first line on standard output, which it prints once all three
ports are served; each is then called once. One start before the first is not counted: it writes the
bytecode that an installation has. The median of the starts is reported, with the fastest, the slowest
and the CPU time of a start; `--help` beside it, as what the command costs without the simulator.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from wavoice.sim.machine import machine

PORTS = ("--port", "0", "--media-port", "0", "--control-port", "0")
SIM = ("sim", *PORTS, "--json", "--webhook", "http://127.0.0.1:9/x")


def cpu() -> float:
    """Seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def environment(folder: str) -> dict[str, str]:
    """Bytecode is kept, and the word of where the simulator is goes nowhere else."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "XDG_CACHE_HOME": folder}


def start(command: Path, env: dict[str, str]) -> float:
    """Seconds until the line of one simulator, which is ended then."""
    begun = time.perf_counter()
    with subprocess.Popen([command, *SIM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env) as run:
        try:
            assert run.stdout is not None
            line = run.stdout.readline()
            took = time.perf_counter() - begun
            told = json.loads(line)
            for way in ("graph", "media", "control"):
                httpx.get(told[way], trust_env=False)  # raises if nobody answers
        finally:
            run.terminate()
    return took


def help_page(command: Path, env: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run([command, "--help"], stdout=subprocess.DEVNULL, check=True, env=env)
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--command", type=Path, default=Path(sys.executable).with_name("wavoice"))
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder)
        for name, once in (("wavoice sim", start), ("wavoice --help", help_page)):
            once(given.command, env)
            used = cpu()
            found = [once(given.command, env) for _ in range(given.runs)]
            worked = (cpu() - used) / given.runs
            print(
                f"{name}: {statistics.median(found):.2f} s ({min(found):.2f} to {max(found):.2f}, "
                f"{given.runs} starts; {worked:.2f} s of CPU time until each had ended)"
            )


if __name__ == "__main__":
    main()
