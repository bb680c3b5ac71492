"""How safe a spoken yes is, and how often a plain one is asked again.

    uv run --group fixtures python -m benchmarks.spoken_replies --out DIR --kokoro-voices package/voices
        [--part-5db N] [--limit N] [--json FILE]

Builds a set of spoken replies in DIR (`replies.jsonl` and the notes; Kokoro's English voices come from
`npm pack kokoro-js@1.2.1`), hears it with the production decoder and ears, and puts it to the gate at R2.
Clips that were made or heard before are not made or heard again. The confidence floor is fitted on one
half of the voices and reported on the other, both ways round. Bounds are Clopper and Pearson's, 95 %;
they treat clips as independent, which several clips of a voice are not quite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.bounds import clopper_pearson
from benchmarks.spoken_ears import Listener, answered
from benchmarks.spoken_set import CONDITIONS, HALVES, Booth, Clip, clips
from wavoice.runtime.confirm import Decision, Effect
from wavoice.runtime.model import Heard
from wavoice.runtime.policy import Policy
from wavoice.sim.machine import machine

FLOORS = tuple(round(-1.5 + 0.05 * step, 2) for step in range(29))
"""Of the average log-probability, from one that lets nearly all through to one that few yeses pass."""
NO_FLOOR = -99.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A clip, what was heard, and what the gate made of it."""

    clip: Clip
    heard: Heard
    decision: Decision

    @property
    def is_yes(self) -> bool:
        """A plain yes."""
        return self.clip.group == "yes"

    @property
    def settles(self) -> bool:
        """The gate takes it for a proven yes."""
        return self.decision.effect is Effect.SETTLE

    def told(self) -> dict[str, object]:
        """What there is to know about one that went wrong."""
        return {
            "id": self.clip.id,
            "said": self.clip.said,
            "noise": self.clip.noise,
            "row": self.decision.row,
            "reason": self.decision.reason,
            "speech_seconds": round(self.heard.speech_seconds, 2),
            "decodes": [
                {
                    "text": decode.text,
                    "avg_logprob": round(decode.avg_logprob, 2),
                    "no_speech": round(decode.no_speech, 2),
                }
                for decode in self.heard.decodes
            ],
        }


def judge(heard: Iterable[tuple[Clip, Heard]], policy: Policy) -> list[Judged]:
    """Put every clip to the gate."""
    return [Judged(clip, what, answered(what, policy)) for clip, what in heard]


def share(hits: int, n: int) -> dict[str, object]:
    """A count with its bounds; None where nothing was counted."""
    bounds = [round(bound, 4) for bound in clopper_pearson(hits, n)] if n else None
    return {"hits": hits, "n": n, "share": round(hits / n, 4) if n else None, "bounds": bounds}


def figures(judged: Sequence[Judged]) -> dict[str, object]:
    """Unsafe yeses among the others, and plain yeses that did not settle."""
    yes = [one for one in judged if one.is_yes]
    others = [one for one in judged if not one.is_yes]
    again = [one for one in yes if not one.settles]
    return {
        "n": len(judged),
        "unsafe": share(sum(one.settles for one in others), len(others)),
        "asked_again": share(len(again), len(yes)),
        "why": dict(Counter(f"{one.decision.row} {one.decision.reason}" for one in again).most_common()),
    }


def fitted(half: Sequence[tuple[Clip, Heard]], policy: Policy) -> float:
    """The lowest floor from which on nothing unsafe passes on these voices."""
    unsafe = [
        one.heard.decodes[0].avg_logprob
        for one in judge(half, replace(policy, min_avg_logprob=NO_FLOOR))
        if one.settles and not one.is_yes
    ]
    return next((floor for floor in FLOORS if all(worst < floor for worst in unsafe)), FLOORS[-1])


def across(heard: Sequence[tuple[Clip, Heard]], policy: Policy) -> list[dict[str, object]]:
    """Fit on one half of the natural voices, report on the other; beside it the floor of the policy."""
    rows: list[dict[str, object]] = []
    for fit_on, report_on in (("A", "B"), ("B", "A")):
        floor = fitted([pair for pair in heard if pair[0].half == fit_on], policy)
        for name, value in (("fitted", floor), ("policy", policy.min_avg_logprob)):
            for condition in CONDITIONS:
                rest = [
                    pair for pair in heard if pair[0].half == report_on and pair[0].condition == condition
                ]
                found = figures(judge(rest, replace(policy, min_avg_logprob=value)))
                found.pop("why")
                rows.append(
                    {"fit_on": fit_on, "report_on": report_on, "floor": name, "value": value,
                     "condition": condition} | found
                )  # fmt: skip
    return rows


def report(heard: Sequence[tuple[Clip, Heard]], policy: Policy) -> dict[str, object]:
    """All figures."""
    judged = judge(heard, policy)
    by_condition = {
        f"{condition}, {name}": figures(
            [one for one in judged if (one.clip.condition, one.clip.half is not None) == (condition, natural)]
        )
        for condition in CONDITIONS
        for name, natural in (("natural voices", True), ("espeak-ng accents", False))
    }
    by_voice = {
        voice: figures([one for one in judged if one.clip.speaker == voice])
        for voice in sorted({one.clip.speaker for one in judged})
    }
    return {
        "floor": policy.min_avg_logprob,
        "halves": {half: list(voices) for half, voices in HALVES.items()},
        "by_condition": by_condition,
        "by_voice": by_voice,
        "no_floor": figures(judge(heard, replace(policy, min_avg_logprob=NO_FLOOR))),
        "across_halves": across(heard, policy),
        "unsafe_examples": [one.told() for one in judged if one.settles and not one.is_yes],
        "asked_again_examples": [one.told() for one in judged if one.is_yes and not one.settles],
    }


def line(name: str, found: dict[str, object]) -> str:
    """One row of the printed table."""
    return f"{name:46}{_share(found['unsafe'])}   {_share(found['asked_again'])}"


def _share(found: object) -> str:
    assert isinstance(found, dict)
    if not found["n"]:
        return f"{'-':>33}"
    low, high = found["bounds"]
    counted = f"{found['hits']} of {found['n']}"
    return f"{counted:>12} ({100 * low:.1f} to {100 * high:.1f} %)".ljust(33)


def show(found: dict[str, object]) -> None:
    """Print the figures."""
    print(f"{'':46}{'unsafe':>12} (95 % bounds)      {'plain yes asked again':>12}")
    for group in ("by_condition", "by_voice"):
        rows = found[group]
        assert isinstance(rows, dict)
        for name, row in rows.items():
            print(line(name, row))
    assert isinstance(found["no_floor"], dict)
    print(line("all, without a confidence floor", found["no_floor"]))
    rows = found["across_halves"]
    assert isinstance(rows, list)
    for row in rows:
        about = f"fit {row['fit_on']}, report {row['report_on']}, {row['floor']} {row['value']}"
        print(line(f"{about}, {row['condition']}", row))
    for name in ("unsafe_examples", "asked_again_examples"):
        examples = found[name]
        assert isinstance(examples, list)
        print(f"\n{name.replace('_', ' ')}: {len(examples)}")
        for one in examples:
            decodes = " | ".join(f"{d['text']!r} {d['avg_logprob']}" for d in one["decodes"])
            print(
                f"  {one['id']} {one['noise']}: {one['said']!r} heard {decodes}: {one['row']} {one['reason']}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the notes, outside the repository")
    parser.add_argument("--kokoro-voices", type=Path, required=True)
    parser.add_argument("--part-5db", type=int, default=1, help="take every N-th phrase at 5 dB")
    parser.add_argument("--limit", type=int, help="take only so many clips, to see how long they take")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    arguments = parser.parse_args()
    wanted = [
        clip
        for condition in CONDITIONS
        for clip in clips(condition, arguments.part_5db if condition == "5 dB" else 1)
    ][: arguments.limit]
    about = machine()
    start = time.perf_counter()
    Booth(arguments.out, arguments.kokoro_voices).make(wanted)
    heard = asyncio.run(Listener(arguments.out).listen(wanted))
    print(f"{len(wanted)} clips in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    found = report([(clip, heard[clip.id]) for clip in wanted], Policy())
    print(json.dumps(about, indent=2))
    show(found)
    if arguments.json:
        text = json.dumps({"version": 1, "machine": about, "figures": found}, indent=2, ensure_ascii=False)
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
