"""Scripts of dialogues: seeded, biased, made of macros, because equal weights find hardly anything.

A script knows nothing of what the bot will say: "the newest question" is looked up when the step is
carried out, and a step that has nothing to act on does nothing. So any script without some of its
steps is a script too, and a violation can be shrunk.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tests.dialogues.words import (
    HOLD,
    HOLD_AND_YES,
    HUMAN,
    NO,
    OTHER_DAY,
    PHRASES,
    STOP,
    UNCLEAR,
    WITH_CODE,
    YES,
    YES_BUT,
    Phrase,
    asks_for,
)
from wavoice.runtime.model import SECOND

MINUTE = 60 * SECOND
STEPS = 6
"""After so many steps no further macro begins."""
_BY_FORCE = tuple(PHRASES)
_WEIGHTS = tuple(accumulate(PHRASES.values()))


@dataclass(frozen=True, slots=True)
class Say:
    """A message of a customer."""

    phrase: Phrase
    channel: str = "text"
    """`text`, `voice`, `tap` (a button: yes for a phrase with Y, else no), `reaction`, `unreaction`,
    `edit`, `revoke`, `echo`, `sticker`."""
    about: str = ""
    """Quotes or taps `new`, the newest question, or `old`, the one before it."""
    neighbour: bool = False
    forwarded: bool = False
    file: bool = False
    other: Phrase | None = None
    """What decode A makes of it, if something else."""
    seconds: float = 1.2
    logprob: float = -0.2
    no_speech: float = 0.02
    speech: float = 0.9
    background: bool = False
    late: int = 0
    """How long the webhook takes; the message was sent that much earlier."""
    identity: str | None = None
    unread: bool = False
    """It is received and not yet read when the next step begins."""
    during: str = ""
    """It arrives while the bot next does this: `read` the shop, `hear`, `write` or `send`."""
    took: int = 0
    """How long the bot listens."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes and timers run as they fall due; `asleep`: they run late, all at the end."""

    time: int
    asleep: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What becomes of the newest (or an `old`) question."""

    status: str
    old: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """The newest message (or the one before it) is delivered once more."""

    back: int = 1


@dataclass(frozen=True, slots=True)
class Break:
    """What goes wrong next: `lost`, `timeout`, `refuse`, `fail` (the write), `blind` (a look-up), `down`
    (a read), `unsent`, `deaf`, `edited` (staff change the order).
    """

    what: str


Step = Say | Wait | Status | Again | Break


@dataclass(frozen=True, slots=True)
class Script:
    """One dialogue."""

    seed: int
    tier: str
    steps: tuple[Step, ...]


def script(seed: int) -> Script:
    """The dialogue of that seed, the same on every machine."""
    chance = random.Random(seed)
    tier = chance.choices(("R2", "R1", "R3"), (8, 1, 2))[0]
    steps: list[Step] = [*_prompt(chance)]
    while len(steps) < STEPS:
        steps.extend(chance.choices(_MACROS, cum_weights=_MACRO_WEIGHTS)[0](chance))
    return Script(seed, tier, tuple(steps))


def _short(chance: random.Random) -> Wait:
    """Some moment around the settle window."""
    return Wait(chance.choice((200, 700, 999, 1000, 1400, 1499, 1500, 2400, 2499, 2500, 2600, 3100)) * 1000)


def _phrase(chance: random.Random) -> Phrase:
    return chance.choices(_BY_FORCE, cum_weights=_WEIGHTS)[0]


def _how(chance: random.Random, phrase: Phrase, **changes: object) -> Say:
    """The phrase by voice, typed or tapped, mostly as it should be."""
    channel = chance.choices(("text", "voice", "tap"), (5, 5, 2))[0]
    said = Say(phrase, channel, about="new" if channel == "tap" or chance.random() < 0.1 else "")
    if channel == "tap":
        said = replace(said, phrase=YES if "Y" in phrase.marks else NO)
    return replace(said, **changes)  # type: ignore[arg-type]


def _prompt(chance: random.Random, status: str = "delivered") -> Iterator[Step]:
    yield _how(chance, asks_for(chance.randrange(3)), channel=chance.choice(("text", "voice")), about="")
    if status:
        yield Status(status)


def _anything(chance: random.Random) -> Iterator[Step]:
    said = _how(chance, _phrase(chance))
    if chance.random() < 0.25:
        said = replace(said, unread=True)
    if chance.random() < 0.1:
        said = replace(said, late=chance.randrange(1, 20) * SECOND)
    yield said
    if chance.random() < 0.5:
        yield Status(chance.choice(("delivered", "read", "played", "sent", "failed")))
    yield _short(chance)


def _yes(chance: random.Random) -> Iterator[Step]:
    yield _how(chance, YES)
    yield Wait(5 * SECOND)


def _yes_then_veto(chance: random.Random) -> Iterator[Step]:
    yield _how(chance, YES)
    yield _short(chance)
    veto = chance.choice((HOLD, NO, OTHER_DAY, STOP, HUMAN, YES_BUT, HOLD_AND_YES))
    yield _how(chance, veto, forwarded=chance.random() < 0.1, late=chance.choice((0, 0, 3 * SECOND)))
    yield Wait(5 * SECOND)


def _crossed(chance: random.Random) -> Iterator[Step]:
    yield from _prompt(chance)
    spoken = chance.random() < 0.7
    late = chance.choice((0, 1, 4)) * SECOND
    seconds = chance.choice((1.0, 2.0, 6.0)) if spoken else 0.0
    yield Wait(chance.choice((100, 900, 2000)) * 1000)
    yield Say(YES, "voice" if spoken else "text", seconds=seconds, late=late)
    yield Wait(5 * SECOND)


def _unread(chance: random.Random) -> Iterator[Step]:
    """Something arrives while the bot reads, listens, writes or sends."""
    yield _how(chance, chance.choice((HOLD, NO, UNCLEAR, OTHER_DAY)), during=chance.choice(_PLACES))
    yield _how(chance, YES, took=chance.choice((0, 1, 5)) * SECOND)
    yield _how(chance, chance.choice((HOLD, YES, UNCLEAR, NO)), during=chance.choice(_PLACES))
    yield Wait(chance.choice((3, 5, 20)) * SECOND)


def _stale(chance: random.Random) -> Iterator[Step]:
    yield _how(chance, chance.choice((OTHER_DAY, YES_BUT)))
    yield Status("delivered")
    yield _how(chance, YES, channel=chance.choice(("text", "voice", "tap")), about="old")
    yield Wait(5 * SECOND)


def _expired(chance: random.Random) -> Iterator[Step]:
    yield Wait(
        chance.choice((4, 5, 6, 29, 30, 31, 60, 24 * 60)) * MINUTE + chance.choice((-1, 0, 1)) * SECOND
    )
    yield _how(chance, YES)
    yield Wait(5 * SECOND)


def _doubtful(chance: random.Random) -> Iterator[Step]:
    """A yes that is not one for a reason outside its words."""
    yield chance.choice(
        (
            _how(chance, YES, forwarded=True),
            _how(chance, YES, neighbour=True, about=chance.choice(("", "new"))),
            _how(chance, YES, identity="another phone"),
            Say(YES, "voice", file=True),
            Say(YES, "voice", logprob=-0.9),
            Say(YES, "voice", no_speech=0.95),
            Say(YES, "voice", speech=0.0),
            Say(YES, "voice", seconds=chance.choice((31.0, 45.0))),
            Say(YES, "voice", other=_phrase(chance)),
            Say(_phrase(chance), "voice", other=YES),
            Say(YES, "reaction", about="new"),
            Say(YES, "sticker"),
            Say(YES, "text", late=-120 * SECOND),
            Say(WITH_CODE, "text"),
        )
    )
    yield Wait(5 * SECOND)


def _unsettled_prompt(chance: random.Random) -> Iterator[Step]:
    yield from _prompt(chance, chance.choice(("failed", "sent", "")))
    yield _how(chance, YES)
    yield Wait(5 * SECOND)


def _failing_prompt(chance: random.Random) -> Iterator[Step]:
    yield _how(chance, YES)
    yield Status("failed")
    yield Wait(5 * SECOND)


def _twice(chance: random.Random) -> Iterator[Step]:
    yield _how(chance, YES)
    yield Again()
    yield chance.choice((_how(chance, YES), Wait(5 * SECOND), _short(chance)))
    yield Again(chance.choice((1, 2)))
    yield Wait(5 * SECOND)


def _shop_fails(chance: random.Random) -> Iterator[Step]:
    yield Break(chance.choice(("lost", "timeout", "lost", "timeout", "refuse", "fail", "edited", "down")))
    if chance.random() < 0.3:
        yield Break("blind")
    yield _how(chance, YES)
    yield Wait(chance.choice((2600, 3000, 4000)) * 1000)
    if chance.random() < 0.2:  # nobody looks the write up before its deadline
        yield Wait(chance.choice((6, 31, 62)) * MINUTE, asleep=True)
    yield _how(chance, chance.choice((HOLD, NO, YES, OTHER_DAY, asks_for(2), STOP, HUMAN)))
    yield Wait(chance.choice((5, 70)) * SECOND)


def _asleep(chance: random.Random) -> Iterator[Step]:
    yield _how(chance, YES)
    yield Wait(chance.choice((10, 59, 61, 62, 63, 90, 3600)) * SECOND, asleep=True)


def _taken_back(chance: random.Random) -> Iterator[Step]:
    """What was said is edited, unsent, or a reaction is removed."""
    yield _how(
        chance, chance.choice((YES, UNCLEAR)), channel=chance.choice(("text", "reaction")), about="new"
    )
    yield _short(chance)
    yield Say(chance.choice((NO, YES, HOLD)), chance.choice(("edit", "revoke", "unreaction")))
    yield Wait(5 * SECOND)


def _others(chance: random.Random) -> Iterator[Step]:
    yield chance.choice((Break("unsent"), Break("deaf"), Say(UNCLEAR, "echo"), Break("edited")))
    yield from _yes(chance)


_PLACES = ("read", "hear", "write", "send")
Macro = Callable[[random.Random], Iterator[Step]]
_WEIGHED: dict[Macro, int] = {
    _anything: 10,
    _prompt: 3,
    _yes: 3,
    _yes_then_veto: 5,
    _crossed: 2,
    _unread: 3,
    _stale: 3,
    _expired: 2,
    _doubtful: 5,
    _unsettled_prompt: 2,
    _failing_prompt: 1,
    _twice: 2,
    _shop_fails: 3,
    _asleep: 1,
    _taken_back: 1,
    _others: 1,
}
_MACROS: Sequence[Macro] = tuple(_WEIGHED)
_MACRO_WEIGHTS = tuple(accumulate(_WEIGHED.values()))
