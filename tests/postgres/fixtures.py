"""For all tests: a server a process of tests, started when the first test asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres.server import Server


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    from tests.postgres.server import server_or_skip  # noqa: PLC0415 -- most tests need none

    with server_or_skip(request.config) as started:
        yield started


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """Of a database with the bot's schema and no rows."""
    with server.borrowed() as address:
        yield address
