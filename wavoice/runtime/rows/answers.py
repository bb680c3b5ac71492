"""Checks 9 to 13: a change, a question, a yes, another wish, and what is not clear."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime.cases import (
    UNSURE,
    Case,
    Decision,
    Effect,
    action_of,
    affirms,
    ends_in_typed_yes,
    is_doubtful,
    keeps_what_is,
    new_values,
    other_job,
    plain_yes,
    state_of,
    tier_of,
)
from wavoice.runtime.model import Binding, Form, Mark, Modality, Proposal, ProposalState, Tier
from wavoice.runtime.policy import Policy
from wavoice.runtime.rows.filters import is_quoted_text
from wavoice.runtime.rows.vetoes import new_terms


def guessed(case: Case, policy: Policy) -> Decision | None:
    """Another wish or value in a note that was hardly heard: neither carried out nor read back."""
    says_what = other_job(case) or (new_values(case) and not keeps_what_is(case))
    if says_what and is_doubtful(case, policy):
        return Decision("D17", Effect.ASK, UNSURE, held=new_values(case))
    return None


def another_wish(case: Case, _: Policy) -> Decision | None:
    """Beside a yes it waits for the commit; alone it is dealt with and the question stays.

    A yes that runs is held for anything but a mere "where is my order": more words may take it back.
    """
    if not other_job(case) or affirms(case):
        return None
    settling = state_of(case) is ProposalState.SETTLING
    asks = case.reading.asks_only and (case.other is None or case.other.asks_only)
    aside = case.reads_only and asks and not new_values(case)
    pauses = (settling and not aside) or tier_of(case) is Tier.R3
    return Decision("D16", Effect.REMIND, "another wish", held=pauses)


def question(case: Case, _: Policy) -> Decision | None:
    """A question is answered and never counts as a yes, whatever stands beside it."""
    asks = Mark.QUESTION in case.reading.marks or case.reading.has_question_mark
    if asks and not other_job(case):
        return Decision("D14" if affirms(case) else "D13", Effect.ANSWER, "a question about it")
    return None


def change(case: Case, _: Policy) -> Decision | None:
    """Slot values are compared, since most corrections carry no cue word."""
    if other_job(case):
        return None
    if not new_values(case):
        return new_terms(case)
    if not new_values(replace(case, other=None)):
        return Decision("D17", Effect.ASK, "one of two decodes heard another value")
    row = "D08" if affirms(case) else "D09"
    return Decision(row, Effect.REPROPOSE, "another value, without an edit term")


def repeated(case: Case, _: Policy) -> Decision | None:
    """The request once more is neither a yes nor unclear."""
    if case.reading.intent == action_of(case) and not affirms(case):
        return Decision("D17", Effect.ANSWER, "the same request again")
    return None


def no_performative(case: Case, _: Policy) -> Decision | None:
    """Words that hold a yes and do not give one."""
    reading = case.reading
    if reading.echo:
        return Decision("D60", Effect.ASK, "nothing but the words of the question")
    if reading.reported:
        return Decision("D66", Effect.ASK, "somebody else's yes, or a supposed one")
    if reading.sarcastic:
        return Decision("D24", Effect.ASK, "agrees in irony")
    if reading.softened and not _may_soften(case):
        settling = state_of(case) is ProposalState.SETTLING
        return Decision("D23", Effect.ASK, "an idiom that may refuse", held=settling)
    if reading.option is not None and not affirms(case):
        return Decision("D67", Effect.ASK, "a number, where no options were listed")
    return None


def _may_soften(case: Case) -> bool:
    """D23: "no, no problem, go ahead" approves only with a strong yes; from R2 on only typed."""
    typed = case.evidence.modality is Modality.TEXT
    strong = plain_yes(case.reading) and state_of(case) is not ProposalState.SETTLING
    return strong and (tier_of(case) is Tier.R1 or (tier_of(case) is Tier.R2 and typed))


def tap(case: Case, _: Policy) -> Decision | None:
    """A button of this very version: discrete and bound."""
    if case.evidence.binding is not Binding.BUTTON:
        return None
    if state_of(case) is ProposalState.SETTLING:
        return Decision("D36", Effect.SETTLE, "a second yes")
    return Decision("D01", Effect.SETTLE, "button of this version")


def money(case: Case, _: Policy) -> Decision | None:
    """R3: besides the button only a yes and the code of this version, both typed, approve (I14)."""
    if not affirms(case) or tier_of(case) is not Tier.R3:
        return None
    reading, fits = case.reading, case.evidence.code_fits
    spoken = case.evidence.modality is not Modality.TEXT
    if fits is False:
        return Decision("D02", Effect.ASK, "not the code of this question")
    if other_job(case):
        return Decision("D15", Effect.ASK, "a yes and another wish in one message")
    if reading.plain and Mark.YES not in reading.marks:
        return Decision("D25", Effect.ASK, "a weak yes, and money needs the button or the code")
    if reading.mentioned:
        return Decision("D10", Effect.ASK, "repeats a value, and money needs the button or the code")
    if fits and not spoken and plain_yes(reading) and reading.bare:
        return _paid_for(case)
    return Decision("D03" if spoken else "D02", Effect.ASK, "money needs the button or the code")


def _paid_for(case: Case) -> Decision:
    if state_of(case) is ProposalState.SETTLING:
        return Decision("D36", Effect.SETTLE, "a second yes")
    row = "D37" if case.unread else "D02"
    return Decision(row, Effect.SETTLE, "a clear yes with the code of this question")


def yes(case: Case, _: Policy) -> Decision | None:
    """A plain yes of R1 or R2 that has passed every filter."""
    if not affirms(case):
        return None
    if ends_in_typed_yes(case):
        return _foreign(case) or Decision("D07", Effect.SETTLE, "retracted, then a strong yes, typed")
    if other_job(case):
        return _and_another(case)
    reading = case.reading
    weak = reading.plain and Mark.YES not in reading.marks
    if not weak and not plain_yes(reading):
        return Decision("D17", Effect.ASK, "not a plain yes")
    if set(reading.mentioned) - set(case.proposal.args if case.proposal else ()):
        return Decision("D17", Effect.ASK, "says more than was asked")
    if state_of(case) is ProposalState.SETTLING:
        return _while_it_runs(case, weak=weak)
    if weak:
        return _weak(case)
    if not reading.explicit and case.proposal is not None and _something_between(case.proposal):
        return Decision("D17", Effect.ASK, "praise, and something else was said since the question")
    return _foreign(case) or _strong(case)


def _while_it_runs(case: Case, *, weak: bool) -> Decision:
    """D36: thanks and a second yes let it run; "whatever" or "it's fine" may as well mean: leave it."""
    if weak and not case.reading.runs_on:
        return Decision("D17", Effect.ASK, "a weak word while a yes runs", held=True)
    return Decision("D36", Effect.SETTLE, "a second yes")


def _something_between(proposal: Proposal) -> bool:
    """True if the bot has said more than the question: "nothing changed", or where an order is."""
    return proposal.state is ProposalState.HELD or proposal.reminded


def _and_another(case: Case) -> Decision:
    """D15: a plain yes first, and then a wish that waits for its commit.

    Only one that reads is surely unrelated: "yes, put it on the other one" may well be a change of this.
    """
    changes = new_values(case) or case.reading.conditional or case.reading.partial
    if not case.reading.yes_first or not case.reads_only or changes:
        return Decision("D15", Effect.ASK, "a yes and another wish, not clearly apart")
    if state_of(case) is ProposalState.SETTLING:
        return Decision("D15", Effect.ASK, "another wish while a yes runs")
    return _foreign(case) or Decision("D15", Effect.SETTLE, "a yes, and another wish for later")


def _weak(case: Case) -> Decision:
    if case.evidence.form is Form.REACTION:
        return Decision("D26", Effect.SETTLE, "a reaction to the question")
    emoji = not any(letter.isalnum() for letter in case.reading.text)
    row = "D28" if emoji else "D25"
    quoted = is_quoted_text(case) and not emoji
    if tier_of(case) is Tier.R1 or quoted:
        return Decision(row, Effect.SETTLE, "a weak yes, quoting the question" if quoted else "a weak yes")
    return Decision(row, Effect.ASK, "too weak a yes")


def _foreign(case: Case) -> Decision | None:
    """A language that nobody checked, or another than the conversation's, needs more than words."""
    if tier_of(case) is Tier.R1 or case.evidence.binding is Binding.QUOTE:
        return None
    if case.reading.language != case.language:
        return Decision("D20", Effect.ASK, "another language than the conversation's")
    if not case.reading.reviewed:
        return Decision("D20", Effect.ASK, "the words of that language were not reviewed")
    return None


def _strong(case: Case) -> Decision:
    if case.unread:
        return Decision("D37", Effect.SETTLE, "commits only after the unread message is read")
    if case.reading.softened:
        return Decision("D23", Effect.SETTLE, "an idiom of consent, and a strong yes")
    if case.reading.slots:
        return Decision("D10", Effect.SETTLE, "a yes that repeats the value")
    return Decision(
        "D03" if case.evidence.modality is Modality.VOICE else "D02", Effect.SETTLE, "a clear yes"
    )
