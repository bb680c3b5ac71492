"""The one commit of a turn: everything it decided, or nothing."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import consent, journal, session
from wavoice.runtime.backoff import behind
from wavoice.runtime.budget import count_voice
from wavoice.runtime.codes import Codes
from wavoice.runtime.deliver import enter
from wavoice.runtime.failures import buttons
from wavoice.runtime.hand_over import TIMED_OUT, hand_over, timer_of, with_person
from wavoice.runtime.hear import Words
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import (
    Asking,
    Button,
    Consent,
    ConsentRecord,
    ConsentStatus,
    Conversation,
    Form,
    Inbound,
    Micros,
    OutboxGroup,
    OutboxState,
    Proposal,
    ProposalState,
    Question,
    Reply,
    Shown,
    Stage,
    Tier,
    TimerKind,
)
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.replies import english
from wavoice.runtime.replies.others import words_in
from wavoice.runtime.steps import Step
from wavoice.runtime.understand import Known

_NOT_FROM_THE_CUSTOMER = frozenset({Form.ECHO, Form.OFFER, Form.IDENTITY})


def reply_to(step: Step, codes: Codes, *, by_voice: bool, notice: bool = False) -> Reply:
    """Words to a reply; a question gets buttons whose ids carry its digest.

    One about money also gets its code, in the text alone: a voice note is overheard.
    """
    asks, text = step.asks, step.text or ""
    language = asks.language if asks is not None and asks.language != "en" else step.language
    words = words_in(language)
    answers = (Button(f"yes:{asks.digest}", words.yes), Button(f"no:{asks.digest}", words.no)) if asks else ()
    code = codes.of(asks) if asks and asks.tier is Tier.R3 else None
    return Reply(
        text=f"{text} {english.or_code(code)}" if code else text,
        buttons=answers or buttons(step),
        by_voice=by_voice and language == "en" and not step.written and "://" not in text,
        spoken=text if code else None,
        proposal=asks.id if asks else None,
        digest=asks.digest if asks else None,
        notice=notice,
        final=step.hand_off is not None or step.beside or (Consent.MESSAGES, False) in step.consents,
        shows=_shows(step),
    )


def _shows(step: Step) -> tuple[Shown, ...]:
    told = (Shown(Consent.MESSAGES, consent.FIRST_CONTACT, step.tells),) if step.tells else ()
    if step.question is None:
        return told
    return (*told, Shown(step.question, consent.QUESTION, english.ASK_CONSENT[step.question]))


async def keep(
    turn: Turn,
    message: Inbound,
    known: Known,
    words: Words,
    step: Step,
    reply: Reply | None,
) -> OutboxGroup | None:
    """The one commit of the turn: everything it decided, or nothing."""
    kit = turn.kit
    said = _after(turn, message, known, words, step, reply)
    kit.failpoints.reach("turn_decided")
    async with kit.store.begin() as tx:
        await tx.conversations.save(said)
        await tx.inbox.done(message)
        if message.media is not None and words.audio is not None:
            await tx.media.add(turn.id, message.media, words.size, words.audio)
            if words.heard is not None:
                await count_voice(kit, tx, message, words.audio.seconds)
        for other in known.joined:
            await tx.inbox.done(other)
            ended = turn.trace.now()
            joined = journal.TurnEnded("overtaken", turn.id, other.received_at, ended)
            turn.log(joined, turn=other.turn)
        for purpose, given in step.consents:
            asked = known.consents.asked.get(purpose) if step.answers is purpose else None
            line = _line(turn, purpose, message.id)
            await enter(turn, tx, consent.entered(line, given=given, asked=asked))
        opted_in = (Consent.MESSAGES, True) in step.consents
        if known.conversation.handed_off and step.releases:
            await tx.timers.clear(timer_of(turn.address, TIMED_OUT))
            if opted_in:
                turn.log(journal.Released(reason="opted in"))
        if not session.may_keep_words(message.modality, known.consents) and step.settles is None:
            turn.forget_words()
        await keep_proposals(turn, tx, known.proposal, step)
        await call_offers(turn, tx, said)
        if message.form not in _NOT_FROM_THE_CUSTOMER:
            await _release(turn, tx, said, reply)
        group = await queue(turn, tx, said, reply) if reply else None
        await turn.write_journal(tx)
        if step.hand_off is not None:
            await hand_over(turn, tx, said, step, reply)
    return group


def _after(
    turn: Turn, message: Inbound, known: Known, words: Words, step: Step, reply: Reply | None
) -> Conversation:
    """The conversation as the turn leaves it; a message without words leaves its clocks alone."""
    policy, before, now = turn.kit.policy, known.conversation, turn.trace.now()
    wrote_at = before.wrote_at
    if message.form not in _NOT_FROM_THE_CUSTOMER:
        wrote_at = max(message.received_at, before.wrote_at or 0)
    handed_off = (before.handed_off and not step.releases) or step.hand_off is not None
    parted_since = with_person(before, step, now, staff=message.form is Form.ECHO)
    identity = message.identity or before.identity
    failures = _failures(before, step, meant=known.meant)
    if not known.meant:
        stored = replace(
            known.stored,
            wrote_at=wrote_at,
            handed_off=handed_off,
            with_person=parted_since,
            identity=identity,
            failures=failures,
        )
        return replace(stored, offers=before.offers, referral=message.referral or before.referral)
    asking, aside = session.carry_on(before, step.asking, now, over=step.over)
    parted = step.hand_off is not None or (Consent.MESSAGES, False) in step.consents
    gone = parted or step.releases
    after = replace(
        before,
        asking=None if gone else asking,
        aside=None if gone else aside,
        queued=_queued(before, step),
        question=None if step.question is None else Question(step.question, now),
        last_seen_at=message.received_at,
        wrote_at=wrote_at,
        referral=message.referral or before.referral,
        handed_off=handed_off,
        with_person=parted_since,
        identity=identity,
        failures=failures,
    )
    if (Consent.VOICE_DATA, False) in step.consents:
        after = replace(after, memory=())
    heard = words.text if session.may_keep_words(message.modality, known.consents) else session.UNKEPT
    answer = (reply.spoken or reply.text) if reply else ""  # a code is not remembered
    return session.remember(after, heard, answer, policy) if words.text or reply else after


def _failures(before: Conversation, step: Step, *, meant: bool) -> int:
    """A person, or one message that was understood, begins the count anew; a sticker changes nothing."""
    if step.failed and step.hand_off is None:
        return before.failures + 1
    return 0 if meant or step.hand_off is not None else before.failures


def _queued(before: Conversation, step: Step) -> Asking | None:
    """The wish that came with a yes waits as long as that yes does, also while it is held."""
    open_still = not step.proposals or any(proposal.is_open for proposal in step.proposals)
    return step.queues or (before.queued if open_still and step.hand_off is None else None)


def _line(turn: Turn, purpose: Consent, proof: str) -> ConsentRecord:
    return ConsentRecord(
        address=turn.address,
        purpose=purpose,
        status=ConsentStatus.SHOWN,
        at=turn.trace.now(),
        source="",
        proof=proof,
    )


async def keep_proposals(turn: Turn, tx: UnitOfWork, before: Proposal | None, step: Step) -> None:
    """Store what a step does to proposals; a yes that it stops wakes nobody, and its turn ends."""
    for proposal in step.proposals:
        await tx.proposals.save(await _with_prompt_of_today(tx, proposal))
        if before is None or before.id != proposal.id:
            continue
        if _stopped(before, proposal):
            await tx.timers.clear(before.id)
            _overtake(turn, before)
        elif before.checking_at is None and proposal.checking_at is not None:
            _overtake(turn, before)
    if step.settles is not None and step.settles.settle_at is not None:
        await wake(turn, tx, TimerKind.SETTLE, step.settles.settle_at, step.settles.id)


async def call_offers(turn: Turn, tx: UnitOfWork, conversation: Conversation) -> None:
    """What the shop offered is asked as soon as nothing is open; else it is looked at again then."""
    if conversation.offers:
        waits_for = await tx.proposals.open(turn.address)
        due = turn.trace.now() if waits_for is None else max(waits_for.expires_at, turn.trace.now())
        await wake(turn, tx, TimerKind.OFFER, due, conversation.offers[0].id)


async def _with_prompt_of_today(tx: UnitOfWork, proposal: Proposal) -> Proposal:
    """Statuses may have come in while the turn was thinking; a question that was just voided stays void."""
    stored = await tx.proposals.get(proposal.id)
    if stored is None or stored.digest != proposal.digest or stored.held_at != proposal.held_at:
        return proposal
    return replace(
        proposal,
        prompts=stored.prompts,
        prompt_state=stored.prompt_state,
        prompted_at=stored.prompted_at,
    )


def _stopped(before: Proposal, after: Proposal) -> bool:
    return before.state is ProposalState.SETTLING and after.state is not ProposalState.SETTLING


def _overtake(turn: Turn, before: Proposal) -> None:
    """The turn of the earlier yes ends here: this turn answers for both."""
    settle_at, evidence = before.settle_at, before.evidence
    if settle_at is None or evidence is None or before.approved_by is None:
        return
    began = settle_at - turn.kit.policy.window(before.tier, evidence.modality)
    now = turn.trace.now()
    waited = journal.SpanEvent(stage=Stage.SETTLE, start=began, end=now, on_path=0)
    turn.log(
        *((waited,) if before.state is ProposalState.SETTLING else ()),  # else its own wake drew it
        journal.TurnEnded(how="overtaken", reason=turn.id, started_at=evidence.received_at, ended_at=now),
        turn=before.approved_by,
    )


async def queue(turn: Turn, tx: UnitOfWork, conversation: Conversation, reply: Reply) -> OutboxGroup:
    """Store a reply group, and the wake that sends it again should this process die.

    Behind a reply that waits for WhatsApp's limits it waits too: one customer's replies keep their order.
    """
    now = turn.trace.now()
    group = OutboxGroup(
        id=turn.kit.ids.new("o"),
        address=turn.address,
        to=conversation.alias,
        turn=turn.id,
        reply=reply,
        created_at=now,
        window_ends_at=session.window_ends(conversation, turn.kit.policy),
        not_before=behind(await tx.outbox.queued(turn.address), now),
    )
    await tx.outbox.save(group)
    await wake(turn, tx, TimerKind.OUTBOX, now + turn.kit.policy.send_lease, group.id)
    return group


async def _release(turn: Turn, tx: UnitOfWork, conversation: Conversation, reply: Reply | None) -> None:
    """The customer has written: replies that were held go out, if they are still wanted, after this turn.

    What this turn says itself is not said twice.
    """
    ends_at, now = session.window_ends(conversation, turn.kit.policy), turn.trace.now()
    for group in await tx.outbox.held(turn.address):
        if reply is not None and _says_anew(reply, group.reply):
            await tx.outbox.save(replace(group, held_at=None))
            await tx.timers.clear(group.id)
            turn.log(
                journal.Trouble(stage="send", code="not_sent", detail="it is said anew"), turn=group.turn
            )
            continue
        queued = replace(
            group,
            state=OutboxState.QUEUED,
            held_at=None,
            waits=group.waits + 1,
            window_ends_at=ends_at,
            to=conversation.alias,
        )
        await tx.outbox.save(queued)
        await wake(turn, tx, TimerKind.OUTBOX, now, group.id)


def _says_anew(reply: Reply, before: Reply) -> bool:
    """True for the same words, or the same question."""
    return reply.text == before.text or (before.proposal is not None and reply.proposal == before.proposal)


async def wake(
    turn: Turn, tx: UnitOfWork, kind: TimerKind, due_at: Micros, subject: str, attempts: int = 0
) -> None:
    """Set the timer of that kind and subject; it replaces an earlier one."""
    await tx.timers.set(turn.kit.timer(turn.address, kind, due_at, subject, attempts))
