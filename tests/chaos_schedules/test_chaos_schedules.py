"""Under any chaos schedule a dialogue writes and answers what it does undisturbed.

S-rows: what the runtime makes of duplicates (8), disorder (9), lost answers (56) and early statuses (57).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos_schedules.dialogues import DIALOGUES
from tests.chaos_schedules.run import Tally, compare, compare_all, dialogue_of, hold, undisturbed
from wavoice.runtime.intake import Intake
from wavoice.runtime.model import Arrived, StatusUpdate
from wavoice.sim.emulator.batches import MOST_UPDATES

Updates = Sequence[Arrived | StatusUpdate]
MANY = 500
PARTS = 2
"""The processors of a machine share them as they share tests."""
ALL = 10_000


def told(tally: Tally) -> str:
    return "\n".join(
        f"uv run python -m tests.chaos_schedules --seed {seed}: {how}" for seed, how in tally.found
    )


def test_a_few_schedules_change_nothing() -> None:
    tally = sum((compare(seed) for seed in range(3)), Tally())
    assert not tally.found, told(tally)
    assert tally.posts > tally.replies > tally.effects > 0


def test_a_schedule_is_the_same_every_time() -> None:
    assert compare(11) == compare(11)


@pytest.mark.parametrize(
    "chaos",
    [
        pytest.param({"duplicate": 1, "delay": "2s"}, marks=pytest.mark.conformance("S8"), id="twice"),
        pytest.param({"reorder": "8s"}, marks=pytest.mark.conformance("S9"), id="shuffled"),
        pytest.param({"lost_response": 1}, marks=pytest.mark.conformance("S56"), id="answers_lost"),
        pytest.param(
            {"status_before_response": 1}, marks=pytest.mark.conformance("S57"), id="statuses_first"
        ),
        pytest.param(
            {"burst": "3s", "batch": MOST_UPDATES}, marks=pytest.mark.conformance("S10"), id="batches"
        ),
    ],
)
@pytest.mark.parametrize("name", ["a_tap", "no_wait", "twice_in_a_row"])
def test_one_fault_at_full_strength_changes_nothing(name: str, chaos: dict[str, object]) -> None:
    """Every webhook, every answer: not only some of them."""
    dialogue = next(one for one in DIALOGUES if one.name == name)
    wild, posts = hold(dialogue, {"seed": 1, **chaos})
    calm, quiet = hold(dialogue, None)
    assert wild == calm
    assert wild.doubled == 0
    if "duplicate" in chaos:
        assert posts == 2 * quiet


def test_undisturbed_dialogues_are_answered() -> None:
    """What is compared with is something: every dialogue answers, most write."""
    outcomes = [undisturbed(one.name) for one in DIALOGUES]
    assert all(outcome.replies[0] == 1 and outcome.doubled == 0 for outcome in outcomes)
    assert sum(bool(outcome.effects) for outcome in outcomes) > len(DIALOGUES) * 3 // 4
    assert {dialogue_of(seed).name for seed in range(len(DIALOGUES))} == {one.name for one in DIALOGUES}


class TestABrokenBotIsNoticed:
    """The comparison sees what it is for."""

    SEEDS = range(12)

    def is_found(self) -> bool:
        return any(compare(seed).found for seed in self.SEEDS)

    def test_one_that_recognises_no_duplicate(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.remember_undisturbed()
        take, count = Intake.take, itertools.count()

        async def forgetful(intake: Intake, updates: Updates, *rest: Any) -> int:
            renamed = [
                replace(one, id=f"{one.id}{next(count)}") if isinstance(one, Arrived) else one
                for one in updates
            ]
            return await take(intake, renamed, *rest)

        monkeypatch.setattr(Intake, "take", forgetful)
        assert self.is_found()

    def test_one_that_knows_its_reply_by_no_status(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.remember_undisturbed()
        take = Intake.take

        async def blind(intake: Intake, updates: Updates, *rest: Any) -> int:
            nameless = [
                replace(one, reference=None) if isinstance(one, StatusUpdate) else one for one in updates
            ]
            return await take(intake, nameless, *rest)

        monkeypatch.setattr(Intake, "take", blind)
        assert self.is_found()

    def remember_undisturbed(self) -> None:
        for seed in self.SEEDS:
            undisturbed(dialogue_of(seed).name)


@pytest.mark.bulk(seconds=30)
@pytest.mark.parametrize("part", range(PARTS))
def test_five_hundred_schedules_change_nothing(part: int) -> None:
    size = MANY // PARTS
    _hold_all(range(part * size, (part + 1) * size))


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_ten_thousand_schedules_change_nothing() -> None:
    _hold_all(range(ALL))


def _hold_all(seeds: range) -> None:
    began, count = time.process_time(), len(seeds)
    tally = sum(compare_all(seeds, processes=1), Tally())
    print(f"{tally.runs} schedules, {1000 * (time.process_time() - began) / count:.0f} ms of CPU each")
    assert not tally.found, told(tally)
    assert tally.runs == count
    assert min(tally.effects, tally.replies) > count // 2
