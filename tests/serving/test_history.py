"""What the checker of the chaos runs counts as a reply that was sent again too soon."""

from __future__ import annotations

import pytest

from tests.serving.history import sent_too_soon
from wavoice.runtime.model import SECOND


@pytest.mark.parametrize(
    ("shown", "too_soon"),
    [
        ([0.7], False),
        ([0.7, 10.5], False),  # less than a lease apart: it is counted from the storing on
        ([0.2, 9.9], True),
        ([0.7, 10.5, 20.1], False),
        ([0.7, 10.5, 19.9], True),
        ([12.3, 15.0], True),  # a try that was cut off was repeated at once
        ([12.3, 20.4], False),
    ],
)
def test_a_lease_counts_from_the_storing_and_for_every_try(shown: list[float], too_soon: bool) -> None:
    assert sent_too_soon(0, [round(moment * SECOND) for moment in shown]) is too_soon
