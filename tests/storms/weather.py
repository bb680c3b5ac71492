"""What happens in a storm: seeded steps of a scenario, and three things that no scenario file can do.

As in tests/dialogues, a step that has nothing to act on does nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.ports import FAILPOINTS

TALK = 7
"""Things that happen after the first question."""
_REQUESTS = ("move my delivery to Friday", "move my delivery to Saturday", "move order 1842 to Monday",
             "please change my address to 24 Lake Road", "refund order 1842")  # fmt: skip
_YES = ("yes", "yes please", "yes", "YES {code}", "ok", "yes go ahead")
_VETO = ("no wait", "no", "wait", "cancel", "no, Saturday", "yes no wait", "actually Sunday")
_OTHER = (
    *("where is my order?", "how much is it?", "thanks", "hmm the thing", "hello", "is that free?"),
    *(
        "unsubscribe",
        "I want to speak to a human",
        "START",
        "stop",
        "yes but to Saturday",
        "yes if it is free",
    ),
)
_GAPS = ("0.2s", "0.7s", "1s", "1.4s", "1.5s", "2.4s", "2.5s", "2.6s", "4s", "5s", "9s", "20s")
_WRITES = ("timeout", "lost_response", "fail", "slow", "garbage", "refuse", "stale")


@dataclass(frozen=True, slots=True)
class Zombie:
    """A second process of the bot comes up, or the one that is up goes."""


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock jumps ahead, and everything that was due meanwhile runs late."""

    seconds: int


@dataclass(frozen=True, slots=True)
class StepBack:
    """The system's clock is set back: what was due soon is due later, and an hour may come twice."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something goes wrong from now on."""

    fields: Mapping[str, Any]


Happening = Mapping[str, Any] | Zombie | Jump | StepBack | Fault
"""A mapping is a step of a scenario."""


@dataclass(frozen=True, slots=True)
class Storm:
    """One run."""

    seed: int
    given: Mapping[str, Any]
    happens: tuple[Happening, ...]


def storm(seed: int) -> Storm:
    """The run of that seed, the same on every machine."""
    chance = random.Random(seed)
    happens: list[Happening] = [_said(chance, chance.choice(_REQUESTS))]
    while len(happens) < TALK:
        happens += chance.choices(_KINDS, cum_weights=_WEIGHTS)[0](chance)
    return Storm(seed, _given(chance, seed), tuple(happens))


def _given(chance: random.Random, seed: int) -> Mapping[str, Any]:
    given: dict[str, Any] = {"now": "2026-11-23T10:00:00", "zone": "Asia/Kolkata"}
    if chance.random() < 0.3:
        given["consent"] = {"voice_replies": chance.choice((None, False)), "told": chance.random() < 0.5}
    if chance.random() < 0.5:
        given["chaos"] = {
            "seed": seed,
            "duplicate": chance.choice((0, 0.3, 1)),
            "delay": chance.choice(("0s", "2s", "10s")),
            "reorder": chance.choice(("0s", "1s", "5s")),
            "drop": chance.choice((0, 0, 0.3)),
        }
    return given


def _said(chance: random.Random, words: str) -> dict[str, Any]:
    """By voice or typed, at once or late, alone or twice."""
    step: dict[str, Any] = {"note" if chance.random() < 0.4 and "{" not in words else "text": words}
    if "note" in step and chance.random() < 0.2:
        step["heard"] = chance.choice(
            ({"second": "no"}, {"logprob": -0.9}, {"no_speech": 0.95}, {"took": "6s"}, {"took": "12s"})
        )
    if chance.random() < 0.15:
        step["deliver"] = chance.choice(("twice", "late", "reordered"))
    if chance.random() < 0.1:
        step["prompt_status"] = chance.choice(("failed", "sent", "delivered", "read", "played"))
    if chance.random() < 0.05:
        step["forwarded"] = True
    if chance.random() < 0.5:
        step["after"] = chance.choice(_GAPS)
    return step


def _request(chance: random.Random) -> list[Happening]:
    return [_said(chance, chance.choice(_REQUESTS))]


def _yes(chance: random.Random) -> list[Happening]:
    if chance.random() < 0.3:
        return [{"button": "Yes"}]
    return [_said(chance, chance.choice(_YES))]


def _yes_then_veto(chance: random.Random) -> list[Happening]:
    veto = _said(chance, chance.choice(_VETO)) | {"after": chance.choice(_GAPS)}
    return [*_yes(chance), veto]


def _veto(chance: random.Random) -> list[Happening]:
    return [chance.choice((_said(chance, chance.choice(_VETO)), {"button": "No"}))]


def _other(chance: random.Random) -> list[Happening]:
    return [_said(chance, chance.choice(_OTHER))]


def _done_to_a_message(chance: random.Random) -> list[Happening]:
    what: tuple[dict[str, Any], ...] = (
        {"edit": "no"}, {"edit": "yes"}, {"revoke": True}, {"reaction": "👍"}, {"reaction": "👎"},
        {"reaction": "removed"}, {"image": True}, {"location": "home"},
    )  # fmt: skip
    return [{**chance.choice(what), "after": chance.choice(_GAPS)}]


def _crash(chance: random.Random) -> list[Happening]:
    if chance.random() < 0.3:
        return [*_yes(chance), {"crash": True, "after": chance.choice(_GAPS)}]
    return [{"crash": chance.choice(FAILPOINTS)}, *chance.choice((_yes, _veto, _request))(chance)]


def _wait(chance: random.Random) -> list[Happening]:
    return [{"wait": chance.choice(("1s", "3s", "10s", "70s", "6m", "31m", "25h"))}]


def _jump(chance: random.Random) -> list[Happening]:
    return [*_yes(chance), Jump(chance.choice((3, 10, 61, 63, 70, 400, 3600)))]


def _step_back(chance: random.Random) -> list[Happening]:
    back = StepBack(chance.choice((1, 3, 10, 61, 400, 3600, 90_000)))
    return chance.choice(
        ([*_yes(chance), back], [back, *_yes(chance)], [*_yes(chance), back, *_veto(chance)])
    )


def _broken(chance: random.Random) -> list[Happening]:
    faults: tuple[dict[str, Any], ...] = (
        *({"system": "orders", "does": does, "at": "write"} for does in _WRITES),
        {"system": "orders", "does": "timeout", "at": "look_up"},
        {"system": "orders", "does": "fail", "at": "read"},
        {"system": "ears", "does": "fail"},
        {"system": "media", "does": "garbage"},
        *({"system": "whatsapp", "does": does} for does in ("fail", "timeout", "lost_response", "slow")),
    )
    fault = chance.choice(faults) | {"times": chance.choice((1, 1, 2, 9))}
    return [Fault(fault), *_yes(chance)]


def _shop(chance: random.Random) -> list[Happening]:
    change = chance.choice(({"status": "shipped"}, {"day": "Monday"}, {"address": "7 Park Lane"}))
    return [{"vendor": {"orders": {"1842": change}}}, *_yes(chance)]


def _staff(chance: random.Random) -> list[Happening]:
    return [*_yes(chance), {"staff": "I will look at it", "after": chance.choice(_GAPS)}]


def _zombie(chance: random.Random) -> list[Happening]:
    return [Zombie(), *chance.choice((_yes, _yes_then_veto))(chance)]


_WEIGHED = {
    _yes: 6, _yes_then_veto: 6, _veto: 2, _request: 3, _other: 3, _done_to_a_message: 2, _crash: 5,
    _wait: 3, _jump: 3, _step_back: 2, _broken: 5, _shop: 2, _staff: 1, _zombie: 4,
}  # fmt: skip
_KINDS = tuple(_WEIGHED)
_WEIGHTS = [sum(list(_WEIGHED.values())[: place + 1]) for place in range(len(_WEIGHED))]
