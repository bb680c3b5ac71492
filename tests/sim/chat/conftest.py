"""A chat that several tests may use, because none of them gets anything done in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.sim.chat.chats import Talk, talk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: object) -> AsyncIterator[Talk]:
    folder: Path = tmp_path_factory.mktemp("shared")  # type: ignore[attr-defined]
    async with talk(folder) as one:
        yield one
