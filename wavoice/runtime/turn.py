"""The main path: one inbound message, its stages top to bottom.

receive → fetch (while identity and orders are looked up) → clean → transcribe → identify → interpret →
look up → decide → settle → commit → speak → send. This file only sequences: what words mean is said
in `interpret` and `confirm`, what follows from it in `respond`. A yes ends here in its settle window;
`commit.py` carries the turn on when the window has passed. `Turn.ahead` marks what overlaps with the
stages after it; with `runtime.sequential` nothing does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

from wavoice.runtime import journal, session
from wavoice.runtime.another_language import in_its_own
from wavoice.runtime.aside import identity_changed, step_aside
from wavoice.runtime.confirm import Case, Decision, Effect, decide
from wavoice.runtime.consult import consulted
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.delivered import await_delivery
from wavoice.runtime.errors import AuthError, ChannelError
from wavoice.runtime.foresee import always, while_heard, while_settling
from wavoice.runtime.halves import without_spoken_half
from wavoice.runtime.hand_over import with_hours
from wavoice.runtime.hear import Words, hear
from wavoice.runtime.keep import keep, reply_to
from wavoice.runtime.kit import Turn
from wavoice.runtime.look_up import look_up, read_own
from wavoice.runtime.model import Facts, Form, Inbound, Reading, Reply, Stage
from wavoice.runtime.originals import original
from wavoice.runtime.patience import patience
from wavoice.runtime.ports import Hint
from wavoice.runtime.read_for import read_for, wishes_at_hand
from wavoice.runtime.requests import needs_facts
from wavoice.runtime.speaking import prepare, prepares, speak
from wavoice.runtime.steps import Scene, Step
from wavoice.runtime.understand import Known, interpret, joined, make_case
from wavoice.runtime.wishes import carry_out, with_notice

MOST_WORDS = {False: 4096, True: 1024}
"""Characters that WhatsApp takes in a text, and in one with buttons."""


async def take(turn: Turn, message: Inbound, known: Known) -> None:
    """Carry one message from its receipt to its reply, or into its settle window."""
    kit, trace = turn.kit, turn.trace
    message = joined(message, known)
    trace.add(Stage.RECEIVE, message.received_at, message.stored_at)
    if await step_aside(turn, message, known):
        return
    if message.form in _SAID:
        typing = turn.ahead(_show_typing(turn, message))
        if kit.sequential:
            await typing
    away = session.must_be_silent(known.conversation, known.consents, None, reads=known.reads_on)
    silent = away is not None
    shop = None if silent else turn.ahead(look_up(turn, message.alias, *_open_jobs(known)))
    foreseeing = turn.begin(_foresee(turn, shop, known)) if shop and _speaks(turn, message, known) else None

    known, words, readings = await _listen(turn, message, known, silent=silent)
    if shop is not None and kit.consultant is not None:
        readings = await consulted(turn, message, known, words, readings[0], shop), readings[1]
    with trace.span(Stage.DECIDE):
        case = make_case(turn, message, known, words, readings)
    facts = await shop if shop and needs_facts(case, known.conversation, turn.jobs) else None
    facts = None if facts is None else await read_own(turn, facts, *_jobs_at_hand(case, known))
    facts = await read_for(turn, facts, *wishes_at_hand(turn, case, known.conversation))
    case = await await_delivery(turn, replace(case, now=trace.now()))
    with trace.span(Stage.DECIDE):
        known = replace(known, meant=session.has_meaning(case, kit.policy))
        spoken = session.spoken_in(known.conversation, case, kit.tongues.first)
        decision, step = _respond(turn, message, known, words, facts, case)
        reply = _reply(turn, message, known, step)
    if foreseeing is not None:
        foreseeing.cancel()
    speech = turn.ahead(speak(turn, reply)) if reply else None
    with trace.span(Stage.DECIDE):
        if reply is None:
            _end_without_reply(turn, message, step, case.now)
        known = replace(known, conversation=spoken)
        async with original(turn, message, known, words, step):
            group = await keep(turn, message, known, words, step, reply)
    kit.failpoints.reach("turn_kept")
    if step.settles is not None and _speaks(turn, message, known):
        prepare(kit, while_settling(turn.jobs, step.settles))

    if group is None or speech is None:
        return
    delivery = await send(turn, group, speech)
    kit.failpoints.reach("replied")
    end_turn(turn, delivery, decision.row, message.received_at)
    async with kit.store.begin() as tx:
        await keep_delivery(turn, tx, delivery)
        await turn.write_journal(tx)


def _open_jobs(known: Known) -> tuple[str | None, ...]:
    """Jobs that are open before it is known what was said."""
    asking, proposal = known.conversation.asking, known.proposal
    return (
        asking.intent if asking else None,
        proposal.action if proposal is not None and proposal.is_open else None,
    )


def _jobs_at_hand(case: Case, known: Known) -> tuple[str | None, ...]:
    """Jobs of which an answer to this message may speak."""
    asking, proposal = known.conversation.asking, case.proposal
    return (case.reading.intent, asking.intent if asking else None, proposal.action if proposal else None)


async def _listen(
    turn: Turn, message: Inbound, known: Known, *, silent: bool
) -> tuple[Known, Words, tuple[Reading, Reading | None]]:
    """What was said, and what it means; a note that makes no sense may be in another language."""
    kit = turn.kit
    awaiting = known.proposal is not None and known.proposal.is_open
    expected = () if awaiting else kit.catalogue.words
    hint = Hint(known.conversation.language, awaiting_yes=awaiting, words=expected)
    async with patience(turn, message, known):
        words = await hear(turn, message, hint, known.voice_left)
    known, words = await without_spoken_half(turn, message, known, words)
    with turn.trace.span(Stage.INTERPRET):
        readings = interpret(turn, message, known, words)
    again = None if silent else await in_its_own(turn, known, words, readings, hint)
    if again is not None:
        known, words = await without_spoken_half(turn, message, *again)
        readings = interpret(turn, message, known, words)
    return known, words, readings


_IDENTITY = Decision("D48", Effect.IGNORE, "the customer's number, id or key has changed")
_SAID = frozenset({Form.MESSAGE, Form.EDIT})
"""Forms that look for an answer: the rest mostly ends in silence, so no typing is shown."""


async def _show_typing(turn: Turn, message: Inbound) -> None:
    """Mark read and show typing; a courtesy, so its failure is noted and stops nothing."""
    try:
        await turn.kit.channel_of(turn.address).seen(message.id)
    except (ChannelError, AuthError) as error:
        turn.log(journal.Trouble(stage="send", code=error.code, detail=error.message))


def _speaks(turn: Turn, message: Inbound, known: Known) -> bool:
    """True if answers to this message are voice notes, which can be made ready."""
    return prepares(turn.kit) and session.answers_by_voice(message.modality, known.consents)


async def _foresee(turn: Turn, shop: Awaitable[Facts | None], known: Known) -> None:
    """While the note is heard, have spoken what its answer is likely to need; until cancelled."""
    facts = await asyncio.shield(shop)
    if facts is None or turn.kit.lanes.inside > 1:  # other notes need the machine now
        return
    asked = known.proposal if known.proposal and known.proposal.is_open else None
    today = turn.kit.local(facts.read_at).date()
    prepare(turn.kit, always(today))  # nothing, but after midnight
    never_mind = prepare(turn.kit, while_heard(turn.jobs, facts, today, asked))
    try:
        await asyncio.Event().wait()
    finally:
        never_mind()


def _respond(
    turn: Turn, message: Inbound, known: Known, words: Words, facts: Facts | None, case: Case
) -> tuple[Decision, Step]:
    if message.form is Form.IDENTITY:
        return _IDENTITY, _void(turn, known, case)
    kit, decision = turn.kit, decide(case, turn.kit.policy)
    beside = decision.row == "D65" and decision.effect is Effect.PROCEED
    silence = session.must_be_silent(known.conversation, known.consents, case.reading.intent, reads=beside)
    if silence:
        turn.log(journal.Decided(row="I20", effect="ignore", reason=silence))
        return decision, Step(silent=silence)
    scene = Scene(
        case=case,
        facts=facts,
        conversation=known.conversation,
        today=kit.local(case.now).date(),
        turn=turn.id,
        fresh=kit.ids.new("p"),
        policy=kit.policy,
        jobs=turn.jobs,
        consents=known.consents,
        trouble=words.trouble,
        tongue=words.tongue,
    )
    decision, step = carry_out(decision, scene, message.quotes)
    step = with_hours(turn, replace(step, beside=beside))
    step = with_notice(
        step,
        known.consents,
        kit.first_contact,
        longest=MOST_WORDS[step.asks is not None or bool(step.choices)],
    )
    after = step.proposals[-1] if step.proposals else known.proposal
    turn.flow, turn.step = turn.flow or step.job(known.conversation.asking), step.name
    turn.log(
        journal.Decided(
            row=decision.row,
            effect=decision.effect,
            reason=decision.reason,
            proposal=after.id if after else None,
            state=after.state if after else None,
        ),
        *step.events,
    )
    return decision, step


def _void(turn: Turn, known: Known, case: Case) -> Step:
    """Another identity voids what is open, also where the bot is to be silent."""
    step, silence = (
        identity_changed(known, case.now),
        session.must_be_silent(known.conversation, known.consents, None),
    )
    turn.log(
        journal.Decided(row=_IDENTITY.row, effect=_IDENTITY.effect, reason=_IDENTITY.reason), *step.events
    )
    return replace(step, text=None, silent=silence) if silence and step.text else with_hours(turn, step)


def _reply(turn: Turn, message: Inbound, known: Known, step: Step) -> Reply | None:
    if step.text is None:
        return None
    by_voice = session.answers_by_voice(message.modality, known.consents)
    return reply_to(
        step, turn.kit.codes, by_voice=by_voice and not any(not given for _, given in step.consents)
    )


def _end_without_reply(turn: Turn, message: Inbound, step: Step, decided: int) -> None:
    """A settling turn stays open until its commit; a silent one ends with its reason.

    Noted before the commit of the turn and kept by it: nothing comes back to a turn that is done, so one
    that died between the two would never have ended.
    """
    if step.settles is not None:
        turn.log(*turn.trace.close(decided))
    else:
        turn.ended("silent", step.silent, message.received_at, turn.trace.now())
