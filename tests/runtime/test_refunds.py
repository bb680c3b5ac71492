"""Money out, R3: what moves it, what does not, and what is said aloud."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from tests.rehearsing import desk, warm_decoder
from tests.runtime.gate_cases import ASKED, POLICY, case, proposal
from wavoice.runtime.build import Parts
from wavoice.runtime.codes import Codes
from wavoice.runtime.confirm import Case, Effect, decide
from wavoice.runtime.model import (
    SECOND,
    Address,
    Binding,
    Conversation,
    Evidence,
    Mark,
    Modality,
    Money,
    ProposalState,
    Reading,
    Speech,
    Tier,
)
from wavoice.runtime.proposals import CommitCase, apply, may_commit
from wavoice.runtime.settings import Bot, Settings
from wavoice.sim.clock import VirtualClock
from wavoice.sim.rehearsal import Rehearsal, rehearsal_settings, rehearse
from wavoice.sim.scripted import ScriptedEars, ToneVoice

TEXT, VOICE, BUTTON = Modality.TEXT, Modality.VOICE, Modality.BUTTON
REFUND = proposal(
    tier=Tier.R3,
    action="refund_order",
    money=Money(45_00, "EUR"),
    payee="visa 4242",
    expires_at=ASKED + POLICY.lifetime[Tier.R3],
)


def answer(words: str, *, fits: bool | None = None, modality: Modality = TEXT, **more: object) -> Case:
    made = case(words, modality, REFUND, **more)  # type: ignore[arg-type]
    return replace(made, evidence=replace(made.evidence, code_fits=fits))


def row(made: Case) -> tuple[str, Effect]:
    decision = decide(made, POLICY)
    return decision.row, decision.effect


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (answer("yes", fits=True), ("D02", Effect.SETTLE)),
        (answer("Yes please", fits=True), ("D02", Effect.SETTLE)),
        (answer("yes", fits=True, binding=Binding.QUOTE), ("D02", Effect.SETTLE)),
        (answer("yes", fits=True, unread=1), ("D37", Effect.SETTLE)),
        (answer("yes", fits=False), ("D02", Effect.ASK)),
        (answer("yes"), ("D02", Effect.ASK)),
        (answer("yes", modality=VOICE), ("D03", Effect.ASK)),
        (answer("yes", fits=True, modality=VOICE), ("D03", Effect.ASK)),
        (answer("yes, Friday", fits=True), ("D10", Effect.ASK)),
        (answer("okay", fits=True), ("D25", Effect.ASK)),
        (answer("okay", binding=Binding.QUOTE), ("D25", Effect.ASK)),
        (answer("👍"), ("D25", Effect.ASK)),
        (answer("no wait, yes", fits=True), ("D07", Effect.ASK)),
        (answer("no wait, yes"), ("D07", Effect.ASK)),
        (answer("no problem, go ahead"), ("D23", Effect.ASK)),
        (answer("yes no wait", fits=True), ("D06", Effect.HOLD)),
        (answer("no", fits=True), ("D04", Effect.CANCEL)),
        (answer("yes", fits=True, forwarded=True), ("D50", Effect.ASK)),
        (answer("yes", fits=True, binding=Binding.STALE), ("D31", Effect.ANSWER)),
        (answer("yes", fits=True, after=300), ("D41", Effect.REPROPOSE)),
        (answer("yes", fits=True, after=299.9), ("D02", Effect.SETTLE)),
        (answer("yes how much is it", fits=True), ("D14", Effect.ANSWER)),
    ],
)
def test_answers_to_a_question_about_money(made: Case, expected: tuple[str, Effect]) -> None:
    assert row(made) == expected


def test_a_tap_on_its_button() -> None:
    tapped = replace(
        answer("yes", modality=BUTTON, binding=Binding.BUTTON), reading=Reading("Yes", (), (Mark.YES,))
    )
    assert row(tapped) == ("D01", Effect.SETTLE)
    settled = apply(REFUND, decide(tapped, POLICY), tapped, "t_2", POLICY)
    assert settled.settle_at == tapped.now + 1 * SECOND


@settings(max_examples=400, deadline=None)
@given(
    marks=st.lists(st.sampled_from(Mark), max_size=4).map(tuple),
    modality=st.sampled_from([TEXT, VOICE, Modality.OTHER]),
    binding=st.sampled_from([Binding.SOLE_OPEN, Binding.QUOTE, Binding.STALE]),
    state=st.sampled_from([ProposalState.PENDING, ProposalState.HELD]),
    fits=st.sampled_from([None, False, True]),
    plain=st.booleans(),
    same_day=st.booleans(),
)
def test_only_a_typed_yes_with_the_code_moves_money(
    marks: tuple[Mark, ...],
    modality: Modality,
    binding: Binding,
    state: ProposalState,
    fits: bool | None,
    plain: bool,
    same_day: bool,
) -> None:
    """I14, of everything that is no button."""
    asked = replace(REFUND, state=state)
    said = {"day": ("2026-11-27",)} if same_day else {}
    reading = Reading(
        text="x",
        acts=(),
        marks=marks,
        plain=plain,
        mentioned=said,
        slots={day: of[0] for day, of in said.items()},
    )
    made = case("x", modality, asked, binding=binding)
    made = replace(made, reading=reading, evidence=replace(made.evidence, code_fits=fits))
    made = replace(made, other=replace(reading) if modality is VOICE else None)
    if decide(made, POLICY).effect is Effect.SETTLE:
        assert (modality, fits) == (TEXT, True)
        assert Mark.YES in marks
        assert plain


@pytest.mark.parametrize(
    ("evidence", "effect"),
    [
        (answer("yes", modality=BUTTON, binding=Binding.BUTTON).evidence, Effect.COMMIT),
        (answer("yes", fits=True).evidence, Effect.COMMIT),
        (answer("yes").evidence, Effect.IGNORE),
        (answer("yes", fits=False).evidence, Effect.IGNORE),
        (answer("yes", binding=Binding.QUOTE).evidence, Effect.IGNORE),
        (answer("yes", fits=True, modality=VOICE).evidence, Effect.IGNORE),
    ],
)
def test_the_commit_asks_once_more_for_the_discrete_act(evidence: Evidence, effect: Effect) -> None:
    settling = replace(REFUND, state=ProposalState.SETTLING, evidence=evidence, settle_at=ASKED)
    assert may_commit(CommitCase(settling, ASKED + SECOND, unread=0, live_version="v1")).effect is effect


class TestTries:
    def test_a_wrong_code_is_no_unclear_answer(self) -> None:
        made = answer("yes", fits=False)
        after = apply(REFUND, decide(made, POLICY), made, "t_2", POLICY)
        assert (after.code_tries, after.attempts, after.digest) == (1, 0, REFUND.digest)

    def test_an_answer_without_a_code_is_no_try(self) -> None:
        made = answer("yes")
        after = apply(REFUND, decide(made, POLICY), made, "t_2", POLICY)
        assert (after.code_tries, after.attempts) == (0, 1)


class TestCodes:
    async def test_the_voice_is_never_told_the_code(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[str] = []
        say = ToneVoice.say

        async def overheard(self: ToneVoice, text: str, language: str) -> Speech:
            told.append(text)
            return await say(self, text, language)

        monkeypatch.setattr(ToneVoice, "say", overheard)
        async with desk() as at:
            await at.speaks("refund order 1842")
            await at.speaks("yes")
            codes = [message.text.split("YES ")[1][:4] for message in at.messages if message.text]
            memory = (await _memory(at.rehearsal)).memory
        assert len(told) == len(codes) == 2
        assert all("Tap Yes or No." in words for words in told)
        assert not any(code in words or code in words.replace(" ", "") for words in told for code in codes)
        assert not any(code in heard for _, heard in memory for code in codes)

    async def test_the_code_on_the_screen_pays(self) -> None:
        async with desk() as at:
            (question,) = await at.types("refund order 1777")
            assert question.startswith(
                "Order 1777, Desk lamp: refund 899 Indian rupees to your Visa ending 4242 today, "
                "Monday 23 November? Tap Yes or No. Or type YES "
            )
            code = question.split("YES ")[1][:4]
            await at.types(f"YES {code}")
            assert await at.wait(5) == ["Done: 899 Indian rupees to your Visa ending 4242 for order 1777."]
            assert [action for action, _ in at.writes] == ["refund_order"]

    async def test_what_was_bound_stands_in_the_journal(self) -> None:
        async with desk() as at:
            await at.types("refund 5 rupees of order 1777")
            (proposed,) = await at.journal("proposed")
        assert (proposed.body.money, proposed.body.payee) == ({"minor": 500, "currency": "INR"}, "visa 4242")

    async def test_an_own_secret_or_that_of_the_app(self) -> None:
        base = rehearsal_settings()
        own = base.model_copy(update={"bot": Bot(code_secret=SecretStr("own"))})
        assert (await _codes(own)) == Codes(b"own")
        derived = await _codes(base)
        assert derived == Codes.derived_from(base.whatsapp.app_secret.get_secret_value())
        assert base.whatsapp.app_secret.get_secret_value().encode() not in derived.secret


async def _memory(rehearsal: Rehearsal) -> Conversation:
    runtime = rehearsal.runtime
    (received, *_) = await rehearsal.journal()
    where = received.where
    async with runtime.store.begin() as tx:
        return await tx.conversations.take(Address(where.tenant, where.number, where.contact))


async def _codes(settings: Settings) -> Codes:
    parts = Parts(ears=ScriptedEars(), speaks=False, decoder=warm_decoder())
    async with rehearse(settings, parts, VirtualClock(ASKED)) as rehearsal:
        return rehearsal.runtime.bot.kit.codes
