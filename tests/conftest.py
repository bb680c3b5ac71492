"""What all tests may use: `pytester` runs pytest inside a test."""

from __future__ import annotations

import asyncio
import gc
import sys

import pytest

pytest_plugins = ["pytester", "tests.postgres.fixtures"]

BULK_SECONDS = 1800
"""For a count that CI owes: a loop that has come to nothing is ended, a slow machine is not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give bulk tests a limit of their own, where they name none; those known to be long begin first."""
    for item in items:
        if item.get_closest_marker("bulk") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(BULK_SECONDS))
    items.sort(key=_seconds, reverse=True)


def _seconds(item: pytest.Item) -> float:
    bulk = item.get_closest_marker("bulk")
    return float(bulk.kwargs.get("seconds", 0)) if bulk else 0.0


def pytest_collection_finish() -> None:
    """Look for cycles seldom, and never in what was collected: it takes longer than it frees."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure() -> None:
    """End what outlives a test."""
    if rehearsing := sys.modules.get("tests.rehearsing"):
        asyncio.run(rehearsing.end_decoders())
