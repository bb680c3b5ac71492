"""A policy that contradicts itself is refused, and the refusal names the values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import SECOND, Modality, Tier
from wavoice.runtime.policy import HOUR, MINUTE, Policy

LIFETIME = {Tier.R1: MINUTE, Tier.R2: MINUTE, Tier.R3: MINUTE}
LEASE = "send_lease, speak_budget_seconds, status_lag"
NUMBERS = [
    spec.name
    for spec in fields(Policy)
    if not isinstance(getattr(Policy(), spec.name), tuple) and not spec.name.endswith("_logprob")
]
SETTLE = {Modality.VOICE: SECOND, Modality.TEXT: SECOND, Modality.BUTTON: SECOND}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"lifetime": {Tier.R2: MINUTE}}, "lifetime"),
        ({"lifetime": LIFETIME | {Tier.R3: 0}}, "lifetime"),
        ({"settle": {Modality.VOICE: SECOND}}, "settle"),
        ({"lifetime": LIFETIME | {Tier.R3: 24 * HOUR + 1}}, "lifetime, business_clock"),
        ({"business_clock": 30 * MINUTE - 1}, "lifetime, business_clock"),
        ({"business_clock": 0}, "business_clock"),
        ({"inactivity": 0}, "inactivity"),
        ({"inactivity": 24 * HOUR + 1}, "inactivity, business_clock"),
        ({"service_window": 0}, "service_window"),
        ({"settle": SETTLE | {Modality.TEXT: -1}}, "settle"),
        ({"lifetime": LIFETIME, "settle": SETTLE | {Modality.VOICE: MINUTE}}, "settle, lifetime"),
        ({"join_window": 10 * MINUTE}, "join_window, inactivity"),
        ({"commit_grace": 0}, "commit_grace"),
        ({"commit_grace": 5 * SECOND}, "commit_grace, read_budget_seconds"),
        ({"send_lease": 4 * SECOND}, LEASE),
        ({"speak_budget_seconds": 8.0}, LEASE),
        ({"status_lag": 8 * SECOND}, LEASE),
        ({"retry_budget": 0}, "retry_budget"),
        ({"say_checking": MINUTE}, "say_checking, retry_budget"),
        ({"memory": 0}, "memory"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_code_tries": 0}, "max_code_tries"),
        ({"max_sends": 0}, "max_sends"),
        ({"max_turn_attempts": 0}, "max_turn_attempts"),
        ({"refund_cap": {"EUR": 1, "GBP": -1}}, "refund_cap"),
        ({"max_media_bytes": 0}, "max_media_bytes"),
        ({"max_reply_bytes": 0}, "max_reply_bytes"),
        ({"long_note_seconds": 0.0}, "long_note_seconds"),
        ({"max_note_seconds": 29.0}, "long_note_seconds, max_note_seconds"),
        ({"fetch_budget_seconds": 0.0}, "fetch_budget_seconds"),
        ({"hear_budget_seconds": 0.0}, "hear_budget_seconds"),
        ({"speak_budget_seconds": 0.0}, "speak_budget_seconds"),
        ({"read_budget_seconds": 0.0}, "read_budget_seconds"),
        ({"write_budget_seconds": 0.0}, "write_budget_seconds"),
        ({"write_budget_seconds": math.nan}, "write_budget_seconds"),
        ({"max_syllable_seconds": 0.0}, "max_syllable_seconds"),
        ({"min_speech_seconds": 0.8}, "min_speech_seconds, max_syllable_seconds"),
        ({"min_avg_logprob": 0.1}, "min_avg_logprob"),
        ({"min_request_logprob": 0.1}, "min_request_logprob"),
        ({"min_request_logprob": -1.1}, "min_read_logprob, min_request_logprob"),
        ({"min_read_logprob": -0.5}, "min_read_logprob, min_request_logprob"),
        ({"contact_voice_minutes": -1.0}, "contact_voice_minutes"),
        ({"max_no_speech": 1.1}, "max_no_speech"),
        ({"invented_no_speech": 0.95}, "invented_no_speech"),
        ({"invented": ("thank you", "")}, "invented"),
        ({"invented": ("  ",)}, "invented"),
        ({"link_pages": ("https://pay.example/", "")}, "link_pages"),
        ({"link_pages": ("\n",)}, "link_pages"),
        ({"link_pages": "https://pay.example/"}, "link_pages"),
        ({"link_pages": (None,)}, "link_pages"),
    ],
)
def test_contradictions_are_refused_by_name(changes: dict[str, Any], names: str) -> None:
    with pytest.raises(ConfigError, match=f"^policy: {names}: ") as refused:
        Policy(**changes)
    assert refused.value.remedy


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_but_a_log_probability_is_negative(name: str) -> None:
    value = getattr(Policy(), name)
    lower: Any = dict.fromkeys(value, -1) if isinstance(value, Mapping) else -1
    with pytest.raises(ConfigError, match=f"^policy: {name}: "):
        Policy(**{name: lower})


def test_the_numbers_of_production_and_the_edges_of_what_is_allowed_load() -> None:
    assert Policy() == Policy(lifetime=Policy().lifetime)
    Policy(lifetime=LIFETIME, inactivity=MINUTE, business_clock=MINUTE)
    Policy(send_lease=4 * SECOND + 1, commit_grace=5 * SECOND + 1, max_note_seconds=30.0)
    Policy(settle=dict.fromkeys(Modality, 0), join_window=0, status_lag=0, say_checking=0)
    Policy(min_speech_seconds=0.0, refund_cap={"EUR": 0})
    Policy(memory=1, max_attempts=1, max_code_tries=1, max_sends=1, max_turn_attempts=1)


def test_the_window_is_nothing_for_what_is_cheap_and_the_longest_in_doubt() -> None:
    policy = Policy()
    assert policy.window(Tier.R1, Modality.VOICE) == 0
    assert policy.window(Tier.R2, Modality.BUTTON) == 1_000_000
    assert policy.window(Tier.R3, Modality.OTHER) == max(policy.settle.values())
