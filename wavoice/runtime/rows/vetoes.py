"""The veto rule: every message is searched, however it is bound, timed, forwarded or heard."""

from __future__ import annotations

from wavoice.runtime.cases import (
    Case,
    Decision,
    Effect,
    ends_in_typed_yes,
    keeps_what_is,
    new_values,
    other_job,
    state_of,
)
from wavoice.runtime.model import Binding, Form, Mark, Modality, ProposalState
from wavoice.runtime.policy import Policy

_YESES = frozenset({Mark.YES, Mark.WEAK})
_FLAT = frozenset({Mark.NO, Mark.CANCEL})
_VETOES = frozenset({Mark.NO, Mark.HOLD, Mark.CANCEL, Mark.MODIFY})


def button_no(case: Case, _: Policy) -> Decision | None:
    """The button that says no."""
    if case.evidence.binding is Binding.BUTTON and Mark.NO in case.reading.marks:
        return Decision("D04", Effect.CANCEL, "button of this version")
    return None


def collides(case: Case, _: Policy) -> Decision | None:
    """A word that means the opposite in another enabled language never decides alone (I10)."""
    if case.reading.collides or (case.other is not None and case.other.collides):
        return Decision("D21", Effect.ASK, "a word that means the opposite in another language")
    return None


def veto(case: Case, _: Policy) -> Decision | None:
    """The row of a message that holds a veto in any decode.

    One that is taken back by a typed yes (D07) is an approval, and has to pass what every approval passes.
    """
    if not case.vetoes or ends_in_typed_yes(case):
        return None
    if case.other is not None and case.other.vetoes and not case.reading.vetoes:
        return Decision("D17", Effect.ASK, "one of two decodes heard a veto")
    if case.other is not None and Mark.HOLD in case.other.marks and set(case.reading.marks) <= _FLAT:
        return Decision("D05", Effect.HOLD, "one of two decodes heard a wait")
    if _sent_before_the_yes(case):
        return Decision("D33", Effect.HOLD, "a veto sent before the yes, and received after it")
    return _by_words(case) or _by_polarity(case)


def _sent_before_the_yes(case: Case) -> bool:
    """The yes may be the later word, so the veto holds and does not cancel."""
    used = case.proposal.evidence if case.proposal else None
    settling = state_of(case) is ProposalState.SETTLING
    return settling and used is not None and case.evidence.event_at < used.event_at


def _by_words(case: Case) -> Decision | None:
    """Vetoes that say what they want instead."""
    reading = case.reading
    if keeps_what_is(case):
        return Decision("D04", Effect.CANCEL, "a no that names what stays")
    if new_values(case):
        return Decision("D08" if Mark.YES in reading.marks else "D09", Effect.REPROPOSE, "another value")
    if other_job(case):
        return Decision("D16", Effect.REMIND, "another wish")
    return new_terms(case) if not set(reading.marks) & {Mark.NO, Mark.HOLD, Mark.CANCEL} else None


def new_terms(case: Case) -> Decision | None:
    """A condition or a part changes what is agreed, so the question is put anew."""
    if case.evidence.binding is Binding.STALE:
        return None
    if case.reading.conditional:
        return Decision("D11", Effect.REPROPOSE, "agrees on a condition")
    if case.reading.partial:
        return Decision("D12", Effect.REPROPOSE, "agrees to a part")
    return None


def _by_polarity(case: Case) -> Decision:
    marks = case.reading.marks
    kinds = set(marks) & (_YESES | _VETOES)
    asks = Mark.QUESTION in marks or case.reading.has_question_mark
    if asks and kinds and kinds <= _YESES | {Mark.MODIFY}:
        return Decision("D14" if kinds & _YESES else "D13", Effect.ANSWER, "a question about it")
    if kinds <= {Mark.YES, Mark.WEAK, Mark.NO} and kinds & _YESES:
        return Decision("D22", Effect.ASK, "yes and no")
    if kinds & _YESES:
        first_yes = min(marks.index(mark) for mark in kinds & _YESES)
        if any(mark in _VETOES for mark in marks[first_yes:]):
            return Decision("D06", Effect.HOLD, "a yes, then a veto")
        return Decision("D07", Effect.ASK, "a veto, then a yes")
    if kinds <= {Mark.NO, Mark.CANCEL} and case.reading.language != case.language and not case.reading.plain:
        return Decision("D05", Effect.HOLD, "a no of another language among other words")
    if kinds <= {Mark.NO, Mark.CANCEL}:
        return Decision("D04", Effect.CANCEL, "a clear no")
    if Mark.MODIFY in kinds and Mark.HOLD not in kinds:
        return Decision("D09", Effect.HOLD, "wants a change, not said which")
    return Decision("D05", Effect.HOLD, "wait, or not yet")


def not_words(case: Case, _: Policy) -> Decision | None:
    """A sticker, an image: no evidence of anything, and no failed answer. A running yes runs on."""
    if case.evidence.modality is not Modality.OTHER or case.evidence.form is Form.REACTION:
        return None
    if state_of(case) is ProposalState.SETTLING and case.reading.text.strip():
        return Decision("D29", Effect.ASK, "words under a picture while a yes runs", held=True)
    if state_of(case) is ProposalState.SETTLING:
        return Decision("D29", Effect.IGNORE, "not words, and the yes stands")
    return Decision("D29", Effect.ANSWER, "not words")
