"""The decision table, cell by cell. The expected effects are typed in from the specification's page.

A cell is acts x binding x timing x prompt state x channel x tier x audio verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from tests.runtime.gate_cases import ASKED, POLICY, proposal
from wavoice.runtime.confirm import Case, Effect, decide
from wavoice.runtime.model import (
    SECOND,
    Binding,
    Decode,
    Evidence,
    Form,
    Mark,
    Modality,
    PromptState,
    Proposal,
    ProposalState,
    Reading,
    Tier,
)
from wavoice.runtime.policy import MINUTE
from wavoice.runtime.proposals import apply

Y, W, N, H, C, M, Q, S = Mark
COMMIT, ASK, HELD, CANCEL = Effect.SETTLE, Effect.ASK, Effect.HOLD, Effect.CANCEL
NEWV, ANS, IGN, HUMAN = Effect.REPROPOSE, Effect.ANSWER, Effect.IGNORE, Effect.HAND_OFF
R1, R2, R3 = TIERS = (Tier.R1, Tier.R2, Tier.R3)
PENDING, SETTLING, HELD_STATE = ProposalState.PENDING, ProposalState.SETTLING, ProposalState.HELD
TEXT, VOICE, BUTTON, OTHER = Modality.TEXT, Modality.VOICE, Modality.BUTTON, Modality.OTHER

# Row: what R1, R2 and R3 may lead to. Where the page names two ("COMMIT if typed, else ASK") both stand.
TABLE: Mapping[str, tuple[set[Effect], set[Effect], set[Effect]]] = {
    "D01": ({COMMIT}, {COMMIT}, {COMMIT}),
    "D02": ({COMMIT}, {COMMIT}, {ASK, COMMIT}),  # R3: COMMIT with the code of A2
    "D03": ({COMMIT}, {COMMIT}, {ASK}),
    "D04": ({CANCEL}, {CANCEL}, {CANCEL}),
    "D05": ({HELD}, {HELD}, {HELD}),
    "D06": ({HELD}, {HELD}, {HELD}),
    "D07": ({COMMIT, ASK}, {COMMIT, ASK}, {ASK}),
    "D08": ({NEWV}, {NEWV}, {NEWV}),
    "D09": ({NEWV, HELD}, {NEWV, HELD}, {NEWV, HELD}),  # HELD: a change, and not said to what
    "D10": ({COMMIT}, {COMMIT}, {ASK}),
    "D11": ({NEWV}, {NEWV}, {NEWV}),
    "D12": ({NEWV}, {NEWV}, {NEWV}),
    "D13": ({ANS}, {ANS}, {ANS}),
    "D14": ({ANS}, {ANS}, {ANS}),
    "D15": ({COMMIT, ASK}, {COMMIT, ASK}, {ASK}),  # ASK: not clearly a yes first, or it may be a change
    "D16": ({Effect.REMIND}, {Effect.REMIND}, {Effect.REMIND}),
    "D17": ({ASK, ANS}, {ASK, ANS}, {ASK, ANS}),  # ANS: the same request once more
    "D18": ({ASK}, {ASK}, {ASK}),
    "D19": ({ASK}, {ASK}, {ASK}),
    "D20": (set(), {ASK}, {ASK}),  # R1: COMMIT, told by the rows of a yes
    "D21": ({ASK}, {ASK}, {ASK}),
    "D22": ({ASK}, {ASK}, {ASK}),
    "D23": ({COMMIT, ASK}, {COMMIT, ASK}, {ASK}),
    "D24": ({ASK}, {ASK}, {ASK}),
    "D25": ({COMMIT}, {ASK, COMMIT}, {ASK}),  # R2: COMMIT typed and quoting
    "D26": ({COMMIT, IGN}, {ASK, IGN}, {ASK, IGN}),  # IGN: on another message than the question
    "D27": ({CANCEL, HELD, IGN}, {CANCEL, HELD, IGN}, {CANCEL, HELD, IGN}),
    "D28": ({COMMIT}, {ASK}, {ASK}),
    "D29": ({ANS, IGN, ASK}, {ANS, IGN, ASK}, {ANS, IGN, ASK}),
    "D31": ({ANS}, {ANS}, {ANS}),
    "D32": ({IGN}, {IGN}, {IGN}),
    "D33": ({HELD}, {HELD}, {HELD}),
    "D34": ({Effect.CHECKING}, {Effect.CHECKING}, {Effect.CHECKING}),
    "D35": ({ASK}, {ASK}, {ASK}),
    "D36": ({COMMIT, IGN}, {COMMIT, IGN}, {COMMIT, IGN}),  # one COMMIT: the second changes nothing
    "D37": ({COMMIT}, {COMMIT}, {COMMIT}),  # and no commit before all is read (`may_commit`)
    "D38": ({ASK}, {ASK}, {ASK}),
    "D39": ({NEWV}, {NEWV}, {NEWV}),
    "D40": ({Effect.NOTHING}, {Effect.NOTHING}, {Effect.NOTHING}),
    "D41": ({NEWV}, {NEWV}, {NEWV}),
    "D43": ({Effect.OFFER_BACK}, {Effect.OFFER_BACK}, {Effect.OFFER_BACK}),
    "D44": ({Effect.CHECKING}, {Effect.CHECKING}, {Effect.CHECKING}),
    "D45": ({Effect.ALREADY}, {Effect.ALREADY}, {Effect.ALREADY}),
    "D46": ({IGN}, {IGN}, {IGN}),
    "D48": ({CANCEL}, {CANCEL}, {HUMAN}),
    "D49": ({Effect.TAKEN_OVER}, {Effect.TAKEN_OVER}, {Effect.TAKEN_OVER}),
    "D50": ({ASK}, {ASK}, {ASK}),
    "D51": ({CANCEL}, {CANCEL}, {CANCEL}),
    "D52": ({ASK}, {ASK}, {ASK}),
    "D53": (
        {CANCEL, IGN, Effect.OFFER_BACK, Effect.CHECKING},
        {CANCEL, IGN, Effect.OFFER_BACK, Effect.CHECKING},
        {CANCEL, IGN, Effect.OFFER_BACK, Effect.CHECKING},
    ),
    "D54": ({ANS}, {ANS}, {ANS}),
    "D55": (set(), {ASK}, {ASK}),
    "D56": (set(), {ASK}, {ASK}),
    "D58": (set(), {ASK}, {ASK}),
    "D59": ({ASK}, {ASK}, {ASK}),
    "D60": ({ASK}, {ASK}, {ASK}),
    "D61": ({Effect.PAY_ELSEWHERE}, {Effect.PAY_ELSEWHERE}, {Effect.PAY_ELSEWHERE}),
    "D62a": ({Effect.OPT_OUT}, {Effect.OPT_OUT}, {Effect.OPT_OUT}),
    "D62b": ({HUMAN}, {HUMAN}, {HUMAN}),
    "D63": ({CANCEL}, {CANCEL}, {CANCEL}),
    "D64": ({HUMAN}, {HUMAN}, {HUMAN}),
    "D65": ({IGN}, {IGN}, {IGN}),
    "D66": ({ASK}, {ASK}, {ASK}),
    "D67": ({ASK}, {ASK}, {ASK}),
    "D68": ({ASK}, {ASK}, {ASK}),
    "D69": ({ASK}, {ASK}, {ASK}),
    "D70": ({ASK}, {ASK}, {ASK}),
    "D71": ({ASK}, {ASK}, {ASK}),
}
ELSEWHERE = {
    "D30": "a binding, then by class: see the cells with Binding.QUOTE",
    "D42": "decided at the commit: test_may_commit.py",
    "D47": "no device id is on the wire: the same party",
    "D57": "as its plain class (D66, D17)",
}

OPEN = {
    (tier, state, prompt): proposal(
        state,
        tier=tier,
        prompt_state=prompt,
        prompted_at=None if prompt is PromptState.QUEUED else ASKED,
        evidence=None if state is PENDING else replace(_e, row="D02"),
        settle_at=None if state is PENDING else ASKED + 20 * SECOND,
    )
    for _e in [Evidence("wamid.YES", TEXT, Binding.SOLE_OPEN, "wamid.PROMPT", "d1:x", ASKED, ASKED)]
    for tier, state, prompt in product(TIERS, (PENDING, SETTLING), PromptState)
}


def said(*marks: Mark, text: str = "words", **more: Any) -> Reading:
    more.setdefault("bare", marks == (Mark.YES,) and not more)
    return Reading(text=text, acts=(), marks=marks, **more)


YES = said(Y, text="yes")
LATE = POLICY.lifetime[R1] / SECOND + 60


def make(
    reading: Reading,
    asked: Proposal,
    modality: Modality = TEXT,
    binding: Binding = Binding.SOLE_OPEN,
    after: float = 10,
    **more: Any,
) -> Case:
    """One cell. `more` are fields of the evidence, else of the case."""
    now = ASKED + round(after * SECOND)
    evidence = Evidence(
        message="wamid.ANSWER",
        modality=modality,
        binding=binding,
        prompt="wamid.PROMPT",
        digest=None if binding is Binding.STALE else asked.digest,
        event_at=now // SECOND * SECOND,
        received_at=now,
        note_seconds=1.0 if modality is VOICE else 0.0,
        speech_seconds=0.8 if modality is VOICE else 0.0,
        decodes=GOOD if modality is VOICE else (),
    )
    ours = {key: more.pop(key) for key in list(more) if hasattr(evidence, key)}
    other = reading if modality is VOICE else None
    filled: dict[str, Any] = {"now": now, "other": other, **more}
    return Case(reading=reading, evidence=replace(evidence, **ours), proposal=asked, **filled)


def decodes(logprob: float = -0.2, no_speech: float = 0.02, other: str = "en") -> tuple[Decode, ...]:
    first = Decode("yes", logprob, no_speech, other, "negative", 1)
    return first, Decode("yes", logprob, no_speech, "en", "none", 5)


GOOD = decodes()
DAY = {"day": ("2026-11-28",)}
SAME = {"day": ("2026-11-27",)}


def rows(tier: Tier) -> Iterator[tuple[str, Effect, Case]]:
    """For each row the situation that its line describes, and what its column says."""
    seen = OPEN[tier, PENDING, PromptState.DELIVERED]
    runs = OPEN[tier, SETTLING, PromptState.DELIVERED]

    def by(*effects: Effect) -> Effect:
        return effects[TIERS.index(tier)]

    def row(*names: str) -> str:
        return names[TIERS.index(tier)]

    def state(value: ProposalState, **changes: Any) -> Proposal:
        return replace(seen, state=value, **changes)

    yield "D01", COMMIT, make(YES, seen, BUTTON, Binding.BUTTON)
    yield "D02", by(COMMIT, COMMIT, ASK), make(YES, seen)
    yield "D02", COMMIT, make(YES, seen, code_fits=True)
    yield "D03", by(COMMIT, COMMIT, ASK), make(YES, seen, VOICE)
    yield "D04", CANCEL, make(said(N), seen, VOICE, decodes=decodes(-3.0))
    yield "D05", HELD, make(said(H), seen)
    yield "D06", HELD, make(said(Y, H), seen)
    yield "D07", by(COMMIT, COMMIT, ASK), make(said(H, Y, taken_back=True), seen)
    yield "D07", ASK, make(said(H, Y), seen)
    yield "D07", ASK, make(said(H, Y, taken_back=True), seen, VOICE)
    yield "D08", NEWV, make(said(Y, M, mentioned=DAY), seen)
    yield "D09", NEWV, make(said(mentioned=DAY), seen)
    yield "D10", by(COMMIT, COMMIT, ASK), make(said(Y, slots={"day": "2026-11-27"}, mentioned=SAME), seen)
    yield "D11", NEWV, make(said(Y, M, conditional=True, plain=False), seen)
    yield "D12", NEWV, make(said(Y, partial=True, plain=False), seen)
    yield "D13", ANS, make(said(Q), seen)
    yield "D14", ANS, make(said(Y, Q), seen)
    wish: dict[str, Any] = {"intent": "track_order", "plain": False}
    yield "D15", by(COMMIT, COMMIT, ASK), make(said(Y, yes_first=True, **wish), seen, reads_only=True)
    yield "D16", Effect.REMIND, make(said(**wish), seen, reads_only=True)
    yield "D17", ASK, make(said(plain=False), seen)
    yield "D17", ASK, make(YES, seen, VOICE, decodes=decodes(-0.7))
    yield "D18", ASK, make(said(text=""), seen, VOICE, decodes=decodes(no_speech=0.95))
    yield "D19", ASK, make(said(W, text="Thank you."), seen, VOICE, decodes=decodes(no_speech=0.7))
    foreign = said(Y, text="haan", language="hi")
    yield row("D02", "D20", "D02"), by(COMMIT, ASK, ASK), make(foreign, seen)
    yield "D21", ASK, make(said(N, text="tak", collides=True), seen)
    yield "D22", ASK, make(said(Y, N), seen)
    yield "D23", by(COMMIT, COMMIT, ASK), make(said(Y, softened=True), seen)
    yield "D23", ASK, make(said(W, softened=True), seen)
    yield "D24", ASK, make(said(Y, sarcastic=True, plain=False), seen)
    yield "D25", by(COMMIT, ASK, ASK), make(said(W, text="ok"), seen)
    yield "D25", by(COMMIT, COMMIT, ASK), make(said(W, text="ok"), seen, TEXT, Binding.QUOTE)
    thumb, quoted = said(W, text="👍"), Binding.QUOTE
    yield "D26", by(COMMIT, ASK, ASK), make(thumb, seen, OTHER, quoted, form=Form.REACTION)
    yield "D27", CANCEL, make(said(N, text="👎"), seen, OTHER, quoted, form=Form.REACTION)
    yield "D27", HELD, make(said(), runs, OTHER, quoted, form=Form.REACTION_REMOVED)
    yield row("D28", "D28", "D25"), by(COMMIT, ASK, ASK), make(thumb, seen)
    yield "D29", ANS, make(said(text="[sticker]"), seen, OTHER)
    yield "D31", ANS, make(YES, seen, BUTTON, Binding.STALE)
    yield "D32", IGN, make(YES, runs, message="wamid.YES")
    early = make(said(H), runs)
    yield "D33", HELD, replace(early, evidence=replace(early.evidence, event_at=ASKED - SECOND))
    yield "D34", Effect.CHECKING, make(said(H), state(ProposalState.COMMITTING))
    burst = state(HELD_STATE, held_at=ASKED + 9 * SECOND, prompted_at=ASKED + 12 * SECOND)
    yield "D35", ASK, make(YES, burst)
    yield "D36", COMMIT, make(YES, runs, code_fits=True)
    yield "D37", COMMIT, make(YES, seen, unread=1, code_fits=True)
    yield "D38", ASK, make(YES, seen, VOICE, after=1.9, note_seconds=2.5)
    yield "D39", NEWV, make(YES, seen, after=LATE)
    yield "D40", Effect.NOTHING, make(YES, state(ProposalState.CANCELLED))
    yield "D41", NEWV, make(YES, seen, after=POLICY.lifetime[R2] / SECOND)
    yield "D43", Effect.OFFER_BACK, make(said(H), state(ProposalState.COMMITTED))
    yield "D44", Effect.CHECKING, make(YES, state(ProposalState.UNKNOWN))
    yield "D45", Effect.ALREADY, make(YES, state(ProposalState.COMMITTED))
    yield "D46", IGN, make(said(N), seen, contact="c_2")
    yield "D48", by(CANCEL, CANCEL, HUMAN), make(YES, replace(seen, identity="a"), identity="b")
    yield "D49", Effect.TAKEN_OVER, make(YES, seen, form=Form.ECHO)
    yield "D50", ASK, make(YES, seen, forwarded=True)
    yield "D51", CANCEL, make(said(N), runs, form=Form.EDIT, retracts_yes=True)
    yield "D52", ASK, make(YES, seen, form=Form.EDIT)
    yield "D53", CANCEL, make(said(C), runs, form=Form.REVOKE, retracts_yes=True)
    after = state(ProposalState.COMMITTED)
    yield "D53", Effect.OFFER_BACK, make(said(C), after, form=Form.REVOKE, retracts_yes=True)
    yield "D54", ANS, make(YES, OPEN[tier, PENDING, PromptState.FAILED])
    sent = OPEN[tier, PENDING, PromptState.SENT]
    yield row("D02", "D55", "D55"), by(COMMIT, ASK, ASK), make(YES, sent)
    only = make(YES, seen, voice_only=True)
    yield row("D02", "D56", "D56"), by(COMMIT, ASK, ASK), only
    flipped = make(YES, seen, VOICE, decodes=decodes(other="hi"))
    yield row("D03", "D58", "D58"), by(COMMIT, ASK, ASK), flipped
    yield "D59", ASK, make(YES, seen, VOICE, background=True)
    yield "D60", ASK, make(said(echo=True, plain=False), seen)
    yield "D61", Effect.PAY_ELSEWHERE, make(YES, seen, card=True)
    yield "D62a", Effect.OPT_OUT, make(said(S, intent="opt_out"), seen)
    yield "D62b", HUMAN, make(said(intent="human"), seen)
    yield "D63", CANCEL, make(said(S, intent="bare_stop"), seen)
    yield "D64", HUMAN, make(said(intent="distress"), seen)
    yield "D65", IGN, make(YES, seen, handed_off=True)
    yield "D66", ASK, make(said(reported=True, plain=False), seen)
    yield "D67", ASK, make(said(option=1), seen)
    yield "D68", ASK, make(YES, seen, VOICE, after=60, note_seconds=31.0)
    yield "D69", ASK, make(YES, seen, rivals=1)
    ahead = make(YES, seen)
    yield "D70", ASK, replace(ahead, evidence=replace(ahead.evidence, event_at=ahead.now + 2 * MINUTE))
    yield "D71", ASK, make(said(text=""), seen, VOICE, unreadable=True)


@pytest.mark.parametrize("tier", TIERS)
def test_each_row_as_its_line_says(tier: Tier) -> None:
    """Row and effect of the situation that the page describes."""
    found = [(row, effect, decide(made, POLICY)) for row, effect, made in rows(tier)]
    wrong = [(row, effect, got) for row, effect, got in found if (got.row, got.effect) != (row, effect)]
    assert wrong == []


def test_every_row_of_the_page_is_reached() -> None:
    reached = {decide(made, POLICY).row for tier in TIERS for _, _, made in rows(tier)}
    page = {f"D{number:02}" for number in range(1, 72)} - {"D62"} | {"D62a", "D62b"}
    assert reached == set(TABLE)
    assert page - reached == set(ELSEWHERE)


READINGS = [
    *(said(mark) for mark in Mark), said(), said(plain=False),
    said(Y, plain=False), said(Y, N), said(N, Y), said(Y, H), said(H, Y),
    said(H, Y, taken_back=True), said(W, M), said(Q, C), said(Y, Q),
    said(mentioned=DAY), said(Y, mentioned=DAY), said(Y, mentioned=SAME), said(N, mentioned=DAY),
    said(Y, collides=True), said(N, collides=True), said(Y, language="hi", reviewed=False),
    said(Y, conditional=True, plain=False), said(Y, partial=True, plain=False), said(Y, softened=True),
    said(reported=True, plain=False), said(intent="track_order"), said(Y, intent="track_order", plain=False),
    said(Y, intent="track_order", yes_first=True, plain=False), said(intent="human"), said(H, intent="human"),
    said(S, intent="opt_out"), said(C, intent="bare_cancel"), said(Y, H, Y), said(H, Y, H),
]  # fmt: skip
WORDED = (Binding.SOLE_OPEN, Binding.QUOTE, Binding.STALE)
CHANNELS = [
    *product((TEXT, VOICE), WORDED),
    (BUTTON, Binding.BUTTON),
    (BUTTON, Binding.STALE),
    (OTHER, Binding.SOLE_OPEN),
]
TIMINGS: list[dict[str, Any]] = [{}, {"after": 0.4}, {"after": LATE}, {"forwarded": True}]
AUDIO: list[dict[str, Any]] = [
    {}, {"decodes": decodes(-2.0)}, {"decodes": decodes(no_speech=0.95)}, {"background": True},
]  # fmt: skip


def cells(state: ProposalState, prompts: tuple[PromptState, ...]) -> Iterator[Case]:
    for tier, prompt, reading, (modality, binding), timing in product(
        TIERS, prompts, READINGS, CHANNELS, TIMINGS
    ):
        for audio in AUDIO if modality is VOICE else AUDIO[:1]:
            yield make(reading, OPEN[tier, state, prompt], modality, binding, **timing, **audio)


PROMPTS = (PromptState.DELIVERED, PromptState.SENT, PromptState.FAILED)


@pytest.mark.parametrize("state", [PENDING, SETTLING])
def test_every_cell_gets_a_row_and_an_effect_of_that_row(state: ProposalState) -> None:
    wrong = []
    for made in cells(state, PROMPTS):
        decision = decide(made, POLICY)
        assert made.proposal is not None
        allowed = TABLE.get(decision.row, (set(), set(), set()))[TIERS.index(made.proposal.tier)]
        if decision.effect not in allowed:
            wrong.append((decision, made.reading.marks, made.evidence.modality, made.proposal.tier))
    assert wrong[:3] == []


@pytest.mark.parametrize("state", [PENDING, SETTLING])
@pytest.mark.parametrize("prompts", [PROMPTS, (PromptState.QUEUED, PromptState.READ)])
def test_no_veto_leaves_anything_settling(state: ProposalState, prompts: tuple[PromptState, ...]) -> None:
    """A2: however it is bound, timed, forwarded or heard; the exception is a typed D07 while pending."""
    seen = excepted = 0
    for made in cells(state, prompts):
        if not made.vetoes or made.proposal is None:
            continue
        seen += 1
        decision = decide(made, POLICY)
        after = apply(made.proposal, decision, made, "t_2", POLICY)
        if after.state is SETTLING:
            assert (decision.row, state, made.evidence.modality) == ("D07", PENDING, TEXT)
            excepted += 1
        else:
            assert after.state is not PENDING
    assert seen > 1000
    assert (excepted > 0) == (state is PENDING)


def test_what_is_paid_out_needs_a_discrete_act() -> None:
    """I14: no cell of R3 settles without the button or the typed code."""
    for made in cells(PENDING, PROMPTS):
        if made.proposal is not None and made.proposal.tier is R3 and decide(made, POLICY).effect is COMMIT:
            assert made.evidence.binding is Binding.BUTTON
