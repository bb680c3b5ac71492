"""What one event says by itself, for all who count: live metrics and the weekly report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from wavoice.runtime import journal
from wavoice.runtime.journal import Event, ProposalEvent, Read, Trouble, TurnEnded
from wavoice.runtime.model import Form, Micros, Stage, Tier

SAID: Final = frozenset({Form.MESSAGE, Form.EDIT, Form.REACTION})
"""Forms in which a customer says something."""
NOT_HEARD: Final = frozenset({"transcribe", "fetch"})
"""Stages whose trouble leaves a voice note unheard."""
NOT_WAITED_FOR: Final = frozenset({"notice", "sent again", "called back", "known from its status"})
"""Reasons of turns that end without anybody having waited for them since a message of theirs."""
_WAITING = frozenset({"voice", "text", "button"})


def is_unclear(body: Read) -> bool:
    """True for a message in which neither a job nor an answer was found."""
    return body.intent is None and set(map(str, body.acts)) <= {"unclear"}


def was_waited_for(event: Event) -> bool:
    """True for the end of a turn that answered something said: its customer has waited for it."""
    body = event.body
    answered = isinstance(body, TurnEnded) and body.how == "answered"
    return answered and event.where.modality in _WAITING and body.reason not in NOT_WAITED_FOR


def waits(ended: TurnEnded, stages: Mapping[str, Micros]) -> tuple[Micros, Micros]:
    """From webhook to answer, and the same without settling; `stages`: what each took, all its spans."""
    wait = ended.ended_at - ended.started_at
    return wait, max(0, wait - stages.get(Stage.SETTLE, 0))


def failed_system(body: Trouble | ProposalEvent) -> tuple[str, str] | None:
    """Which system failed, and how: `timeout`, `refused` or `failure`; None: none did.

    A write that moves money counts as payments, whoever carries it out.
    """
    match body:
        case Trouble():
            return _troubled(body)
        case journal.Unknown():
            return "payments" if body.tier == Tier.R3 else "orders", "timeout"
    return None


def _troubled(body: Trouble) -> tuple[str, str] | None:
    match body.stage, body.code:
        case "look_up", "foreign_record":
            return None
        case "look_up", "own_fact" | "own_no_answer":
            return "own", "timeout" if body.code == "own_no_answer" else "failure"
        case "look_up", code:
            return "orders", "timeout" if code == "no_answer" else "failure"
        case "commit", "own_write":
            return "own", "failure"
        case "ticket" | "note", code:
            system = "tickets" if body.stage == "ticket" else "timeline"
            return system, "refused" if code.endswith("_refused") else "timeout"
        case "fetch" | "send" | "template", "channel" | "auth":
            return "whatsapp", "refused" if body.code == "auth" else "failure"
        case "transcribe", "speech":
            return "ears", "failure"
        case "speak", _:
            return "voice", "failure"
    return None
