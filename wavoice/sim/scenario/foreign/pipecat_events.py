"""Events that a turn of Pipecat's evals must bring, as expectations of ours."""

from __future__ import annotations

from collections.abc import Sequence

from wavoice.sim.scenario.foreign.drafts import StepDraft
from wavoice.sim.scenario.foreign.pipecat_turn import MILLI, PATIENCE_MS, Turn
from wavoice.sim.scenario.foreign.source import Item

REPLIES = ("response", "llm_response", "tts_response")
CALL = "function_call"

_MARKERS = ("marker", "marker_first", "markers", "text_after")
_CONTENT = ("text_contains", "text_excludes", "eval", "calls", "name", "args", *_MARKERS)
_KEYS = ("event", "within_ms", "absent", "look_back_to", *_CONTENT)
_ADVISORY = "only a model can judge it: kept as a question that advises and fails no run"
_INSIDE = "an inner event of a live pipeline; a bot that exchanges messages has none like it"


def expect_all(items: Sequence[Item], turn: Turn) -> None:
    """Carry over what is expected of a turn; a turn that only looks on becomes a wait."""
    events = [item for item in items if item.knows(*_KEYS) and item.text("event", needed=True)]
    if turn.step is None:
        present = [item for item in events if not item.flag("absent")]
        if present and turn.case.spoken:
            turn.step = turn.waits(max(item.number("within_ms") or PATIENCE_MS for item in present))
        elif present:
            _too_early(present, turn)
            events = [item for item in events if item not in present]
    for item in events:
        _expect(item, turn)
    _hold_still(turn)


def _hold_still(turn: Turn) -> None:
    """Wait for as long as something must not happen."""
    budgets = [one for one in (turn.quiet_ms, turn.unwritten_ms) if one is not None]
    if not budgets:
        return
    wait = turn.waits(max(budgets))
    for step in (turn.step, wait):
        if step is not None:
            step.quiet = turn.quiet_ms is not None and not step.replied
            step.no_writes = turn.unwritten_ms is not None


def _too_early(items: Sequence[Item], turn: Turn) -> None:
    for item in items:
        turn.refuse(item, f"event {item.text('event')}", "a bot here speaks only when a customer has written")


def _expect(item: Item, turn: Turn) -> None:
    event = item.text("event") or ""
    if item.has("look_back_to"):
        turn.refuse(item.at("look_back_to"), "look_back_to", "a reply belongs to its step here")
    if item.flag("absent"):
        _absent(item, event, turn)
    elif turn.step is None:
        turn.refuse(item, f"event {event}", "it stands at no line of a customer")
    elif event in REPLIES:
        _reply(item, turn.step, turn)
    elif event == CALL:
        _calls(item, turn)
    elif event == "user_transcription":
        _heard(item, turn.step, turn)
    else:
        turn.refuse(item, f"event {event}", _INSIDE)


def _absent(item: Item, event: str, turn: Turn) -> None:
    if mixed := [key for key in _CONTENT if item.has(key)]:
        item.wrong(f"absent goes with no {mixed[0]}")
    within = item.number("within_ms")
    within = PATIENCE_MS if within is None else within
    if event in REPLIES:
        turn.quiet_ms = max(turn.quiet_ms or 0, within)
    elif event == CALL:
        turn.unwritten_ms = max(turn.unwritten_ms or 0, within)
        turn.refuse(item, "absent function_call", "kept for writes; a look-up is not seen here")
    else:
        turn.refuse(item, f"absent {event}", _INSIDE)


def _reply(item: Item, step: StepDraft, turn: Turn) -> None:
    turn.replies += 1
    step.replied = True
    if turn.replies == 2:
        turn.refuse(item, "a second reply", "a turn has one reply here: all is looked for in that one")
    if contains := " ".join((item.text("text_contains") or "").split()):
        step.contains.append(contains)
    if excludes := " ".join((item.text("text_excludes") or "").split()):
        step.excludes.append(excludes)
    if criterion := item.text("eval"):
        step.judge.append(criterion)
        turn.refuse(item.at("eval"), "eval", _ADVISORY)
    within = item.number("within_ms")
    if within is not None and step.action != "wait":
        step.within = within * MILLI if step.within is None else min(step.within, within * MILLI)
    for key in ("calls", "name", "args", *_MARKERS):
        if item.has(key):
            turn.refuse(item.at(key), key, "it says nothing of a reply")


def _heard(item: Item, step: StepDraft, turn: Turn) -> None:
    if step.action != "note":
        turn.refuse(item, "event user_transcription", "what is typed is not transcribed")
        return
    step.events = ["heard"]
    for key in ("within_ms", *_CONTENT):
        if item.has(key):
            reason = "the script says what is heard: compare it with real ears"
            turn.refuse(item.at(key), f"user_transcription {key}", reason)


def _calls(item: Item, turn: Turn) -> None:
    for key in ("within_ms", "eval", "text_contains", "text_excludes", *_MARKERS):
        if item.has(key):
            turn.refuse(item.at(key), f"function_call {key}", "a write is expected with its arguments only")
    calls = item.items("calls")
    if not calls:
        _call(item, item, turn)
    for call in calls:
        if isinstance(call.data, str):
            _call_named(call, call.data, None, turn)
        elif call.knows("name", "args"):
            _call(call, call.at("name") if call.has("name") else call, turn)


def _call(item: Item, at: Item, turn: Turn) -> None:
    name = item.text("name")
    if name is None:
        turn.refuse(at, "event function_call", "it names no function")
    else:
        _call_named(at, name, item.at("args"), turn)


def _call_named(at: Item, name: str, args: Item | None, turn: Turn) -> None:
    reason = turn.actions.why_no_write(name)
    if reason is not None:
        turn.refuse(at, f"function_call {name}", reason)
        return
    write, lost = turn.actions.write(name, args)
    turn.case.writes.append(write)
    for one in lost:
        turn.refuse(one, f"argument {one.place[-1]}", "arguments are texts here: it is not compared")
