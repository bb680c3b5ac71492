"""Pytest inside pytest, for tests of the plugin."""

from __future__ import annotations

from functools import cache
from textwrap import dedent

import pytest

from tests.sim.scenario import scripts
from wavoice.sim.scenario import python_api, run, talk

INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
addopts = --strict-markers --strict-config -p no:cacheprovider -p no:hypothesispytest -p no:anyio
filterwarnings = error
markers =
    slow: takes its time
"""


def prepare(pytester: pytest.Pytester) -> None:
    """An empty project that is as strict as this one."""
    _import_everything()
    pytester.makefile(".ini", pytest=INI)


@cache
def _import_everything() -> None:
    """A run inside a run forgets what it imports: that takes long, and some can be imported only once."""
    assert all((python_api, run, talk))
    assert scripts.play(scripts.MOVE).ledger


def python(pytester: pytest.Pytester, code: str, *args: str) -> pytest.RunResult:
    """Run a test file."""
    pytester.makepyfile(dedent(code))
    return pytester.runpytest_inprocess(*args)
