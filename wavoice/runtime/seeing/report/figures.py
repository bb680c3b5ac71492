"""The figures of the weekly review. docs/observe.md says in words what each one counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros
from wavoice.runtime.seeing.report.cost import cost
from wavoice.runtime.seeing.report.gather import Gathered, Place, Span, Voice, conversations, gather
from wavoice.runtime.seeing.report.prices import Prices
from wavoice.runtime.seeing.report.shapes import (
    Containment,
    DropOff,
    Flow,
    HandOffs,
    Questions,
    Report,
    Spread,
    VoiceQuality,
)
from wavoice.runtime.seeing.tasks import CALLED_OFF, DAY, DONE, Task

ORDERS = ("place_order", "reorder")
"""Jobs that ship with wavoice in which somebody orders something."""
_MS = 1000


def review(events: Iterable[Event], since: Micros, until: Micros, prices: Prices | None = None) -> Report:
    """Review what happened from `since` up to `until`; events come in the order of the journal.

    For exact figures they begin a day, and the calendar month, before `since`.
    """
    found = gather(events, Span(since, until))
    tasks = [task for _, task in found.tasks if found.span.holds(task.began_at)]
    over = [task for task in tasks if not task.open]
    talks = conversations(found)
    wanted: dict[Place, list[Task]] = {}
    for place, task in found.tasks:
        wanted.setdefault(place, []).append(task)
    resolved = sum(_is_resolved(wanted.get(place, ()), start, after) for place, start, after in talks)
    names = sorted({task.flow for task in tasks})
    flows = tuple(_flow(name, [task for task in tasks if task.flow == name], found) for name in names)
    ordered = [task for task in tasks if task.flow in ORDERS]
    return Report(
        version=1,
        since=since,
        until=until,
        records=found.records,
        contacts=len({place for place, _, _ in talks}),
        conversations=len(talks),
        resolved=resolved,
        messages=dict(sorted(found.received.items())),
        turns=dict(sorted(found.turns.items())),
        containment=_containment(tasks, until),
        completion=_completion(tasks),
        order_completion=_completion(ordered),
        handle_seconds=_handled(tasks),
        flows=tuple(sorted(flows, key=lambda one: (-one.begun, one.flow))),
        drop_offs=tuple(_drop_offs(tasks)),
        voice=_voice(found.voice),
        questions=_questions(found),
        hand_offs=_hand_offs(found, over),
        customer_wait_ms=_by_name(found.waits.customer, whole=True),
        turn_ms=_by_name(found.waits.turn, whole=True),
        stages_ms=_by_name(found.waits.stages, whole=False),
        writes=_named(found.writes),
        trouble=_named(found.trouble),
        failures=_named(found.failures),
        cost=cost(found, prices, resolved),
    )


def _is_resolved(tasks: Sequence[Task], start: Micros, after: Micros) -> bool:
    """Of the conversation from `start` on; `tasks`: all that this customer wanted."""
    own = [task for task in tasks if start <= task.began_at < after]
    return any(task.contained for task in own) and all(
        task.contained or task.how == CALLED_OFF for task in own
    )


def _containment(tasks: Sequence[Task], until: Micros) -> Containment:
    over = [task for task in tasks if not task.open and task.how != CALLED_OFF]
    judged = [task for task in over if task.lost or until - (task.ended_at or 0) >= DAY]
    contained = sum(task.contained for task in judged)
    return Containment(len(judged), contained, _share(contained, len(judged)), len(over) - len(judged))


def _completion(tasks: Sequence[Task]) -> float | None:
    over = [task for task in tasks if not task.open and task.how != CALLED_OFF]
    return _share(sum(task.how == DONE for task in over), len(over))


def _handled(tasks: Sequence[Task]) -> Spread:
    took = [
        ((task.told_at or task.ended_at or 0) - task.began_at) / 1_000_000
        for task in tasks
        if task.how == DONE
    ]
    return _spread([round(one, 3) for one in took])


def _flow(name: str, tasks: Sequence[Task], found: Gathered) -> Flow:
    done = [task for task in tasks if task.how == DONE]
    taken, paid_out = Counter[str](), Counter[str]()
    for task in done:
        if task.minor is not None and task.takes is not None:
            (taken if task.takes else paid_out)[task.currency] += task.minor
    return Flow(
        flow=name,
        begun=len(tasks),
        done=len(done),
        called_off=sum(task.how == CALLED_OFF for task in tasks),
        lost=sum(task.lost for task in tasks),
        under_way=sum(task.open for task in tasks),
        completion=_completion(tasks),
        containment=_containment(tasks, found.span.until),
        handle_seconds=_handled(tasks),
        vetoes=found.vetoes[name],
        taken=dict(sorted(taken.items())),
        paid_out=dict(sorted(paid_out.items())),
        paid=sum(task.minor is not None and task.takes is True for task in done),
    )


def _drop_offs(tasks: Sequence[Task]) -> list[DropOff]:
    reached = Counter((task.flow, step) for task in tasks for step in task.reached)
    ways: dict[tuple[str, str], Counter[str]] = {}
    for task in tasks:
        if task.lost:
            ways.setdefault((task.flow, task.step), Counter())[task.how] += 1
    found = [
        DropOff(
            flow,
            step,
            how.total(),
            reached[flow, step],
            round(how.total() / reached[flow, step], 4),
            dict(sorted(how.items())),
        )
        for (flow, step), how in ways.items()
    ]
    return sorted(found, key=lambda one: (-one.lost, -one.rate, one.flow, one.step))


def _voice(voice: Voice) -> VoiceQuality:
    sure = sorted(voice.logprobs)
    return VoiceQuality(
        notes=voice.heard,
        minutes=round(voice.micros / 60_000_000, 3),
        not_heard=dict(sorted(voice.not_heard.items())),
        unclear=voice.unclear,
        read=voice.read,
        unclear_rate=_share(voice.unclear, voice.read),
        logprob_p50=_rank(sure, 0.5),
        logprob_p5=_rank(sure, 0.05),
        languages=dict(sorted(voice.languages.items())),
        replies=voice.due,
        in_text_instead=voice.fallbacks,
    )


def _questions(found: Gathered) -> Questions:
    answers = Counter[str]()
    for (_, what), count in found.answers.items():
        answers[what] += count
    given = answers.total() - answers["lapsed"]
    vetoes = found.vetoes.total()
    return Questions(
        dict(sorted(answers.items())),
        _share(answers["unclear"], given),
        vetoes,
        _share(vetoes, answers["yes"]),
    )


def _hand_offs(found: Gathered, over: Sequence[Task]) -> HandOffs:
    reasons, flows = Counter[str](), dict[str, Counter[str]]()
    for (flow, reason), count in found.hand_offs.items():
        reasons[reason] += count
        flows.setdefault(flow, Counter())[reason] += count
    return HandOffs(
        total=reasons.total(),
        rate=_share(sum(task.how == "handed_off" or task.human for task in over), len(over)),
        by_reason=dict(sorted(reasons.items())),
        by_flow={flow: dict(sorted(one.items())) for flow, one in sorted(flows.items())},
        minutes=_spread([round(one / 60_000_000, 3) for one in found.with_person]),
    )


def _named(counts: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {" ".join(map(str, name)): count for name, count in sorted(counts.items())}


def _by_name(waits: Mapping[str, list[Micros]], *, whole: bool) -> dict[str, Spread]:
    found = {str(name): _spread([one / _MS for one in values]) for name, values in sorted(waits.items())}
    if whole and waits:
        found["all"] = _spread([one / _MS for values in waits.values() for one in values])
    return found


def _spread(values: Sequence[float]) -> Spread:
    ranked = sorted(values)
    return Spread(len(ranked), _rank(ranked, 0.5), _rank(ranked, 0.95))


def _rank(ranked: Sequence[float], share: float) -> float | None:
    """The value below or at which that share of all lies; None where there is none."""
    return ranked[math.ceil(share * len(ranked)) - 1] if ranked else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
