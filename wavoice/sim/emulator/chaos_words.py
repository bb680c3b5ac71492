"""Chaos as one line of text: `seed=7,duplicate=0.2,reorder=3s,delay=0.2s..2s,burst,batch`.

Keys are separated by commas; each stands once, in any order. `seed` is required.

| key | without a value | meaning |
|---|---|---|
| `seed=N` | | a whole number; the same seed is the same run |
| `duplicate=P` | 0.2 | chance that a webhook comes again, up to the longest delay after it |
| `reorder=T` | 3s | each waits for a further 0 to T, so that later ones overtake it |
| `delay=T` or `T..T` | 0s..2s | each waits for 0 to T, or from the first T to the second |
| `burst=T` | 10s | all are held back for T from the first one on, then come at once |
| `batch=N` | 1000 | what comes within a second, or in one burst, is merged, up to N a POST |
| `drop-then-retry=P` | 0.1 | chance that the first try is lost; WhatsApp tries again |
| `status-before-response=P` | 0.2 | chance that statuses come before the send is answered |
| `lost-response=P` | 0.05 | chance that a send is accepted and the connection cut |

P is a probability from 0 to 1, T a duration such as `800ms`, `1.5s` or `2min`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.sim.emulator.batches import MOST_UPDATES
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.scenario.values import duration


def _probability(text: str) -> float:
    try:
        chance = float(text)
    except ValueError:
        chance = -1.0
    if not 0 <= chance <= 1:
        raise ValueError(f"{text!r} is not a probability from 0 to 1")
    return chance


def _whole(text: str) -> int:
    if not text.lstrip("-").isdecimal():
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _updates(text: str) -> int:
    count = _whole(text)
    if not 2 <= count <= MOST_UPDATES:
        raise ValueError(f"{text!r} is not a number of updates from 2 to {MOST_UPDATES}")
    return count


def _time(text: str) -> int:
    micros = duration(text)
    if micros < 0:
        raise ValueError(f"{text!r} lies in the past")
    return micros


def _delay(text: str) -> tuple[int, int]:
    shortest, dots, longest = text.partition("..")
    least, most = (_time(shortest), _time(longest)) if dots else (0, _time(shortest))
    if least > most:
        raise ValueError(f"{text!r} runs backwards: write the shorter delay first")
    return least, most


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key sets, how its value is read, and what it stands for without one."""

    sets: tuple[str, ...]
    read: Callable[[str], Any]
    bare: str | None


_KEYS: Mapping[str, _Key] = {
    "seed": _Key(("seed",), _whole, None),
    "duplicate": _Key(("duplicate",), _probability, "0.2"),
    "reorder": _Key(("reorder",), _time, "3s"),
    "delay": _Key(("delay_from", "delay"), _delay, "0s..2s"),
    "burst": _Key(("burst",), _time, "10s"),
    "batch": _Key(("batch",), _updates, str(MOST_UPDATES)),
    "drop-then-retry": _Key(("drop",), _probability, "0.1"),
    "status-before-response": _Key(("status_before_response",), _probability, "0.2"),
    "lost-response": _Key(("lost_response",), _probability, "0.05"),
}


def parse_chaos(text: str) -> Chaos:
    """Read one line of chaos. Raises `UserInputError` that names the key and what would be right."""
    found: dict[str, Any] = {}
    for part in text.split(","):
        name, equals, value = (word.strip() for word in part.partition("="))
        key = _KEYS.get(name)
        if key is None:
            raise UserInputError(f"Chaos has no key {name!r}.", remedy=_nearest(name))
        if key.sets[-1] in found:
            raise UserInputError(f"Chaos: {name} stands twice.", remedy="Write each key once.")
        given = value if equals else key.bare
        if given is None:
            raise UserInputError(f"Chaos: {name} has no value.", remedy="Write a whole number, as in seed=7.")
        try:
            read = key.read(given)
        except ValueError as error:
            raise UserInputError(f"Chaos: {name}: {error}.", remedy=_example(name)) from error
        found |= zip(key.sets, read if len(key.sets) > 1 else (read,), strict=True)
    if "seed" not in found:
        raise UserInputError(
            "Chaos without a seed would be random.", remedy=f"Write a seed: seed=7,{text.strip()}"
        )
    return Chaos(**found)


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, _KEYS, n=1, cutoff=0.0)
    return f"Did you mean {near[0]}? Keys are {', '.join(_KEYS)}."


def _example(name: str) -> str:
    bare = _KEYS[name].bare
    return f"Write for example {name}={bare}." if bare else "Write for example seed=7."
