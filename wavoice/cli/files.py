"""Files and folders that commands write."""

from __future__ import annotations

import os
from pathlib import Path

from wavoice.runtime.errors import UserInputError


def check_target(file: Path) -> None:
    """Say before the work, not after it, that a path will not do. Raises `UserInputError`."""
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK) or file.is_dir():
        raise UserInputError(f"{file} cannot be written.", remedy="Name a file in a folder that can be.")


def write_whole(file: Path, text: str) -> None:
    """Replace the file as a whole: whoever stops the work keeps the earlier one."""
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        raise UserInputError(f"{file} cannot be written: {error.strerror}.") from error


def make_folder(folder: Path) -> None:
    """Make it, if it is not there. Raises `UserInputError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserInputError(f"{folder} is no folder that can be written.", remedy="Name another.") from error
