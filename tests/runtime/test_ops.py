"""Operating: what is stuck or given up, and what an operator does about it, over the production runtime."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.rehearsing import Desk, desk
from tests.runtime.test_hand_off import packets, who
from wavoice.runtime.adapters.sentences import open_interpreter
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, HandOff, Reading
from wavoice.runtime.operating.acting import Operator
from wavoice.runtime.operating.looking import Found, dead_letters, stuck
from wavoice.runtime.ports import Interpreter, News, Situation
from wavoice.runtime.replies import english
from wavoice.runtime.settings import Settings
from wavoice.sim.clock import CountingIds

POISON = "xyzzy"
TOKEN_EXPIRED = 190
PAUSED = english.PAUSED


class Breaks:
    """An interpreter with a bug: on one word it raises, for as long as it is not mended."""

    def __init__(self, inner: Interpreter) -> None:
        self.inner = inner
        self.mended = False

    def read(self, text: str, situation: Situation) -> Reading:
        if POISON in text and not self.mended:
            raise ZeroDivisionError("a bug")
        return self.inner.read(text, situation)


class Collapses:
    """Every commit of a turn fails, that of an apology too."""

    def reach(self, name: str) -> None:
        if name == "turn_decided":
            raise ZeroDivisionError("a bug")


@asynccontextmanager
async def broken(**more: object) -> AsyncIterator[tuple[Desk, Breaks]]:
    """A desk whose interpreter breaks on `POISON`."""
    breaks = Breaks(open_interpreter(Settings())[0])
    async with desk(parts=Parts(interpreter=breaks), **more) as at:  # type: ignore[arg-type]
        yield at, breaks


def operator(at: Desk, *, dry: bool = False) -> Operator:
    runtime = at.rehearsal.runtime
    return Operator(runtime.store, at.clock, runtime.bot.kit.ids, "default", dry)


async def look(at: Desk, seconds: float = 0) -> Sequence[Found]:
    return await stuck(at.rehearsal.runtime.store, "default", at.clock.now() - round(seconds * SECOND))


async def lost(at: Desk) -> Sequence[Found]:
    return await dead_letters(at.rehearsal.runtime.store, "default", 0)


async def acted(at: Desk) -> list[str]:
    """What the phone shows once the runtime has seen what an operator stored."""
    address, runtime = await who(at), at.rehearsal.runtime
    async with runtime.store.begin() as tx:
        await runtime.engine.nudge(address, tx)
    return await at.news()


class TestPoison:
    async def test_it_backs_off_and_then_goes_to_a_person(self) -> None:
        async with broken() as (at, _):
            await at.rehearsal.phone.says(f"{POISON} please")
            await at.rehearsal.idle()
            at.clock.advance_to(at.clock.now() + SECOND)
            (waiting,) = await look(at)
            assert (waiting.what.kind, waiting.what.attempts, waiting.code) == (
                "message",
                2,
                "ZeroDivisionError",
            )
            assert waiting.where.startswith("test_ops.py:")
            assert waiting.what.retry_at is not None
            assert await at.wait(120) == [english.TROUBLE]
            assert await look(at) == []
            (letter,) = await lost(at)
            assert (letter.what.kind, letter.code, letter.again) == ("message", "ZeroDivisionError", False)
            (packet,) = await packets(at)
            assert packet.packet.reason == HandOff.TURN_FAILED

    async def test_one_that_cannot_even_be_joined_blocks_nobody(self) -> None:
        """Stored together, the second message is read before the first is taken up: outside of any turn."""
        async with broken() as (at, _):
            await at.rehearsal.phone.says("hello")
            await at.rehearsal.phone.says(f"{POISON} please")
            await at.wait(600)
            assert await look(at) == []
            assert english.TROUBLE in [message.text for message in at.messages]

    async def test_where_even_the_apology_breaks_the_message_is_put_aside(self) -> None:
        async with desk(parts=Parts(failpoints=Collapses())) as at:
            await at.rehearsal.phone.says("where is my order")
            await at.wait(900)
            assert (await at.news(), await look(at)) == ([], [])
            (letter,) = await lost(at)
            assert letter.code == "ZeroDivisionError"
            (packet,) = await packets(at)
            assert "Nothing could be said" in packet.packet.summary
            assert [event.body.reason for event in await at.journal("handed_off")] == ["turn_failed"]

    async def test_nobody_who_has_left_is_told(self) -> None:
        async with broken() as (at, _):
            await at.types("STOP")
            await at.types(f"{POISON} please")
            assert await at.wait(600) == []
            assert len(await lost(at)) == 1

    async def test_it_is_replayed_once_it_is_mended(self) -> None:
        async with broken() as (at, breaks):
            await at.types(f"{POISON} where is my order")
            await at.wait(120)
            (letter,) = await lost(at)
            breaks.mended = True
            seen = await operator(at, dry=True).replay(letter.what.subject)
            assert seen.contact == (await who(at)).contact
            assert await acted(at) == []
            await operator(at).replay(letter.what.subject)
            (answer,) = await acted(at)
            assert "Order 1842" in answer
            (letter,) = await lost(at)
            assert letter.again
            with pytest.raises(UserInputError, match="is done"):
                await operator(at).replay(letter.what.subject)

    async def test_a_chat_that_a_person_has_for_another_reason_stays_theirs(self) -> None:
        async with broken() as (at, _):
            await at.types(f"{POISON} please")
            await at.wait(120)
            await at.types("START")
            await at.types("my lawyer will hear about this")
            (letter,) = await lost(at)
            with pytest.raises(UserInputError, match="legal_threat"):
                await operator(at).replay(letter.what.subject)


class TestStuck:
    async def test_a_write_of_which_nobody_knows_is_listed(self) -> None:
        async with desk() as at:
            at.world.fault("lost_response", "write")
            at.world.fault("fail", "look_up", 30)
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.wait(30)
            found = {one.what.kind: one.what.state for one in await look(at, 10)}
            assert found == {"proposal": "unknown", "effect": "unknown"}
            assert await look(at, 40) == []

    async def test_a_hand_off_that_nobody_takes_is_listed_and_then_given_up(self) -> None:
        async with desk() as at:
            at.world.fault("fail", "ticket_write", 100)
            await at.types("my lawyer will hear about this")
            await at.wait(600)
            (waiting,) = await look(at, 300)
            assert (waiting.what.kind, waiting.code) == ("hand_off", "ticket_unknown")
        async with desk() as at:
            at.world.fault("refuse", "ticket_write")
            await at.types("my lawyer will hear about this")
            (letter,) = await lost(at)
            assert (letter.what.kind, letter.code) == ("hand_off", "ticket_refused")


class TestCancel:
    async def test_what_waits_for_a_yes_is_withdrawn_and_said(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            asked = (await at.journal("proposed"))[0].body.proposal
            said = await operator(at, dry=True).cancel(asked)
            assert "withdrawn" in said.says
            assert await acted(at) == []
            await operator(at).cancel(asked)
            (told,) = await acted(at)
            assert told.startswith("The shop has taken my last question back. Nothing was changed: ")
            await at.types("yes")
            await at.wait(30)
            assert at.writes == []
            with pytest.raises(UserInputError, match="cancelled"):
                await operator(at).cancel(asked)
            assert [event.body.act for event in await at.journal("operated")] == ["withdrawn"]

    async def test_a_yes_that_settles_is_stopped(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            asked = (await at.journal("proposed"))[0].body.proposal
            await at.rehearsal.phone.says("yes")
            await at.rehearsal.idle()
            await operator(at).cancel(asked)
            await acted(at)
            await at.wait(30)
            assert at.writes == []
            assert {event.body.how for event in await at.journal("turn_ended")} >= {"overtaken"}

    async def test_what_is_being_written_is_vetoed_and_its_outcome_told(self) -> None:
        async with desk() as at:
            at.world.fault("lost_response", "write")
            await at.types("move my delivery to Friday")
            asked = (await at.journal("proposed"))[0].body.proposal
            at.world.fault("fail", "look_up", 3)
            await at.rehearsal.phone.says("yes")
            await at.wait(4)
            said = await operator(at).cancel(asked)
            assert "may be written already" in said.says
            assert await acted(at) == [english.WITHDRAWN_TOO_LATE]
            *_, told = await at.wait(60)
            assert "Friday" in told
            assert len(at.writes) == 1


class TestPause:
    async def test_every_message_is_a_persons_and_is_said_once(self) -> None:
        async with desk() as at:
            await operator(at).pause("", "wrong prices")
            assert await at.types("where is my order") == [PAUSED]
            assert await at.types("hello?") == []
            assert await at.speaks("move it to Friday") == []
            (packet,) = await packets(at)
            assert packet.packet.reason == HandOff.PAUSED
            assert next(line.text for line in packet.packet.transcript) == "where is my order"
            with pytest.raises(UserInputError, match="Paused already"):
                await operator(at).pause("", "")
            (given, *_) = await operator(at).resume("", give_back=True)
            assert given.act == "resume"
            await acted(at)
            (answer,) = await at.types("where is my order")
            assert "Order 1842" in answer
            acts = [(event.body.act, event.body.reason) for event in await at.journal("operated")]
            assert acts == [("paused", "wrong prices"), ("resumed", "")]

    async def test_a_note_is_heard_for_whoever_takes_over(self) -> None:
        async with desk() as at:
            await operator(at).pause("", "")
            await at.speaks("where is my order")
            (packet,) = await packets(at)
            assert "where is my order" in packet.packet.summary

    async def test_a_yes_whose_wait_is_not_over_is_held_and_a_person_gets_it(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.rehearsal.phone.says("yes")
            await at.rehearsal.idle()
            await operator(at).pause("", "")
            (told,) = await at.wait(10)
            assert told.startswith("Okay, nothing changed: ")
            assert told.endswith(PAUSED)
            assert at.writes == []
            assert [event.body.reason for event in await at.journal("handed_off")] == ["paused"]

    async def test_stop_is_heeded_and_nobody_who_left_is_told(self) -> None:
        async with desk() as at:
            await operator(at).pause("", "")
            assert await at.types("STOP") == [english.OPTED_OUT]
            assert await at.types("where is my order") == []

    async def test_one_number_alone(self) -> None:
        async with desk() as at:
            await operator(at).pause("99", "")
            assert PAUSED not in await at.types("where is my order")
            await operator(at).pause((await who(at)).number, "")
            assert await at.types("where is my order") == [PAUSED]

    async def test_dry_changes_nothing(self) -> None:
        async with desk() as at:
            await operator(at, dry=True).pause("", "")
            assert PAUSED not in await at.types("where is my order")
            with pytest.raises(UserInputError, match="Not paused"):
                await operator(at, dry=True).resume("", give_back=False)

    async def test_every_process_on_the_store_sees_it_at_once(self, tmp_path: Path) -> None:
        file = tmp_path / "bot.sqlite"
        async with desk(store=str(file)) as at:
            other = await SqliteStore.open(file, ids=CountingIds())
            await Operator(other, at.clock, CountingIds(), "default", dry=False).pause("", "")
            await other.close()
            assert await at.types("where is my order") == [PAUSED]


async def test_a_chat_is_given_back() -> None:
    async with desk() as at:
        await at.types("my lawyer will hear about this")
        address = await who(at)
        (act,) = await operator(at).release(address.contact)
        assert act.contact == address.contact
        await acted(at)
        assert "Order 1842" in (await at.types("where is my order"))[0]
        with pytest.raises(UserInputError, match="No person has"):
            await operator(at).release(address.contact)


class TestAccount:
    async def test_a_refused_token_keeps_replies_waiting_without_a_storm(self) -> None:
        async with desk(voice=False) as at:
            at.rehearsal.emulator.rules.add(TOKEN_EXPIRED, n=1_000)
            others = [
                at.rehearsal.emulator.phone(f"Sample Customer {n}", f"91981230001{n}") for n in range(5)
            ]
            for phone in (at.rehearsal.phone, *others):
                await phone.says("where is my order")
                await at.rehearsal.idle()
            assert await at.wait(600) == []
            tries = [event for event in await at.journal("trouble") if event.body.code == "auth"]
            assert len(tries) <= 11, "one a minute, for all customers together"
            assert await news(at) == [("access_token", "refused")]
            at.rehearsal.emulator.rules.clear()
            assert "Order 1842" in (await at.wait(61))[0]
            await at.wait(61)
            assert [len(phone.messages) for phone in others] == [1] * len(others)
            assert await news(at) == [("access_token", "accepted")]

    async def test_what_whatsapp_says_of_a_number_is_kept(self) -> None:
        async with desk() as at:
            said = [
                News("phone_number_quality_update", "16505551111", state, 1) for state in ("FLAGGED", "RED")
            ]
            await at.rehearsal.runtime.bot.intake.hear(said)
            async with at.rehearsal.runtime.store.begin() as tx:
                (kept,) = await tx.operations.news("default")
            assert (kept.state, kept.count) == ("RED", 2)


async def news(at: Desk) -> list[tuple[str, str]]:
    async with at.rehearsal.runtime.store.begin() as tx:
        return [(one.field, one.state) for one in await tx.operations.news("default")]
