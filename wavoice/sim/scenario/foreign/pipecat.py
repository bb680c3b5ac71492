"""Pipecat's scripted evals: turns of a user, and the events that a turn must bring."""

from __future__ import annotations

import os.path

from wavoice.sim.scenario.foreign.actions import Actions
from wavoice.sim.scenario.foreign.drafts import CaseDraft, Import, Imported
from wavoice.sim.scenario.foreign.pipecat_events import expect_all
from wavoice.sim.scenario.foreign.pipecat_turn import MILLI, Turn
from wavoice.sim.scenario.foreign.source import Item, Source

FORMAT = "Pipecat's scripted evals"

_DEFAULTS = ("user", "user_audio", "judge", "context", "stop_on_failure", "trigger_disconnect")
_CASE = ("name", "turns", *_DEFAULTS)
_TURN = ("user", "audio", "dtmf", "image", "send_after", "expect")
_LOST = {
    "judge": "no judge is set up here: what is asked of one is advisory",
    "context": "the runtime keeps no prompt that could be filled beforehand: describe the shop under `given`",
    "stop_on_failure": "every step is checked here, whatever failed before it",
    "trigger_disconnect": "there is no connection to end",
    "image": "the bot asks for no camera picture",
    "dtmf": "a chat has no keypad tones",
}
_SPEECH = "notes are spoken by the scenario's own script"


def from_pipecat(source: Source, actions: Actions) -> Imported:
    """The cases of a file: one at the top, or a list under `scenarios`."""
    top, made = source.top, Import(source, FORMAT)
    if not top.has("scenarios"):
        _case(top, top, made, actions)
        return made.done()
    if top.knows("name", "scenarios", *_DEFAULTS):
        _settings(top, made)
    for item in top.items("scenarios", needed=True):
        _case(item, top, made, actions)
    return made.done()


def _case(item: Item, top: Item, made: Import, actions: Actions) -> None:
    if item.has("persona"):
        made.refuse(
            item.at("persona"), "persona", "a model plays the customer: there are no lines to carry over"
        )
        return
    if not item.knows(*_CASE):
        return
    title = item.text("name", needed=True) or ""
    _settings(item, made)
    voice = _is_voice(item) if item.has("user") or item.has("user_audio") else _is_voice(top)
    case = CaseDraft(title, item.at("name") if item.has("name") else item)
    waited = 0
    for turn in item.items("turns", needed=True):
        waited = _turn(turn, Turn(case, actions, voice, waited))
    made.add(case)


def _settings(item: Item, made: Import) -> None:
    """Refuse what is set up beside the turns."""
    for key in ("judge", "context"):
        if item.at(key).data is not None:
            made.refuse(item.at(key), key, _LOST[key])
    if item.has("stop_on_failure") and not item.flag("stop_on_failure"):
        made.refuse(item.at("stop_on_failure"), "stop_on_failure: false", _LOST["stop_on_failure"])
    if item.flag("trigger_disconnect"):
        made.refuse(item.at("trigger_disconnect"), "trigger_disconnect", _LOST["trigger_disconnect"])
    user = item.at("user")
    if user.data is not None and user.knows("modality", "speech") and user.at("speech").data is not None:
        made.refuse(user.at("speech"), "speech", _SPEECH)
    if item.at("user_audio").data is not None:
        made.refuse(item.at("user_audio"), "user_audio", _SPEECH)


def _is_voice(item: Item) -> bool:
    """True if the turns are spoken."""
    if item.at("user_audio").data is not None:
        return True
    user = item.at("user")
    modality = user.text("modality") if isinstance(user.data, dict) else None
    if modality not in (None, "audio", "text"):
        user.at("modality").wrong("modality should be audio or text")
    return modality == "audio"


def _turn(item: Item, turn: Turn) -> int:
    """Carry one turn over; returns the milliseconds that were waited since the customer's last message."""
    if not item.knows(*_TURN):
        return turn.waited
    said = item.text("user")
    if said is not None and item.has("dtmf"):
        item.wrong("a turn has user or dtmf, not both")
    if item.has("audio") and said is None:
        item.at("audio").wrong("audio needs a user that says what is recorded")
    if item.has("send_after") and said is None and not item.has("dtmf"):
        item.at("send_after").wrong("send_after needs a user or dtmf that is sent")
    if item.has("dtmf") or (said is not None and not said.strip()):
        what = "dtmf" if item.has("dtmf") else "an empty line"
        reason = _LOST["dtmf"] if item.has("dtmf") else "a customer cannot send an empty message"
        turn.case.refuse(item, what, reason + "; nor what is expected of it" * item.has("expect"))
        return turn.waited
    if said is not None:
        step = turn.says(said)
        _schedule(item, turn)
        turn.waited = 0
        if item.has("audio"):
            _recording(item, turn)
        if item.has("image"):
            turn.refuse(item.at("image"), "image", _LOST["image"])
        turn.case.steps.append(step)
    elif item.has("image"):
        turn.refuse(item.at("image"), "image", _LOST["image"])
    expect_all(item.items("expect"), turn)
    return turn.waited


def _schedule(item: Item, turn: Turn) -> None:
    if not item.has("send_after"):
        return
    after = item.at("send_after")
    if not after.knows("event", "delay_ms") or turn.step is None:
        return
    event, delay = after.text("event"), after.number("delay_ms")
    if event is not None:
        reason = (
            "times are counted from messages here, not from the bot's inner events: it goes at the usual pace"
        )
        turn.refuse(after, f"send_after {event}", reason)
    elif not delay:
        after.wrong("send_after needs an event or a delay_ms")
    else:
        turn.step.after = max(delay - turn.waited, 0) * MILLI


def _recording(item: Item, turn: Turn) -> None:
    path = item.text("audio") or ""
    if turn.step is None or turn.step.action != "note":
        item.at("audio").wrong("audio needs `user: {modality: audio}`")
    elif not path.casefold().endswith((".ogg", ".opus")):
        turn.refuse(
            item.at("audio"), f"audio {path}", "a voice note is Ogg Opus: convert the file and name it"
        )
    else:
        folder = item.source.file.parent.as_posix()
        turn.step.audio = os.path.normpath(f"{folder}/{path}").replace(os.sep, "/")
