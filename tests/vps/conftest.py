"""A machine is booted once a run, when the first test asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.systems.kept import teller
from tests.vps.machine import Vps, machine, unavailable


@pytest.fixture(scope="session")
def vps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vps]:
    reason = unavailable()
    if reason is not None:
        teller(request.config)(f"skipped: {reason}")
        pytest.skip(reason)
    with machine(tmp_path_factory.mktemp("machine")) as booted:
        yield booted
