"""Labelled replies: one JSON object a line, checked before any is read."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.lexicon.language import shipped


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
_LONG = [key for key in KEYS if len(key) > 3]
"""Of shorter ones, such as id, too much that means something else is a near miss."""
_ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz"
    " ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii"
    " ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi"
    " mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw"
    " sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk"
    " ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""Typed replies may be in a language without words here: they count as what has to be asked again."""


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
    _check_keys(where, data)
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
    if path is not None:
        _check_opens(where, path)
    spoken = Channel.TEXT if path is None and asr is None else Channel.VOICE
    return Row(
        where=where,
        id=str(data.get("id", number)),
        prompt=_text(where, data, "prompt") or "",
        words=words,
        audio=path,
        label=label,
        accept=tuple(_label(where, each) for each in accept),
        hard=_hard(where, data.get("hard")),
        language=_language(where, _text(where, data, "language"), recorded=path is not None) or language,
        channel=Channel.VOICE if path else _channel(where, data.get("channel", spoken)),
    )


_LABELS = f"Labels are {', '.join(Label)}."


def _label(where: str, value: Any) -> Label:
    try:
        return Label(value)
    except ValueError as error:
        raise UserInputError(f"{where}: {value!r} is no label.", remedy=_LABELS) from error


def _check_keys(where: str, data: dict[str, Any]) -> None:
    """A mistyped key would be ignored like any other that is not ours, and change what is measured."""
    for key in data:
        near = [] if key in KEYS else difflib.get_close_matches(key, _LONG, n=1, cutoff=0.8)
        if near and near[0] not in data:
            raise UserInputError(f"{where}: there is no key {key!r}.", remedy=f"Do you mean {near[0]}?")


def _check_opens(where: str, path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise UserInputError(
            f"{where}: {path} cannot be opened: {error.strerror}.", remedy="Make it readable."
        ) from error


def _language(where: str, code: str | None, *, recorded: bool) -> str | None:
    """Ears need a language with words; what is typed, one that exists."""
    primary = (code or "").partition("-")[0].lower()
    exists = primary in _ISO_639_1.split()
    if not code or primary in shipped() or (exists and not recorded):
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
