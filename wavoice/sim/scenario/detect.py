"""Which files are scenarios; needs nothing but the standard library, so that anybody may ask."""

from __future__ import annotations

import re
from pathlib import Path

SUFFIXES = (".yaml", ".yml")
WORLDS = "worlds"
"""Folder beside or above a scenario that holds shops by name."""

_LOOKS_LIKE_ONE = re.compile(r"^scenario[ \t]*:(?![ \t]*(?:#.*)?\r?\n[ \t]+[\w'\"-]+[ \t]*:)", re.MULTILINE)
"""A scenario's name is a word; other tools (Molecule) have a table of that name in their files."""


def is_scenario(file: Path) -> bool:
    """True for a YAML file with the key `scenario` at its top; what else it holds is not looked at."""
    if file.suffix not in SUFFIXES or file.parent.name == WORLDS or not file.is_file():
        return False
    return _LOOKS_LIKE_ONE.search(file.read_text(encoding="utf-8", errors="replace")) is not None
