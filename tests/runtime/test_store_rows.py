"""The store's repositories for what is asked, written, sent and proven."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.permits import permit
from tests.postgres.stores import KINDS, opened
from tests.runtime.gate_cases import case
from wavoice.runtime import journal
from wavoice.runtime.adapters.store import MEMORY, SqliteStore
from wavoice.runtime.errors import CommitRefusedError, StoreError
from wavoice.runtime.model import (
    Address,
    Alias,
    Consent,
    ConsentRecord,
    ConsentStatus,
    Conversation,
    Decode,
    Effect,
    Evidence,
    Modality,
    Money,
    OutboxGroup,
    OutboxState,
    Outcome,
    PromptState,
    Proposal,
    ProposalState,
    Reply,
    Stage,
    Tier,
    WriteResult,
)
from wavoice.runtime.ports import Store, UnitOfWork
from wavoice.sim.clock import CountingIds

ANNA = Address("shop", "100", "c_1")
OTTO = Address("shop", "100", "c_2")
DONE = WriteResult(Outcome.DONE, reference="order-7-v4")


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    async with opened(request) as one:
        yield one


@pytest.fixture
async def unit(store: Store) -> AsyncIterator[UnitOfWork]:
    async with store.begin() as opened:
        yield opened


def proposal(name: str = "p_1", created_at: int = 10) -> Proposal:
    return Proposal(
        id=name,
        version=1,
        address=ANNA,
        action="reschedule",
        args={"order": "7", "day": "2026-11-27"},
        facts_version="v3",
        tier=Tier.R2,
        digest="d1:00",
        read_back="Move order 7 to Friday?",
        before={"day": "2026-11-25"},
        turn="t_1",
        created_at=created_at,
        expires_at=99,
    )


def effect(**changes: Any) -> Effect:
    return replace(Effect("wv-1", "p_1", "reschedule", {"order": "7", "day": "2026-11-27"}, "v3"), **changes)


def group(name: str = "o_1", created_at: int = 10) -> OutboxGroup:
    return OutboxGroup(name, ANNA, Alias("49151", None), "t_1", Reply("Done."), created_at)


async def test_a_proposal_is_open_until_its_state_says_otherwise(unit: UnitOfWork) -> None:
    await unit.proposals.save(proposal())
    assert await unit.proposals.open(ANNA) == proposal()
    assert await unit.proposals.open(OTTO) is None
    closed = replace(proposal(), state=ProposalState.CANCELLED)
    await unit.proposals.save(closed)
    assert await unit.proposals.open(ANNA) is None
    assert await unit.proposals.get("p_1") == closed
    assert await unit.proposals.get("p_2") is None


async def test_the_latest_proposal_may_be_closed_but_not_too_old(unit: UnitOfWork) -> None:
    await unit.proposals.save(replace(proposal("p_1", 10), state=ProposalState.COMMITTED))
    newest = replace(proposal("p_2", 20), state=ProposalState.EXPIRED)
    await unit.proposals.save(newest)
    assert await unit.proposals.latest(ANNA, since=20) == newest
    assert await unit.proposals.latest(ANNA, since=21) is None
    assert await unit.proposals.latest(OTTO, since=0) is None


async def test_a_new_version_replaces_the_old_one(unit: UnitOfWork) -> None:
    await unit.proposals.save(proposal())
    changed = replace(proposal(created_at=30), version=2, args={"order": "8"}, digest="d1:01")
    await unit.proposals.save(changed)
    assert await unit.proposals.open(ANNA) == changed
    assert await unit.proposals.latest(ANNA, since=30) == changed


async def test_an_effect_is_intended_once_and_unknown_until_settled(unit: UnitOfWork) -> None:
    await unit.proposals.save(proposal())
    assert await unit.effects.state("wv-1") is None
    assert await unit.effects.intend(effect(), 11, permit(effect()))
    assert await unit.effects.state("wv-1") is Outcome.UNKNOWN
    same = effect(args={"day": "2026-11-27", "order": "7"})
    assert not await unit.effects.intend(same, 12, permit(same))
    await unit.effects.settle("wv-1", DONE, at=13)
    assert await unit.effects.state("wv-1") is Outcome.DONE
    assert not await unit.effects.intend(effect(), 14, permit(effect()))


async def test_an_unknown_effect_may_turn_out_either_way(unit: UnitOfWork) -> None:
    await unit.proposals.save(proposal())
    await unit.effects.intend(effect(), 11, permit(effect()))
    for outcome in (Outcome.UNKNOWN, Outcome.FAILED, Outcome.REFUSED, Outcome.DONE, Outcome.DONE):
        await unit.effects.settle("wv-1", WriteResult(outcome), at=12)
        assert await unit.effects.state("wv-1") is outcome


@pytest.mark.parametrize("changes", [{"args": {"order": "8"}}, {"action": "refund"}, {"proposal": "p_2"}])
async def test_one_key_never_stands_for_two_writes(unit: UnitOfWork, changes: dict[str, Any]) -> None:
    await unit.proposals.save(proposal("p_1"))
    await unit.proposals.save(proposal("p_2"))
    await unit.effects.intend(effect(), 11, permit(effect()))
    other = effect(**changes)
    with pytest.raises(StoreError, match="other arguments"):
        await unit.effects.intend(other, 12, permit(other))


async def test_an_effect_needs_a_stored_proposal(unit: UnitOfWork) -> None:
    with pytest.raises(StoreError, match="not stored"):
        await unit.effects.intend(effect(), 11, permit(effect()))


async def test_a_yes_approves_one_effect_ever(store: Store) -> None:
    async with store.begin() as unit:
        await unit.proposals.save(proposal("p_1"))
        await unit.proposals.save(proposal("p_2"))
        assert await unit.effects.intend(effect(), 11, permit(effect()))
    for other in (effect(key="wv-2"), effect(key="wv-2", proposal="p_2"), effect(key="wv-3", args={})):
        with pytest.raises(CommitRefusedError, match="approved another write") as refused:
            async with store.begin() as unit:
                await unit.effects.intend(other, 12, permit(other))
        assert refused.value.code == "evidence_used"
    async with store.begin() as unit:
        another = replace(case("yes").evidence, message="wamid.2")
        late = effect(key="wv-2", proposal="p_2")
        assert await unit.effects.intend(late, 13, permit(late, another))
        with pytest.raises(CommitRefusedError, match="another message"):
            await unit.effects.intend(effect(), 14, permit(effect(), replace(another, message="wamid.3")))


async def test_an_effect_is_not_intended_without_its_token(unit: UnitOfWork) -> None:
    await unit.proposals.save(proposal())
    with pytest.raises(CommitRefusedError):
        await unit.effects.intend(effect(), 11, permit(effect(args={"order": "8"})))
    assert await unit.effects.state("wv-1") is None


async def test_a_done_effect_stays_done_and_an_unintended_one_has_no_end(unit: UnitOfWork) -> None:
    await unit.proposals.save(proposal())
    with pytest.raises(StoreError, match="cannot end"):
        await unit.effects.settle("wv-1", DONE, at=11)
    await unit.effects.intend(effect(), 11, permit(effect()))
    await unit.effects.settle("wv-1", DONE, at=12)
    with pytest.raises(StoreError, match="cannot end"):
        await unit.effects.settle("wv-1", WriteResult(Outcome.UNKNOWN), at=13)
    assert await unit.effects.state("wv-1") is Outcome.DONE


async def test_queued_groups_come_oldest_first(unit: UnitOfWork) -> None:
    younger, older = group("o_a", 20), group("o_b", 10)
    for one in (younger, older, replace(group("o_c", 5), state=OutboxState.SENT)):
        await unit.outbox.save(one)
    assert await unit.outbox.queued(ANNA) == [older, younger]
    assert await unit.outbox.queued(OTTO) == []
    sent = replace(older, state=OutboxState.SENT, messages=("wamid.2", "wamid.1"), attempts=1)
    await unit.outbox.save(sent)
    assert await unit.outbox.queued(ANNA) == [younger]
    assert await unit.outbox.get("o_b") == sent
    assert await unit.outbox.get("o_d") is None


@pytest.mark.parametrize("reference", ["o_1", "o_1/2", None, "o_gone"])
async def test_a_status_finds_its_group_by_reference_or_wamid(
    unit: UnitOfWork, reference: str | None
) -> None:
    saved = replace(group(), messages=("wamid.1",))
    await unit.outbox.save(saved)
    expected = None if reference == "o_gone" else saved
    assert await unit.outbox.saw_status(reference, "wamid.1", PromptState.SENT) == expected


async def test_a_status_of_nobody_is_nobodys(unit: UnitOfWork) -> None:
    assert await unit.outbox.saw_status(None, "wamid.9", PromptState.SENT) is None


async def test_a_status_that_is_faster_than_the_answer_teaches_the_wamid(unit: UnitOfWork) -> None:
    await unit.outbox.save(group())
    seen = await unit.outbox.saw_status("o_1/0", "wamid.1", PromptState.SENT)
    assert seen == replace(group(), messages=("wamid.1",))
    await unit.outbox.saw_status("o_1/1", "wamid.2", PromptState.DELIVERED)
    # The sender knows only what its own calls returned; what a status taught stays.
    await unit.outbox.save(replace(group(), state=OutboxState.SENT, messages=("wamid.1",)))
    stored = await unit.outbox.get("o_1")
    assert stored == replace(group(), state=OutboxState.SENT, messages=("wamid.1", "wamid.2"))


async def test_the_latest_consent_counts_by_its_own_date(unit: UnitOfWork) -> None:
    assert await unit.consents.given(ANNA, Consent.MESSAGES) is None
    granted, withdrawn = ConsentStatus.GRANTED, ConsentStatus.WITHDRAWN
    for status, at in ((granted, 10), (withdrawn, 20), (granted, 15)):
        await unit.consents.add(ConsentRecord(ANNA, Consent.MESSAGES, status, at, "import"))
    assert await unit.consents.given(ANNA, Consent.MESSAGES) is False
    assert await unit.consents.given(ANNA, Consent.VOICE_REPLIES) is None
    assert await unit.consents.given(OTTO, Consent.MESSAGES) is None


async def test_what_was_listened_to_is_counted_by_day_and_contact(unit: UnitOfWork) -> None:
    today, tomorrow = date(2026, 11, 23), date(2026, 11, 24)
    assert await unit.voice_use.of_tenant("shop", today) == 0.0
    for address, day, seconds in (
        (ANNA, today, 1.5),
        (ANNA, today, 2.0),
        (OTTO, today, 4.0),
        (ANNA, tomorrow, 8.0),
    ):
        await unit.voice_use.add(address, day, seconds)
    assert await unit.voice_use.of_contact(ANNA, today) == 3.5
    assert await unit.voice_use.of_tenant("shop", today) == 7.5


async def test_what_was_not_understood_is_counted_by_kind(unit: UnitOfWork) -> None:
    await unit.oddities.count("shop", {"field standby": 2}, {"field standby": "{}"}, at=20)
    await unit.oddities.count("shop", {"field standby": 3, "type poll": 1}, {}, at=10)
    counted = [(one.kind, one.count, one.first_at, one.last_at) for one in await unit.oddities.all("shop")]
    assert counted == [("field standby", 5, 10, 20), ("type poll", 1, 10, 10)]


def events(turn: str) -> list[journal.Event]:
    where = journal.Where("shop", "100", "c_1", turn, Modality.VOICE, flow="reschedule", step="ask")
    figures = journal.DecodeFigures("none", 5, -0.25, 0.01, "en", "base", 0.5, text="yes")
    bodies = [
        journal.Received("wamid.1", sent_at=1),
        journal.HeardNote(0.5, 1.0, (figures, figures), text="yes"),
        journal.Read(("affirm",), ("Y",), None, "rules", {"day": "2026-11-27"}),
        journal.Committed("p_1", 1, "reschedule", "R2", "d1:00", "v3", args={"day": "2026-11-27"}),
        journal.SpanEvent(Stage.COMMIT, 1, 5, 4),
    ]
    return [journal.Event(at, where, body) for at, body in enumerate(bodies)]


async def test_the_journal_gives_back_what_was_written_in_order(unit: UnitOfWork) -> None:
    await unit.journal.add(events("t_1"))
    await unit.journal.add(events("t_2"))
    await unit.journal.add([])
    assert await unit.journal.read() == events("t_1") + events("t_2")
    assert await unit.journal.read("t_2") == events("t_2")
    assert await unit.journal.read("t_3") == []


# --- every field of every stored value comes back ------------------------------------------------

MICROS = st.integers(0, 2**62)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def every_field(kind: type[Any], **given_: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    inferred = {field.name: given_.get(field.name, ...) for field in dataclasses.fields(kind)}
    return st.builds(kind, **inferred)


DECODES = st.lists(
    every_field(
        Decode,
        avg_logprob=FINITE,
        no_speech=FINITE,
        words=st.lists(st.tuples(st.text(), FINITE), max_size=2).map(tuple),
    ),
    max_size=2,
).map(tuple)
EVIDENCE = every_field(Evidence, note_seconds=FINITE, speech_seconds=FINITE, decodes=DECODES)
MONEY = st.builds(Money, minor=MICROS, currency=st.sampled_from(["EUR", "JPY"]))
PROPOSALS = every_field(Proposal, created_at=MICROS, evidence=st.none() | EVIDENCE, money=st.none() | MONEY)
GROUPS = every_field(
    OutboxGroup,
    created_at=MICROS,
    held_at=st.none() | MICROS,
    messages=st.lists(st.text(), unique=True, max_size=3).map(tuple),
)
# A pause is a row of its own, of all customers, and only read with a conversation.
CONVERSATIONS = every_field(Conversation, paused_at=st.none())


async def _stored(proposal_: Proposal, group_: OutboxGroup, conversation: Conversation) -> tuple[Any, ...]:
    store = await SqliteStore.open(MEMORY, ids=CountingIds())
    async with store.begin() as unit:
        await unit.proposals.save(proposal_)
        await unit.outbox.save(group_)
        known = await unit.contacts.find_or_add("shop", "100", Alias("49151", None), at=1)
        saved = replace(conversation, address=known.address, alias=known.alias, epoch=known.epoch)
        await unit.conversations.save(saved)
        taken = await unit.conversations.take(known.address)
        assert taken == replace(saved, epoch=known.epoch + 1)
        back = await unit.proposals.get(proposal_.id), await unit.outbox.get(group_.id)
    await store.close()
    return back


@pytest.mark.bulk
@settings(max_examples=60, deadline=None)
@given(PROPOSALS, GROUPS, CONVERSATIONS)
def test_every_field_comes_back(proposal_: Proposal, group_: OutboxGroup, conversation: Conversation) -> None:
    assert asyncio.run(_stored(proposal_, group_, conversation)) == (proposal_, group_)
