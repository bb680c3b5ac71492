"""The audit: one line a decision, with the words that decided and how surely they were heard."""

from __future__ import annotations

from tests.sim.scenario.scripts import ASKED, MOVE, play
from wavoice.sim.scenario.audit import AuditLine, audit

ACTION = "reschedule_delivery"


def outcomes(steps: str, given: str = "") -> list[tuple[str, str, str | None]]:
    """Outcome, row and words of each line."""
    return [(line.outcome, line.row, line.words) for line in audit(play(steps, given).events)]


def test_nothing_that_was_decided_is_no_line() -> None:
    assert audit(play(ASKED).events) == []
    assert audit([]) == []


def test_a_commit_names_the_yes_that_approved_it() -> None:
    record = play(MOVE)
    run = record.steps[1]
    (line,) = audit(record.events)
    assert line == AuditLine(
        outcome="committed", contact=run.contact, turn=str(run.turn), action=ACTION, proposal="p_000001",
        row="D03", message=run.message, words="yes", confidence=-0.2,
    )  # fmt: skip


def test_a_button_decides_with_its_title_and_no_confidence() -> None:
    record = play(f"{ASKED}\n- button: yes\n- wait: 5s")
    (line,) = audit(record.events)
    assert (line.outcome, line.row, line.words, line.confidence) == ("committed", "D01", "Yes", None)
    assert line.message == record.steps[1].message


def test_confidence_is_that_of_the_first_decode() -> None:
    (line,) = audit(play(f"{ASKED}\n- note: yes\n  heard: {{logprob: -0.5}}\n- wait: 5s").events)
    assert line.confidence == -0.5


def test_a_refusal_is_logged_with_its_words() -> None:
    assert outcomes(f"{ASKED}\n- note: no thanks") == [("cancelled", "D04", "no thanks")]


def test_a_hold_is_logged() -> None:
    assert outcomes(f"{ASKED}\n- note: wait") == [("held", "D05", "wait")]


def test_what_was_replaced_is_logged_with_the_words_that_replaced_it() -> None:
    assert outcomes(f"{ASKED}\n- note: make it Saturday instead") == [
        ("superseded", "D09", "make it Saturday instead")
    ]


def test_what_expired_is_logged() -> None:
    lines = outcomes(f"{ASKED}\n- text: yes\n  after: 6h")
    assert [outcome for outcome, _, _ in lines] == ["expired"]


def test_a_hand_off_is_logged_with_its_reason() -> None:
    lines = audit(play(f"{ASKED}\n- text: talk to a person").events)
    told = {line.outcome: line for line in lines}
    assert told["handed_off"].reason
    assert (told["handed_off"].words, told["handed_off"].proposal) == ("talk to a person", None)


def test_a_write_that_was_refused_is_logged_with_the_shops_words() -> None:
    (line,) = audit(play(MOVE, "faults: [{system: orders, does: refuse}]").events)
    assert (line.outcome, line.row, line.words, line.reason) == ("failed", "D03", "yes", "refused")


def test_a_write_that_was_not_answered_is_logged_twice_and_both_times_with_the_yes() -> None:
    lines = audit(play(MOVE, "faults: [{system: orders, does: lost_response}]").events)
    assert [(line.outcome, line.row, line.words, line.confidence) for line in lines] == [
        ("unknown", "D03", "yes", -0.2),
        ("committed", "D03", "yes", -0.2),
    ]


def test_lines_stand_in_the_order_in_which_things_were_decided() -> None:
    steps = f"{ASKED}\n- note: no\n- note: move my delivery to Sunday\n- note: yes\n- wait: 5s"
    assert [outcome for outcome, _, _ in outcomes(steps)] == ["cancelled", "committed"]
    assert [line.turn for line in audit(play(steps).events)] == [
        play(steps).steps[1].turn,
        play(steps).steps[3].turn,
    ]


def test_each_customer_decides_with_their_own_words() -> None:
    world = "world: {orders: {'1842': {}, '7': {customer: bela}}}"
    steps = f"{ASKED}\n{ASKED}\n  from: bela\n- note: 'no'\n- note: yes\n  from: bela\n- wait: 5s"
    record = play(steps, world)
    assert [(line.outcome, record.names[line.contact]) for line in audit(record.events)] == [
        ("cancelled", "customer"),
        ("committed", "bela"),
    ]
