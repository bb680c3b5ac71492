"""Every kind of assertion, once held and once broken; a failure says all that there is to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sim.scenario.scripts import ASKED, MOVE, MOVED, load, play, result, text
from wavoice.sim.scenario.checks import check, contains, stage_times
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.record import Record

READ_BACK = "Order 1842: move it to Friday 27 November? Reply yes or no."
DONE = "Done: order 1842 now comes on Friday 27 November."
WRITTEN = "action=reschedule_delivery order=1842 day=2026-11-27"
STEPS = f"{ASKED}\n- note: yes\n- wait: 5s\n- text: where is my order"
REFUSED = f"{ASKED}\n- text: talk to a person\n- text: yes"
STILL_LOST = "{system: orders, does: fail, at: look_up, times: 4}"
LOST = f"{ASKED}\n- note: yes\n- wait: 30s"


def of_step(
    number: int, expect: str, steps: str = STEPS, given: str = "", then: str = MOVED
) -> list[Failure]:
    """What does not hold if that step expects this."""
    expected = [
        f"{step}\n  expect: {{{expect}}}" if at == number else step for at, step in enumerate(items(steps), 1)
    ]
    (case,) = load("\n".join(expected), given, then)
    record = play(steps, given)
    runs = [replace(run, step=step) for run, step in zip(record.steps, case.scenario.steps, strict=True)]
    return check(case.scenario, replace(record, steps=runs))


def items(steps: str) -> list[str]:
    return ["- " + item.rstrip("\n") for item in steps.split("- ")[1:]]


def at_end(then: str, record: Record) -> list[Failure]:
    """What does not hold if this is what must have come of it."""
    (case,) = load(STEPS, then=then)
    return check(case.scenario, record)


HELD = [
    (1, "acts: [request]"),
    (2, "acts: [affirm]"),
    (1, "proposal: {state: pending, action: reschedule_delivery, args: {order: '1842', day: Friday}}"),
    (1, "proposal: {}"),
    (2, "proposal: {state: settling}"),
    (3, "proposal: {state: committed}"),
    (
        1,
        "reply: {contains: [friday, 'REPLY YES'], excludes: Done, form: voice+buttons}",
    ),
    (1, "reply: {max_words: 12, max_seconds: 5.3, buttons: ['Yes', 'No']}"),
    (
        1,
        "reply: {parts: [{form: buttons, contains: Friday}, {form: voice, excludes: Done}]}",
    ),
    (2, "reply: none"),
    (3, "reply: {contains: Done, form: voice, buttons: []}"),
    (4, "reply: {form: text}"),
    (1, "notice: none"),
    (1, "writes: []"),
    (3, "writes: [{action: reschedule_delivery, order: '1842', day: Friday}]"),
    (3, "writes: [{}]"),
    (1, "events: [received, heard, read, proposed, replied]"),
    (1, "events: [received, proposed]"),
    (1, "events: []"),
    (1, "absent: [confirmed, committed, noticed]"),
    (1, "absent: []"),
    (1, "within: {turn: 300ms, transcribe: 300ms, decide: 0s}"),
    (1, "handoff: none"),
    (1, "judge: Is it polite?"),
]


@pytest.mark.parametrize(("number", "expect"), HELD)
def test_what_holds_is_no_failure(number: int, expect: str) -> None:
    assert of_step(number, expect) == []


BROKEN = [
    (1, "acts: [affirm]", "acts", "other dialogue acts were read", "affirm", "request"),
    (1, "acts: [request, request]", "acts", "other dialogue acts were read", "request, request", "request"),
    (1, "acts: []", "acts", "other dialogue acts were read", "", "request"),
    (3, "acts: [affirm]", "acts", "no message was read in this step", "affirm", "none"),
    (1, "proposal: none", "proposal", "there is a proposal", "none", "reschedule_delivery pending"),
    (1, "proposal: {state: held}", "proposal", "it is in another state", "held", "pending"),
    (1, "proposal: {action: change_address}", "proposal", "it is about something else", "change_address",
     "reschedule_delivery"),
    (1, "proposal: {args: {day: Saturday}}", "proposal", "it has other arguments", "day=2026-11-28",
     "order=1842 day=2026-11-27"),
    (1, "proposal: {args: {colour: red}}", "proposal", "it has other arguments", "colour=red",
     "order=1842 day=2026-11-27"),
    (1, "reply: none", "reply", "something was sent", "none", READ_BACK),
    (2, "reply: {}", "reply", "0 were sent instead of one", "one", "none"),
    (1, "reply: {contains: Sunday}", "reply", "it does not say 'Sunday'", "Sunday", READ_BACK),
    (1, "reply: {excludes: FRIDAY}", "reply", "it says 'FRIDAY'", "not FRIDAY", READ_BACK),
    (1, "reply: {form: text}", "reply", "it went out in another form", "text", "voice+buttons (as decided)"),
    (1, "reply: {buttons: ['No', 'Yes']}", "reply", "it has other buttons", "No, Yes", "Yes, No"),
    (1, "reply: {buttons: []}", "reply", "it has other buttons", "none", "Yes, No"),
    (3, "reply: {buttons: ['Yes']}", "reply", "it has other buttons", "Yes", "none"),
    (1, "reply: {max_words: 11}", "reply", "it has 12 words", "≤ 11 words", READ_BACK),
    (3, "reply: {max_seconds: 3}", "reply", "its voice note is too long", "≤ 3.0 s", "4.0 s"),
    (1, "reply: {parts: [{form: voice}]}", "reply", "it has other parts", "voice", "buttons, voice"),
    (1, "reply: {parts: [{form: buttons, contains: Done}, {form: voice}]}", "reply", "it does not say 'Done'",
     "Done", READ_BACK),
    (1, "reply: {parts: [{form: buttons}, {form: voice, excludes: Friday}]}", "reply", "it says 'Friday'",
     "not Friday", READ_BACK),
    (1, "notice: {}", "notice", "0 were sent instead of one", "one", "none"),
    (1, "writes: [{action: reschedule_delivery}]", "writes", "0 written instead of 1",
     "action=reschedule_delivery", "none"),
    (3, "writes: []", "writes", "1 written instead of 0", "none", WRITTEN),
    (3, "writes: [{day: Saturday}]", "writes", "another write", "day=2026-11-28", WRITTEN),
    (3, "writes: [{colour: red}]", "writes", "another write", "colour=red", WRITTEN),
    (1, "events: [proposed, read]", "events", "read did not happen in that order", "proposed, read",
     "received, heard, read, proposed, replied"),
    (1, "events: [read, read]", "events", "read did not happen in that order", "read, read",
     "received, heard, read, proposed, replied"),
    (3, "absent: [committed, held, replied]", "absent", "committed, replied happened",
     "none of committed, held, replied", "committed, replied"),
    (1, "within: {turn: 299ms}", "within", "turn took longer", "≤ 299ms", "300ms"),
    (1, "within: {commit: 1s}", "within", "there was no commit", "commit ≤ 1s", "none"),
    (1, "handoff: asked", "handoff", "it was not handed over for this reason", "asked", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "expect", "kind", "reason", "expected", "got"), BROKEN)
def test_what_does_not_hold_is_said(
    number: int, expect: str, kind: str, reason: str, expected: str, got: str
) -> None:
    turn = play(STEPS).steps[number - 1].turn
    assert of_step(number, expect) == [Failure(number, kind, reason, expected, got, turn=turn)]


class TestOtherRuns:
    def test_no_proposal(self) -> None:
        assert of_step(1, "proposal: none", "- text: hello", then="then: {writes: []}") == []
        (failure,) = of_step(1, "proposal: {state: pending}", "- text: hello", then="then: {writes: []}")
        assert (failure.reason, failure.expected, failure.got) == ("there is no proposal", "pending", "none")

    def test_a_hand_off(self) -> None:
        nothing = "then: {writes: []}"
        (reason,) = [event.body.reason for event in play(REFUSED).events if event.kind == "handed_off"]
        assert of_step(2, f"handoff: {reason}", REFUSED, then=nothing) == []
        (failure,) = of_step(2, "handoff: none", REFUSED, then=nothing)
        assert (failure.kind, failure.reason, failure.got) == (
            "handoff",
            "it was handed over to a person",
            reason,
        )
        assert of_step(1, "handoff: none", REFUSED, then=nothing) == []

    def test_a_notice(self) -> None:
        given = f"faults: [{{system: orders, does: lost_response}}, {STILL_LOST}]"
        assert of_step(3, "notice: {contains: Done}, reply: {contains: checking}", LOST, given) == []
        (failure,) = of_step(3, "notice: none", LOST, given)
        assert (failure.kind, failure.expected, failure.got) == ("notice", "none", DONE)

    def test_what_happens_to_another_customer_is_not_of_this_step(self) -> None:
        steps = f"{ASKED}\n  heard: {{took: 3s}}\n- text: blue hmm\n  from: bela\n  after: 1s\n- wait: 5s"
        nothing = "then: {writes: []}"
        assert (
            of_step(2, "acts: [unclear], proposal: none, reply: {contains: catch}", steps, then=nothing) == []
        )

    def test_the_turn_of_a_yes_is_timed_without_its_settle_window(self) -> None:
        assert of_step(2, "within: {turn: 300ms}") == []
        assert of_step(2, "within: {turn: 299ms}") != []


THEN = [
    ("writes: [{action: reschedule_delivery, order: '1842', day: friday}]", None),
    ("writes: []", ("writes", "1 written instead of 0", "none", WRITTEN)),
    ("world: {orders: {'1842': {day: Friday, status: packed, address: 12 Hill Road}}}", None),
    ("world: {orders: {'1777': {}}}", None),
    ("world: {orders: {'1842': {items: [Rice 5 kg, Green tea]}}}", None),
    ("world: {orders: {'1842': {day: Sunday, status: open}}}",
     ("world", "order 1842 is not like this", "day=2026-11-29 status=open", "day=2026-11-27 status=packed")),
    ("world: {orders: {'1842': {colour: red}}}", ("world", "order 1842 is not like this", "colour=red", "")),
    ("world: {orders: {'9': {}}}", ("world", "there is no order 9", "9", "1842, 1777")),
    ("world: {parcels: {}}", ("world", "the shop has no parcels", "parcels", "orders")),
    ("log: [{action: reschedule_delivery, outcome: committed, by: customer, words: YES, row: D03,"
     " confidence: -0.195}]", None),
    ("log: [{}]", None),
    ("log: []", ("log", "1 lines instead of 0", "none",
     "action=reschedule_delivery outcome=committed words=yes confidence=-0.2 row=D03 by=customer")),
    ("log: [{words: 'no'}]", ("log", "a line of the log is not like this", "words=no",
     "action=reschedule_delivery outcome=committed words=yes confidence=-0.2 row=D03 by=customer")),
    ("log: [{confidence: -0.3}]", ("log", "a line of the log is not like this", "confidence=-0.3",
     "action=reschedule_delivery outcome=committed words=yes confidence=-0.2 row=D03 by=customer")),
    ("handoff: none", None),
    ("handoff: asked", ("handoff", "it was not handed over for this reason", "asked", "none")),
    ("absent: [held, failed]", None),
    ("absent: [held, committed]", ("absent", "committed happened", "none of held, committed", "committed")),
]  # fmt: skip


@pytest.mark.parametrize(("then", "told"), THEN)
def test_what_must_have_come_of_it(then: str, told: tuple[str, str, str, str] | None) -> None:
    writes = "" if then.startswith("writes") else ", writes: [{}]"
    expected = [Failure(None, *told)] if told else []
    assert at_end(f"then: {{{then}{writes}}}", play(STEPS)) == expected


def test_a_failure_has_the_line_of_what_was_expected() -> None:
    steps = (
        f"{ASKED}\n  expect:\n    acts: [affirm]\n    proposal: {{state: held}}\n    reply:\n"
        "      contains: Done\n    writes: [{}]\n    events: [held]\n    absent: [read]\n    within:\n"
        "      turn: 1ms\n    handoff: asked\n    notice: {}\n- note: yes\n- wait: 5s"
    )
    then = "then:\n  writes: []\n  world: {orders: {'9': {}}}\n  log: []\n  handoff: asked\n  absent: [read]"
    written = text(steps, then=then).splitlines()
    found = result(steps, then=then).failures
    at = {(failure.step, failure.kind): written[(failure.line or 0) - 1].strip() for failure in found}
    assert {kind: line.partition(":")[0] for (_, kind), line in at.items()} == {
        kind: kind for kind in (
            "acts", "proposal", "reply", "writes", "events", "absent", "within", "handoff", "notice", "world",
            "log",
        )
    }  # fmt: skip
    assert at[1, "writes"] == "writes: [{}]"
    assert at[None, "writes"] == "writes: []"
    assert at[1, "handoff"] == at[None, "handoff"]
    assert [failure.step for failure in found] == [1] * 9 + [None] * 5


def test_numbers_are_compared_as_they_are_written() -> None:
    assert contains({"n": 1842, "x": True}, {"n": "1842"})
    assert contains({"x": True}, {"x": True})
    assert not contains({"x": "True"}, {"x": True})
    assert contains({"x": None}, {"x": None})
    assert not contains({}, {"x": None})
    assert contains([{"a": 1, "b": 2}], [{"a": "1"}])
    assert not contains([1, 2], [1])
    assert not contains("1", {"a": 1})


def test_the_settle_window_is_no_time_of_the_turn() -> None:
    record = play(MOVE)
    mine = [event for event in record.events if event.where.turn == record.steps[1].turn]
    times = stage_times(mine)
    assert times["settle"] == 2_500_000
    assert times["turn"] == times["transcribe"] == 300_000
