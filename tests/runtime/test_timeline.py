"""What was written is noted where whoever opens the case next sees it: once, whole, and without delay."""

from __future__ import annotations

import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.settings_systems import Timeline
from wavoice.sim.rehearsal import Customer
from wavoice.sim.timeline import Note


def noted(at: Desk) -> Note:
    (one,) = at.world.timeline.notes
    return one.note


async def test_a_note_tells_what_was_asked_heard_confirmed_and_done() -> None:
    async with desk() as at:
        await at.speaks("move my delivery to Friday", logprob=-0.21)
        await at.speaks("yes please", logprob=-0.11)
        await at.wait(5)
        note = noted(at)
        assert (note.customer, note.action, note.args) == (
            "cus_1",
            "reschedule_delivery",
            {"order": "1842", "day": "2026-11-27"},
        )
        assert note.before == {"order": "1842", "day": "2026-11-26"}
        assert (note.asked["text"], note.asked["figures"]["avg_logprob"]) == (
            "move my delivery to Friday",
            -0.21,
        )
        assert note.question == "Order 1842: move it to Friday 27 November? Reply yes or no."
        assert (note.heard["text"], note.heard["figures"]["decodes"]) == ("yes please", 2)
        assert (note.confirmed, note.row) == ("spoken", "D03")
        assert (note.done, note.reference) == ("Done: order 1842 now comes on Friday 27 November.", "1842-v2")
        (told,) = await at.journal("noted")
        assert (told.body.note, told.body.action) == ("N-1", "reschedule_delivery")


async def test_money_is_in_the_payment_log_and_its_code_is_in_no_note() -> None:
    async with desk() as at:
        (asked,) = await at.types("refund 20 rupees of order 1777")
        code = asked.rpartition("YES ")[2].split()[0]
        await at.types(f"YES {code}")
        await at.wait(5)
        (paid,) = at.world.timeline.payments
        assert (paid.note.money, paid.note.payee) == ({"minor": 2000, "currency": "INR"}, "visa 4242")
        assert (paid.note.confirmed, paid.note.heard["text"]) == ("code", "YES ****")
        assert code not in paid.note.model_dump_json()


@pytest.mark.parametrize(("answer", "how"), [("yes", "typed"), (None, "button")])
async def test_it_says_how_the_yes_was_given(answer: str | None, how: str) -> None:
    async with desk() as at:
        await at.types("move my delivery to Friday")
        await (at.taps("Yes") if answer is None else at.types(answer))
        await at.wait(5)
        assert (noted(at).confirmed, noted(at).heard["text"]) == (how, answer or "Yes")


async def test_nothing_more_of_the_customer_is_told_than_the_write_needs() -> None:
    async with desk() as at:
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(5)
        text, customer = noted(at).model_dump_json(), Customer()
        assert not [one for one in (customer.phone, customer.bsuid, customer.name) if one in text]


async def test_what_may_not_be_kept_is_in_no_note() -> None:
    async with desk() as at:
        await at.types("do not keep my recordings")
        await at.speaks("move my delivery to Friday")
        await at.speaks("yes")
        await at.wait(5)
        note = noted(at)
        assert (note.asked["text"], note.heard["text"]) == (
            "",
            "yes",
        )  # the words that approved it are its proof
        assert note.heard["figures"]["note_seconds"] > 0
        assert note.confirmed == "spoken"


async def test_a_note_waits_for_its_crm_and_no_reply_waits_for_the_note() -> None:
    async with desk() as at:
        at.world.fault("timeout", "note_write", 3)
        await at.types("move my delivery to Friday")
        await at.types("yes")
        assert await at.wait(3) == ["Done: order 1842 now comes on Friday 27 November."]
        assert at.world.timeline.notes == []
        await at.wait(120)
        assert noted(at).reference == "1842-v2"


async def test_a_lost_answer_is_looked_for_and_noted_once() -> None:
    async with desk() as at:
        at.world.fault("lost_response", "note_write")
        at.world.fault("fail", "note_look_up", 2)
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(120)
        assert noted(at).reference == "1842-v2"
        assert [event.body.note for event in await at.journal("noted")] == ["N-1"]


async def test_what_the_crm_refuses_is_in_the_journal() -> None:
    async with desk() as at:
        at.world.fault("refuse", "note_write")
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(3600)
        assert at.world.timeline.notes == []
        assert [event.body.code for event in await at.journal("trouble")] == ["note_refused"]


async def test_what_was_not_written_is_not_noted() -> None:
    async with desk() as at:
        await at.types("move my delivery to Friday")
        await at.types("no")
        await at.wait(60)
        at.world.fault("refuse", "write")
        await at.types("move my delivery to Saturday")
        await at.types("yes")
        await at.wait(60)
        assert at.writes == []
        assert at.world.timeline.notes == []


async def test_an_open_ticket_of_the_conversation_shows_it_as_well() -> None:
    async with desk() as at:
        await at.types("let me talk to a human")
        await at.types("START")
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(5)
        (ticket,) = at.world.desk.tickets
        assert ticket.notes == [one.id for one in at.world.timeline.of_customer("cus_1")] == ["N-1"]


async def test_without_a_timeline_nothing_is_asked_of_anybody() -> None:
    async with desk(sections={"timeline": Timeline()}) as at:
        await at.types("move my delivery to Friday")
        await at.types("yes")
        await at.wait(3600)
        assert at.world.timeline.notes == []
        assert await at.journal("noted", "trouble") == []
        assert len(at.writes) == 1
