"""Chaos as one line of text: what each key means, and what is said of a line that is wrong."""

from __future__ import annotations

import re

import pytest

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.sim.emulator import chaos_words
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.emulator.chaos_words import parse_chaos


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("seed=7", Chaos(7)),
        ("seed=-3", Chaos(-3)),
        ("duplicate=0.2, seed=7", Chaos(7, duplicate=0.2)),
        ("seed=7,reorder=3s", Chaos(7, reorder=3 * SECOND)),
        ("seed=7,delay=2s", Chaos(7, delay=2 * SECOND)),
        ("seed=7,delay=0.2s..2s", Chaos(7, delay_from=SECOND // 5, delay=2 * SECOND)),
        ("seed=7,burst", Chaos(7, burst=10 * SECOND)),
        ("seed=7,burst=1min", Chaos(7, burst=60 * SECOND)),
        ("seed=7,batch", Chaos(7, batch=1000)),
        ("seed=7,batch=5", Chaos(7, batch=5)),
        ("seed=7,drop-then-retry", Chaos(7, drop=0.1)),
        (
            "seed=7,duplicate=0.2,reorder=3s,delay=200ms..2s,burst,batch,drop-then-retry=0.1,"
            "status-before-response=0.2,lost-response=0.05",
            Chaos(
                7,
                duplicate=0.2,
                reorder=3 * SECOND,
                delay_from=SECOND // 5,
                delay=2 * SECOND,
                burst=10 * SECOND,
                batch=1000,
                drop=0.1,
                status_before_response=0.2,
                lost_response=0.05,
            ),
        ),
    ],
)
def test_lines_and_what_they_mean(text: str, means: Chaos) -> None:
    assert parse_chaos(text) == means


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        ("duplicate=0.2", "without a seed", "seed=7,duplicate=0.2"),
        ("", "no key ''", "Keys are seed"),
        ("seed", "seed has no value", "seed=7"),
        ("seed=x", "'x' is not a whole number", "seed=7"),
        ("seed=7,duplcate=0.2", "no key 'duplcate'", "Did you mean duplicate?"),
        ("seed=7,drop=0.2", "no key 'drop'", "Did you mean drop-then-retry?"),
        ("seed=7,lost_response", "no key 'lost_response'", "Did you mean lost-response?"),
        ("seed=7,seed=8", "seed stands twice", "once"),
        ("seed=7,delay=1s,delay=2s", "delay stands twice", "once"),
        ("seed=7,duplicate=1.5", "'1.5' is not a probability", "duplicate=0.2"),
        ("seed=7,duplicate=often", "'often' is not a probability", "duplicate=0.2"),
        ("seed=7,reorder=3", "'3' is not a duration", "reorder=3s"),
        ("seed=7,reorder=-3s", "lies in the past", "reorder=3s"),
        ("seed=7,delay=2s..1s", "runs backwards", "delay=0s..2s"),
        ("seed=7,batch=1", "from 2 to 1000", "batch=1000"),
        ("seed=7,batch=1001", "from 2 to 1000", "batch=1000"),
    ],
)
def test_wrong_lines_name_the_key_and_the_remedy(text: str, said: str, remedy: str) -> None:
    with pytest.raises(UserInputError, match=re.escape(said)) as caught:
        parse_chaos(text)
    assert remedy in (caught.value.remedy or "")


def test_every_key_is_documented_and_stands_alone() -> None:
    """The table of the module's page has every key, and each bare one parses."""
    documented = re.findall(r"^\| `([a-z-]+)[=`]", chaos_words.__doc__ or "", re.MULTILINE)
    assert documented[0] == "seed"
    for key in documented[1:]:
        assert parse_chaos(f"seed=1,{key}") != Chaos(1)
    with pytest.raises(UserInputError) as caught:
        parse_chaos("?")
    assert caught.value.remedy
    assert f"Keys are {', '.join(documented)}." in caught.value.remedy
