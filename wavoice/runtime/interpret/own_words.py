"""Values that are looked for only because their job is at hand: of the one asked for, half said or open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from wavoice.runtime.interpret.asks import ASKS
from wavoice.runtime.interpret.asks.ask import Finds, Said
from wavoice.runtime.interpret.slots import Slots
from wavoice.runtime.ports import Situation

_BY_JOB = {ask.job: ask.finds for ask in ASKS if ask.finds}


def with_own_words(
    slots: Slots, intent: str | None, situation: Situation, is_marked: Callable[[], bool]
) -> Slots:
    """The slots with those that the jobs at hand find. What was found for every message stays as it is.

    `is_marked`: whether the message holds a yes, no or stop; asked only where that counts.
    """
    if slots.whole:
        return slots
    if intent in _BY_JOB:
        wanted = _BY_JOB[intent]
    elif intent is None:
        at_hand = (situation.open_action, situation.half_said)
        wanted = next((_BY_JOB[name] for name in at_hand if name in _BY_JOB), ())
    else:
        return slots
    values, mentioned, spans = dict(slots.values), dict(slots.mentioned), list(slots.spans)
    for finds in wanted:
        asked = situation.asked == finds.slot and intent is None and situation.open_action is None
        if finds.slot in values or (asked and is_marked()):
            continue
        said = [one for one in _found(finds, slots.text, asked=asked) if not _taken(one, spans)]
        if said:
            values[finds.slot] = said[-1].value
            mentioned[finds.slot] = tuple(one.value for one in said)
            spans.extend(one.span for one in said)
    return replace(slots, values=values, mentioned=mentioned, spans=tuple(spans))


def _found(finds: Finds, text: str, *, asked: bool) -> Iterable[Said]:
    answer = finds.answer if asked else None
    return (answer or finds.find)(text)


def _taken(said: Said, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < said.span[1] and said.span[0] < end for start, end in spans)
