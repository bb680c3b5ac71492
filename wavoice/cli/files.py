"""Files that commands write."""

from __future__ import annotations

from pathlib import Path

from wavoice.runtime.errors import UserInputError


def write_whole(file: Path, text: str) -> None:
    """Replace the file as a whole: whoever stops the work keeps the earlier one."""
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        raise UserInputError(f"{file} cannot be written: {error.strerror}.") from error
