"""Several files, written all or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wavoice.runtime.errors import UserInputError


def replace_all(files: Mapping[Path, bytes]) -> None:
    """Write these files, each as a whole and in this order; on any trouble, Ctrl-C too, none is changed.

    Folders are made. Raises `UserInputError` for what cannot be written.
    """
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    parts = {path: path.with_name(f".{path.name}.part") for path in files}
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            parts[path].write_bytes(data)
        for path, part in parts.items():
            part.replace(path)
    except BaseException as error:
        _restore(before)
        if isinstance(error, OSError):
            raise UserInputError(f"{error.filename} cannot be written: {error.strerror}.") from error
        raise
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _restore(before: Mapping[Path, bytes | None]) -> None:
    for path, data in before.items():
        if data is None:
            path.unlink(missing_ok=True)
        elif path.read_bytes() != data:
            path.write_bytes(data)
