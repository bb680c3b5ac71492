"""Where the tests of commands begin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.commands import Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """No settings, no colours, an empty folder."""
    for name in [name for name in os.environ if name.startswith("WAVOICE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return Shell(tmp_path, monkeypatch, capsys)
