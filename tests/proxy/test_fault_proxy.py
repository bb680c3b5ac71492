"""Real HTTP that fails at every request of every job: nothing is doubled, lost, or told and not so."""

from __future__ import annotations

import pytest

from tests.proxy.faults import Does, Injection, Plan, Step, step_of
from tests.proxy.run import Run, Tally, all_of, drawn, hold, steps_of
from tests.proxy.samples import sample_of
from wavoice.runtime.actions.builtin import JOBS

MANY = 200


def told(tally: Tally) -> str:
    return "\n".join(f"uv run python -m tests.proxy --seed {seed}: {broken}" for seed, broken in tally.found)


@pytest.mark.parametrize("name", [job.name for job in JOBS])
def test_every_job_has_a_dialogue_to_disturb(name: str) -> None:
    assert sample_of(name).scenario.steps


def test_a_few_dialogues_on_a_bad_line_break_nothing() -> None:
    tally = sum((hold(drawn(seed))[0] for seed in (1, 3, 5)), Tally())
    assert not tally.found, told(tally)
    assert tally.injected >= 6


@pytest.mark.parametrize(
    ("does", "puts", "done"),
    [
        (Does.DROP, 1, 1),  # the vendor has done it: looked up, and not written again
        (Does.HANG, 2, 1),  # it never had it: looked up, and written under the same key
        (Does.TOO_MANY, 2, 1),
        (Does.UNAVAILABLE_AFTER, 1, 1),
        (Does.SLOW, 1, 1),
    ],
)
def test_what_one_fault_at_the_write_comes_to(does: Does, puts: int, done: int) -> None:
    tally, lines = hold(Run(0, "reschedule_delivery", (Injection(Step.WRITE, does),)))
    assert not tally.found, told(tally)
    assert tally.injected == 1
    keys = [line.split()[4] for line in lines if "PUT /effects" in line]
    assert len(keys) == puts
    assert len({*keys}) == 1, "one yes is one key"
    assert (tally.writes, tally.done) == (done, done)


def test_a_dialogue_is_the_same_every_time() -> None:
    assert hold(drawn(5)) == hold(drawn(5))


def test_a_request_that_nobody_knows_is_told_of() -> None:
    with pytest.raises(ValueError, match="no step is known"):
        step_of("GET", "/somewhere/new")


def test_a_fault_is_used_up() -> None:
    plan = Plan([Injection(Step.WRITE, Does.DROP, 2)])
    assert [plan.take(Step.WRITE) for _ in range(3)] == [Does.DROP, Does.DROP, None]
    assert plan.take(Step.ORDERS) is None


@pytest.mark.bulk
@pytest.mark.timeout(600)
def test_fifteen_hundred_failures_double_nothing_and_lose_nothing() -> None:
    tally = all_of(range(MANY))
    assert not tally.found, told(tally)
    assert tally.injected >= 1_500
    assert tally.done > MANY // 3
    steps = {step for job in JOBS for step in steps_of(job.name)}
    for step in steps:
        met = {does for _, at, does in tally.cells if at is step}
        assert len(met) > len(Does) // 2, f"{step} met {sorted(met)} alone"
    assert {name for name, _, _ in tally.cells} == {job.name for job in JOBS}
