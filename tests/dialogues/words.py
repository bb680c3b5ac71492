"""What customers say in dialogues: readings as the interpreter may give them, rare ones included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.dialogues.log import Heard
from wavoice.runtime.model import Act, Mark, Reading

JOB = "reschedule_delivery"
DAYS = ("2026-11-27", "2026-11-28", "2026-11-30")
"""Friday, Saturday, Monday; the sample order comes on Thursday 26."""
_ACTS = {"Y": Act.AFFIRM, "W": Act.AFFIRM, "N": Act.DENY, "Q": Act.QUESTION, "S": Act.STOP}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to say; a slot value "=" is the value that was asked about, "+" another one."""

    text: str
    marks: str = ""
    intent: str | None = None
    day: str = ""
    """Values of the day in spoken order, e.g. `+`, `=`, `=+` or an index into `DAYS`."""
    flags: frozenset[str] = frozenset()
    language: str = "en"
    code: str = ""
    """`!`: the code that the newest question shows; else these digits."""


def _phrase(text: str, marks: str = "", *flags: str, **more: str) -> Phrase:
    return Phrase(text, marks, flags=frozenset(flags), **more)


YES = _phrase("yes please", "Y", "bare")
HOLD = _phrase("no wait", "H")
NO = _phrase("no", "N")
OTHER_DAY = _phrase("saturday", day="+")
YES_BUT = _phrase("yes but saturday", "Y", day="+")
HOLD_AND_YES = _phrase("no wait yes", "HY", "taken_back")
STOP = _phrase("stop messaging me", "S", intent="opt_out")
HUMAN = _phrase("let me talk to somebody", intent="human")
UNCLEAR = _phrase("the thing with the", "", "unplain")
EMPTY = _phrase("", "")
WITH_CODE = _phrase("yes 4071", "Y", "bare", code="!")
PHRASES: Mapping[Phrase, int] = MappingProxyType(
    {
        YES: 12,
        HOLD: 4,
        NO: 4,
        OTHER_DAY: 3,
        YES_BUT: 3,
        STOP: 1,
        HUMAN: 1,
        UNCLEAR: 2,
        _phrase("start again", intent="opt_in"): 1,
        _phrase("stop", "S", intent="bare_stop"): 1,
        _phrase("cancel", "C", intent="bare_cancel"): 1,
        _phrase("ok", "W"): 3,
        _phrase("whatever", "W"): 1,
        _phrase("perfect", "Y"): 2,
        _phrase("yes no", "YN"): 2,
        _phrase("yes no wait", "YH"): 3,
        HOLD_AND_YES: 3,
        _phrase("no yes", "NY"): 1,
        _phrase("yes cancel that", "YC"): 1,
        _phrase("change it", "M"): 1,
        _phrase("yes change it", "YM"): 1,
        _phrase("forget it", "C"): 1,
        _phrase("how much is it?", "Q"): 2,
        _phrase("yes, how much?", "YQ"): 2,
        _phrase("yes?", "Y"): 1,
        _phrase("friday saturday", day="=+"): 1,
        _phrase("no saturday", "N", day="+"): 2,
        _phrase("yes friday", "Y", day="="): 2,
        _phrase("yes friday I mean saturday", "YM", day="=+"): 2,
        _phrase("yes and something else", "Y", "unplain"): 3,
        _phrase("yes know", "Y", "near_miss"): 2,
        _phrase("yes if it is free", "Y", "conditional"): 2,
        _phrase("yes for the first", "Y", "partial"): 2,
        _phrase("my wife said yes", "Y", "reported"): 2,
        _phrase("yeah right", "Y", "sarcastic"): 2,
        _phrase("no no problem go ahead", "Y", "softened"): 1,
        _phrase("move it to friday yes or no", "Y", "echo"): 1,
        _phrase("nai", "Y", "collides"): 1,
        _phrase("sim", "Y", "unreviewed", language="pt"): 1,
        _phrase("yes and where is it", "Y", "yes_first", intent="track_order"): 1,
        _phrase("where is it", "", "asks_only", intent="track_order"): 1,
        _phrase("where is it I want it saturday", intent="track_order", day="+"): 1,
        _phrase("thank you"): 1,
        EMPTY: 1,
        WITH_CODE: 1,
        _phrase("yes 0000", "Y", code="0000"): 1,
    }
)


def asks_for(day: int) -> Phrase:
    """The request that begins every dialogue."""
    return Phrase("move it to another day", intent=JOB, day=str(day))


def heard(phrase: Phrase, asked: str | None, code: str | None) -> Heard:
    """The phrase as it stands beside the open question."""
    values = tuple(_day(letter, asked) for letter in phrase.day)
    return Heard(
        marks=phrase.marks,
        text=phrase.text,
        intent=phrase.intent,
        said={"day": values} if values else {},
        flags=phrase.flags,
        language=phrase.language,
        code=(code or "0000") if phrase.code == "!" else (phrase.code or None),
    )


def _day(letter: str, asked: str | None) -> str:
    current = asked or DAYS[0]
    if letter == "=":
        return current
    return next(day for day in DAYS if day != current) if letter == "+" else DAYS[int(letter)]


def reading(words: Heard) -> Reading:
    """What an interpreter would return for it."""
    flags = words.flags
    marks = tuple(Mark(letter) for letter in words.marks)
    return Reading(
        text=words.text,
        acts=tuple(_ACTS.get(letter, Act.RETRACT) for letter in words.marks) or (Act.UNCLEAR,),
        marks=marks,
        intent=words.intent,
        slots={slot: values[-1] for slot, values in words.said.items()},
        mentioned=dict(words.said),
        plain="unplain" not in flags,
        near_miss="near_miss" in flags,
        language=words.language,
        reviewed="unreviewed" not in flags,
        collides="collides" in flags,
        conditional="conditional" in flags,
        partial="partial" in flags,
        reported="reported" in flags,
        sarcastic="sarcastic" in flags,
        softened="softened" in flags,
        echo="echo" in flags,
        explicit="Y" in words.marks and "yes" in words.text,
        runs_on=words.text in ("ok", "thank you"),
        yes_first="yes_first" in flags,
        asks_only="asks_only" in flags,
        bare="bare" in flags,
        taken_back="taken_back" in flags,
        code=words.code,
    )
