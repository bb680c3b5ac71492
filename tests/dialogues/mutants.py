"""The dialogues prove themselves: the gate with one thing broken, in a copy, and how soon they notice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants import ROOT, Mutant, copied, python, read_list

LIST = Path(__file__).with_name("mutants.toml")
TABLE = ROOT / "docs" / "mutants.md"
LONGEST = 20_000
"""Dialogues after which a mutant counts as not noticed."""
HEADING = "## Noticed by random dialogues"
INTRODUCTION = """\
Each line is the gate with one thing broken, against the random dialogues of `tests/dialogues`, and after how
many of them (seeds from 0) the independent checker notices. The patches stand in
`tests/dialogues/mutants.toml`; `uv run pytest -m mutants tests/dialogues` asserts that each is noticed.
Written by `uv run python -m tests.dialogues --mutants`.
"""
_CODE = (
    "import sys; sys.path.append({root!r}); from tests.dialogues.hunt import until_found; "
    "from tests.dialogues.thaw import thaw; thaw(); "
    "print('found', until_found(range({longest})))"
)


def gate_mutants() -> tuple[Mutant, ...]:
    """All of the list, in its order."""
    return read_list(LIST)


def found_after(mutant: Mutant | None, folder: Path, longest: int = LONGEST) -> int | None:
    """How many dialogues it takes; None if it is not noticed. Raises `ValueError` if they cannot be run."""
    copied(folder, mutant)
    done = python(folder, "-c", _CODE.format(root=str(ROOT), longest=longest))
    said = re.search(r"found (\w+)", done.stdout)
    if done.returncode != 0 or said is None:
        raise ValueError(f"the dialogues could not be run: {done.stderr[-2000:]}")
    return None if said.group(1) == "None" else int(said.group(1))


def table(found: dict[str, int | None]) -> Iterator[str]:
    """Lines of the section in docs/mutants.md."""
    yield HEADING
    yield ""
    yield from INTRODUCTION.splitlines()
    yield ""
    yield "| mutant | what goes wrong | noticed after |"
    yield "|---|---|---|"
    for mutant in gate_mutants():
        yield f"| `{mutant.name}` | {mutant.harm} | {found[mutant.name] or 'never'} |"


def print_table() -> int:
    """Run all of them, print who is noticed when, and write the table."""
    found: dict[str, int | None] = {}
    for mutant in gate_mutants():
        with TemporaryDirectory() as folder:
            found[mutant.name] = found_after(mutant, Path(folder))
        print(mutant.name, found[mutant.name], flush=True)
    before = TABLE.read_text(encoding="utf-8").partition(HEADING)[0].rstrip()
    TABLE.write_text("\n".join((before, "", *table(found))) + "\n", encoding="utf-8")
    return int(None in found.values())
