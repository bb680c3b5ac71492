"""The weekly review: figures that can be counted by hand, and figures that another program counts as well."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.seeing import recount
from tests.runtime.seeing.kept import BEGIN, SCENARIOS, played, scenario_files, stored
from tests.runtime.seeing.talks import sample, talk
from wavoice.runtime.adapters.store.report_rows import read_events
from wavoice.runtime.model import SECOND
from wavoice.runtime.policy import HOUR
from wavoice.runtime.seeing.report import Prices, Report, read_prices, review
from wavoice.runtime.seeing.tasks import DAY
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.perform import perform

MONDAY = 1_795_392_000 * SECOND
"""Monday 23 November 2026, 00:00 UTC."""
LATER = MONDAY + 40 * DAY
MOVE, YES, WAIT = "text: please move my delivery to Friday", "text: yes", "wait: 20s"
PRICES = """
version = 1
currency = "EUR"
template_category = "utility"
rates = [{from = 2026-01-01, utility = 0.03, source = "made up for a test"}]
speech = {heard_minute = 0.006, spoken_note = 0.002}
people = {minute = 0.75, hand_off_minutes = 6}
"""


def prices(folder: Path) -> Prices:
    (folder / "prices.toml").write_text(PRICES)
    return read_prices(folder / "prices.toml")


def of(*steps: str, until: int = LATER, faults: str = "") -> Report:
    return review(talk(*steps, faults=faults), MONDAY, until)


def test_a_job_that_is_done_is_contained_a_day_later() -> None:
    early = of(MOVE, YES, WAIT, until=MONDAY + 20 * HOUR)
    assert (early.containment.judged, early.containment.too_recent) == (0, 1)
    found = of(MOVE, YES, WAIT)
    flow = found.flows[0]
    assert (flow.flow, flow.begun, flow.done, flow.lost) == ("reschedule_delivery", 1, 1, 0)
    assert (found.containment.contained, found.containment.judged, found.resolved) == (1, 1, 1)
    assert found.questions.answers == {"yes": 1}
    assert found.drop_offs == ()
    assert 5 < (flow.handle_seconds.p50 or 0) < 15


WHERE = "text: where is my order"


def test_a_return_with_the_same_wish_within_a_day_is_not_contained() -> None:
    found = of(WHERE, "wait: 1h", WHERE)
    assert (found.containment.contained, found.containment.judged) == (1, 2)
    assert (found.conversations, found.resolved) == (1, 0)


def test_a_return_two_days_later_is_another_conversation() -> None:
    found = of(WHERE, "wait: 2d", WHERE)
    assert (found.containment.contained, found.conversations, found.resolved) == (2, 2, 2)


def test_who_is_handed_to_a_person_soon_after_is_not_contained() -> None:
    found = of(WHERE, "text: I want to talk to a person", WHERE)
    assert (found.containment.contained, found.containment.judged) == (0, 1)
    assert found.hand_offs.by_flow == {"none": {"asked_for_a_person": 1}}
    assert found.hand_offs.rate == 1.0
    assert [flow.begun for flow in found.flows] == [1], "what is said to a person begins no task"
    assert found.messages == {"text": 3}


def test_a_yes_that_is_taken_back_is_a_veto_and_a_plain_no_is_none() -> None:
    found = of(MOVE, YES, "{text: no wait, after: 1s}", "text: no")
    assert found.questions.answers == {"no": 1, "yes": 1}
    assert (found.questions.vetoes, found.questions.veto_rate) == (1, 1.0)
    assert (found.flows[0].called_off, found.flows[0].lost) == (1, 0)


def test_the_step_at_which_a_customer_was_lost_is_named() -> None:
    found = of("text: please move my delivery", "text: please change the address to 14 Lake Road", "text: hm")
    steps = {(one.flow, one.step): one.how for one in found.drop_offs}
    assert steps == {
        ("reschedule_delivery", "ask:day"): {"dropped": 1},
        ("change_address", "confirm"): {"dropped": 1},
    }
    assert found.questions.error_rate == 1.0


def test_a_shop_that_is_down_loses_tasks_at_their_beginning() -> None:
    found = of(WHERE, faults="[{system: orders, does: timeout, at: read}]")
    assert [(one.step, one.how) for one in found.drop_offs] == [("begin", {"unavailable": 1})]
    assert found.failures == {"orders timeout": 1}


def test_voice_notes_are_told_by_how_they_were_heard() -> None:
    found = of(
        "{note: where is my order, heard: {logprob: -0.3}}", "{note: mumble, heard: {logprob: -0.9}}"
    ).voice
    assert (found.notes, found.read, found.unclear) == (2, 2, 1)
    assert (found.logprob_p50, found.languages) == (-0.9, {"en": 2})
    assert found.minutes > 0


def test_money_that_went_back_is_no_revenue() -> None:
    events = perform(load_cases(SCENARIOS / "refund" / "refund_by_button.yaml")[0]).events
    flow = review(events, MONDAY, LATER).flows[0]
    assert (flow.flow, flow.taken, flow.paid, flow.paid_out) == ("refund_order", {}, 0, {"EUR": 4500})


def test_money_that_customers_paid_is() -> None:
    file = next(file for file in scenario_files() if "action: place_order" in file.read_text("utf-8"))
    flow = next(one for one in review(perform(load_cases(file)[0]).events, 0, LATER * 2).flows if one.paid)
    assert flow.flow == "place_order"
    assert sum(flow.taken.values()) > 0
    assert flow.paid_out == {}


def _same(report: Report, other: dict[str, Any]) -> None:
    """Every figure that the recount makes is that of the report."""
    ours = asdict(report)
    for name in ("contacts", "conversations", "resolved", "messages", "containment", "completion", "writes"):
        assert ours[name] == other[name], name
    for name in ("order_completion", "handle_seconds", "customer_wait_ms", "turn_ms", "stages_ms"):
        assert ours[name] == other[name], name
    rows = [[one[key] for key in ("flow", "step", "lost", "reached", "rate")] for one in ours["drop_offs"]]
    assert rows == other["drop_offs"]
    for flow in ours["flows"]:
        theirs = other["flows"][flow["flow"]]
        assert {name: flow[name] for name in theirs} == theirs
    assert len(ours["flows"]) == len(other["flows"])
    assert {name: ours["voice"][name] for name in other["voice"]} == other["voice"]
    asked, handed = ours["questions"], ours["hand_offs"]
    assert [asked[name] for name in ("answers", "error_rate", "vetoes", "veto_rate")] == [
        other[name] for name in ("answers", "error_rate", "vetoes", "veto_rate")
    ]
    flat = {f"{flow} {why}": n for flow, them in handed["by_flow"].items() for why, n in them.items()}
    assert (flat, handed["rate"]) == (other["hand_offs"], other["hand_off_rate"])
    cost = ours["cost"]
    assert (cost["messages"], cost["spoken_notes"]) == (other["charged"], other["spoken"])
    assert float(cost["total"]) == pytest.approx(other["total"], abs=1e-4)
    assert cost["unknown"] == ()


def _recounted(store: Path, since: int, until: int, priced: Prices) -> Report:
    report = review(read_events(store, 0), since, until, priced)
    _same(report, recount.recount(str(store), since, until))
    return report


def test_a_program_that_shares_no_code_finds_the_same_figures(tmp_path: Path) -> None:
    events = sample()
    store = stored(tmp_path / "kept.sqlite", events)
    report = _recounted(store, BEGIN, max(event.at for event in events) + 3 * DAY, prices(tmp_path))
    assert report.containment.contained
    assert report.questions.answers["yes"]
    assert report.drop_offs
    _recounted(store, BEGIN + 8 * HOUR, BEGIN + 40 * HOUR, prices(tmp_path))


@pytest.mark.bulk
def test_a_program_that_shares_no_code_finds_the_same_figures_of_many_scenarios(tmp_path: Path) -> None:
    files = scenario_files(every=8)
    store = stored(tmp_path / "kept.sqlite", [*played(files)])
    for since, days in ((BEGIN, 90), (BEGIN + 3 * DAY, 7), (BEGIN + 20 * DAY, 7)):
        _recounted(store, since, since + days * DAY, prices(tmp_path))


def test_the_recount_is_a_program_of_its_own() -> None:
    source = Path(recount.__file__).read_text(encoding="utf-8")
    imported = {
        line.split()[1].partition(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= {*sys.stdlib_module_names, "__future__"}
    done = subprocess.run(
        [sys.executable, "-I", recount.__file__, "gone.sqlite", "0", "1"], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"unable to open database file" in done.stderr
