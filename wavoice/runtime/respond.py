"""From a decision to what is kept and said. Pure: no I/O, no clock; ids come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.actions import Job
from wavoice.runtime.cases import affirms
from wavoice.runtime.confirm import Decision, Effect, can_hold
from wavoice.runtime.failures import not_heard
from wavoice.runtime.model import Asking, Consent, HandOff, MustStop, Proposal, ProposalState, Tier
from wavoice.runtime.replies import english
from wavoice.runtime.replies.others import ENGLISH, Words, words_in
from wavoice.runtime.requests import proceed, start
from wavoice.runtime.standing import after as after_of
from wavoice.runtime.standing import held_events, spoken, still
from wavoice.runtime.steps import Scene, Step, about


def respond(decision: Decision, scene: Scene) -> Step:
    """Carry a row out on paper: new states, events, words."""
    step = _RESPONSES[decision.effect](decision, scene)
    if decision.effect in (Effect.PROCEED, Effect.NOTHING):
        step = _forget(step, scene)
    if step.hand_off:
        step = replace(step, events=(*step.events, journal.HandedOff(reason=step.hand_off)))
    return step


def _forget(step: Step, scene: Scene) -> Step:
    """An open question older than the business clock is closed before another is raised."""
    old = scene.case.proposal
    if old is None or not can_hold(old) or scene.case.now - old.created_at < scene.policy.business_clock:
        return step
    expired = replace(old, state=ProposalState.EXPIRED, settle_at=None)
    return replace(
        step,
        proposals=(expired, *step.proposals),
        events=(about(journal.Expired, expired, "D40"), *step.events),
    )


# --- answers to a question ----------------------------------------------------------------------


def _settle(decision: Decision, scene: Scene) -> Step:
    before, after = scene.case.proposal, after_of(decision, scene)
    if before is not None and before.state is ProposalState.SETTLING:
        return Step(silent="the outcome of the earlier yes answers this one too")
    evidence = scene.case.evidence
    confirmed = about(
        journal.Confirmed,
        after,
        decision.row,
        message=evidence.message,
        binding=str(evidence.binding),
        settle_at=after.settle_at or 0,
        code=evidence.code_fits is True,
    )
    reading, queues = scene.case.reading, None
    if decision.row == "D15" and reading.intent is not None:
        queues = Asking(intent=reading.intent, slots=reading.slots, missing="", since=scene.case.now)
    return Step(proposals=(after,), settles=after, events=(confirmed,), queues=queues)


def _ask(decision: Decision, scene: Scene) -> Step:
    after = after_of(decision, scene)
    events = held_events(scene.case.proposal, after, decision.row)
    if after.attempts >= scene.policy.max_attempts or after.code_tries >= scene.policy.max_code_tries:
        handed = replace(after, state=ProposalState.HANDED_OFF, settle_at=None)
        return Step(
            text=english.HANDED_OFF, proposals=(handed,), events=events, hand_off=HandOff.NOT_UNDERSTOOD
        )
    language, words, how = "en", ENGLISH, ""
    lead, unheard = english.NOT_CAUGHT, not_heard(scene)
    if unheard is not None:
        language, words, lead = unheard
        how = _how(language, words, after)
    elif scene.trouble:
        lead = english.MEDIA_TROUBLE[scene.trouble]
    elif decision.row == "D18":
        lead = english.MEDIA_TROUBLE["no_speech"]
    elif scene.case.evidence.code_fits is False:
        lead = english.WRONG_CODE
    elif _in_their_language(decision, scene):
        # It was understood, and nobody has checked whether it was a yes: asked once more in its language.
        language, words = spoken(scene)
        lead, how = words.to_be_sure, _how(language, words, after)
    elif affirms(scene.case) and after.tier is Tier.R3:
        lead = english.MONEY_NEEDS_MORE if after.money else english.FINAL_NEEDS_MORE
    elif decision.row == "D25" or (scene.case.reading.loose and not scene.case.evidence.decodes):
        lead = english.TO_BE_SURE
    return Step(
        text=f"{lead} {after.read_back}{how}",
        language=language,
        written=unheard is not None,
        asks=after,
        proposals=(after,),
        events=(*events, about(journal.Reprompted, after, decision.row)),
    )


def _how(language: str, words: Words, asked: Proposal) -> str:
    """How to answer, in the language of what stands around a question that was put in another."""
    return "" if words is ENGLISH or asked.language == language else f" {words.how_to_answer(asked.tier)}"


def _in_their_language(decision: Decision, scene: Scene) -> bool:
    """True for an answer in agreement, unless it is its language that is in doubt (D21)."""
    agrees = affirms(scene.case) and spoken(scene)[1] is not ENGLISH
    return decision.row == "D20" or (agrees and decision.row != "D21")


def _hold(decision: Decision, scene: Scene) -> Step:
    after, (language, words) = after_of(decision, scene), spoken(scene)
    return Step(
        text=f"{words.nothing_changed}: {still(scene, after)}. {_once_more(after, words)}",
        language=language,
        asks=after,
        proposals=(after,),
        events=held_events(scene.case.proposal, after, decision.row),
    )


def _once_more(held: Proposal, words: Words) -> str:
    """Money is read back in full; of anything else the customer knows what is meant."""
    if held.tier is not Tier.R3:
        return f"{words.still_want} {words.yes_or_no}"
    told = words is ENGLISH or held.language != "en"
    return held.read_back if told else f"{held.read_back} {words.tap_yes_or_no}"


def _cancel(decision: Decision, scene: Scene) -> Step:
    after, (language, words) = after_of(decision, scene), spoken(scene)
    text, question = f"{words.nothing_changed}: {still(scene, after)}.", None
    if decision.row == "D63":
        text, question = f"{text} {english.STOP_MESSAGES_TOO}", Consent.MESSAGES
    events = (about(journal.Cancelled, after, decision.row),)
    return Step(text=text, language=language, proposals=(after,), events=events, question=question)


def _repropose(decision: Decision, scene: Scene) -> Step:
    """The old version is void whatever comes of the new one."""
    old = after_of(decision, scene)
    expired = old.state is ProposalState.EXPIRED
    closing = about(journal.Expired if expired else journal.Superseded, old, decision.row)
    reading = scene.case.reading
    unsaid = {slot: value for slot, value in old.args.items() if slot not in reading.mentioned}
    step = start(
        scene.jobs.about(old.action), {**unsaid, **reading.slots}, scene, replaces=None if expired else old
    )
    if step.text and expired:
        language, words = spoken(scene)
        how = _how(language, words, step.asks) if step.asks else ""
        text = f"{words.expired}; {still(scene, old)}. {step.text}{how}"
        step = replace(step, text=text, language=language)
    elif step.text and decision.row in _TERMS:
        step = replace(step, text=f"{_TERMS[decision.row]} {step.text}")
    kept = () if step.asks and step.asks.id == old.id else (old,)
    return replace(step, proposals=(*kept, *step.proposals), events=(closing, *step.events))


_TERMS = {
    "D11": "I cannot promise a condition.",
    "D12": "I can only do this as a whole.",
}
"""What the new question of a new term begins with."""


def _restate(decision: Decision, scene: Scene) -> Step:
    after = after_of(decision, scene)
    events = held_events(scene.case.proposal, after, decision.row)
    lead = _LEADS.get(decision.row) or f"Right now {still(scene, after)}."
    return Step(text=f"{lead} {after.read_back}", asks=after, proposals=(after,), events=events)


_LEADS = {"D29": english.CANNOT_USE, "D31": "That question has changed."}
"""What is said before the question is put again; else how things stand."""


def _remind(decision: Decision, scene: Scene) -> Step:
    """Answer what only reads; anything that writes waits for the open question."""
    after = after_of(decision, scene)
    events = held_events(scene.case.proposal, after, decision.row)
    job = scene.jobs.offered(scene.case.reading.intent)
    other = start(job, scene.case.reading.slots, scene) if job and job.tier is Tier.R0 else Step()
    if not can_hold(after) or after.state is ProposalState.SETTLING:
        how = words_in(after.language).how_to_answer(after.tier)
        text = other.text or f"One moment: {after.read_back.removesuffix(how).strip()}"
        return replace(other, text=text, events=events)
    if after.reminded and other.text and after.prompts:
        return replace(other, events=events)  # recalled once is enough: it stays open
    after = replace(after, reminded=after.reminded or other.text is not None)
    lead = other.text or "One thing first."
    return Step(text=f"{lead} {after.read_back}", asks=after, proposals=(after,), events=events)


def _opt_out(decision: Decision, scene: Scene) -> Step:
    proposal = scene.case.proposal
    step = Step(text=english.OPTED_OUT, consents=((Consent.MESSAGES, False),))
    if proposal is None or not proposal.is_open:
        return step
    after = after_of(decision, scene)
    closed = after.state is ProposalState.CANCELLED
    events = (about(journal.Cancelled, after, decision.row),) if closed else ()
    return replace(step, proposals=(after,), events=events)


def _hand_off(decision: Decision, scene: Scene) -> Step:
    proposal = scene.case.proposal
    said = scene.case.reading.intent or ""
    reason = (
        _STOPS.get(said, HandOff.ASKED_FOR_A_PERSON) if decision.row != "D48" else HandOff.ANOTHER_IDENTITY
    )
    step = Step(text=english.STOPPED.get(said, english.HANDED_OFF), hand_off=reason)
    if proposal is None or not proposal.is_open:
        return step
    after = after_of(decision, scene)
    return replace(step, proposals=(after,), events=held_events(proposal, after, decision.row))


_STOPS: Mapping[str, HandOff] = {
    **{stop: HandOff.named(stop) for stop in MustStop},
    MustStop.DANGER: HandOff.DISTRESS,
}


# --- nothing open -------------------------------------------------------------------------------


def _nothing(_decision: Decision, _scene: Scene) -> Step:
    return Step(text=english.NOTHING_WAITING)


def _already(_decision: Decision, scene: Scene) -> Step:
    proposal = scene.case.proposal
    words = scene.jobs.about(proposal.action).words if proposal else None
    if words is None or proposal is None:
        return Step(text=english.NOTHING_WAITING)
    named = f" Your reference is {proposal.reference}." if proposal.reference else ""
    return Step(text=f"{words.already(proposal)}{named}")


def _pay_elsewhere(decision: Decision, scene: Scene) -> Step:
    """D61: say where to pay; an open question is put again, since nothing beside the number counts."""
    text = english.no_cards_here(scene.policy.link_pages)
    if not can_hold(scene.case.proposal):
        return Step(text=text)
    after = after_of(decision, scene)
    events = held_events(scene.case.proposal, after, decision.row)
    return Step(text=f"{text} {after.read_back}", asks=after, proposals=(after,), events=events)


def _taken_over(decision: Decision, scene: Scene) -> Step:
    """Staff write themselves (D65): what settles is held, and the bot says nothing from now on."""
    step = Step(silent=decision.reason, hand_off=HandOff.STAFF_WROTE)
    proposal = scene.case.proposal
    if proposal is None or not proposal.is_open:
        return step
    after = after_of(decision, scene)
    return replace(step, proposals=(after,), events=held_events(proposal, after, decision.row))


def _offer_back(decision: Decision, scene: Scene) -> Step:
    """The way back, or the value said now, as a new proposal with its own yes; never a silent undo."""
    done = scene.case.proposal
    if done is None:
        raise ValueError(f"row {decision.row} needs a proposal")
    job, back = scene.jobs.about(done.action), scene.jobs.back(done.action)
    if back is None and job.words is not None:
        return Step(text=english.no_way_back(job.words.already(done)), hand_off=HandOff.NO_WAY_BACK)
    said = {slot: value for slot, value in scene.case.reading.slots.items() if slot in done.args}
    if back is not None and back.name != job.name and not said:
        return _undone_by(back, job, done, scene)
    step = start(job, {**done.args, **(said or done.before)}, scene)
    if step.asks is None or job.words is None or said or step.asks.language != "en":
        return step
    asked = step.asks
    question = job.words.question(asked).replace(" it to ", " it back to ", 1)
    asked = replace(asked, read_back=f"{question} {english.YES_OR_NO}")
    return replace(
        step,
        text=f"{job.words.already(done)} {asked.read_back}",
        asks=asked,
        proposals=(asked,),
        events=(about(journal.Proposed, asked, decision.row),),
    )


def _undone_by(back: Job, job: Job, done: Proposal, scene: Scene) -> Step:
    """Another job is the way back: a proposal of its own, like any other."""
    made = {"order": done.reference} if done.reference else {}
    step = start(back, {**made, **done.args}, scene)
    already = job.words.already(done) if job.words else ""
    return replace(step, text=f"{already} {step.text}") if step.asks else step


def _checking(decision: Decision, scene: Scene) -> Step:
    told = replace(after_of(decision, scene), checking_at=scene.case.now)
    return Step(text=english.CHECKING, proposals=(told,))


def _ignore(decision: Decision, _scene: Scene) -> Step:
    return Step(silent=decision.reason)


_RESPONSES: Mapping[Effect, Callable[[Decision, Scene], Step]] = {
    Effect.PROCEED: proceed,
    Effect.SETTLE: _settle,
    Effect.ASK: _ask,
    Effect.HOLD: _hold,
    Effect.CANCEL: _cancel,
    Effect.REPROPOSE: _repropose,
    Effect.ANSWER: _restate,
    Effect.REMIND: _remind,
    Effect.NOTHING: _nothing,
    Effect.ALREADY: _already,
    Effect.OFFER_BACK: _offer_back,
    Effect.CHECKING: _checking,
    Effect.IGNORE: _ignore,
    Effect.OPT_OUT: _opt_out,
    Effect.HAND_OFF: _hand_off,
    Effect.TAKEN_OVER: _taken_over,
    Effect.PAY_ELSEWHERE: _pay_elsewhere,
}
