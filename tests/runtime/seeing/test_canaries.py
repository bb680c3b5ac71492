"""No name, number, address, card or sentence of a customer in logs, traces, metrics, or outside `pii`."""

from __future__ import annotations

import pytest

from tests.pooled import spread
from tests.runtime.seeing.canaries import Found, canary, pairs_of, runs
from tests.runtime.seeing.kept import scenario_files

CHUNK = 10


def _clean(found: list[Found]) -> None:
    assert [leak for one in found for leak in one.leaks] == []
    assert all(one.said for one in found), "every canary was heard and kept where it belongs"
    assert sum(one.spans for one in found) > 10 * len(found)
    assert all(one.logged for one in found)


def test_fifty_canaries_are_fifty_people() -> None:
    everybody = [canary(number) for number in range(50)]
    for field in ("name", "phone", "bsuid", "address", "card", "said"):
        assert len({getattr(one, field) for one in everybody}) == 50, field


def test_nothing_of_a_customer_is_seen_by_who_only_watches() -> None:
    _clean(runs([*pairs_of(scenario_files(every=63), 4)]))


def _spread(count: int) -> list[Found]:
    pairs = [*pairs_of(scenario_files(), count)]
    chunks = [pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK)]
    return [one for some in spread(runs, chunks, 2) for one in some]


@pytest.mark.bulk(seconds=15)
def test_nothing_of_fifty_customers_is_seen() -> None:
    _clean(_spread(50))


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_nothing_of_fifty_customers_is_seen_in_a_thousand_conversations() -> None:
    found = _spread(1_000)
    assert len(found) == 1_000
    _clean(found)
