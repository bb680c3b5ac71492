"""Metrics: what a conversation adds to them, and that no label can hold anything but a known name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.runtime.seeing.talks import sample, talk
from wavoice.runtime import journal
from wavoice.runtime.journal import Event, Where
from wavoice.runtime.model import SECOND, Modality, MustStop
from wavoice.runtime.seeing import names
from wavoice.runtime.seeing.course import Course
from wavoice.runtime.seeing.metrics import Metrics
from wavoice.runtime.seeing.report import review
from wavoice.runtime.seeing.tasks import DAY
from wavoice.runtime.wishes import PREFERENCES
from wavoice.sim.clock import VirtualClock

MONDAY = 1_795_428_000 * SECOND
"""Monday 23 November 2026, 10:00 UTC."""


def counted(*steps: str, faults: str = "", later: int = 0) -> dict[str, float]:
    """What a conversation adds up to, `later` after its end."""
    events = talk(*steps, faults=faults)
    metrics = Metrics(VirtualClock(max(event.at for event in events) + later))
    for event in events:
        metrics.write(event)
    return samples(metrics)


def samples(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name and labels, as in `wavoice_turns_total{how=answered}`."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(metrics.text()):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            found[f"{one.name}{{{labels}}}"] = one.value
    return found


MOVE, YES, WAIT = "note: please move my delivery to Friday", "text: yes", "wait: 20s"


def test_a_job_that_is_done_leaves_its_steps_and_its_waits() -> None:
    found = counted(MOVE, YES, WAIT)
    job = "intent=reschedule_delivery"
    assert found["wavoice_tasks_ended_total{how=done,intent=reschedule_delivery}"] == 1
    assert found[f"wavoice_steps_total{{{job},modality=voice,step=confirm}}"] == 1
    assert found[f"wavoice_steps_total{{{job},modality=text,step=commit}}"] == 1
    assert found[f"wavoice_answers_total{{answer=yes,{job},tier=R2}}"] == 1
    assert found[f"wavoice_writes_total{{{job},outcome=committed}}"] == 1
    assert found["wavoice_messages_received_total{modality=voice}"] == 1
    assert found["wavoice_customer_wait_seconds_count{modality=text}"] == 1
    waited, worked = (
        found[f"wavoice_{name}_seconds_sum{{modality=text}}"] for name in ("customer_wait", "turn")
    )
    assert waited > worked + 1, "the settle window is waited for, and is no latency"
    assert found["wavoice_stage_seconds_count{stage=settle}"] == 1
    assert found["wavoice_stage_seconds_count{stage=transcribe}"] == 1
    assert found["wavoice_voice_notes_total{result=heard}"] == 1
    assert found["wavoice_events_not_counted_total{}"] == 0


def test_vetoes_hand_offs_and_returns() -> None:
    more = ("text: please move my delivery to Saturday", "text: I want to talk to a person")
    found = counted(MOVE, YES, "{text: no wait, after: 1s}", YES, WAIT, *more)
    assert found["wavoice_settle_vetoes_total{intent=reschedule_delivery}"] == 1
    assert found["wavoice_tasks_taken_back_total{intent=reschedule_delivery,why=repeat}"] == 1
    asked = "wavoice_hand_offs_total{intent=reschedule_delivery,reason=asked_for_a_person}"
    assert found[asked] == 1
    assert found["wavoice_tasks_ended_total{how=handed_off,intent=reschedule_delivery}"] == 1


def test_what_lies_still_for_a_day_is_dropped_when_it_is_scraped() -> None:
    dropped = "wavoice_tasks_ended_total{how=dropped,intent=reschedule_delivery}"
    assert dropped not in counted("text: please move my delivery")
    assert counted("text: please move my delivery", later=DAY)[dropped] == 1


def test_a_shop_that_does_not_answer_is_a_timeout_of_the_orders() -> None:
    found = counted("text: where is my order", faults="[{system: orders, does: timeout, at: read}]")
    assert found["wavoice_integration_failures_total{kind=timeout,system=orders}"] == 1
    assert found["wavoice_trouble_total{code=no_answer,stage=look_up}"] == 1


def test_speech_that_fails_is_counted_on_both_sides() -> None:
    faults = "[{system: ears, does: fail}, {system: voice, does: fail, step: '2'}]"
    found = counted(MOVE, MOVE, faults=faults)
    assert found["wavoice_voice_notes_total{result=not_heard}"] == 1
    assert found["wavoice_voice_fallbacks_total{}"] >= 1
    assert found["wavoice_integration_failures_total{kind=failure,system=ears}"] == 1


def test_metrics_and_the_review_tell_the_same() -> None:
    events = sample()
    end = max(event.at for event in events) + 3 * DAY
    metrics = Metrics(VirtualClock(end))
    for event in events:
        metrics.write(event)
    found, report = samples(metrics), review(events, events[0].at, end)
    total = "wavoice_tasks_ended_total"
    for flow in report.flows:
        ended = {how: found.get(f"{total}{{how={how},intent={flow.flow}}}", 0) for how in names.ENDS}
        assert ended["called_off"] == flow.called_off
        assert sum(ended.values()) == flow.begun - flow.under_way
        assert found.get(f"wavoice_settle_vetoes_total{{intent={flow.flow}}}", 0) == flow.vetoes
    waits = found["wavoice_customer_wait_seconds_count{modality=text}"]
    assert waits == report.customer_wait_ms["text"].count
    taken_back = sum(value for name, value in found.items() if name.startswith("wavoice_tasks_taken_back"))
    done = sum(value for name, value in found.items() if name.startswith(f"{total}{{how=done"))
    assert done - taken_back == report.containment.contained


WORDS = "Sample Customer +919812300001"


@pytest.mark.parametrize(
    "body",
    [
        journal.Trouble(stage=WORDS, code=WORDS),
        journal.Trouble(stage="look_up", code=WORDS),
        journal.Trouble(stage="template", code=WORDS),
        journal.HandedOff(reason=WORDS),
        journal.StatusSeen("m", WORDS),
        journal.Committed("p", 1, WORDS, WORDS, "d", "v"),
        journal.Reprompted("p", 1, WORDS, WORDS, "d", "v"),
        journal.Replied("g", WORDS, ("m",)),
        journal.TurnEnded(WORDS, WORDS, 0, 1),
        journal.Received("m", 0, form="message"),
    ],
    ids=lambda body: body.kind,
)
def test_a_label_takes_known_names_only(body: journal.Body) -> None:
    metrics = Metrics(VirtualClock(MONDAY))
    where = Where("shop", "100", "c_1", "t_1", Modality.TEXT, flow=WORDS, step=f"ask:{WORDS}")
    read = journal.Read(acts=("request",), marks=(), intent=WORDS, decided_by="rules")
    for one in (read, journal.Decided("", "proceed", WORDS), body):
        metrics.write(Event(MONDAY, where, one))
    text = metrics.text()
    assert "Sample" not in text
    assert "9812300001" not in text
    assert samples(metrics)["wavoice_events_not_counted_total{}"] == 0


def test_jobs_of_the_bot_have_labels_of_their_own() -> None:
    jobs = names.Jobs()
    assert jobs.label("gift_wrap") == "other"
    jobs.add(["gift_wrap"])
    assert (jobs.label("gift_wrap"), jobs.label(None)) == ("gift_wrap", "none")


def test_no_wish_about_the_conversation_is_a_job() -> None:
    assert {*PREFERENCES, *map(str, MustStop)} <= names.NOT_JOBS


def test_what_cannot_be_counted_stops_nothing() -> None:
    metrics = Metrics(VirtualClock(MONDAY))
    where = Where("shop", "100", "c_1", "t_1")
    damaged = journal.SpanEvent(stage="hear", start="x", end=1, on_path=0)  # type: ignore[arg-type]
    metrics.write(Event(MONDAY, where, damaged))
    assert samples(metrics)["wavoice_events_not_counted_total{}"] == 1


def test_memory_is_bounded_however_many_customers_write() -> None:
    course = Course(most=3)
    read = journal.Read(acts=("request",), marks=(), intent="track_order", decided_by="rules")
    where = Where("shop", "100", "c_0", "t_0", Modality.TEXT, flow="track_order", step="ask:order")
    for number in range(50):
        at = replace(where, contact=f"c_{number}", turn=f"t_{number}")
        for body in (read, journal.Decided("", "proceed", "")):
            for _ in course.take(Event(MONDAY + number, at, body)):
                pass
    assert len([*course.sweep(MONDAY + 2 * DAY)]) == 3, "only the latest three are still known, and dropped"
