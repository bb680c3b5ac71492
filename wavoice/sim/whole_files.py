"""Several files, written all or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from wavoice.runtime.errors import UserInputError


def replace_all(files: Mapping[Path, bytes]) -> None:
    """Write these files, each as a whole and in this order; on any trouble, Ctrl-C too, none is changed.

    Folders are made. Raises `UserInputError` for what cannot be written.
    """
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    parts = {path: path.with_name(f".{path.name}.part") for path in files}
    made = [folder for path in files for folder in path.absolute().parents if not folder.exists()]
    done: list[Path] = []
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            parts[path].write_bytes(data)
        for path, part in parts.items():
            done.append(path)  # first: nobody knows how far an interrupted call came
            part.replace(path)
    except BaseException as error:
        _restore({path: before[path] for path in done}, parts.values(), made)
        if isinstance(error, OSError):
            raise UserInputError(f"{error.filename} cannot be written: {error.strerror}.") from error
        raise


def _restore(before: Mapping[Path, bytes | None], parts: Iterable[Path], made: Iterable[Path]) -> None:
    """Put everything back, folders that were made included."""
    for part in parts:
        part.unlink(missing_ok=True)
    for path, data in before.items():
        if data is not None:
            path.write_bytes(data)
        elif path.is_file():
            path.unlink()
    for folder in sorted(set(made), key=lambda one: len(one.parts), reverse=True):
        if folder.is_dir():
            folder.rmdir()
