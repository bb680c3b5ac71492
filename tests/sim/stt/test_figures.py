"""Figures: rates, intervals, percentiles that are not made up, calibration, charts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.sim.stt.making import sample, scored
from wavoice.sim.eval_rows import Label
from wavoice.sim.stt.calibration import calibration
from wavoice.sim.stt.charts import draw
from wavoice.sim.stt.conditions import Condition
from wavoice.sim.stt.figures import Report, figures, percentiles, wilson
from wavoice.sim.stt.score import Scored

FOUR = sample(words="red green blue white")
NO = sample(label=Label.NO)


def report(*each: Scored) -> dict[str, Any]:
    return Report(each, {"manifest": {}}, unlabelled=2).as_json()


def some() -> list[Scored]:
    return [
        scored(FOUR, "red green blue white"),
        scored(FOUR, "red green", snr=20.0),
        scored(FOUR, "black", snr=0.0, logprob=-2.0),
        scored(NO, "No.", snr=20.0),
        scored(NO, "Yes, go ahead.", snr=0.0),
    ]


def test_rates_are_errors_over_all_words() -> None:
    found = figures(some()[:3])
    assert (found["words"], found["substitutions"], found["deletions"], found["insertions"]) == (12, 1, 5, 0)
    assert found["wer"] == 0.5
    assert found["exact"] == 0.3333
    low, high = found["wer_interval"]
    assert low <= 0.5 <= high
    assert figures(some()) == figures(some())


def test_what_was_not_measured_is_null() -> None:
    found = figures([scored(NO, "No.")])
    nothing = (
        found["wer"],
        found["wer_interval"],
        found["exact"],
        found["entity_recall"],
        found["slot_recall"],
    )
    assert nothing == (None,) * 5
    assert figures([])["real_time_factor"] is None
    assert calibration([scored(NO, "No.")]) is None


def test_percentiles_need_enough_runs() -> None:
    assert percentiles([3.0, 1.0, 2.0]) == {"p50": 2.0, "p90": None, "p95": None, "p99": None}
    twenty = percentiles([float(value) for value in range(1, 21)])
    assert twenty == {"p50": 10.0, "p90": 18.0, "p95": 19.0, "p99": None}
    assert percentiles([]) == dict.fromkeys(("p50", "p90", "p95", "p99"))


def test_nothing_wrong_of_thirty_may_still_be_eleven_of_a_hundred() -> None:
    assert wilson(0, 30) == [0.0, 0.1135]
    assert wilson(30, 30) == [0.8865, 1.0]
    assert wilson(0, 0) is None


def test_by_ratio_and_language_from_the_best_to_the_worst() -> None:
    found = report(*some(), scored(sample(words="um dois", language="pt"), "um dois", snr=5.0))
    assert list(found["by_snr"]) == ["clean", "20 dB", "5 dB", "0 dB"]
    assert list(found["by_language"]) == ["en", "pt"]
    assert list(found["by_snr_and_language"]) == ["clean, en", "20 dB, en", "5 dB, pt", "0 dB, en"]
    assert [found["by_snr"][name]["n"] for name in found["by_snr"]] == [1, 2, 1, 2]
    worst = found["by_snr"]["0 dB"]["acts"]
    assert (worst["n"], worst["wrong"], worst["unsafe_yes"], worst["error_rate"]) == (2, 1, 1, 0.5)
    assert [each["why"] for each in found["wrong"]] == ["no taken for a yes (D03)"]
    assert found["unlabelled"] == 2


def test_a_room_without_noise_is_a_group_of_its_own() -> None:
    dry, quiet = scored(FOUR, "red"), scored(FOUR, "green", snr=20.0)
    room = replace(dry, trial=replace(dry.trial, condition=Condition(room="hall")))
    found = report(quiet, room, dry)
    assert list(found["by_snr"]) == ["clean", "room", "20 dB"]
    assert list(found["by_room"]) == ["hall", "none"]


def test_confidence_is_worth_what_it_foretells() -> None:
    right = [scored(FOUR, "red green blue white", logprob=-0.05) for _ in range(3)]
    wrong = [scored(FOUR, "black", logprob=-1.5) for _ in range(3)]
    good = calibration([*right, *wrong])
    assert good is not None
    assert (good["auc_exact"], good["auc_usable"], good["n"]) == (1.0, 1.0, 6)
    assert [(each["n"], each["exact"]) for each in good["bins"]] == [(3, 0.0), (3, 1.0)]
    assert good["floors"][0] == {"avg_logprob": -0.1, "kept": 0.5, "exact": 1.0, "useless": 0.0}
    poor = calibration([*[scored(FOUR, "black", logprob=-0.05)] * 3, *right])
    assert poor is not None
    assert (poor["auc_exact"], poor["ece"] > good["ece"]) == (0.5, True)


@pytest.mark.bulk
def test_charts_are_drawn_of_what_there_is(tmp_path: Path) -> None:
    found = report(*some())
    made = draw(found, tmp_path)
    names = ("words", "acts", "calibration", "time")
    assert [path.name for path in made] == [f"{name}.{kind}" for name in names for kind in ("png", "svg")]
    assert made[0].read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in made[1].read_bytes()


@pytest.mark.bulk
def test_no_chart_of_nothing_and_the_same_of_the_same(tmp_path: Path) -> None:
    found = report(scored(NO, "No."))
    first, again = ([path.read_bytes() for path in draw(found, tmp_path)] for _ in range(2))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "acts.png",
        "acts.svg",
        "time.png",
        "time.svg",
    ]
    assert first == again


@pytest.mark.parametrize("text", ["", "red green blue white"])
def test_the_real_time_factor_is_time_over_sound(text: str) -> None:
    assert figures([scored(FOUR, text)])["real_time_factor"] == 0.05
