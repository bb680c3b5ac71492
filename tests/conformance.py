"""The conformance page, made of the tests: `uv run cog -r docs/conformance.md`.

A row is held by the tests that are marked with its number, e.g. `@pytest.mark.conformance("S17")`
on a function or a class. A test that is skipped or expected to fail holds nothing.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_EXCUSED = frozenset({"skip", "xfail"})


@dataclass(frozen=True, slots=True)
class Row:
    """One duty of the checklist."""

    number: str
    duty: str
    group: str
    why: str | None
    """Why no test holds it; None if one should."""
    note: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A marked test."""

    row: str
    test: str
    """Its pytest id without parameters."""


def rows() -> list[Row]:
    """The checklist, in order."""
    text = (ROOT / "tests" / "conformance_rows.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return [
        Row(number, duty, group["name"], data["why"].get(number), data["note"].get(number))
        for group in data["group"]
        for number, duty in group["rows"]
    ]


def proofs() -> list[Proof]:
    """Every marked test of the project, by file and line."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [proof for file in files for proof in _of_file(file)]


def _of_file(file: Path) -> Iterator[Proof]:
    place, body = file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8")).body
    above = [
        row for node in body for name, given in _of_module(node) if name == "conformance" for row in given
    ]
    yield from _of_body(body, place, above)


def _of_module(node: ast.stmt) -> list[tuple[str, list[str]]]:
    """The marks that `pytestmark = …` sets for a whole file."""
    match node:
        case ast.Assign(targets=[ast.Name(id="pytestmark")], value=ast.List(elts=marks)):
            return [_mark(mark) for mark in marks]
        case ast.Assign(targets=[ast.Name(id="pytestmark")], value=mark):
            return [_mark(mark)]
    return []


def _of_body(body: list[ast.stmt], place: str, above: list[str]) -> Iterator[Proof]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        marks = [_mark(decorator) for decorator in node.decorator_list]
        if any(name in _EXCUSED for name, _ in marks):
            continue
        named = above + [row for name, given in marks if name == "conformance" for row in given]
        if isinstance(node, ast.ClassDef):
            yield from _of_body(node.body, f"{place}::{node.name}", named)
        elif node.name.startswith("test"):
            yield from (Proof(row, f"{place}::{node.name}") for row in named)


def _mark(decorator: ast.expr) -> tuple[str, list[str]]:
    """Name and string arguments of a `pytest.mark`; ("", []) for any other decorator."""
    given = decorator.args if isinstance(decorator, ast.Call) else []
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
    if not name.startswith("pytest.mark."):
        return "", []
    return name.rpartition(".")[2], [
        arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    ]


def page() -> str:
    """The tables of docs/conformance.md."""
    held: dict[str, list[str]] = {}
    for proof in proofs():
        held.setdefault(proof.row, []).append(proof.test)
    known = rows()
    done = sum(row.number in held for row in known)
    lines = [f"{done} of {len(known)} rows are held."]
    for group in dict.fromkeys(row.group for row in known):
        lines += ["", f"## {group}", "", "| row | what WhatsApp does | held by |", "|---|---|---|"]
        lines += [_line(row, held.get(row.number, [])) for row in known if row.group == group]
    return "\n".join(lines)


def _line(row: Row, tests: list[str]) -> str:
    shown = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in tests)
    verdict = shown or f"**not held**: {row.why or 'no test yet'}"
    note = f" ({row.note})" if row.note else ""
    return f"| {row.number} | {row.duty}{note} | {verdict} |"
