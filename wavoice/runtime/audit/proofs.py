"""I1 to I5 (confirmation.md A4) of every try to write, each from records and by rules of its own.

Nothing of the gate is called here: a gate that errs must not be its own witness.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rfc8785

from wavoice.runtime import journal
from wavoice.runtime.audit.dialogue import Asked, Dialogue, Said, Step
from wavoice.runtime.model import SECOND, Form, Mark, Modality, Tier

_SAID = frozenset({Form.MESSAGE, Form.REACTION})
_RETRACTED_FIRST = frozenset({"D07", "D23"})
"""Rows of the one exception: a typed retraction with a strong yes at its end."""
_STOPPED = (
    journal.Held,
    journal.Cancelled,
    journal.Expired,
    journal.Superseded,
)


@dataclass(frozen=True, slots=True)
class Violation:
    """What cannot be proved of one effect: the invariant, the record that shows it, and in plain words."""

    proposal: str
    invariant: str
    seq: int
    said: str


Found = Iterator[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One try to write, and the yes on which it stands."""

    dialogue: Dialogue
    step: Step
    intended: journal.Intended
    confirmed: Step
    yes: journal.Confirmed
    said: Said
    redacted: frozenset[int]


def violations(dialogue: Dialogue, step: Step, redacted: frozenset[int]) -> Sequence[Violation]:
    """All that is wrong with one try to write (an `intended` event)."""
    intended = step.body
    if not isinstance(intended, journal.Intended):
        raise TypeError("only a try to write has a proof")
    found = list(_one_effect(dialogue, step, intended))
    case = _case(dialogue, step, intended, redacted)
    if isinstance(case, str):
        found.append(("I1", step.seq, case))
    else:
        for prove in (_affirmed, _bound, _asked_before, _no_veto, _in_time, _same_words):
            found += prove(case)
    return [Violation(intended.proposal, *one) for one in found]


def _case(dialogue: Dialogue, step: Step, intended: journal.Intended, redacted: frozenset[int]) -> Case | str:
    """The yes of this try; a sentence if there is none."""
    approvals = [
        one for one in dialogue.of(journal.Confirmed, step.seq) if one.body.proposal == intended.proposal
    ]
    if not approvals:
        return "no yes is recorded before the write"
    confirmed, yes = approvals[-1], approvals[-1].body
    said = dialogue.said.get(intended.evidence)
    if not isinstance(yes, journal.Confirmed) or yes.message != intended.evidence:
        return f"record {confirmed.seq} accepts the yes of another message"
    if said is None or said.seq > confirmed.seq:
        return "the message that is said to approve it was not received from this contact"
    return Case(dialogue, step, intended, confirmed, yes, said, redacted)


# --- I2: at most one effect -------------------------------------------------------------------------


def _one_effect(dialogue: Dialogue, step: Step, intended: journal.Intended) -> Found:
    seed = f"{intended.proposal}\n{intended.version}\nwrite".encode()
    if intended.key != "wv-" + hashlib.sha256(seed).hexdigest()[:32]:
        yield "I2", step.seq, "its idempotency key is not the one key of this proposal version"
    for other in dialogue.of(journal.Intended, step.seq):
        if not isinstance(other.body, journal.Intended):
            continue
        same = other.body.key == intended.key
        if other.body.proposal == intended.proposal and not same and not _refused(dialogue, other, step.seq):
            yield "I2", step.seq, f"the same proposal was written under another key in record {other.seq}"
        if other.body.evidence == intended.evidence and not same:
            yield "I1", step.seq, f"its yes had been used up by the write of record {other.seq}"
        if same and not intended.again:
            yield "I2", step.seq, f"it is no retry, but record {other.seq} has tried it before"
    for done in dialogue.of(journal.Committed, step.seq):
        if done.body.proposal == intended.proposal:
            yield "I2", step.seq, f"record {done.seq} says that it was done already"


def _refused(dialogue: Dialogue, tried: Step, until: int) -> bool:
    """The shop had answered that try: its record had changed, so nothing was applied under that key (D42).

    A version that was replaced without this answer may still be applied late: then another key is a second
    effect. What was tried after the answer is not covered by it.
    """
    key = tried.body.key if isinstance(tried.body, journal.Intended) else None
    return any(
        isinstance(step.body, journal.Superseded) and step.body.key == key and step.seq > tried.seq
        for step in dialogue.of(journal.Superseded, until)
    )


# --- I1: an affirmative answer to exactly this question --------------------------------------------


def _affirmed(case: Case) -> Found:
    said, received = case.said, case.said.body
    if not said.affirms:
        yield "I1", said.seq, "the message that approved it was not read as a yes"
    file = received.media_sha256 is not None and not received.voice
    if received.forwarded or file:
        yield "I1", said.seq, "the message that approved it was forwarded"
    if received.form not in _SAID:
        yield "I1", said.seq, f"the message that approved it is no answer but an {received.form}"
    if case.intended.tier == Tier.R3 and not (case.yes.binding == "button" or case.yes.code):
        yield (
            "I1",
            case.confirmed.seq,
            "it pays out, and neither its button nor its code approved it (I14)",
        )
    keys = [one.body.identity for one in _earlier(case) if one.body.identity]
    if keys and received.identity and keys[-1] != received.identity:
        yield "I1", said.seq, "the identity key of the account had changed since it was asked (D48)"


def _earlier(case: Case) -> Sequence[Said]:
    """Messages received up to the moment at which the proposal was raised."""
    raised = [
        step.seq for step in case.dialogue.of(journal.Proposed) if step.body.digest == case.intended.digest
    ]
    until = raised[0] if raised else case.said.seq
    return [said for said in case.dialogue.said.values() if said.seq < until]


def _bound(case: Case) -> Found:
    digest, received = case.intended.digest, case.said.body
    if case.yes.digest != digest or case.yes.version != case.intended.version:
        yield "I1", case.confirmed.seq, "the yes was given to another version of the proposal"
    before = [asked for asked in case.dialogue.asked if asked.seq < case.confirmed.seq]
    match case.yes.binding:
        case "button" if received.taps != digest:
            yield "I1", case.said.seq, "the button that was tapped belongs to another question"
        case "quote" if _on(received) not in _messages(before, digest):
            yield "I1", case.said.seq, "the message that it answers did not ask this question"
        case "sole_open" if before and before[-1].digest != digest:
            yield "I1", before[-1].seq, "another question had been asked since"
        case "button" | "quote" | "sole_open":
            pass
        case other:
            yield "I1", case.confirmed.seq, f"a yes that is bound by {other or 'nothing'} approves nothing"


def _on(received: journal.Received) -> str | None:
    """Our message that it quotes or reacts to."""
    return received.target if received.form == Form.REACTION else received.quotes


def _messages(asked: Sequence[Asked], digest: str) -> set[str]:
    return {
        message
        for one in asked
        if one.digest == digest
        for message in (*one.messages, one.message)
        if message
    }


def _asked_before(case: Case) -> Found:
    """The utterance began after the question was accepted, and after it was put again if it was held."""
    questions = _questions(case)
    if not questions:
        yield (
            "I1",
            case.confirmed.seq,
            "its question had not been accepted, or not again after it was held",
        )
    elif all(case.dialogue.failed(one, case.step.seq) for one in questions):
        yield "I1", questions[-1].seq, "its question never reached the customer"
    elif not any(_began_after(case, one) for one in questions):
        yield "I1", case.said.seq, "the yes began before its question was asked (I15)"


def _questions(case: Case) -> list[Asked]:
    """Where the question stood when the yes was accepted."""
    held = [
        step.seq
        for step in case.dialogue.of(journal.Held, case.confirmed.seq)
        if step.body.proposal == case.intended.proposal
    ]
    since = held[-1] if held else 0
    return [
        one
        for one in case.dialogue.asked
        if since < one.seq < case.confirmed.seq and one.digest == case.intended.digest
    ]


def _began_after(case: Case, asked: Asked) -> bool:
    """WhatsApp's times are whole seconds, of the sending (D38); who taps or quotes has seen the question."""
    if case.yes.binding in ("button", "quote"):
        return True
    began = case.said.body.sent_at // SECOND + 1 - case.said.seconds
    return began * SECOND >= asked.at


# --- I3: no veto received before the write ----------------------------------------------------------


def _no_veto(case: Case) -> Found:
    proposal, until = case.intended.proposal, case.step.seq
    for kind in _STOPPED:
        for stop in case.dialogue.of(kind, until):
            if stop.body.proposal == proposal and stop.seq > case.confirmed.seq:
                yield "I3", stop.seq, f"it was {stop.body.kind} before the write"
    if case.said.vetoes and not _exception(case):
        yield "I3", case.said.seq, "the message that approved it holds a veto as well"
    questions = [one for one in _questions(case) if _began_after(case, one)]
    since = questions[-1].seq if questions else 0
    for said in case.dialogue.said.values():
        if said is case.said or said.seq >= until:
            continue
        if said.vetoes and max(said.seq, said.read_seq or 0) > since:
            yield "I3", said.seq, "a veto was received before the write"
        if said.seq > case.said.seq and _takes_back(said.body, case.said.body):
            yield "I3", said.seq, "the yes was edited or taken back before the write"


def _takes_back(later: journal.Received, yes: journal.Received) -> bool:
    if later.form == Form.REACTION_REMOVED:
        return yes.form == Form.REACTION and later.target == yes.target
    return later.form in (Form.REVOKE, Form.EDIT) and later.target == yes.message


def _exception(case: Case) -> bool:
    typed = case.said.body.media_sha256 is None and case.confirmed.where.modality is not Modality.VOICE
    return typed and case.yes.row in _RETRACTED_FIRST and case.said.marks[-1:] == (Mark.YES,)


# --- I4: not after its time -------------------------------------------------------------------------


def _in_time(case: Case) -> Found:
    asked = [
        step
        for step in case.dialogue.of(journal.Proposed, case.confirmed.seq)
        if step.body.digest == case.intended.digest
    ]
    if asked and case.said.at >= asked[-1].body.expires_at:
        yield "I4", case.said.seq, "the yes came after the question had expired"
    if case.intended.expires_at != case.yes.expires_at:
        yield "I4", case.step.seq, "its deadline is not the one that the yes was given"
    if case.intended.tried_at >= case.yes.expires_at:
        yield "I4", case.step.seq, "it was tried after its deadline"
    if case.intended.tried_at < case.yes.settle_at and not case.intended.again:
        yield "I4", case.step.seq, "it was tried before its settle window had ended"


# --- I5: what is written is what was read back -------------------------------------------------------


def _same_words(case: Case) -> Found:
    """Records whose personal values were erased prove by their digest, which they keep."""
    intended, seq = case.intended, case.step.seq
    proposed = [
        step
        for step in case.dialogue.of(journal.Proposed, case.confirmed.seq)
        if step.body.digest == intended.digest and step.body.proposal == intended.proposal
    ]
    if not proposed:
        yield "I5", seq, "the question that it answers is not recorded"
    if seq not in case.redacted and _digest(case.step) != intended.digest:
        yield "I5", seq, "its arguments are not those of its digest"
    for step in (*proposed[-1:], case.confirmed):
        known = not {seq, step.seq} & case.redacted
        if known and _written(step.body) != _written(intended):
            yield "I5", step.seq, f"what was {step.body.kind} is not what is written"
    if proposed and proposed[-1].seq not in case.redacted:
        yield from _read_back(case, proposed[-1].body.read_back)


def _read_back(case: Case, read_back: str) -> Found:
    shown = [
        one
        for one in case.dialogue.asked
        if one.digest == case.intended.digest and one.seq < case.confirmed.seq and one.text is not None
    ]
    if any(one.seq in case.redacted for one in shown):
        return
    if shown and not any(read_back and read_back in (one.text or "") for one in shown):
        yield "I5", shown[0].seq, "what the customer was sent is not the read-back of what is written"


def _written(body: journal.ProposalEvent) -> Mapping[str, Any]:
    return {
        "action": body.action,
        "args": dict(body.args),
        "facts_version": body.facts_version,
        "tier": body.tier,
        **_paid(body),
    }


def _paid(body: journal.ProposalEvent) -> Mapping[str, Any]:
    """Money and payee, where the action has them; what is absent is not bound."""
    named = (("money", getattr(body, "money", None)), ("payee", getattr(body, "payee", None)))
    return {name: value for name, value in named if value is not None}


def _digest(step: Step) -> str:
    """A2: sha256 of the canonical JSON of every bound field, made here anew."""
    bound = {
        "proposal": step.body.proposal,
        "version": step.body.version,
        "tenant": step.where.tenant,
        "contact": step.where.contact,
        **_written(step.body),
    }
    return "d1:" + hashlib.sha256(rfc8785.dumps(bound)).hexdigest()
