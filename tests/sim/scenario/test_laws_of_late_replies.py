"""Laws (L3, L5) of replies that WhatsApp did not take at first, or that a crash left half noted."""

from __future__ import annotations

from dataclasses import replace

from tests.sim.scenario.scripts import ASKED, play
from tests.sim.scenario.tampered import also, broken, edited, in_turn, saying, with_events, without
from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.sim.scenario.laws import check_laws
from wavoice.sim.scenario.record import Record

LATE_STOP = "- text: hello\n- text: stop messages\n  id: stop\n- wait: 3min"
REFUSED_ONCE = "faults: [{system: whatsapp, does: fail, step: stop}]"
CRASHED = f"- crash: part_sent\n{ASKED}\n- text: stop messages\n  after: 2s\n- wait: 3min"
CHECKING = f"{ASKED}\n- note: yes\n- text: 'yes'\n  id: again\n  after: 4s\n- wait: 3min"
NO_ANSWER = """faults:
- {system: orders, does: fail, times: 9}
- {system: whatsapp, does: fail, step: again}"""


def ends(record: Record, how: str) -> list[Event]:
    return [event for event in record.events if getattr(event.body, "how", "") == how]


def again(record: Record) -> Event:
    """The end of the turn that brought a reply of an earlier one."""
    reasons = ("sent again", "known from its status")
    return next(event for event in record.events if getattr(event.body, "reason", "") in reasons)


class TestAnswered:
    def test_a_turn_may_be_overtaken_by_one_whose_reply_is_sent_again(self) -> None:
        record = play(CHECKING, NO_ANSWER)
        (overtaken,), (delayed,) = ends(record, "overtaken"), ends(record, "delayed")
        assert overtaken.body.reason == delayed.where.turn
        assert check_laws(record) == []

    def test_a_reply_that_was_to_be_sent_again_and_never_was(self) -> None:
        record = play(CHECKING, NO_ANSWER)
        lost = [event for event in record.events if event.where.turn != again(record).where.turn]
        assert broken(with_events(record, lost)) == {"L3"}


class TestSilent:
    def test_the_acknowledgement_of_stop_may_have_to_be_sent_again(self) -> None:
        record = play(LATE_STOP, REFUSED_ONCE)
        assert len(ends(record, "delayed")) == 1
        assert check_laws(record) == []

    def test_nothing_is_sent_after_an_acknowledgement_that_was_late(self) -> None:
        record = play(LATE_STOP, REFUSED_ONCE)
        turn = again(record).where.turn
        told = [e for e in record.events if e.where.turn == turn and e.kind in ("replied", "turn_ended")]
        more = [in_turn(event, "t_000009") for event in told]
        assert broken(also(record, record.events.index(told[-1]) + 1, *more)) == {"L5"}

    def test_a_late_acknowledgement_of_a_stop_that_was_answered_is_one_too_many(self) -> None:
        record = edited(play(LATE_STOP, REFUSED_ONCE), journal.TurnEnded, saying(how="answered"))
        assert broken(record) == {"L5"}

    def test_a_question_that_was_sent_before_stop_may_be_noted_after_it(self) -> None:
        record = play(CRASHED)
        assert again(record).body.reason == "known from its status"
        (stop,) = [event for event in record.events if event.kind == "consent_changed"]
        assert record.events.index(again(record)) > record.events.index(stop)
        assert check_laws(record) == []

    def test_a_question_of_which_nothing_says_that_it_was_sent_before_stop(self) -> None:
        unseen = replace(without(play(CRASHED), journal.StatusSeen), messages={})
        assert broken(unseen) == {"L5"}

    def test_the_handset_tells_as_well_as_a_status(self) -> None:
        assert broken(without(play(CRASHED), journal.StatusSeen)) == set()
