"""The Python of the machine, in the words of package indexes: which wheels it can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OLDEST, NEWEST = (3, 11), (3, 13)
"""What wavoice runs on (`requires-python`)."""
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""Older names of some platforms, by the minor version of glibc (PEP 600)."""


@dataclass(frozen=True, slots=True)
class Python:
    """A CPython on Linux with glibc."""

    version: tuple[int, int]
    machine: str
    """`x86_64` or `aarch64`."""
    glibc: tuple[int, int]
    path: str = "python3"
    """How it is started on the machine."""

    def __str__(self) -> str:
        return f"CPython {self.number}, {self.machine}, glibc {self.glibc[0]}.{self.glibc[1]}"

    @property
    def number(self) -> str:
        """`3.11`."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def platforms(self) -> list[str]:
        """Platform tags of wheels that it can use, the best first (PEP 600)."""
        tags: list[str] = []
        for minor in range(self.glibc[1], 4, -1):
            tags.append(f"manylinux_2_{minor}_{self.machine}")
            if minor in _LEGACY:
                tags.append(f"{_LEGACY[minor]}_{self.machine}")
        return [*tags, f"linux_{self.machine}"]

    @property
    def abis(self) -> list[str]:
        """ABI tags of wheels that it can use."""
        return [f"cp{self.version[0]}{self.version[1]}", "abi3", "none"]

    def resolves_as(self, known: tuple[int, ...] = (17, 28, *range(31, 41))) -> str:
        """Name that uv has for the newest platform not newer than this one; `known` are those it has."""
        minor = max(one for one in known if one <= self.glibc[1])
        return f"{self.machine}-manylinux_2_{minor}"


def usable(found: Mapping[str, Any]) -> Python | None:
    """The Python that `remote/probe.py` describes, if wavoice runs on it and it can make environments."""
    major, minor, _ = found["version"]
    family, libc = found["libc"]
    if found["kind"] != "cpython" or not found["venv"] or family != "glibc":
        return None
    if not OLDEST <= (major, minor) <= NEWEST:
        return None
    numbers = [int(part) for part in str(libc).split(".")[:2]]
    return Python((major, minor), found["machine"], (numbers[0], numbers[1]), found["path"])
