"""Programs that run on the machine, under any Python from 3.9 on: they import nothing but its library.

Each is sent as an argument of that Python's `-c` with every call, and stays nowhere. It reads one JSON object
on standard input, if it needs any, and prints one.
"""

from __future__ import annotations

from importlib.resources import files


def program(name: str) -> list[str]:
    """The command that runs `remote/NAME.py`; its own arguments follow."""
    return ["python3", "-I", "-c", (files(__name__) / f"{name}.py").read_text(encoding="utf-8")]
