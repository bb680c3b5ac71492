"""Where the tests of commands begin."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.cli.commands import Shell


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """No settings, no colours, an empty folder; what a command does to the log ends with the test."""
    for name in [name for name in os.environ if name.startswith("WAVOICE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    root, before = logging.getLogger(), structlog.get_config()
    level, handlers = root.level, [*root.handlers]
    yield Shell(tmp_path, monkeypatch, capsys)
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)
