"""The pure parts of the spoken set: bounds, halves, what is counted. Nothing is said or heard here."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.bounds import clopper_pearson
from benchmarks.spoken_replies import figures, fitted, judge
from benchmarks.spoken_set import CONDITIONS, HALVES, TALKERS, Clip, clips, half_of
from wavoice.runtime.model import Decode, Heard
from wavoice.runtime.policy import Policy

CLEAN = [*clips("clean")]


def heard(words: str, other: str | None = None, logprob: float = -0.2) -> Heard:
    return Heard(
        decodes=(
            Decode(words if other is None else other, logprob, 0.02, "en", "negative", 1),
            Decode(words, logprob, 0.02, "en", "none", 5),
        ),
        speech_seconds=0.8,
        note_seconds=1.2,
    )


def clip(group: str, voice: str = "joe") -> Clip:
    return next(one for one in CLEAN if one.group == group and one.voice == voice)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # of the beta distribution's quantiles
        (0, 300, 0.0, 0.012221),
        (10, 216, 0.022431, 0.083494),
        (5, 10, 0.187086, 0.812914),
        (10, 10, 0.691503, 1.0),
    ],
)
def test_bounds_are_exact(hits: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=1e-5)


def test_a_share_of_nothing_has_no_bounds() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        clopper_pearson(0, 0)


def test_no_speaker_is_in_both_halves_nor_behind_themselves() -> None:
    assert not set(HALVES["A"]) & set(HALVES["B"])
    assert not {name for half in HALVES.values() for name in half} & set(TALKERS)
    assert {half_of(one.voice) for one in CLEAN if one.voice.startswith("en")} == {None}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_has_200_yeses_300_others_and_names_of_their_own(condition: str) -> None:
    natural = [one for one in clips(condition) if one.half is not None]
    count = Counter(one.group == "yes" for one in natural)
    assert count[True] >= 200
    assert count[False] >= 300
    assert len({one.voice for one in natural}) >= 4
    assert len({one.id for one in clips(condition)}) == len([*clips(condition)])


def test_a_yes_that_does_not_settle_is_asked_again_and_another_reply_that_settles_is_unsafe() -> None:
    found = figures(
        judge(
            [
                (clip("yes"), heard("Yes.")),
                (clip("yes"), heard("Yes.", other="Now.")),
                (clip("no"), heard("No.")),
                (clip("no"), heard("Yes.")),
            ],
            Policy(),
        )
    )
    assert isinstance(found["unsafe"], dict)
    assert isinstance(found["asked_again"], dict)
    assert (found["unsafe"]["hits"], found["unsafe"]["n"]) == (1, 2)
    assert (found["asked_again"]["hits"], found["asked_again"]["n"]) == (1, 2)


def test_the_floor_is_the_lowest_that_lets_nothing_unsafe_pass() -> None:
    half = [(clip("no"), heard("Yes.", logprob=-0.72)), (clip("yes"), heard("Yes.", logprob=-0.9))]
    assert fitted(half, Policy()) == -0.7
    assert fitted(half[1:], Policy()) == -1.5
