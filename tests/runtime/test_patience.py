"""Long waits: a note that takes long to hear (D37), and a shop that does not answer a write (A2, D44)."""

from __future__ import annotations

import pytest

from tests.rehearsing import desk
from tests.sim.scenario.scripts import play
from wavoice.runtime import journal
from wavoice.runtime.model import Stage
from wavoice.sim.scenario.record import Record

FRIDAY = ("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})
LISTENING = "One moment, I am still listening to your other note."
CHECKING = "I am checking whether that went through. I will tell you here."
DONE = "Done: order 1842 now comes on Friday 27 November."
SLOW = "policy: {hear_budget_seconds: 60}"
ASK = "- text: move my delivery to Friday\n"


def told(record: Record) -> list[tuple[str, str]]:
    """What the customer was sent, as replies and notices."""
    return [
        (event.kind, event.body.text)
        for event in record.events
        if isinstance(event.body, journal.Replied | journal.Noticed)
    ][1:]


class TestWordOfANote:
    def test_a_yes_that_waits_ten_seconds_is_told_so_once(self) -> None:
        note = "- note: where is my order\n  after: 1s\n  heard: {took: 40s}\n"
        record = play(f'{ASK}- text: "yes"\n{note}- wait: 2min\n', SLOW)
        assert [text for _, text in told(record)].count(LISTENING) == 1
        kinds = [kind for kind, text in told(record) if text == LISTENING]
        assert kinds == ["noticed"]
        said = next(e for e in record.events if isinstance(e.body, journal.Noticed))
        yes = [e for e in record.events if isinstance(e.body, journal.Received)][1]
        assert said.at - yes.at == 10_000_000

    @pytest.mark.parametrize("took", ["8s", "1s"])
    def test_a_note_that_is_heard_in_time_is_not_spoken_of(self, took: str) -> None:
        note = f"- note: where is my order\n  after: 1s\n  heard: {{took: {took}}}\n"
        record = play(f'{ASK}- text: "yes"\n{note}- wait: 1min\n', SLOW)
        assert LISTENING not in [text for _, text in told(record)]

    def test_nobody_who_waits_for_nothing_is_spoken_to(self) -> None:
        note = "- note: where is my order\n  heard: {took: 20s}\n"
        record = play(f"{ASK}{note}- wait: 1min\n", SLOW)
        assert LISTENING not in [text for _, text in told(record)]

    def test_an_answer_behind_the_note_waits_as_well(self) -> None:
        """The note came first; what was typed meanwhile is not read before it."""
        note = "- note: where is my order\n  heard: {took: 20s}\n"
        record = play(f'{ASK}{note}- text: "yes"\n  after: 3s\n- wait: 1min\n', SLOW)
        assert [text for _, text in told(record)].count(LISTENING) == 1

    def test_the_note_decides_all_the_same(self) -> None:
        note = "- note: no wait\n  after: 1s\n  heard: {took: 20s}\n"
        record = play(f'{ASK}- text: "yes"\n{note}- wait: 1min\n', SLOW)
        assert [kind for kind, _ in told(record)] == ["noticed", "replied"]
        assert list(record.ledger) == []

    def test_a_crash_neither_loses_nor_repeats_it(self) -> None:
        note = "- note: where is my order\n  after: 1s\n  heard: {took: 20s}\n"
        steps = f'{ASK}- text: "yes"\n- crash: turn_decided\n{note}- wait: 3min\n'
        record = play(steps, SLOW)
        assert [text for _, text in told(record)].count(LISTENING) == 1


class TestWordOfAWrite:
    async def test_at_eight_seconds_and_not_before(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("lost_response", at="write")
            at.world.fault("fail", at="look_up", times=20)
            await at.types("yes")
            assert await at.wait(7.9) == []
            assert await at.wait(0.2) == [CHECKING]
            assert await at.wait(20) == []

    async def test_who_asks_meanwhile_is_told_at_once_and_only_once(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("lost_response", at="write")
            at.world.fault("fail", at="look_up", times=5)
            await at.types("yes")
            await at.wait(3)
            assert await at.types("did it work", after=0) == [CHECKING]
            assert await at.wait(60) == [DONE]
            assert [event.kind for event in await at.journal("replied", "noticed")][-1] == "noticed"
            ended = [event.body.how for event in await at.journal("turn_ended")]
            assert ended == ["answered", "overtaken", "answered", "answered"]

    async def test_the_spans_of_a_turn_in_three_stretches_add_up(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("lost_response", at="write")
            at.world.fault("fail", at="look_up")
            await at.types("yes")
            assert await at.wait(30) == [DONE]
            end = (await at.journal("turn_ended"))[-1]
            mine = [e.body for e in await at.journal("span", "waited") if e.where.turn == end.where.turn]
            spans = [body for body in mine if isinstance(body, journal.SpanEvent)]
            gaps = sum(body.end - body.start for body in mine if isinstance(body, journal.Waited))
            chosen = sum(span.end - span.start for span in spans if span.stage is Stage.SETTLE)
            whole = gaps + chosen + sum(span.on_path for span in spans)
            assert whole == end.body.ended_at - end.body.started_at

    @pytest.mark.parametrize(
        ("times", "texts"),
        [(1, [("replied", DONE)]), (6, [("replied", CHECKING), ("noticed", DONE)])],
    )
    def test_a_crash_in_between_changes_nothing_that_is_said(
        self, times: int, texts: list[tuple[str, str]]
    ) -> None:
        faults = (
            "faults: [{system: orders, does: lost_response, at: write}, "
            f"{{system: orders, does: fail, at: look_up, times: {times}}}]"
        )
        record = play(f'{ASK}- text: "yes"\n- wait: 3s\n- crash: true\n- wait: 1min\n', faults)
        assert told(record) == texts
