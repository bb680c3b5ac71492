"""The house keeps its rules: who reads clocks and chance, what an import costs, how big files are."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import wavoice
from wavoice.runtime import model, ports

ROOT = Path(__file__).parents[1]
RUNTIME = ROOT / "wavoice" / "runtime"
MAY_READ_THE_WORLD = ("adapters/", "settings.py")
"""Parts of the runtime that meet clocks, chance and the environment; all others are handed values."""

WORLDLY_MODULES = frozenset({"random", "secrets", "time", "uuid", "uuid6"})
WORLDLY_NAMES = frozenset(
    {
        ("date", "today"),
        ("datetime", "now"),
        ("datetime", "today"),
        ("datetime", "utcnow"),
        ("numpy", "random"),
        ("np", "random"),
        ("os", "environ"),
        ("os", "environb"),
        ("os", "getenv"),
        ("os", "getrandom"),
        ("os", "urandom"),
    }
)


def worldly(source: str) -> Iterator[str]:
    """Name each read of a clock, of chance or of the environment."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [one.name for one in names if one.name.partition(".")[0] in WORLDLY_MODULES]
            case ast.ImportFrom(module=str(module), names=names):
                base = module.rpartition(".")[2]
                whole = module.partition(".")[0] in WORLDLY_MODULES
                found = [
                    f"{module}.{one.name}" for one in names if whole or (base, one.name) in WORLDLY_NAMES
                ]
            case ast.Attribute(value=ast.Name(id=base) | ast.Attribute(attr=base), attr=name):
                found = [f"{base}.{name}"] if (base, name) in WORLDLY_NAMES else []
            case _:
                continue
        yield from (f"{node.lineno}: {name}" for name in found)


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import random as chance",
        "from time import perf_counter",
        "import uuid\nuuid.uuid4()",
        "from uuid6 import uuid7",
        "from os import environ",
        "from os import urandom as noise",
        "import os\nos.environ['X']",
        "import os\nread = os.getenv",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import date\nbirthday = date.today()",
        "import numpy as np\nnp.random.default_rng()",
        "def late():\n    import secrets",
    ],
)
def test_the_detector_sees(source: str) -> None:
    assert list(worldly(source))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.fromtimestamp(0)",
        "def now(clock): return clock.now()",
        "import os\nos.path.join('a', 'b')",
        "words = 'time random os.environ'",
        "from wavoice.runtime.ports import Clock",
    ],
)
def test_the_detector_is_not_afraid_of_shadows(source: str) -> None:
    assert list(worldly(source)) == []


def test_only_adapters_and_settings_read_clock_chance_and_environment() -> None:
    readers = {
        file.relative_to(RUNTIME).as_posix(): found
        for file in RUNTIME.rglob("*.py")
        if (found := list(worldly(file.read_text(encoding="utf-8"))))
    }
    assert {name: found for name, found in readers.items() if not name.startswith(MAY_READ_THE_WORLD)} == {}
    assert "settings.py" in readers
    assert "adapters/clock.py" in readers


def names_of_the_gate(source: str) -> set[str]:
    """What a file touches of that which makes commit tokens or writes: names and attributes."""
    nodes = list(ast.walk(ast.parse(source)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    names |= {one.name for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names}
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    made = {func.id for func in called if isinstance(func, ast.Name)}
    return (names & {"mint", "_GATE"}) | ({"CommitToken()"} if "CommitToken" in made else set())


def writes_to_a_shop(source: str) -> bool:
    """True if it calls `….orders.write(…)`."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "write"
        and ast.unparse(node.func).endswith("orders.write")
        for node in ast.walk(ast.parse(source))
    )


def test_only_the_gate_makes_commit_tokens() -> None:
    files = {file.relative_to(ROOT / "wavoice").as_posix(): file.read_text() for file in _sources()}
    touched = {name: found for name, source in files.items() if (found := names_of_the_gate(source))}
    assert touched == {
        "runtime/proposals.py": {"mint"},
        "runtime/token.py": {"_GATE", "CommitToken()"},
    }
    minters = [
        node.name
        for node in ast.walk(ast.parse(files["runtime/proposals.py"]))
        if isinstance(node, ast.FunctionDef) and "mint" in names_of_the_gate(ast.unparse(node))
    ]
    assert minters == ["may_commit", "may_retry"]
    assert [name for name, source in files.items() if writes_to_a_shop(source)] == ["runtime/commit.py"]


def test_the_gate_probe_sees() -> None:
    assert names_of_the_gate("from wavoice.runtime import token\ntoken.mint(1)") == {"mint"}
    assert names_of_the_gate("from wavoice.runtime.token import mint as m") == {"mint"}
    assert names_of_the_gate("CommitToken(gate=None)") == {"CommitToken()"}
    assert writes_to_a_shop("await self.kit.orders.write(effect, None)")


def _sources() -> Iterator[Path]:
    return (ROOT / "wavoice").rglob("*.py")


def imported_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after the statement."""
    modules = told_by(f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))")
    return {name.partition(".")[0] for name in modules}


def told_by(code: str) -> set[str]:
    """The names that a fresh interpreter prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stdout))


HEAVY = {
    "av",
    "ctranslate2",
    "dateparser",
    "faster_whisper",
    "httpx",
    "numpy",
    "pydantic",
    "rich",
    "sqlalchemy",
    "starlette",
    "uvicorn",
}


def test_what_an_app_author_imports() -> None:
    assert list(wavoice.__all__) == sorted(wavoice.__all__)
    assert [name for name in wavoice.__all__ if not hasattr(wavoice, name)] == []
    assert imported_by("import wavoice") & (HEAVY | {"asyncio", "typer"}) == set()


def test_the_command_starts_light() -> None:
    modules = imported_by("import wavoice.cli.main")
    assert modules & HEAVY == set()
    assert {"typer", "wavoice"} <= modules


SIMULATOR = """
import asyncio, json, sys
import wavoice.cli.sim
from wavoice.sim.emulator import announce
from wavoice.sim.emulator.server import SimOptions, simulate

async def run():
    async with simulate(SimOptions(port=0, media_port=0, control_port=0), print) as running:
        print(json.dumps(sorted(sys.modules)))

asyncio.run(run())
"""


def test_the_simulator_is_up_before_what_it_needs_later_is_imported() -> None:
    modules = told_by(SIMULATOR)
    tops = {name.partition(".")[0] for name in modules}
    assert {"starlette", "uvicorn", "wavoice.sim.emulator.emulator"} <= modules
    later = {"httpcore", "httpx", "pydantic_settings", "rich", "structlog"}
    assert tops & (later | HEAVY - {"pydantic", "starlette", "uvicorn"}) == set()
    parts = {
        "wavoice.runtime.journal",
        "wavoice.sim.emulator.sending.read",
        "wavoice.sim.emulator.wire.shapes",
    }
    assert modules & parts == set()


def test_a_module_that_names_many_imports_what_is_asked_for() -> None:
    asked = told_by(
        "import json, sys\nfrom wavoice.runtime.model import Micros\n"
        "from wavoice.runtime.ports import Clock\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    assert "wavoice.runtime.model.terms" in asked
    assert asked & {"wavoice.runtime.model.approval", "wavoice.runtime.repositories"} == set()
    for module in (model, ports):
        assert [name for name in module.__all__ if not hasattr(module, name)] == []
        with pytest.raises(AttributeError, match="no attribute"):
            getattr(module, "nothing")  # noqa: B009 -- no type checker lets it be written out


def test_the_import_probe_sees() -> None:
    assert "httpx" in imported_by("import httpx")


def test_no_tracked_file_is_large() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=60)
    files = [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]
    assert len(files) > 100
    assert {file.name: file.stat().st_size for file in files if _size(file) > 1_000_000} == {}


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def test_no_module_is_long() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in (ROOT / "wavoice").rglob("*.py")
    }
    assert len(lengths) > 50
    assert {name: length for name, length in lengths.items() if length > 400} == {}
