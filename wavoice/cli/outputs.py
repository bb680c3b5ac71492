"""What commands that measure have in common: where figures go, and how far the work is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wavoice.cli.files import check_target, write_whole
from wavoice.runtime.errors import UserInputError

if TYPE_CHECKING:
    from rich.console import Console

T = TypeVar("T")


def check_targets(file: Path, targets: dict[str, str | None]) -> None:
    """Say before the work that what is to be written would lose something. Raises `UserInputError`."""
    named = [(option, target) for option, target in targets.items() if target]
    if len({target if target == "-" else Path(target).resolve() for _, target in named}) < len(named):
        raise UserInputError(f"{' and '.join(targets)} go to the same place.", remedy="Name two files.")
    for option, target in named:
        if target == "-":
            continue
        if Path(target).resolve() == file.resolve():
            raise UserInputError(f"{file} is what is read.", remedy=f"Name another file for {option}.")
        check_target(Path(target))


def put(target: str | None, text: str) -> None:
    """Write to a file, or to standard output if it is `-`; nowhere if there is no target."""
    if target == "-":
        sys.stdout.write(text)
    elif target:
        write_whole(Path(target), text)


def shown(what: str, rows: Sequence[T]) -> Iterable[T]:
    """The rows, and on a terminal how far the work is."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    console = Console(stderr=True)
    return track(rows, what, console=console, disable=not console.is_terminal)


def table_console(columns: int, *, stderr: bool = False) -> Console:
    """Where tables go; so many columns wide where standard output is no terminal."""
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=stderr, width=None if sys.stdout.isatty() else columns, highlight=False)


def log_to_stderr() -> None:
    """The runtime's log is for people: standard output is what the command says."""
    import structlog  # noqa: PLC0415

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def percent(share: float | None) -> str:
    """A share as it is printed; `-` for none."""
    return "-" if share is None else f"{100 * share:.1f}%"
