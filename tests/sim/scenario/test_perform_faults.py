"""What goes wrong by script: systems that fail, a bot that is killed, webhooks that come as they like."""

from __future__ import annotations

import logging

import pytest

from tests.sim.scenario.scripts import ASKED, kinds, load, play, said, writes
from wavoice.runtime.model import SECOND
from wavoice.sim.scenario.laws import check_laws
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.record import Record
from wavoice.sim.scenario.stage import Stage

DONE = [("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})]
LONG = f"{ASKED}\n- note: yes\n  id: y\n- wait: 3min\n  id: w"
UNKNOWN = ["confirmed", "unknown", "replied", "committed", "noticed"]


def orders(does: str, at: str = "write") -> Record:
    return play(LONG, f"faults: [{{system: orders, does: {does}, at: {at}}}]")


class TestOrders:
    @pytest.mark.parametrize("does", ["fail", "lost_response", "garbage"])
    def test_a_write_that_is_not_answered_is_looked_up_and_made_once(self, does: str) -> None:
        record = orders(does)
        assert writes(record) == DONE
        assert kinds(record)[-4:] == ["confirmed", "unknown", "committed", "replied"]

    def test_a_write_that_hangs_is_said_to_be_checked(self) -> None:
        record = orders("timeout")
        assert writes(record) == DONE
        assert kinds(record)[-5:] == UNKNOWN

    def test_a_write_that_is_refused_is_not_made(self) -> None:
        record = orders("refuse")
        assert writes(record) == []
        assert kinds(record)[-2:] == ["failed", "replied"]

    def test_a_write_onto_another_version_is_asked_anew(self) -> None:
        record = orders("stale")
        assert writes(record) == []
        assert kinds(record)[-2:] == ["proposed", "replied"]

    def test_a_slow_write_is_made_and_answered_two_seconds_later(self) -> None:
        record, plain = orders("slow"), play(LONG)
        assert writes(record) == DONE
        assert [event.at for event in record.events if event.kind == "committed"] == [
            event.at + 2 * SECOND for event in plain.events if event.kind == "committed"
        ]

    @pytest.mark.parametrize("does", ["fail", "garbage"])
    def test_a_shop_that_cannot_be_read_is_said(self, does: str) -> None:
        record = play(ASKED, f"faults: [{{system: orders, does: {does}, at: read}}]")
        assert said(record)[0].startswith("I cannot reach the shop right now")

    def test_a_look_up_that_is_behind_does_not_write_twice(self) -> None:
        faults = "faults: [{system: orders, does: lost_response}, {system: orders, does: stale, at: look_up}]"
        assert writes(play(LONG, faults)) == DONE

    def test_the_write_is_meant_unless_it_is_said(self) -> None:
        assert (
            orders("fail").fingerprint() == play(LONG, "faults: [{system: orders, does: fail}]").fingerprint()
        )


@pytest.mark.parametrize(
    ("system", "does", "words"),
    [
        ("ears", "fail", "I could not listen to your note"),
        ("ears", "timeout", "I could not listen to your note"),
        ("media", "fail", "I could not fetch your voice note"),
        ("media", "garbage", "That voice note arrived damaged"),
    ],
)
def test_a_note_that_cannot_be_heard_is_said(system: str, does: str, words: str) -> None:
    record = play(ASKED, f"faults: [{{system: {system}, does: {does}}}]")
    assert said(record)[0].startswith(words)
    assert "heard" not in kinds(record)


@pytest.mark.parametrize("does", ["fail", "timeout"])
def test_without_a_voice_the_reply_is_text(does: str) -> None:
    record = play(ASKED, f"faults: [{{system: voice, does: {does}}}]")
    (reply,) = [event.body for event in record.events if event.kind == "replied"]
    assert reply.form == "buttons"
    assert reply.fallback


class TestWhatsApp:
    STEPS = f"{ASKED}\n- wait: 1min\n  id: w"

    @pytest.mark.parametrize(("does", "after"), [("fail", 10.3), ("timeout", 10.3), ("lost_response", 0.3)])
    def test_a_reply_that_may_not_have_arrived_is_brought_once(self, does: str, after: float) -> None:
        record = play(self.STEPS, f"faults: [{{system: whatsapp, does: {does}}}]")
        shown = record.messages[record.steps[0].contact]
        assert len({message.wamid for message in shown if message.buttons}) == 1
        assert (shown[0].at - record.steps[0].began.at) / SECOND == after

    def test_a_reply_that_is_refused_is_not_sent(self) -> None:
        record = play(self.STEPS, "faults: [{system: whatsapp, does: refuse}]")
        assert record.messages[record.steps[0].contact] == []
        assert said(record) == []


class TestWhen:
    def test_from_the_beginning_unless_a_step_is_named(self) -> None:
        record = play(f"{ASKED}\n- note: yes", "faults: [{system: ears, does: fail}]")
        assert ["heard" in kinds(record, number) for number in (1, 2)] == [False, True]

    @pytest.mark.parametrize("step", ["2", "q"])
    def test_from_the_step_that_is_named_by_number_or_id(self, step: str) -> None:
        record = play(
            f"{ASKED}\n- note: yes\n  id: q\n- note: yes",
            f"faults: [{{system: ears, does: fail, step: '{step}'}}]",
        )
        assert ["heard" in kinds(record, number) for number in (1, 2, 3)] == [True, False, True]

    def test_as_often_as_is_said(self) -> None:
        record = play(
            f"{ASKED}\n- note: hello\n  id: b\n- note: hello\n  id: c",
            "faults: [{system: ears, does: fail, times: 2}]",
        )
        assert ["heard" in kinds(record, number) for number in (1, 2, 3)] == [False, False, True]

    def test_each_system_has_its_own(self) -> None:
        faults = "faults: [{system: ears, does: fail}, {system: media, does: garbage}]"
        record = play(f"{ASKED}\n- note: hello", faults)
        assert [words[:20] for words in said(record)] == ["That voice note arri", "I could not listen t"]


class TestCrash:
    FAILPOINTS = (
        "receiving", "received", "fetched", "turn_decided", "turn_kept", "part_sent", "replied",
    )  # fmt: skip
    IN_THE_COMMIT = ("effect_intended", "effect_known", "effect_written", "outcome_kept")

    def test_now_loses_nothing(self) -> None:
        record = play(f"{ASKED}\n- note: yes\n- crash: true\n- wait: 3min")
        assert writes(record) == DONE
        assert said(record) == said(play(LONG))

    @pytest.mark.parametrize("failpoint", FAILPOINTS)
    def test_at_a_failpoint_of_the_next_turn_loses_nothing(
        self, failpoint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record, restarts = counted(f"- crash: {failpoint}\n{ASKED}\n- wait: 3min", monkeypatch)
        assert restarts == 1
        assert kinds(record).count("proposed") == 1
        assert said(record) == said(play(ASKED))
        assert check_laws(record) == []

    @pytest.mark.parametrize("failpoint", IN_THE_COMMIT)
    def test_at_a_failpoint_of_the_commit_writes_once(
        self, failpoint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record, restarts = counted(f"{ASKED}\n- crash: {failpoint}\n- note: yes\n- wait: 3min", monkeypatch)
        assert restarts == 1
        assert writes(record) == DONE
        assert said(record)[-1].startswith("Done")
        assert check_laws(record) == []

    def test_after_a_silent_turn_was_kept_leaves_it_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        steps = f"- staff: I will look at it\n- crash: turn_kept\n{ASKED}\n- wait: 3min"
        record, restarts = counted(steps, monkeypatch)
        assert restarts == 1
        assert said(record) == []
        assert check_laws(record) == []
        ends = [event.body for event in record.events if event.kind == "turn_ended"]
        silenced = [(end.how, end.reason) for end in ends if end.reason != "the bot has its chat back"]
        assert silenced[-1] == ("silent", "a person has taken over")

    @pytest.mark.parametrize("then", ["staff: I will look at it", "text: stop all messages"])
    def test_before_a_reply_that_nobody_may_get_any_more_ends_its_turn(
        self, then: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps = f"- crash: turn_kept\n{ASKED}\n- {then}\n  after: 2s\n- wait: 3min"
        record, restarts = counted(steps, monkeypatch)
        assert restarts == 1
        assert check_laws(record) == []
        (asked,) = [event.where.turn for event in record.events if event.kind == "proposed"]
        ends = [event for event in record.events if event.kind == "turn_ended" and event.where.turn == asked]
        assert [event.body.how for event in ends] == ["undelivered"]

    def test_is_the_same_each_time(self) -> None:
        steps = f"{ASKED}\n- crash: effect_written\n- note: yes\n- wait: 3min"
        (case,) = load(steps)
        assert perform(case).fingerprint() == perform(case).fingerprint()

    def test_that_was_asked_for_is_no_error_of_the_program(self, caplog: pytest.LogCaptureFixture) -> None:
        (case,) = load(f"- crash: fetched\n{ASKED}")
        with caplog.at_level(logging.ERROR, logger="asyncio"):
            perform(case)
        assert [record.getMessage() for record in caplog.records] == []


def counted(steps: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Record, int]:
    """What came of it, and how often the bot was started anew."""
    restarts: list[Stage] = []
    restart = Stage.restart

    async def count(stage: Stage) -> None:
        restarts.append(stage)
        await restart(stage)

    monkeypatch.setattr(Stage, "restart", count)
    (case,) = load(steps)
    return perform(case), len(restarts)


class TestChaos:
    GIVEN = "chaos: {{seed: {}, duplicate: 0.5, delay: 3s, reorder: 1s, drop: 0.5}}"

    def test_is_the_same_for_the_same_seed_and_another_for_another(self) -> None:
        (case,) = load(LONG, self.GIVEN.format(7))
        one, again = perform(case), perform(case)
        assert one.fingerprint() == again.fingerprint()
        assert one.fingerprint() != play(LONG, self.GIVEN.format(8)).fingerprint()
        assert one.fingerprint() != play(LONG).fingerprint()

    @pytest.mark.parametrize("seed", [7, 8])
    def test_changes_nothing_of_what_is_written(self, seed: int) -> None:
        record = play(LONG, self.GIVEN.format(seed))
        assert writes(record) == DONE
        assert check_laws(record) == []

    def test_of_no_faults_changes_nothing(self) -> None:
        assert play(LONG, "chaos: {seed: 1}").fingerprint() == play(LONG).fingerprint()
