"""What stands beside the gate: wishes about the conversation itself, and answers about consent. Pure.

The gate decides what becomes of a proposal, first and alone. Here it is decided whether the words were
meant for something else: START, "send text instead", yes or no to "stop messages too?", a note without
speech. A yes that answers a question of this page can never reach a proposal: none is open then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wavoice.runtime import consent, journal
from wavoice.runtime.cases import UNSURE, is_doubtful, says_nothing
from wavoice.runtime.confirm import Decision, Effect, can_hold
from wavoice.runtime.consent import Consents
from wavoice.runtime.failures import not_caught, small_talk, with_failures
from wavoice.runtime.model import Consent, Mark, ProposalState
from wavoice.runtime.proposals import hold
from wavoice.runtime.replies import english
from wavoice.runtime.requests import GONE, asked_last, goes_on, proceed, start
from wavoice.runtime.respond import respond
from wavoice.runtime.standing import held_events, still
from wavoice.runtime.steps import Scene, Step, about

PREFERENCES: Mapping[str, tuple[Consent, bool]] = {
    "voice_on": (Consent.VOICE_REPLIES, True),
    "voice_off": (Consent.VOICE_REPLIES, False),
    "voice_data_on": (Consent.VOICE_DATA, True),
    "voice_data_off": (Consent.VOICE_DATA, False),
    "sensitive_off": (Consent.SENSITIVE, False),
}
"""Wishes that change a consent, whenever they are said."""

_IDLE = (Effect.PROCEED, Effect.NOTHING, Effect.ALREADY, Effect.OFFER_BACK)
"""Effects of a message that meets no open question."""


def carry_out(decision: Decision, scene: Scene, quotes: str | None = None) -> tuple[Decision, Step]:
    """The decision as it stands once it is known what the words were meant for, and what follows."""
    decision, step = _carry_out(decision, scene, quotes)
    return decision, with_failures(step, scene)


def _carry_out(decision: Decision, scene: Scene, quotes: str | None) -> tuple[Decision, Step]:
    if _comes_back(scene):
        return Decision("I20", Effect.PROCEED, "opted in"), _welcome(scene)
    idle = decision.effect in _IDLE
    if idle and says_nothing(scene.case, scene.policy):
        step = Step(text=english.MEDIA_TROUBLE["no_speech"], asking=scene.conversation.asking, failed=True)
        return Decision("D18", Effect.PROCEED, "no speech in the note"), step
    if idle and is_doubtful(scene.case, scene.policy):
        return Decision("D17", Effect.PROCEED, UNSURE), not_caught(scene, english.SAY_IT_AGAIN)
    if idle and (answered := _answer(scene, quotes)) is not None:
        return answered
    if idle and (said := small_talk(scene)) is not None:
        return Decision("", Effect.PROCEED, "it asks for nothing"), said
    wish = PREFERENCES.get(scene.case.reading.intent or "")
    if wish is not None and not scene.case.evidence.forwarded:
        return decision, _prefer(decision, scene, *wish)
    if (left := _gone(decision, scene)) is not None:
        return left
    if decision.effect in _SAYS_NOTHING_NEW and goes_on(scene) and not _gives_up(scene):
        decision = Decision("", Effect.PROCEED, "it goes on with the half-said job")
        return decision, proceed(decision, scene)
    if decision.effect is Effect.NOTHING and asked_last(scene):
        return decision, _answers_nothing(decision, scene)
    step = respond(decision, scene)
    if idle and _gives_up(scene):
        return decision, replace(step, text=english.LEFT, over=True)
    return decision, _ask_in_passing(step, scene)


_SAYS_NOTHING_NEW = (Effect.NOTHING, Effect.ALREADY, Effect.OFFER_BACK)
"""What a yes or no comes to that meets no open question, only a closed one, or none."""


def _gone(decision: Decision, scene: Scene) -> tuple[Decision, Step] | None:
    """What becomes of a question whose job has gone since, or was switched off.

    It is held, so that it can be taken up should the job come back, and that is said. A wish for
    something else closes it: nobody is reminded of what cannot be done.
    """
    left = scene.case.proposal
    if left is None or not can_hold(left) or scene.jobs.offered(left.action) is not None:
        return None
    if decision.effect is Effect.REMIND:
        closed = replace(left, state=ProposalState.CANCELLED, settle_at=None)
        step = proceed(decision, scene)
        events = (about(journal.Cancelled, closed, decision.row), *step.events)
        return decision, replace(step, proposals=(closed, *step.proposals), events=events)
    if decision.effect not in _PUT_AGAIN:
        return None
    held = hold(left, scene.case.now)
    row = Decision("", Effect.HOLD, GONE)
    events = held_events(left, held, "")
    return row, Step(text=english.no_longer(still(scene, held)), proposals=(held,), events=events)


_PUT_AGAIN = frozenset(
    {Effect.SETTLE, Effect.ASK, Effect.ANSWER, Effect.HOLD, Effect.REPROPOSE, Effect.PAY_ELSEWHERE}
)
"""Effects that carry a question out, or put it once more."""


def with_notice(step: Step, consents: Consents, notice: str, *, longest: int) -> Step:
    """Put the first-contact notice before the first reply that has room for it."""
    farewell = (Consent.MESSAGES, False) in step.consents
    if not notice or consents.told or farewell or not step.text:
        return step
    text = f"{notice}\n\n{step.text}"
    return step if len(text) > longest else replace(step, text=text, tells=notice)


def _comes_back(scene: Scene) -> bool:
    away = scene.conversation.handed_off or scene.consents.messages is False
    return away and scene.case.reading.intent == "opt_in"


def _welcome(scene: Scene) -> Step:
    """The question from before is closed: what a person may have settled meanwhile is not revived."""
    step = Step(text=english.OPTED_IN, consents=((Consent.MESSAGES, True),), releases=True, over=True)
    left = scene.case.proposal
    if left is None or not can_hold(left):
        return step
    closed = replace(left, state=ProposalState.CANCELLED, settle_at=None)
    return replace(step, proposals=(closed,), events=(about(journal.Cancelled, closed, "I20"),))


def _answer(scene: Scene, quotes: str | None) -> tuple[Decision, Step] | None:
    question = scene.conversation.question
    if question is None:
        return None
    given = consent.answer(question, scene.consents, scene.case, scene.policy, quotes)
    if given is None:
        return None
    purpose = question.purpose
    half_said = scene.conversation.asking
    if purpose is Consent.MESSAGES:  # "Should I stop messages too?"
        if not given:
            said = Decision("D63", Effect.PROCEED, "messages go on")
            return said, Step(text=english.MESSAGES_GO_ON, asking=half_said)
        step = Step(text=english.OPTED_OUT, consents=((purpose, False),), answers=purpose)
        return Decision("D62a", Effect.OPT_OUT, "a yes to stopping messages too"), step
    decision = Decision("", Effect.PROCEED, f"consent to {purpose}: {'yes' if given else 'no'}")
    step = Step(text=english.NOTED[purpose, given], asking=half_said)
    if purpose is Consent.SENSITIVE:
        step = Step(text=english.LEFT, over=True)
        if given and half_said is not None:
            agreed = replace(scene, consents=replace(scene.consents, sensitive=True))
            step = replace(start(scene.jobs.about(half_said.intent), half_said.slots, agreed), over=True)
    return decision, replace(step, consents=((purpose, given),), answers=purpose)


def _prefer(decision: Decision, scene: Scene, purpose: Consent, given: bool) -> Step:
    """Note the wish; whatever the gate made of an open question is said after it."""
    noted, change = english.NOTED[purpose, given], ((purpose, given),)
    half_said, closed = scene.conversation.asking, Step()
    if purpose is Consent.SENSITIVE:
        closed = _closed(scene, decision)
        if half_said is not None and scene.jobs.about(half_said.intent).sensitive:
            half_said, closed = None, replace(closed, over=True)
    if decision.effect in _IDLE or closed.proposals:
        return replace(closed, text=noted, asking=half_said, consents=change)
    step = respond(decision, scene)
    rest = step.asks.read_back if step.asks else step.text
    return replace(step, text=f"{noted} {rest}" if rest else noted, consents=(*step.consents, *change))


def _closed(scene: Scene, decision: Decision) -> Step:
    """Nothing is asked, and nothing runs on, about something sensitive that may not be dealt with here."""
    left = scene.case.proposal
    if left is None or not can_hold(left) or not scene.jobs.about(left.action).sensitive:
        return Step()
    closed = replace(left, state=ProposalState.CANCELLED, settle_at=None)
    return Step(proposals=(closed,), events=(about(journal.Cancelled, closed, decision.row),))


def _answers_nothing(decision: Decision, scene: Scene) -> Step:
    """A yes to "which day?" says nothing, and it is asked again; a no or a "cancel it" ends the job."""
    if {Mark.NO, Mark.CANCEL} & set(scene.case.reading.marks):
        return Step(text=english.LEFT, over=True)
    return proceed(decision, scene)


def _gives_up(scene: Scene) -> bool:
    """A plain no to "which day?" ends the half-said job."""
    marks = set(scene.case.reading.marks)
    refuses = bool(marks) and marks <= {Mark.NO, Mark.CANCEL}
    words = scene.case.reading
    return scene.conversation.asking is not None and refuses and words.plain and not words.slots


def _ask_in_passing(step: Step, scene: Scene) -> Step:
    half_said = step.asking is not None or scene.conversation.asking is not None
    if not step.answered or half_said or scene.conversation.handed_off:
        return step
    purpose = consent.to_ask(scene.consents, scene.case, scene.policy)
    if purpose is None:
        return step
    return replace(step, text=f"{step.text} {english.ASK_CONSENT[purpose]}", question=purpose)
