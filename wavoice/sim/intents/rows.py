"""Labelled wishes: one JSON object a line, checked before any is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.sim.intents.labels import Labels
from wavoice.sim.labelled import check_keys, check_opens, is_language, read_objects, text_of


@dataclass(frozen=True, slots=True)
class Wish:
    """One labelled wish, typed or recorded."""

    where: str
    """`FILE:line`."""
    id: str
    text: str | None
    audio: Path | None
    intent: str
    """One of ours."""
    label: str
    """As the file has it."""
    slots: Mapping[str, str] | None
    """None where the row names none: then they are not measured."""
    language: str


KEYS = ("id", "text", "audio", "path", "intent", "slots", "language")


def load_wishes(file: Path, labels: Labels, language: str) -> list[Wish]:
    """Read labelled wishes; those that name no language are in `language`.

    Raises `UserInputError` that names file and line.
    """
    return [_wish(file, where, data, labels, language) for where, data in read_objects(file, "wishes")]


def _wish(file: Path, where: str, data: dict[str, Any], labels: Labels, language: str) -> Wish:
    check_keys(where, data, KEYS)
    text = text_of(where, data, "text")
    audio = text_of(where, data, "audio") or text_of(where, data, "path")
    if audio is None and not (text or "").strip():
        raise UserInputError(f"{where} holds no wish.", remedy="Give it text, or audio.")
    path = file.parent / audio if audio else None
    if path is not None:
        check_opens(where, path)
    label = text_of(where, data, "intent")
    if not label:
        raise UserInputError(f"{where} has no intent.", remedy='Label it, as in "intent": "track_order".')
    code = text_of(where, data, "language")
    if code is not None and not is_language(code):
        raise UserInputError(f"{where}: there is no language {code!r}.", remedy="Write its ISO 639-1 code.")
    return Wish(
        where=where,
        id=str(data.get("id", where.rpartition(":")[2])),
        text=None if path else text,
        audio=path,
        intent=labels.ours(where, label),
        label=label,
        slots=_slots(where, data.get("slots")),
        language=code or language,
    )


def _slots(where: str, value: Any) -> Mapping[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(each, str | int) for each in value.values()):
        raise UserInputError(
            f"{where}: slots is no object of texts.", remedy='Write {"order": "1842", "day": "2026-12-04"}.'
        )
    return {name: str(each) for name, each in value.items()}
