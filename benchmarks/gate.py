"""The gate's decision given a reading, and the reading of a reply.

    uv run python -m benchmarks.gate [--rounds N] [--json FILE]

Replies of every kind, typed, against one open question; no store, no models, one thread.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.question import PROMPT, question
from wavoice.runtime.cases import Case
from wavoice.runtime.confirm import decide
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import (
    SECOND,
    Binding,
    Evidence,
    Modality,
    Tier,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Situation
from wavoice.sim.machine import machine

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
ASKED = int(NOW.timestamp()) * SECOND
REPLIES = (
    "yes", "yes please, go ahead", "ok", "no", "no thanks, leave it", "yes... no wait", "no wait, yes",
    "yes but Saturday", "Saturday", "how much is it?", "yes if it is free", "my wife said yes", "cancel",
    "where is my order", "I want to talk to a person", "that works for me", "not today", "blue elephants",
)  # fmt: skip


def cases() -> list[Case]:
    """Every reply at both tiers that words can approve."""
    read, policy = RulesInterpreter().read, Policy()
    found = []
    for tier in (Tier.R1, Tier.R2):
        asked = question(ASKED, policy, tier)
        then = ASKED + 10 * SECOND
        evidence = Evidence(
            "wamid.ANSWER", Modality.TEXT, Binding.SOLE_OPEN, "wamid.PROMPT", asked.digest, then, then
        )
        found += [Case(read(text, situation()), evidence, then, asked) for text in REPLIES]
    return found


def situation() -> Situation:
    """The open question."""
    return Situation(now=NOW, open_action="reschedule_delivery", prompt=PROMPT)


def median_us(calls: list[Callable[[], object]], rounds: int) -> float:
    """Median over all calls and rounds, in microseconds; a first round does not count."""
    times = []
    for count in range(rounds + 1):
        for call in calls:
            begun = time.perf_counter_ns()
            call()
            if count:
                times.append(time.perf_counter_ns() - begun)
    return round(statistics.median(times) / 1000, 2)


def main(rounds: int) -> dict[str, Any]:
    """All figures of this machine."""
    policy, read = Policy(), RulesInterpreter().read
    return {
        "machine": machine(),
        "rounds": rounds,
        "decide_us": median_us([partial(decide, case, policy) for case in cases()], rounds),
        "read_us": median_us([partial(read, text, situation()) for text in REPLIES], rounds),
    }


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    output = json.dumps(main(chosen.rounds), indent=2)
    print(output)
    if chosen.json:
        chosen.json.write_text(output)
