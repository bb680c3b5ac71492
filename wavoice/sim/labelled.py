"""Files of labelled rows: one JSON object a line, and complaints that name file and line."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.tongues import primary

_SHORT = 3
"""Of keys of so few letters, such as id, too much that means something else is a near miss."""

_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz"
    " ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii"
    " ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi"
    " mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw"
    " sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk"
    " ur uz ve vi vo wa wo xh yi yo za zh zu"
)


def read_objects(file: Path, what: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's place (`FILE:line`) and object; `what` names the rows in a complaint.

    Raises `UserInputError` for a file that cannot be read or holds none, and for a line that is no object.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserInputError(f"{file} cannot be read.", remedy="Name a UTF-8 file of JSON lines.") from error
    if not any(line.strip() for line in lines):
        raise UserInputError(f"{file} holds no {what}.", remedy="Write one JSON object a line.")
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield f"{file}:{number}", _object(f"{file}:{number}", line)


def _object(where: str, line: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise UserInputError(f"{where} is not JSON.", remedy="Write one JSON object a line.") from error
    if not isinstance(data, dict):
        raise UserInputError(f"{where} is no JSON object.", remedy="Write one JSON object a line.")
    return data


def check_keys(where: str, data: dict[str, Any], keys: Sequence[str]) -> None:
    """A mistyped key would be ignored like any other that is not ours, and change what is measured."""
    long = [key for key in keys if len(key) > _SHORT]
    for key in data:
        near = [] if key in keys else difflib.get_close_matches(key, long, n=1, cutoff=0.8)
        if near and near[0] not in data:
            raise UserInputError(f"{where}: there is no key {key!r}.", remedy=f"Do you mean {near[0]}?")


def text_of(where: str, data: dict[str, Any], key: str) -> str | None:
    """The text under a key, if there is one. Raises `UserInputError` for anything but a text."""
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise UserInputError(f"{where}: {key} is no text.", remedy="Put it in quotes.")
    return value


def check_opens(where: str, path: Path) -> None:
    """Raises `UserInputError` for a recording that is not there or may not be read."""
    if not path.is_file():
        raise UserInputError(
            f"{where}: there is no file {path}.", remedy="Paths are relative to the labelled file."
        )
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise UserInputError(
            f"{where}: {path} cannot be opened: {error.strerror}.", remedy="Make it readable."
        ) from error


def is_language(code: str) -> bool:
    """True if ISO 639-1 knows the language of that code."""
    return primary(code) in _ISO_639_1.split()
