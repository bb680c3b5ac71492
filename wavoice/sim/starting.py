"""`wavoice init`: a small bot that works at once, copied from the package. Nothing is ever written over."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from wavoice.runtime.errors import UserInputError

_SUFFIXES = frozenset({".py", ".toml", ".yaml", ".ogg", ".json", ".md"})


def starter() -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files of the sample project, by their path in it."""
    yield from _under(files("wavoice.sim") / "starter", PurePosixPath())


def _under(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = at / entry.name
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _under(entry, path)
        elif path.suffix in _SUFFIXES:
            yield path, entry.read_bytes()


def begin(folder: Path) -> list[Path]:
    """Copy the sample project; return its files.

    Raises `UserInputError`, and has written nothing, if any of them is there already or cannot be written.
    """
    planned = [(folder.joinpath(*path.parts), data) for path, data in starter()]
    there = [file for file, _ in planned if file.exists() or file.is_symlink()]
    if there:
        raise UserInputError(
            f"{', '.join(str(file) for file in there)} {'is' if len(there) == 1 else 'are'} there already.",
            remedy="Name an empty folder: wavoice init my-bot.",
        )
    try:
        for file, data in planned:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("xb") as out:
                out.write(data)
    except OSError as error:
        raise UserInputError(f"{folder} cannot be written to: {error.strerror or error}.") from error
    return [file for file, _ in planned]
