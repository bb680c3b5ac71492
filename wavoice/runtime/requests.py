"""Requests: a message that answers nothing, or the missing piece of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.actions import (
    Answer,
    Ask,
    Failed,
    ForPeople,
    Instead,
    Job,
    Mode,
    Offer,
    Prepared,
    Refuse,
    with_product,
)
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.confirm import Case, Decision
from wavoice.runtime.errors import UnsupportedLanguageError
from wavoice.runtime.failures import is_none_of_mine, none_of_mine, not_caught, not_heard, which_is_meant
from wavoice.runtime.model import (
    Asking,
    Consent,
    Conversation,
    Facts,
    Form,
    HandOff,
    Modality,
    Order,
    Proposal,
    Tier,
)
from wavoice.runtime.proposals import Draft, propose
from wavoice.runtime.replies import english, selling
from wavoice.runtime.replies.others import ENGLISH, words_in
from wavoice.runtime.steps import Scene, Step, about

GONE = "the job is gone, or off"
"""Why a question about it is held."""


def raise_proposal(scene: Scene, job: Job, offer: Offer, replaces: Proposal | None = None) -> Proposal:
    """Make the next version of `replaces`, or a fresh proposal."""
    words = job.words
    if words is None:
        raise ValueError(f"{job.name} never writes, so it cannot be proposed")
    tier = offer.tier or job.tier
    draft = Draft(
        address=scene.conversation.address,
        action=job.name,
        args=offer.args,
        before=offer.before,
        facts_version=offer.facts_version,
        tier=tier,
        read_back="",
        turn=scene.turn,
        money=offer.money,
        payee=offer.payee,
        not_codes=_numbers_of(scene) if tier is Tier.R3 else (),
    )
    identity, version = (replaces.id, replaces.version + 1) if replaces else (scene.fresh, 1)
    proposal = propose(draft, identity, version, scene.case.now, scene.policy)
    language, question, how = _asked_in(scene, job, proposal)
    return replace(
        proposal,
        read_back=f"{question or words.question(proposal)} {how}",
        language=language,
        identity=scene.case.evidence.identity or scene.conversation.identity,
        customer=scene.facts.owner if scene.facts else "",
        takes=offer.takes,
    )


def _asked_in(scene: Scene, job: Job, proposal: Proposal) -> tuple[str, str | None, str]:
    """Language, question (None: the English one) and how to answer it."""
    language = scene.conversation.language
    around = words_in(language)
    question = None
    if job.own is not None and job.own.question_in is not None and around is not ENGLISH:
        question = job.own.question_in(proposal, language)
    if question is None:
        return "en", None, english.how_to_answer(proposal.tier)
    return language, question, around.how_to_answer(proposal.tier)


def _numbers_of(scene: Scene) -> tuple[str, ...]:
    """Numbers that a customer may type after a yes and not mean as a code: of orders, of the card."""
    orders = scene.facts.orders if scene.facts else ()
    cards = (order.payment.last4 for order in orders if order.payment)
    found = re.findall(r"[0-9]+", " ".join([*(order.id for order in orders), *cards]))
    return tuple(dict.fromkeys(found))


def _over_the_cap(offer: Offer, scene: Scene) -> bool:
    """All that went back of this order counts, and all that moved in the last day, so many small sums are not
    the way around it.
    """
    money, policy = offer.money, scene.policy
    if money is None or scene.facts is None:
        return False
    payment = offer.order.payment if offer.order else None
    cap = (policy.order_cap if offer.takes else policy.refund_cap).get(money.currency, 0)
    before = 0 if offer.takes or payment is None else payment.refunded
    if before + money.minor > cap:
        return True
    moved = [one.money for one in scene.facts.moved or () if one.money and one.takes is offer.takes]
    summed = sum(one.minor for one in moved if one.currency == money.currency)
    most = policy.paid_in_per_day if offer.takes else policy.paid_out_per_day
    return len(moved) >= policy.moves_per_day or summed + money.minor > most.get(money.currency, 0)


def proceed(_decision: Decision, scene: Scene) -> Step:
    """A message that answers nothing: a request, the missing piece of one, or not understood."""
    reading, asking = scene.case.reading, scene.conversation.asking
    if reading.intent == "opt_in":
        return Step(text=english.OPTED_IN, consents=((Consent.MESSAGES, True),), releases=True)
    if scene.case.evidence.modality is Modality.OTHER:
        quiet = scene.case.evidence.form is not Form.MESSAGE or reading.text == "[system]"
        if quiet:
            return Step(silent="nothing to answer", asking=asking)
        return Step(text=english.CANNOT_USE, asking=asking)
    if (unheard := not_heard(scene)) is not None:
        language, _, text = unheard
        unknown = scene.trouble == UnsupportedLanguageError.code
        return Step(text=text, language=language, written=True, asking=asking, failed=unknown)
    if scene.trouble:
        return Step(text=english.MEDIA_TROUBLE[scene.trouble], asking=asking, failed=True)
    name = reading.intent if reading.intent in scene.jobs else None
    slots: Mapping[str, str] = reading.slots
    over = False
    if asking and name in (None, asking.intent) and (name or _lacked(asking, scene.jobs) & {*slots}):
        name, slots, over = asking.intent, {**asking.slots, **slots}, True
    if name is None:
        again = _asked_again(scene)
        if again is None and is_none_of_mine(scene):
            return none_of_mine(scene)
        return not_caught(scene, again or scene.jobs.help)
    if (which := which_is_meant(scene, name)) is not None:
        return which
    return replace(start(scene.jobs.about(name), slots, scene), over=over)


def goes_on(scene: Scene) -> bool:
    """True for words that bring a half-said job on, which was asked about after whatever was decided before:
    "no, Thursday" to "which one?".
    """
    asking = scene.conversation.asking
    said = scene.case.reading.slots
    return asking is not None and asked_last(scene) and bool(_lacked(asking, scene.jobs) & {*said})


def asked_last(scene: Scene) -> bool:
    """True if a half-said job was asked about, and nothing was proposed since."""
    asking, before = scene.conversation.asking, scene.case.proposal
    return asking is not None and (before is None or before.created_at < asking.since)


def _asked_again(scene: Scene) -> str | None:
    """What the half-said job still lacks, from live facts; None if there is none, or it lacks nothing."""
    asking = scene.conversation.asking
    job = scene.jobs.offered(asking.intent) if asking is not None else None
    if job is None or asking is None or asking.missing == "consent":
        return None
    step = start(job, asking.slots, scene)
    return step.text if step.asking is not None and step.question is None else None


def _lacked(asking: Asking, jobs: Jobs) -> set[str]:
    """Slots that go on with a half-said job: what was asked for, what it has already, and whatever else it
    needs to know; an order also by what is in it.
    """
    by_product = {"product"} if asking.missing == "order" else set()
    return {asking.missing, *asking.slots, *jobs.about(asking.intent).slots, *by_product}


def needs_facts(case: Case, conversation: Conversation, jobs: Jobs) -> bool:
    """False if nothing that can follow looks at the shop's records: then nobody waits for them.

    What touches a question, asked or answered, is told from the record as it is now.
    """
    if case.proposal is not None or conversation.asking is not None:
        return True
    return not case.unreadable and case.reading.intent in jobs


def _found_by_product(prepared: Prepared, slots: Mapping[str, str], facts: Facts) -> str:
    """By what the order was found, read back before anything is said of it."""
    product = slots.get("product")
    if product is None or "order" in slots or isinstance(prepared, Ask):
        return ""
    order = prepared.order if isinstance(prepared, Offer) else with_product(product, facts)
    return f"{english.in_order(product, order.id)} " if isinstance(order, Order) else ""


def failed(where: str) -> Step:
    """An author's own function failed."""
    noted = journal.Trouble(stage="job", code="job_failed", detail=where)
    return Step(text=english.TROUBLE, hand_off=HandOff.JOB_FAILED, events=(noted,))


def _instead(job: Job | None, slots: Mapping[str, str], lead: str, scene: Scene) -> Step:
    """Go on with the other job, or stay with the words: also while another question is open, or a person has
    the chat, since nothing may be raised then.
    """
    waits = scene.case.proposal is not None and scene.case.proposal.is_open
    if job is None or waits or scene.conversation.handed_off:
        return Step(text=lead, answered=True)
    step = start(job, slots, scene)
    return replace(step, text=f"{lead} {step.text}") if step.text else step


def _before(job: Job, slots: Mapping[str, str], scene: Scene) -> Step | None:
    """What has to be said before a job may begin; None: it may."""
    if job.mode is Mode.OFF:
        return Step(text=english.NOT_OFFERED)
    if scene.facts is None:
        return Step(text=english.SYSTEM_DOWN)
    if job.sensitive and scene.consents.sensitive is not True:
        return Step(
            text=english.ASK_CONSENT[Consent.SENSITIVE],
            asking=Asking(intent=job.name, slots=dict(slots), missing="consent"),
            question=Consent.SENSITIVE,
        )
    if scene.facts.identity.customer is None and not job.public:
        many = bool(scene.facts.identity.customers)
        return Step(
            text=english.SEVERAL_ACCOUNTS if many else english.NOT_RECOGNISED,
            hand_off=HandOff.IDENTITY_MANY if many else HandOff.IDENTITY_NONE,
        )
    if not scene.facts.records.kinds.issuperset(job.needs):
        return Step(text=english.SYSTEM_DOWN)
    return None


def start(job: Job, slots: Mapping[str, str], scene: Scene, replaces: Proposal | None = None) -> Step:
    """Prepare a job from live facts and say what comes next."""
    if (first := _before(job, slots, scene)) is not None or scene.facts is None:
        return first or Step(text=english.SYSTEM_DOWN)
    prepared = job.prepare(slots, scene.facts, scene.today)
    step = _next(job, prepared, slots, scene, replaces)
    about_orders = job.own is not None or ("order" in job.slots and "products" not in job.needs)
    found = _found_by_product(prepared, slots, scene.facts) if about_orders else ""
    return replace(step, text=f"{found}{step.text}") if found and step.hand_off is None else step


def _next(
    job: Job, prepared: Prepared, slots: Mapping[str, str], scene: Scene, replaces: Proposal | None
) -> Step:
    match prepared:
        case Answer(text, written):
            return Step(text=text, answered=True, written=written)
        case Refuse(text):
            return Step(text=text)
        case Failed(where):
            return failed(where)
        case ForPeople(reason, text):
            return Step(text=text, hand_off=reason)
        case Instead(other, known, lead):
            return _instead(scene.jobs.offered(other), known, lead, scene)
        case Ask(slot, text, opens):
            exact = slot == "day" and len(scene.case.reading.mentioned.get("day", ())) > 1
            known = {key: value for key, value in slots.items() if key != slot}
            return Step(
                text=english.WHICH_DAY_EXACTLY if exact else text,
                asking=Asking(intent=job.name, slots=known, missing=slot),
                opens=opens,
            )
        case Offer() if _over_the_cap(prepared, scene):
            over = selling.OVER_THE_CAP if prepared.takes else english.OVER_THE_CAP
            return Step(text=over, hand_off=HandOff.OVER_THE_CAP)
        case Offer():
            proposal = raise_proposal(scene, job, prepared, replaces)
            return Step(
                text=proposal.read_back,
                asks=proposal,
                proposals=(proposal,),
                events=(about(journal.Proposed, proposal),),
                language=proposal.language,
            )
