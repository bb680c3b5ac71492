"""What all tests may use: `pytester` runs pytest inside a test."""

from __future__ import annotations

import gc

import pytest

pytest_plugins = ["pytester"]

BULK_SECONDS = 1800
"""For a count that CI owes: a loop that has come to nothing is ended, a slow machine is not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give bulk tests their own limit, where they name none."""
    for item in items:
        if item.get_closest_marker("bulk") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(BULK_SECONDS))


def pytest_collection_finish() -> None:
    """Look for cycles seldom, and never in what was collected: it takes longer than it frees."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
