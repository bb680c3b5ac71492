"""A policy that contradicts itself is refused, and the refusal names the values."""

from __future__ import annotations

from typing import Any

import pytest

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import SECOND, Modality, Tier
from wavoice.runtime.policy import MINUTE, Policy

LIFETIME = {Tier.R1: MINUTE, Tier.R2: MINUTE, Tier.R3: MINUTE}
SETTLE = {Modality.VOICE: SECOND, Modality.TEXT: SECOND, Modality.BUTTON: SECOND}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"lifetime": {Tier.R2: MINUTE}}, "lifetime"),
        ({"lifetime": LIFETIME | {Tier.R3: 0}}, "lifetime"),
        ({"settle": {Modality.VOICE: SECOND}}, "settle"),
        ({"settle": SETTLE | {Modality.TEXT: -1}}, "settle"),
        ({"lifetime": LIFETIME, "settle": SETTLE | {Modality.VOICE: MINUTE}}, "settle, lifetime"),
        ({"commit_grace": 0}, "commit_grace"),
        ({"say_checking": MINUTE}, "say_checking, retry_budget"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_code_tries": 0}, "max_code_tries"),
        ({"min_avg_logprob": 0.1}, "min_avg_logprob"),
        ({"max_no_speech": 1.1}, "max_no_speech"),
        ({"invented_no_speech": 0.95}, "invented_no_speech"),
    ],
)
def test_contradictions_are_refused_by_name(changes: dict[str, Any], names: str) -> None:
    with pytest.raises(ConfigError, match=f"^policy: {names}: ") as refused:
        Policy(**changes)
    assert refused.value.remedy


def test_the_window_is_nothing_for_what_is_cheap_and_the_longest_in_doubt() -> None:
    policy = Policy()
    assert policy.window(Tier.R1, Modality.VOICE) == 0
    assert policy.window(Tier.R2, Modality.BUTTON) == 1_000_000
    assert policy.window(Tier.R3, Modality.OTHER) == max(policy.settle.values())
