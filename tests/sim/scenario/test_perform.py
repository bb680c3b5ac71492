"""When things happen: the time rules of the format, in virtual time alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sim.scenario.scripts import ASKED, MOVE, kinds, load, play, rows, said, sent_at
from wavoice.runtime.journal import HeardNote
from wavoice.runtime.model import SECOND
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.record import LAST_TIMER, Record
from wavoice.sim.scenario.values import duration, moment


def heard(record: Record) -> list[HeardNote]:
    return [event.body for event in record.events if isinstance(event.body, HeardNote)]


def seconds(record: Record) -> list[float]:
    """When each step began."""
    return [at / SECOND for at in sent_at(record)]


def test_the_first_message_is_sent_at_the_moment_that_is_given() -> None:
    record = play("- text: hello")
    start = moment("2026-11-23T10:00:00", "Asia/Kolkata")
    assert record.steps[0].began.at == record.events[0].at == start


def test_a_run_that_breaks_leaves_its_store_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(*_: object) -> None:
        raise RuntimeError("a play that cannot begin")

    idle: list[object] = []
    monkeypatch.setattr("wavoice.sim.scenario.again._IDLE", idle)
    monkeypatch.setattr("wavoice.sim.scenario.perform.Play", breaking)
    (case,) = load("- text: hello")
    with pytest.raises(RuntimeError, match="cannot begin"):
        perform(case)
    assert len(idle) == 1


class TestWithoutAfter:
    """A customer's message comes 5 s after the latest thing."""

    def test_after_the_reply(self) -> None:
        assert seconds(play(f"{ASKED}\n- note: yes")) == [0, 5.3]

    def test_after_the_last_part_of_a_reply(self) -> None:
        """The buttons are shown at 0.3 s and answered for at 2.3 s; then the voice note is sent."""
        record = play(f"{ASKED}\n- text: hello", "faults: [{system: whatsapp, does: slow}]")
        assert seconds(record) == [0, 7.3]

    def test_after_a_message_that_is_met_with_silence(self) -> None:
        assert seconds(play(f"{ASKED}\n- reaction: 👍\n- text: hello")) == [0, 5.3, 10.3]

    def test_after_a_wait(self) -> None:
        assert seconds(play(f"{ASKED}\n- wait: 20s\n- text: hello")) == [0, 0.3, 25.3]

    def test_after_what_a_wait_brought(self) -> None:
        """The write is answered at 8.1 s, in the wait that ends at 15.6 s."""
        assert seconds(play(f"{ASKED}\n- note: yes\n- wait: 10s\n- text: hello"))[3] == 20.6

    def test_after_what_another_customer_was_answered(self) -> None:
        assert seconds(play(f"{ASKED}\n- note: hello\n  from: bela\n- text: hello")) == [0, 5.3, 10.6]

    @pytest.mark.parametrize("step", ["staff: I take over", "vendor: {orders: {'1842': {}}}", "crash: true"])
    def test_what_no_customer_does_happens_at_once(self, step: str) -> None:
        record = play(f"{ASKED}\n- {step}\n- text: hello")
        assert seconds(record)[1] == 0.3
        assert seconds(record)[2] == 5.3


class TestAfter:
    """Counted from the customer's previous message, or from the end of a later wait."""

    def test_from_the_message_and_not_from_its_answer(self) -> None:
        assert seconds(play(f"{ASKED}\n- note: yes\n  after: 3s")) == [0, 3]

    def test_from_a_later_wait(self) -> None:
        assert seconds(play(f"{ASKED}\n- wait: 20s\n- text: hello\n  after: 1s")) == [0, 0.3, 21.3]

    def test_from_a_message_that_is_later_than_the_wait(self) -> None:
        record = play(f"{ASKED}\n- wait: 1s\n- text: hello\n- text: hello\n  after: 2s")
        assert seconds(record) == [0, 0.3, 6.3, 8.3]

    def test_of_the_first_step_from_the_beginning(self) -> None:
        record = play("- text: hello\n  after: 1h")
        assert record.events[0].at == moment("2026-11-23T11:00:00", "Asia/Kolkata")

    def test_may_be_nothing(self) -> None:
        assert seconds(play("- text: hello\n- text: hello\n  after: 0s")) == [0, 0]

    def test_counts_for_what_no_customer_does(self) -> None:
        record = play(f"{ASKED}\n- vendor: {{orders: {{'1842': {{}}}}}}\n  after: 30s\n- text: hello")
        assert seconds(record) == [0, 30, 30]

    def test_that_has_passed_already_is_now(self) -> None:
        """The answer to the note is known at 4 s, and the next step is no message that could overtake it."""
        record = play(f"{ASKED}\n  heard: {{took: 4s}}\n- wait: 1s\n- text: hello\n  after: 0s")
        assert seconds(record) == [0, 4, 5]

    def test_may_be_days(self) -> None:
        assert seconds(play(f"{ASKED}\n- text: yes\n  after: 3d")) == [0, 3 * 86_400]


class TestOverlap:
    STEPS = f"{ASKED}\n- note: yes\n  heard: {{took: 3s}}\n- note: no wait\n  after: 1s\n- wait: 10s"

    def test_the_next_message_is_sent_while_one_is_being_heard(self) -> None:
        record = play(self.STEPS)
        assert seconds(record)[:3] == [0, 5.3, 6.3]
        read = [event.at for event in record.events if event.kind == "read"]
        assert read[1] > record.steps[2].began.at

    def test_each_step_owns_what_its_own_message_brought_about(self) -> None:
        record = play(self.STEPS)
        turns = [run.turn for run in record.steps[:3]]
        assert len(set(turns)) == 3
        for run in record.steps[:3]:
            assert {event.where.turn for event in record.of_step(run) if event.kind == "read"} == {run.turn}

    def test_the_veto_stops_the_yes_that_was_still_being_heard(self) -> None:
        record = play(self.STEPS)
        assert list(record.ledger) == []
        assert "held" in kinds(record, 3)

    def test_without_after_everybody_waits_for_the_answer(self) -> None:
        record = play(f"{ASKED}\n  heard: {{took: 8s}}\n- text: hello")
        assert seconds(record) == [0, 13]


class TestSteps:
    def test_a_step_ends_when_its_message_is_decided_and_what_that_sends_is_delivered(self) -> None:
        record = play(MOVE)
        ends = [(run.end.at - record.steps[0].began.at) / SECOND for run in record.steps]
        assert ends == [0.3, 5.6, 10.6]
        assert kinds(record, 1) == ["received", "heard", "read", "proposed", "replied"]

    def test_later_timers_run_in_the_wait(self) -> None:
        record = play(MOVE)
        assert kinds(record, 2) == ["received", "heard", "read", "confirmed"]
        assert kinds(record, 3) == ["committed", "replied"]
        assert [(run.began.writes, run.end.writes) for run in record.steps] == [(0, 0), (0, 0), (0, 1)]

    def test_later_timers_run_before_the_next_message(self) -> None:
        record = play(f"{ASKED}\n- note: yes\n- text: hello")
        assert [run.began.writes for run in record.steps] == [0, 0, 1]
        assert said(record)[1].startswith("Done")

    def test_a_wait_that_ends_earlier_leaves_them_be(self) -> None:
        record = play(f"{ASKED}\n- note: yes\n- wait: 2499ms\n- wait: 1ms")
        assert [run.end.writes for run in record.steps] == [0, 0, 0, 1]

    def test_a_wait_ends_when_it_says(self) -> None:
        record = play("- wait: 90min")
        assert record.steps[0].end.at - record.steps[0].began.at == duration("90min")

    def test_marks_say_how_the_run_ended(self) -> None:
        record = play(MOVE)
        assert record.played is not None
        assert record.quiet is not None
        assert record.repeated is not None
        assert record.played.events <= record.quiet.events <= record.repeated.events == len(record.events)
        assert record.quiet.at - record.played.at <= LAST_TIMER


class TestNotes:
    def test_hearing_takes_300_ms_unless_it_is_said(self) -> None:
        times = [event.at for event in play(ASKED).events if event.kind in ("received", "heard")]
        assert times[1] - times[0] == 300_000

    def test_hearing_takes_as_long_as_it_says(self) -> None:
        record = play(f"{ASKED}\n  heard: {{took: 2s}}")
        times = [event.at for event in record.events if event.kind in ("received", "heard")]
        assert times[1] - times[0] == 2 * SECOND

    @pytest.mark.parametrize(
        ("note", "length"),
        [
            ("yes", 1.0),
            ("move my delivery to Friday", 2.0),
            ("yes\n  lasts: 3s", 3.0),
            ("yes\n  lasts: 400ms", 0.4),
        ],
    )
    def test_a_note_lasts_400_ms_a_word_and_at_least_a_second(self, note: str, length: float) -> None:
        (found,) = heard(play(f"- note: {note}"))
        assert found.note_seconds == pytest.approx(length)

    def test_a_note_that_began_before_the_question_crossed_it(self) -> None:
        long = play(f"{ASKED}\n- note: yes\n  after: 3s\n  lasts: 5s\n- wait: 5s")
        short = play(f"{ASKED}\n- note: yes\n  after: 3s\n- wait: 5s")
        assert rows(long)[1] == "D38"
        assert list(long.ledger) == []
        assert rows(short)[1] == "D03"

    def test_what_is_heard_is_what_is_said_unless_it_is_said(self) -> None:
        (plain,) = heard(play(ASKED))
        (other,) = heard(
            play("- note: mumble\n  heard: {text: hello, logprob: -0.9, no_speech: 0.5, language: hi}")
        )
        assert plain.text == "move my delivery to Friday"
        assert other.text == "hello"
        figures = other.decodes[-1]
        assert (figures.avg_logprob, figures.no_speech, figures.language) == (-0.9, 0.5, "hi")

    def test_the_second_decode_is_asked_for_while_a_yes_is_awaited(self) -> None:
        record = play(f"{ASKED}\n- note: yes\n  heard: {{second: no}}")
        assert [len(found.decodes) for found in heard(record)] == [1, 2]
        assert [figures.text for figures in heard(record)[1].decodes] == ["no", "yes"]
        assert rows(record)[1] == "D17"

    def test_silence_is_no_speech(self) -> None:
        record = play(f"{ASKED}\n- note: yes\n  heard: {{text: ''}}")
        assert heard(record)[1].speech_seconds == 0
        assert rows(record)[1] == "D18"


class TestFingerprint:
    def test_is_the_same_for_the_same_conversation(self) -> None:
        (case,) = load(MOVE)
        assert perform(case).fingerprint() == play(MOVE).fingerprint()

    @pytest.mark.parametrize(
        ("steps", "given"),
        [
            (ASKED.replace("Friday", "Saturday"), ""),
            (f"{ASKED}\n- text: hello", ""),
            (ASKED, "world: {orders: {'1842': {status: open}}}"),
            (ASKED, "consent: {voice_replies: false}"),
            (f"{ASKED}\n  heard: {{took: 301ms}}", ""),
        ],
    )
    def test_is_another_one_for_another_conversation(self, steps: str, given: str) -> None:
        assert play(steps, given).fingerprint() != play(ASKED).fingerprint()

    def test_is_the_same_if_only_nothing_took_longer(self) -> None:
        assert play(f"{ASKED}\n- wait: 1h").fingerprint() == play(ASKED).fingerprint()

    def test_does_not_depend_on_what_is_expected_or_on_names(self) -> None:
        (case,) = load(f"{ASKED}\n  expect: {{writes: [{{}}]}}", "contact: asha", rest="tags: [x]")
        assert perform(case).fingerprint() == play(ASKED).fingerprint()

    def test_tells_what_the_phone_shows_and_what_the_shop_wrote(self) -> None:
        record = play(MOVE)
        assert replace(record, ledger=()).fingerprint() != record.fingerprint()
        assert replace(record, messages={}).fingerprint() != record.fingerprint()
