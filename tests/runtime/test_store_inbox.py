"""The store's repositories for what comes in and what is waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.postgres.stores import KINDS, opened
from wavoice.runtime.errors import FencedError, StoreError
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Asking,
    Audio,
    Conversation,
    Inbound,
    MediaRef,
    Modality,
    Timer,
    TimerKind,
)
from wavoice.runtime.ports import Store, UnitOfWork

PHONE = "4915112345678"
BSUID = "DE.13491208655302741918"
NOW = 1_000 * SECOND


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    async with opened(request) as one:
        yield one


@pytest.fixture
async def unit(store: Store) -> AsyncIterator[UnitOfWork]:
    async with store.begin() as opened:
        yield opened


async def find(unit: UnitOfWork, phone: str | None, bsuid: str | None, number: str = "100") -> Conversation:
    return await unit.contacts.find_or_add("shop", number, Alias(phone, bsuid), at=NOW)


def message(address: Address, name: str) -> Inbound:
    return Inbound(
        id=f"wamid.{name}",
        turn=f"t_{name}",
        address=address,
        alias=Alias(PHONE, BSUID),
        seq=0,
        modality=Modality.VOICE,
        sent_at=NOW,
        received_at=NOW,
        media=MediaRef("m1", "audio/ogg; codecs=opus", "ab" * 32, voice=True),
    )


def timer(address: Address, subject: str, due_at: int, generation: int = 1) -> Timer:
    return Timer(f"m_{subject}", address, TimerKind.SETTLE, due_at, subject, generation)


async def test_a_contact_is_added_once(unit: UnitOfWork) -> None:
    added = await find(unit, PHONE, BSUID)
    assert added.alias == Alias(PHONE, BSUID)
    assert added.address.contact.startswith("c_")
    assert await find(unit, PHONE, BSUID) == added


@pytest.mark.parametrize(("phone", "bsuid"), [(PHONE, None), (None, BSUID)])
async def test_either_name_finds_the_contact(unit: UnitOfWork, phone: str | None, bsuid: str | None) -> None:
    added = await find(unit, PHONE, BSUID)
    assert await find(unit, phone, bsuid) == added


async def test_a_contact_known_by_phone_learns_its_bsuid(unit: UnitOfWork) -> None:
    added = await find(unit, PHONE, None)
    assert (await find(unit, PHONE, BSUID)).address == added.address
    assert (await find(unit, None, BSUID)).alias == Alias(PHONE, BSUID)


async def test_the_bsuid_wins_over_the_phone_which_then_moves(unit: UnitOfWork) -> None:
    by_bsuid = await find(unit, None, BSUID)
    by_phone = await find(unit, PHONE, None)
    both = await find(unit, PHONE, BSUID)
    assert both.address == by_bsuid.address != by_phone.address
    assert (await find(unit, PHONE, None)).address == by_bsuid.address


async def test_a_contact_that_changes_its_phone_is_the_same_contact(unit: UnitOfWork) -> None:
    added = await find(unit, PHONE, BSUID)
    moved = await find(unit, "4915199999999", BSUID)
    assert moved == replace(added, alias=Alias("4915199999999", BSUID))
    assert (await find(unit, PHONE, None)).address != added.address


async def test_a_phone_given_to_somebody_else_inherits_nothing(unit: UnitOfWork) -> None:
    first = await find(unit, PHONE, BSUID)
    second = await find(unit, PHONE, "DE.2")
    assert second.address != first.address
    assert (await find(unit, None, BSUID)).alias == Alias(None, BSUID)


async def test_one_contact_has_a_conversation_on_each_number_and_one_record_a_tenant(
    unit: UnitOfWork,
) -> None:
    here = await find(unit, PHONE, BSUID)
    there = await find(unit, None, BSUID, number="200")
    assert there.address == replace(here.address, number="200")
    assert there.alias == here.alias
    elsewhere = await unit.contacts.find_or_add("other shop", "100", Alias(PHONE, BSUID), at=NOW)
    assert elsewhere.address.contact != here.address.contact


async def test_a_contact_without_a_name_is_refused(unit: UnitOfWork) -> None:
    with pytest.raises(StoreError, match="neither"):
        await find(unit, None, "")


async def test_messages_come_out_in_order_of_arrival_and_once(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, BSUID)).address
    first = await unit.inbox.add(message(address, "one"), {"text": "one"})
    second = await unit.inbox.add(message(address, "two"), {})
    assert first is not None
    assert second is not None
    assert first == replace(message(address, "one"), seq=first.seq)
    assert first.seq < second.seq
    assert await unit.inbox.unread(address) == 2
    assert await unit.inbox.next(address, NOW) == first
    await unit.inbox.done(first)
    assert await unit.inbox.next(address, NOW) == second
    await unit.inbox.done(second)
    assert await unit.inbox.next(address, NOW) is None
    assert await unit.inbox.unread(address) == 0


async def test_a_duplicate_changes_nothing_even_when_done(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, BSUID)).address
    first = await unit.inbox.add(message(address, "one"), {})
    assert first is not None
    again = replace(message(address, "one"), turn="t_again", text="another body")
    assert await unit.inbox.add(again, {}) is None
    assert await unit.inbox.next(address, NOW) == first
    await unit.inbox.done(first)
    assert await unit.inbox.add(again, {}) is None
    assert await unit.inbox.unread(address) == 0


async def test_a_killed_turn_is_taken_up_at_once_then_backs_off(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, BSUID)).address
    await unit.inbox.add(message(address, "one"), {})
    await unit.inbox.add(message(address, "two"), {})
    attempts = []
    now = NOW
    for _ in range(9):
        found = await unit.inbox.next(address, now)
        assert found is not None
        assert found.id == "wamid.one"  # the later message never overtakes
        attempts.append((found.attempts, (now - NOW) // SECOND))
        due = await unit.timers.next_due()
        if due is not None:
            assert await unit.inbox.next(address, due - 1) is None
            now = due
    assert attempts == [(0, 0), (1, 0), (2, 2), (3, 6), (4, 14), (5, 30), (6, 62), (7, 122), (8, 182)]


async def test_text_that_is_not_unicode_is_refused(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, BSUID)).address
    with pytest.raises(StoreError, match="cannot be stored"):
        await unit.inbox.add(replace(message(address, "one"), text="\ud800"), {})
    with pytest.raises(StoreError, match="cannot be stored"):
        await find(unit, None, "\ud800")


async def test_taking_fences_whoever_took_before(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, BSUID)).address
    zombie = await unit.conversations.take(address)
    taken = await unit.conversations.take(address)
    assert taken.epoch > zombie.epoch
    with pytest.raises(FencedError):
        await unit.conversations.save(replace(zombie, language="de"))
    await unit.conversations.save(replace(taken, language="pt", asking=Asking("refund", {}, "order")))
    stored = await unit.conversations.take(address)
    assert (stored.language, stored.asking) == ("pt", Asking("refund", {}, "order"))


async def test_saving_does_not_put_an_old_name_back(unit: UnitOfWork) -> None:
    taken = await unit.conversations.take((await find(unit, PHONE, BSUID)).address)
    await find(unit, "4915199999999", BSUID)
    await unit.conversations.save(taken)
    assert (await unit.conversations.take(taken.address)).alias == Alias("4915199999999", BSUID)


async def test_an_unknown_conversation_cannot_be_taken(unit: UnitOfWork) -> None:
    with pytest.raises(StoreError, match="no conversation"):
        await unit.conversations.take(Address("shop", "100", "c_nobody"))


async def test_work_is_an_unread_message_or_a_due_timer(unit: UnitOfWork) -> None:
    reading = (await find(unit, "1", None)).address
    waiting = (await find(unit, "2", None)).address
    await find(unit, "3", None)
    assert await unit.conversations.with_work(NOW) == []
    await unit.inbox.add(message(reading, "one"), {})
    await unit.timers.set(timer(waiting, "p_1", NOW + 1))
    assert await unit.conversations.with_work(NOW) == [reading]
    assert await unit.timers.next_due() == NOW + 1
    assert await unit.conversations.with_work(NOW + 1) == [reading, waiting]


async def test_a_message_in_back_off_holds_back_later_ones_and_timers(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, None)).address
    await unit.inbox.add(message(address, "one"), {})
    await unit.inbox.add(message(address, "two"), {})
    await unit.timers.set(timer(address, "p_1", NOW - 1))
    await unit.inbox.next(address, NOW)
    await unit.inbox.next(address, NOW)
    assert await unit.conversations.with_work(NOW) == []
    assert await unit.timers.next_due() == NOW + 2 * SECOND
    assert await unit.conversations.with_work(NOW + 2 * SECOND) == [address]


async def test_timers_fall_due_in_order_and_can_be_cleared(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, None)).address
    late, early = timer(address, "p_late", NOW + 2), timer(address, "p_early", NOW + 1)
    await unit.timers.set(late)
    await unit.timers.set(early)
    assert await unit.timers.due(address, NOW) is None
    assert await unit.timers.next_due() == NOW + 1
    assert await unit.timers.due(address, NOW + 2) == early
    await unit.timers.clear("p_early")
    assert await unit.timers.due(address, NOW + 2) == late
    await unit.timers.clear("p_late")
    assert await unit.timers.next_due() is None


async def test_a_timer_set_again_replaces_with_a_higher_generation(unit: UnitOfWork) -> None:
    address = (await find(unit, PHONE, None)).address
    await unit.timers.set(timer(address, "p_1", NOW))
    again = replace(timer(address, "p_1", NOW + 5), id="m_again", attempts=3)
    await unit.timers.set(again)
    assert await unit.timers.due(address, NOW) is None
    assert await unit.timers.due(address, NOW + 5) == replace(again, generation=2)
    await unit.timers.set(replace(again, generation=9))
    assert await unit.timers.due(address, NOW + 5) == replace(again, generation=9)


async def test_media_is_kept_for_a_stored_turn_and_may_be_repeated(unit: UnitOfWork) -> None:
    stored = message((await find(unit, PHONE, None)).address, "one")
    await unit.inbox.add(stored, {})
    assert stored.media is not None
    for _ in range(2):
        await unit.media.add(stored.turn, stored.media, 9_000, Audio(b"", seconds=2.5))
    with pytest.raises(StoreError, match="no stored message"):
        await unit.media.add("t_unknown", stored.media, 9_000, Audio(b"", seconds=2.5))
