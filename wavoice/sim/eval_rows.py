"""Labelled replies: one JSON object a line, checked before any is read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.lexicon.language import shipped
from wavoice.runtime.tongues import primary
from wavoice.sim.labelled import check_keys, check_opens, is_language, read_objects, text_of


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

    where: str
    """`FILE:line`."""
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


KEYS = ("id", "prompt", "reply", "asr", "audio", "path", "label", "accept", "hard", "language", "channel")


def load_rows(file: Path, language: str) -> list[Row]:
    """Read labelled replies; those that name no language are in `language`.

    Raises `UserInputError` that names file and line.
    """
    return [_row(file, where, data, language) for where, data in read_objects(file, "replies")]


def _row(file: Path, where: str, data: dict[str, Any], language: str) -> Row:
    check_keys(where, data, KEYS)
    label = label_of(where, data.get("label"))
    accept = data.get("accept", [label])
    if not isinstance(accept, list) or not accept:
        raise UserInputError(f"{where}: accept is no list of labels.", remedy=_LABELS)
    audio = text_of(where, data, "audio") or text_of(where, data, "path")
    asr = text_of(where, data, "asr")
    typed = text_of(where, data, "reply")
    words = None if audio else asr if asr is not None else typed
    path = file.parent / audio if audio else None
    if path is None and words is None:
        raise UserInputError(f"{where} holds no reply.", remedy="Give it reply, audio (or path), or asr.")
    if path is not None:
        check_opens(where, path)
    spoken = Channel.TEXT if path is None and asr is None else Channel.VOICE
    return Row(
        where=where,
        id=str(data.get("id", where.rpartition(":")[2])),
        prompt=text_of(where, data, "prompt") or "",
        words=words,
        audio=path,
        label=label,
        accept=tuple(label_of(where, each) for each in accept),
        hard=_hard(where, data.get("hard")),
        language=_language(where, text_of(where, data, "language"), recorded=path is not None) or language,
        channel=Channel.VOICE if path else _channel(where, data.get("channel", spoken)),
    )


_LABELS = f"Labels are {', '.join(Label)}."


def label_of(where: str, value: Any) -> Label:
    """The label of that name. Raises `UserInputError`, which names all that there are."""
    try:
        return Label(value)
    except ValueError as error:
        raise UserInputError(f"{where}: {value!r} is no label.", remedy=_LABELS) from error


def _language(where: str, code: str | None, *, recorded: bool) -> str | None:
    """Ears need a language with words; typed words of another one count as what has to be asked again."""
    exists = is_language(code or "")
    if not code or primary(code) in shipped() or (exists and not recorded):
        return code
    what = "ears are not prepared for" if exists else "there is no"
    near = difflib.get_close_matches(code, shipped(), n=1)
    hint = f"Do you mean {near[0]}? " if near else ""
    raise UserInputError(f"{where}: {what} language {code!r}.", remedy=f"{hint}See: wavoice languages")


def _channel(where: str, value: Any) -> Channel:
    try:
        return Channel(value)
    except ValueError as error:
        raise UserInputError(f"{where}: {value!r} is no channel.", remedy="It is text or voice.") from error


def _hard(where: str, value: Any) -> tuple[str, ...]:
    """Why a reply is hard: one word, or a list of them."""
    reasons = [value] if isinstance(value, str) and value else value or []
    if not isinstance(reasons, list) or not all(isinstance(each, str) for each in reasons):
        raise UserInputError(f"{where}: hard is no list of texts.", remedy='Write ["a reason"] or [].')
    return tuple(reasons)
