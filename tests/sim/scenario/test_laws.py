"""Laws of decisions (L1 to L5): runs that keep them, and the same runs changed so that one is broken."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from tests.sim.scenario.scripts import ASKED, MOVE, line_of, play, result, text
from tests.sim.scenario.tampered import (
    CANCELLED,
    LOST,
    LOST_GIVEN,
    OVERTAKEN,
    PERSON,
    STOPPED,
    TWO,
    also,
    broken,
    edited,
    first,
    in_turn,
    saying,
    without,
)  # fmt: skip
from wavoice.runtime import journal
from wavoice.sim.scenario.laws import LAWS, check_laws


@pytest.mark.parametrize(
    ("steps", "given"),
    [
        (MOVE, ""),
        (STOPPED, ""),
        (CANCELLED, ""),
        (PERSON, ""),
        (OVERTAKEN, ""),
        (LOST, LOST_GIVEN),
        (TWO, ""),
        (f"{STOPPED}\n- text: start\n- note: where is my order", ""),
        (ASKED, "consent: {voice_replies: false}"),
        (f"{ASKED}\n- reaction: 👍\n- image: true", ""),
        (f"{ASKED}\n- text: hello\n  from: bela\n- note: yes\n- wait: 5s", ""),
    ],
)
def test_runs_keep_all_laws(steps: str, given: str) -> None:
    assert check_laws(play(steps, given)) == []


def test_every_law_says_what_it_says() -> None:
    assert list(LAWS) == [f"L{number}" for number in range(1, 12)]
    (failure,) = check_laws(without(play(MOVE), journal.Confirmed))
    assert (failure.kind, failure.expected) == ("L1", LAWS["L1"])


class TestBound:
    """L1: no write without a confirmation bound to that proposal, its version and its arguments."""

    def test_a_write_that_was_not_confirmed(self) -> None:
        assert broken(without(play(MOVE), journal.Confirmed)) == {"L1"}

    @pytest.mark.parametrize("fields", [{"digest": "other"}, {"version": 2}, {"proposal": "p_000009"}])
    def test_a_write_whose_confirmation_is_of_something_else(self, fields: dict[str, Any]) -> None:
        assert broken(edited(play(MOVE), journal.Confirmed, saying(**fields))) == {"L1"}

    def test_a_write_that_was_confirmed_afterwards(self) -> None:
        late = edited(play(MOVE), journal.Confirmed, lambda event: replace(event, at=event.at + 10**7))
        assert broken(late) == {"L1"}

    @pytest.mark.parametrize(
        "change",
        [{"action": "change_address"}, {"args": MappingProxyType({"order": "1842", "day": "2026-11-28"})}],
    )
    def test_other_arguments_than_were_confirmed(self, change: dict[str, Any]) -> None:
        record = play(MOVE)
        assert broken(replace(record, ledger=[replace(record.ledger[0], **change)])) == {"L1"}

    def test_a_write_of_which_the_journal_knows_nothing(self) -> None:
        (failure,) = check_laws(without(play(MOVE), journal.Committed))
        assert (failure.kind, failure.got) == ("L1", "reschedule_delivery 1842 2026-11-27")


class TestOnce:
    """L2: at most one commit per proposal."""

    def test_a_proposal_that_was_written_twice(self) -> None:
        record = play(MOVE)
        assert broken(replace(record, ledger=[*record.ledger, *record.ledger])) == {"L2"}

    def test_two_proposals_are_written_once_each(self) -> None:
        record = play(f"{MOVE}\n- note: move my delivery to Sunday\n- note: yes\n- wait: 5s")
        assert len(record.ledger) == 2
        assert check_laws(record) == []


class TestAnswered:
    """L3: one reply group a turn at most; every turn is answered, or overtaken by one that is."""

    def test_a_turn_that_is_answered_twice(self) -> None:
        record = play(ASKED)
        reply = first(record, journal.Replied)
        more = replace(reply, body=replace(reply.body, group="g_000009"))
        assert broken(also(record, record.events.index(reply), more)) == {"L3"}

    def test_a_turn_that_never_ended(self) -> None:
        assert broken(without(play(ASKED), journal.TurnEnded)) == {"L3"}

    def test_a_message_of_which_the_journal_knows_nothing(self) -> None:
        assert broken(without(play("- text: hello"), *journal.BODIES.values())) == {"L3"}

    def test_silence_without_a_reason(self) -> None:
        assert broken(edited(play(ASKED), journal.TurnEnded, saying(how="silent", reason=""))) == {"L3"}

    @pytest.mark.parametrize("reason", ["opted out", "a person has taken over", "muted"])
    def test_silence_whose_reason_is_not_so(self, reason: str) -> None:
        assert broken(edited(play(ASKED), journal.TurnEnded, saying(how="silent", reason=reason))) == {"L3"}

    def test_a_turn_that_is_overtaken_by_one_that_answers_nothing(self) -> None:
        record = play(OVERTAKEN)
        (end,) = [e for e in record.events if getattr(e.body, "how", "") == "overtaken"]
        later = end.body.reason
        assert broken(edited(record, journal.TurnEnded, saying(how="stopped"), later)) == {"L3"}

    def test_a_turn_that_is_overtaken_by_one_that_is_not_there(self) -> None:
        record = edited(play(ASKED), journal.TurnEnded, saying(how="overtaken", reason="t_000009"))
        assert broken(record) == {"L3"}

    def test_silence_towards_somebody_who_never_wanted_messages(self) -> None:
        assert check_laws(play("- text: hello", "consent: {messages: false}")) == []


class TestLogged:
    """L4: every commit, refusal and hand-off has its line in the log."""

    def test_a_write_of_unknown_outcome_that_nobody_cleared_up(self) -> None:
        assert broken(without(play(LOST, LOST_GIVEN), journal.Committed)) == {"L4"}

    def test_a_commit_that_the_shop_does_not_know(self) -> None:
        assert broken(replace(play(MOVE), ledger=[])) == {"L4"}

    @pytest.mark.parametrize(
        ("steps", "body"),
        [
            (CANCELLED, journal.Cancelled),
            (f"{ASKED}\n- text: stop messages", journal.ConsentChanged),
            (f"{ASKED}\n- text: talk to a person", journal.HandedOff),
        ],
    )
    def test_a_decision_that_was_not_logged(self, steps: str, body: type[Any]) -> None:
        assert broken(without(play(steps), body)) == {"L4"}


class TestSilent:
    """L5: no write and no voice after STOP or withdrawn consent."""

    def test_a_message_after_stop(self) -> None:
        record = play(STOPPED)
        more = in_turn(first(record, journal.Replied), "t_000009")
        text_only = replace(more, body=replace(more.body, form="text"))
        assert broken(also(record, record.steps[2].began.events, text_only)) == {"L5"}

    def test_the_acknowledgement_of_stop_is_text(self) -> None:
        record = play(STOPPED)
        turn = first(record, journal.ConsentChanged).where.turn
        assert broken(edited(record, journal.Replied, saying(form="voice"), turn)) == {"L5"}

    def test_a_voice_note_after_consent_to_voice_was_withdrawn(self) -> None:
        record = play(MOVE)
        reply = first(record, journal.Replied)
        withdrawn = replace(reply, body=journal.ConsentChanged("voice_replies", given=False))
        assert broken(also(record, 0, withdrawn)) == {"L5"}
        given = replace(reply, body=journal.ConsentChanged("voice_replies", given=True))
        assert broken(also(record, 0, withdrawn, given)) == set()

    def test_a_write_after_stop(self) -> None:
        record = play(MOVE)
        confirmed = first(record, journal.Confirmed)
        stop = replace(confirmed, body=journal.ConsentChanged("messages", given=False))
        mute = edited(record, journal.Replied, lambda event: replace(event, body=journal.Waited(0, 0)))
        assert broken(also(mute, mute.events.index(confirmed), stop)) == {"L5"}


def test_a_broken_law_fails_the_scenario_on_the_line_of_then() -> None:
    steps, then = f"{ASKED}\n- note: yes", "then: {writes: [{}]}"
    found = result(steps, then=then).failures
    assert {(failure.step, failure.kind) for failure in found} == {(None, "L9")}
    assert {failure.line for failure in found} == {line_of(text(steps, then=then), "then:")}
