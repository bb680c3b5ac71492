"""A hand-off from end to end: what a person is given, and when the bot has its chat back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsing import MONDAY, Desk, desk, nobody_is_told
from wavoice.runtime.adapters.recordings import Recordings
from wavoice.runtime.build import Parts
from wavoice.runtime.journal import Event, HandedOff, Released, Where
from wavoice.runtime.journal_lines import from_json, to_json
from wavoice.runtime.model import SECOND, Address, Alias, HandedPacket, HandOff, PacketState, WithPerson
from wavoice.runtime.packets import WHY, counted
from wavoice.runtime.settings_systems import Tickets
from wavoice.sim.rehearsal import Customer
from wavoice.sim.tickets import Filing

LAWYER = "my lawyer will hear about this"


async def who(at: Desk) -> Address:
    """The customer's conversation."""
    customer = Customer()
    async with at.rehearsal.runtime.store.begin() as tx:
        number = next(iter(at.rehearsal.runtime.bot.numbers))
        alias = Alias(customer.phone, customer.bsuid)
        return (await tx.contacts.find_or_add("default", number, alias, at.clock.now())).address


async def packets(at: Desk) -> Sequence[HandedPacket]:
    mine = await who(at)
    async with at.rehearsal.runtime.store.begin() as tx:
        return await tx.hand_offs.of_contact(mine)


def filed(at: Desk) -> Filing:
    (ticket,) = at.world.desk.tickets
    (entry,) = ticket.entries
    return entry.filing


async def test_a_person_is_given_the_whole_story(tmp_path: Path) -> None:
    media = Recordings(tmp_path / "kept")
    async with desk(parts=Parts(media=media)) as at:
        await at.speaks("move my delivery to Friday", logprob=-0.21)
        await at.speaks("hmm", logprob=-0.4)
        await at.types(LAWYER)
        got = filed(at)
        assert (got.reason, got.title) == ("legal_threat", "Legal threat")
        assert got.summary.split("Open: ") == [
            f"The customer threatens with the law. Last words: “{LAWYER}”. ",
            "reschedule_delivery, held: “Order 1842: move it to Friday 27 November? Reply yes or no.” "
            "Nothing was written in these messages.",
        ]
        assert got.pending is not None
        assert got.pending["args"] == {"order": "1842", "day": "2026-11-27"}
        said = [(line["by"], line["text"]) for line in got.transcript]
        assert said[0] == ("customer", "move my delivery to Friday")
        assert said[-2:] == [
            ("customer", LAWYER),
            ("bot", "That is for a colleague to answer, who will take over here."),
        ]
        first = got.transcript[0]
        assert first["figures"]["avg_logprob"] == -0.21
        assert first["figures"]["note_seconds"] > 0
        assert await media.get(await who(at), first["recording"]) == at.note
        assert any(step.startswith("asked again") for step in got.tried)
        assert "1 records" in got.tried[0]


async def test_what_may_not_be_kept_is_in_no_packet(tmp_path: Path) -> None:
    async with desk(parts=Parts(media=Recordings(tmp_path / "kept"))) as at:
        await at.types("do not keep my recordings")
        await at.speaks("where is my order")
        await at.speaks("I want to speak to a human")
        got = filed(at)
        spoken = [line for line in got.transcript if line["modality"] == "voice" and line["by"] == "customer"]
        assert [line["text"] for line in spoken] == ["", ""]
        assert [line["recording"] for line in spoken] == [None, None]
        assert all(line["figures"] for line in spoken)
        assert "whose words are not kept" in got.summary


async def test_a_code_is_told_to_nobody_else() -> None:
    async with desk() as at:
        (asked,) = await at.types("refund 20 rupees of order 1777")
        code = asked.rpartition("YES ")[2].split()[0]
        await at.types("hmm")
        await at.types("let me talk to a human")
        got = filed(at)
        assert got.pending is not None
        assert got.pending["action"] == "refund_order"
        assert [line["text"] for line in got.transcript if "YES ****" in line["text"]]
        assert code not in got.model_dump_json()


async def test_a_write_of_unknown_outcome_says_so() -> None:
    async with desk() as at:
        at.world.fault("lost_response", "write")
        at.world.fault("fail", "look_up", 30)
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(180)
        got = filed(at)
        assert got.reason == "unknown_outcome"
        assert "Not known whether it was done: wv-" in got.summary
        assert got.pending is not None
        assert got.pending["state"] == "handed_off"


async def test_without_a_ticket_system_the_packet_stays_in_the_store() -> None:
    async with desk(sections={"tickets": Tickets()}) as at:
        await at.types(LAWYER)
        await at.wait(3600)
        assert at.world.desk.tickets == []
        (kept,) = await packets(at)
        assert (kept.state, kept.ticket, kept.packet.reason) == (PacketState.KEPT, None, "legal_threat")
        assert await at.journal("ticketed") == []


async def test_the_store_knows_how_far_a_packet_has_come() -> None:
    async with desk() as at:
        at.world.fault("refuse", "ticket_write")
        await at.types(LAWYER)
        (kept,) = await packets(at)
        assert (kept.state, kept.ticket) == (PacketState.REFUSED, None)
        await at.types("START")
        await at.types(LAWYER)
        assert [one.state for one in await packets(at)] == [PacketState.REFUSED, PacketState.FILED]
        assert (await packets(at))[1].ticket == "T-1"


async def test_a_system_that_is_down_for_a_day_gets_it_in_the_end() -> None:
    async with desk() as at:
        at.world.fault("fail", "ticket_write", 1)
        at.world.fault("fail", "ticket_look_up", 30)
        await at.types(LAWYER)
        await at.wait(36 * 3600)
        assert filed(at).reason == "legal_threat"
        tries = [event for event in await at.journal("trouble") if event.body.stage == "ticket"]
        assert 12 < len(tries) <= 31  # with gaps that grow up to an hour


async def test_staff_who_took_over_themselves_get_no_packet() -> None:
    async with desk() as at:
        await at.rehearsal.emulator.staff_says(at.rehearsal.phone, "Hi, this is Meera")
        await at.news()
        assert at.world.desk.tickets == []
        assert await packets(at) == []


async def test_a_turn_that_hands_nothing_off_leaves_no_trace_of_it() -> None:
    async with desk() as at:
        touched: list[str] = []
        begin = at.rehearsal.runtime.store.begin

        @asynccontextmanager
        async def watched() -> Any:
            async with begin() as tx:
                set_timer = tx.timers.set
                tx.hand_offs = None  # type: ignore[assignment]  # nobody may ask for it

                async def note(timer: Any) -> None:
                    touched.append(str(timer.kind))
                    await set_timer(timer)

                tx.timers.set = note  # type: ignore[method-assign]
                yield tx

        at.rehearsal.runtime.store.begin = watched  # type: ignore[method-assign]
        await at.types("where is my order")
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(10)
        assert at.writes
        assert set(touched) <= {"outbox", "settle", "note"}


class TestRelease:
    async def test_a_chat_that_nobody_has_is_nobodys_to_give_back(self) -> None:
        async with desk() as at:
            bot = at.rehearsal.runtime.bot
            assert await bot.release(await who(at)) is False
            stranger = Address("default", next(iter(bot.numbers)), "c_nobody")
            assert await bot.release(stranger) is False

    async def test_it_is_given_back_once(self) -> None:
        async with desk() as at:
            bot, mine = at.rehearsal.runtime.bot, await who(at)
            await at.types("let me talk to a human")
            assert await bot.release(mine) is True
            await at.news()
            assert await bot.release(mine) is False
            (event,) = await at.journal("released")
            assert event.body.reason == "given back"
            assert (await at.types("where is my order?"))[0].startswith("Order 1842")
            await at.wait(3 * 24 * 3600)
            assert len(await at.journal("released")) == 1  # its clock has ended with it

    async def test_a_hand_off_after_it_was_given_back_stands(self) -> None:
        """The message came first, and is read first: its hand-off is one more, and it stands."""
        async with desk() as at:
            bot, mine = at.rehearsal.runtime.bot, await who(at)
            await at.types("let me talk to a human")
            async with at.rehearsal.runtime.store.begin() as tx:
                before = await tx.conversations.get(mine)
            assert before is not None
            assert before.with_person == WithPerson("asked_for_a_person", at.clock.now())
            nudge, bot.nudge = bot.nudge, nobody_is_told
            assert await bot.release(mine)
            at.clock.advance_to(at.clock.now() + SECOND)
            bot.nudge = nudge
            await at.rehearsal.emulator.staff_says(at.rehearsal.phone, "Hello, Meera here")
            await at.news()
            assert await at.types("where is my order?") == []

    async def test_the_first_word_after_an_opt_out_is_still_silence(self) -> None:
        async with desk() as at:
            await at.types("let me talk to a human")
            await at.types("unsubscribe")
            await at.rehearsal.runtime.bot.release(await who(at))
            await at.news()
            assert await at.types("where is my order?") == []

    async def test_a_release_survives_the_process(self, tmp_path: Path) -> None:
        store = str(tmp_path / "wavoice.db")
        async with desk(store=store) as at:
            await at.types("let me talk to a human")
            at.rehearsal.runtime.bot.nudge = nobody_is_told
            assert await at.rehearsal.runtime.bot.release(await who(at))
        async with desk(store=store) as at:
            await at.wait(30)
            assert [event.body.reason for event in await at.journal("released")] == ["given back"]


@pytest.mark.parametrize("reason", [*HandOff, "some_reason_of_tomorrow"])
def test_reasons_of_any_version_are_read(reason: str) -> None:
    where = Where("default", "n", "c_1", "t_1")
    read = from_json(to_json(Event(MONDAY, where, HandedOff(str(reason)))))
    assert read.body.reason == reason
    assert HandOff.named(read.body.reason) is (reason if isinstance(reason, HandOff) else HandOff.OTHER)


def test_reports_count_by_reason() -> None:
    where = Where("default", "n", "c_1", "t_1")
    names = ("distress", "distress", "legal_threat", "some_reason_of_tomorrow")
    events = [Event(MONDAY, where, HandedOff(name)) for name in names]
    events.append(Event(MONDAY, where, Released("timed out")))
    assert counted(events) == {HandOff.DISTRESS: 2, HandOff.LEGAL_THREAT: 1, HandOff.OTHER: 1}


def test_every_reason_is_said_in_the_summary() -> None:
    assert set(HandOff) - set(WHY) == {HandOff.STAFF_WROTE, HandOff.OTHER}


def test_what_is_grave_lets_nothing_be_read() -> None:
    assert not [reason for reason in HandOff if reason.is_grave and reason.lets_read]
    assert {HandOff.DISTRESS, HandOff.LEGAL_THREAT, HandOff.FRAUD_FLAG} <= {
        one for one in HandOff if one.is_grave
    }


async def test_a_card_number_that_is_completed_later_leaves_the_packet_too() -> None:
    async with desk(sections={"tickets": Tickets()}) as at:
        await at.types("let me talk to a human, my card is 4111 1111")
        (kept,) = await packets(at)
        assert "4111 1111" in kept.packet.summary
        await at.types("1111 1111")
        (kept,) = await packets(at)
        assert "4111" not in kept.packet.summary + "".join(line.text for line in kept.packet.transcript)
