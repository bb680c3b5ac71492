"""Laws of whole runs (L6 to L11): runs that keep them, and the same runs changed so that one is broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.sim.scenario.scripts import ASKED, MOVE, load, play
from tests.sim.scenario.tampered import PERSON, TWO, also, broken, edited, first, in_turn, saying, without
from wavoice.runtime import journal
from wavoice.runtime.policy import Policy
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.scenario.laws import check_laws, check_proofs
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.record import Record
from wavoice.sim.scenario.run import run_cases


class TestHeardFirst:
    """L6: no write while a message that was received before it is not interpreted."""

    def test_a_message_that_had_been_received_and_was_read_after_the_write(self) -> None:
        record = play(TWO)
        written = record.ledger[0].at
        early = edited(record, journal.Received, lambda e: replace(e, at=written - 1), record.steps[3].turn)
        assert broken(early) == {"L6"}

    def test_a_message_that_was_read_before_the_write(self) -> None:
        record, turn = play(TWO), play(TWO).steps[3].turn
        written = record.ledger[0].at
        early = edited(record, journal.Received, lambda e: replace(e, at=written - 2), turn)
        assert broken(edited(early, journal.Read, lambda e: replace(e, at=written - 1), turn)) == set()

    def test_a_message_of_somebody_else(self) -> None:
        record = play(f"{MOVE}\n- note: where is my order\n  from: bela")
        written, turn = record.ledger[0].at, record.steps[3].turn
        assert broken(edited(record, journal.Received, lambda e: replace(e, at=written - 1), turn)) == set()


class TestRepeated:
    """L7: the same webhook delivered twice changes nothing."""

    def place(self, record: Record) -> int:
        assert record.quiet is not None
        return record.quiet.events

    @pytest.mark.parametrize("body", [journal.Received, journal.Replied, journal.Read])
    def test_what_comes_of_it(self, body: type[Any]) -> None:
        record = play(ASKED)
        assert broken(also(record, self.place(record), first(record, body))) == {"L7"}

    def test_a_write_that_comes_of_it(self) -> None:
        record = play(MOVE)
        assert record.played is not None
        assert record.quiet is not None
        before = replace(
            record, played=replace(record.played, writes=0), quiet=replace(record.quiet, writes=0)
        )
        assert broken(before) == {"L7"}

    def test_statuses_may_be_seen_again(self) -> None:
        record = play(ASKED)
        assert broken(also(record, self.place(record), first(record, journal.StatusSeen))) == set()

    def test_everything_is_delivered_once_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        again: list[bytes] = []

        async def redeliver(emulator: Emulator, body: bytes) -> None:
            again.append(body)

        monkeypatch.setattr(Emulator, "redeliver", redeliver)
        (case,) = load(ASKED)
        record = perform(case)
        (reply,) = [event.body for event in record.events if isinstance(event.body, journal.Replied)]
        delivered = b"".join(again)
        assert all(str(wamid).encode() in delivered for wamid in (record.steps[0].message, *reply.messages))


class TestPrivate:
    """L8: no personal value in the journal outside pii."""

    @pytest.mark.parametrize("value", ["919812300001", "12 Hill Road", "move my delivery to Friday"])
    def test_a_personal_value_beside_pii(self, value: str) -> None:
        record = play(ASKED)
        assert value in record.personal
        (failure,) = check_laws(edited(record, journal.Decided, saying(reason=f"for {value} alone")))
        assert (failure.kind, failure.got) == ("L8", value)

    def test_a_value_that_needs_quotes(self) -> None:
        record = replace(play(ASKED), personal=['say "yes" now'])
        assert broken(edited(record, journal.Decided, saying(reason='say "yes" now'))) == {"L8"}

    def test_under_pii_everything_may_stand(self) -> None:
        record = play(ASKED)
        assert any("Friday" in str(event.body) for event in record.events)
        assert check_laws(record) == []

    def test_common_words_are_not_personal(self) -> None:
        assert check_laws(play(f"{ASKED}\n- text: not yet")) == []

    def test_words_of_the_bot_are_not_personal_although_a_customer_says_them(self) -> None:
        assert check_laws(play(f"{ASKED}\n- text: yes and no")) == []


class TestAtRest:
    """L9: when the last timer has run, nothing more was sent or written."""

    def test_a_yes_that_nobody_waits_for(self) -> None:
        found = check_laws(play(f"{ASKED}\n- note: yes"))
        assert [(failure.kind, failure.reason) for failure in found] == [
            ("L9", "something was sent"),
            ("L9", "something was written"),
        ]

    def noticed(self, record: Record) -> Record:
        """The run with a notice that a timer sent after the last step."""
        assert record.played is not None
        assert record.quiet is not None
        told = journal.Noticed(group="g_000009", form="text", messages=(), text="Nobody answered yet.")
        notice = in_turn(replace(first(record, journal.Received), body=told), "t_000009")
        late = also(record, record.played.events, notice)
        return replace(late, quiet=replace(record.quiet, events=record.quiet.events + 1))

    def test_a_notice(self) -> None:
        assert broken(self.noticed(play(ASKED))) == {"L9"}

    def test_a_notice_after_a_hand_off_is_allowed(self) -> None:
        assert broken(self.noticed(play(PERSON))) == set()


class TestInChat:
    """L10: no reply sends the customer out of the chat."""

    LINKS = (
        "https://pay.example/1", "http://x.y", "www.shop.test", "wa.me/15550100", "mailto:help@shop.test",
        "tel:+15550100", "shop.example.com/help", "shop.io",
    )  # fmt: skip

    @pytest.mark.parametrize("link", LINKS)
    def test_a_reply_with_a_link(self, link: str) -> None:
        record = edited(play(ASKED), journal.Replied, saying(text=f"See {link} now."))
        assert broken(record) == {"L10"}

    def test_a_page_that_the_policy_lists(self) -> None:
        record = edited(play(ASKED), journal.Replied, saying(text="Pay at https://pay.example/1"))
        listed = replace(record, policy=replace(Policy(), link_pages=("https://pay.example/",)))
        assert broken(listed) == set()
        other = replace(record, policy=replace(Policy(), link_pages=("https://pay.example/2",)))
        assert broken(other) == {"L10"}

    def test_the_policy_of_the_scenario_counts(self) -> None:
        record = play(ASKED, "policy: {link_pages: [https://pay.example/]}")
        told = edited(record, journal.Replied, saying(text="Pay at https://pay.example/1"))
        assert broken(told) == set()

    @pytest.mark.parametrize("words", ["Order 1842 comes at 10.30 in Road.", "Yes. In two days.", "No. 7"])
    def test_dots_are_no_links(self, words: str) -> None:
        assert broken(edited(play(ASKED), journal.Replied, saying(text=words))) == set()


class TestProofs:
    """L11: the journal alone proves that every write had its yes."""

    def test_a_run_that_is_proved(self) -> None:
        record = play(MOVE)
        assert record.ledger
        assert check_proofs(record) == []

    @pytest.mark.parametrize("body", [journal.Confirmed, journal.Proposed, journal.Received])
    def test_what_a_proof_needs_is_missing(self, body: type[Any]) -> None:
        assert {failure.kind for failure in check_proofs(without(play(MOVE), body))} == {"L11"}

    def test_it_is_held_against_every_scenario(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = without(play(MOVE), journal.Proposed)
        monkeypatch.setattr("wavoice.sim.scenario.run.perform", lambda *_: told)
        assert "L11" in {failure.kind for failure in run_cases(load(MOVE)).failures}
