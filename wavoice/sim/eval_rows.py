"""Labelled replies: one JSON object a line, checked before any is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError


class Label(StrEnum):
    """What a reply to a question is."""

    YES = "yes"
    NO = "no"
    YES_BUT_CHANGE = "yes_but_change"
    CHANGE = "change"
    QUESTION = "question"
    WAIT = "wait"
    """A retraction: not a yes."""
    OTHER = "other"


class Channel(StrEnum):
    """How a reply came."""

    TEXT = "text"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply: typed, recorded, or the words of somebody else's recogniser."""

    id: str
    prompt: str
    words: str | None
    audio: Path | None
    label: Label
    accept: tuple[Label, ...]
    hard: tuple[str, ...]
    language: str
    channel: Channel

    @property
    def clean_yes(self) -> bool:
        """A yes that nothing makes hard: how many of them are read as one is the recall."""
        return self.accept == (Label.YES,) and not self.hard


def load_rows(file: Path, language: str) -> list[Row]:
    """Read labelled replies; those that name no language are in `language`.

    Raises `UserInputError` that names file and line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserInputError(f"{file} cannot be read.", remedy="Name a UTF-8 file of JSON lines.") from error
    rows = [_row(file, number, line, language) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise UserInputError(f"{file} holds no replies.", remedy="Write one JSON object a line.")
    return rows


def _row(file: Path, number: int, line: str, language: str) -> Row:
    where = f"{file}:{number}"
    try:
        data = json.loads(line)
    except ValueError as error:
        raise UserInputError(f"{where} is not JSON.", remedy="Write one JSON object a line.") from error
    if not isinstance(data, dict):
        raise UserInputError(f"{where} is no JSON object.", remedy='Write {"reply": …, "label": …}.')
    label = _label(where, data.get("label"))
    accept = data.get("accept", [label])
    if not isinstance(accept, list) or not accept:
        raise UserInputError(f"{where}: accept is no list of labels.", remedy=_LABELS)
    audio = _text(where, data, "audio") or _text(where, data, "path")
    asr = _text(where, data, "asr")
    typed = _text(where, data, "reply")
    words = None if audio else asr if asr is not None else typed
    path = file.parent / audio if audio else None
    if path is None and words is None:
        raise UserInputError(f"{where} holds no reply.", remedy="Give it reply, audio (or path), or asr.")
    if path is not None and not path.is_file():
        raise UserInputError(
            f"{where}: there is no file {path}.", remedy="Paths are relative to the labelled file."
        )
    spoken = Channel.TEXT if path is None and asr is None else Channel.VOICE
    return Row(
        id=str(data.get("id", number)),
        prompt=_text(where, data, "prompt") or "",
        words=words,
        audio=path,
        label=label,
        accept=tuple(_label(where, each) for each in accept),
        hard=_hard(where, data.get("hard")),
        language=_text(where, data, "language") or language,
        channel=Channel.VOICE if path else _channel(where, data.get("channel", spoken)),
    )


_LABELS = f"Labels are {', '.join(Label)}."


def _label(where: str, value: Any) -> Label:
    try:
        return Label(value)
    except ValueError as error:
        raise UserInputError(f"{where}: {value!r} is no label.", remedy=_LABELS) from error


def _channel(where: str, value: Any) -> Channel:
    try:
        return Channel(value)
    except ValueError as error:
        raise UserInputError(f"{where}: {value!r} is no channel.", remedy="It is text or voice.") from error


def _text(where: str, data: dict[str, Any], key: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise UserInputError(f"{where}: {key} is no text.", remedy="Put it in quotes.")
    return value


def _hard(where: str, value: Any) -> tuple[str, ...]:
    """Why a reply is hard: one word, or a list of them."""
    reasons = [value] if isinstance(value, str) and value else value or []
    if not isinstance(reasons, list) or not all(isinstance(each, str) for each in reasons):
        raise UserInputError(f"{where}: hard is no list of texts.", remedy='Write ["a reason"] or [].')
    return tuple(reasons)
