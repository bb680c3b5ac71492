"""The laws of scenarios hold for an author's own jobs as they do for those that ship with wavoice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.author.shop import BOT
from tests.sim.scenario.scripts import load
from wavoice.cli.audit import read_lines_as_stored
from wavoice.runtime.audit import prove
from wavoice.runtime.audit.chain_check import Chained
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.run import Result, merged, run_cases
from wavoice.sim.scenario.stage import Models
from wavoice.sim.trace_file import Trace, write_trace

WRAP = "- note: gift wrap my order in gold\n- note: yes\n"
WRITTEN = 'then: {writes: [{action: gift_wrap, order: "1842", paper: gold}]}'
NOTHING = "then: {writes: []}"
BOTH = {"voice": "- note: yes\n", "typed": '- text: "yes"\n', "button": "- button: 'Yes'\n"}


def run(steps: str, given: str = "", then: str = NOTHING, rest: str = "") -> Result:
    return merged([run_cases(load(steps, given, then, rest), Models(app=BOT))])


def held(result: Result) -> None:
    assert (result.status, result.failures) == ("passed", ())


@pytest.mark.parametrize("yes", BOTH.values(), ids=BOTH)
def test_a_yes_writes_once(yes: str) -> None:
    held(run(f"- note: gift wrap my order in gold\n{yes}- wait: 5s\n", then=WRITTEN))


@pytest.mark.parametrize("fault", ["timeout", "lost_response", "garbage", "slow", "fail"])
def test_a_fault_of_the_shop_never_doubles_it(fault: str) -> None:
    held(run(f"{WRAP}- wait: 2m\n", f"faults: [{{system: orders, does: {fault}}}]", WRITTEN))


@pytest.mark.parametrize("place", ["effect_intended", "effect_written", "effect_known", "outcome_kept"])
def test_a_crash_at_its_write_neither_doubles_nor_loses_it(place: str) -> None:
    steps = f"- note: gift wrap my order in gold\n- crash: {place}\n- note: yes\n- wait: 1m\n"
    held(run(steps, then=WRITTEN))


def test_a_veto_at_any_moment_of_the_window_stops_it() -> None:
    steps = f"{WRAP}- text: no wait\n  id: veto\n- wait: 1m\n"
    sweep = "sweep: {around: confirmed, from: 100ms, to: 2400ms, step: 460ms, sends: veto}"
    held(run(steps, then=NOTHING, rest=sweep))


def test_what_is_about_no_order_is_written_as_it_was_read_back() -> None:
    steps = "- text: book a table for 3 on Friday\n- text: 'yes'\n- wait: 5s\n"
    held(run(steps, then="then: {writes: [{action: tasting, guests: '3', day: Friday}]}"))


def test_shadow_is_a_word_of_the_scenario() -> None:
    steps = f"{WRAP}- wait: 5s\n  expect: {{events: [shadowed, handed_off], handoff: shadow}}\n"
    held(run(steps, "jobs: {gift_wrap: shadow}"))


def test_every_write_is_proved_from_the_journal_alone(tmp_path: Path) -> None:
    steps = f"{WRAP}- wait: 5s\n- text: claim a voucher\n- text: '300'\n- button: 'Yes'\n- wait: 5s\n"
    (case,) = load(steps)
    record = perform(case, Models(app=BOT))
    assert [line.action for line in record.ledger] == ["gift_wrap", "voucher"]
    write_trace(tmp_path / "own.jsonl", Trace(record.events, "Asia/Kolkata", record.names))
    report = prove(read_lines_as_stored(tmp_path / "own.jsonl"), Chained((), 0, frozenset()))
    assert (report.ok, report.effects) == (True, 2), report.violations
