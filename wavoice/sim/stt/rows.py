"""Labelled recordings: what is said in each, in what noise it was made, and what it should come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.tongues import primary
from wavoice.sim.eval_rows import Label, label_of
from wavoice.sim.labelled import check_keys, check_opens, is_language, read_objects, text_of
from wavoice.sim.manifest import Note, load_manifest

KEYS = (
    *("id", "path", "transcript", "text", "slots", "entities", "language", "noise", "snr"),
    *("label", "accept", "prompt", "intent", "orders"),
)
"""Keys that are read; datasets bring many of their own, which are left alone."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One recording and its labels; those that are not there are not measured."""

    where: str
    """`FILE:line`."""
    id: str
    path: Path
    language: str = "en"
    """ISO 639-1, without a region: what the ears are told."""
    words: str | None = None
    """What is said."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Values that are said, by name: `size: twelve ounce`."""
    entities: tuple[str, ...] = ()
    """Names and numbers that matter, beside those found in `words`."""
    noise: str | None = None
    """What the recording has in it already; None: it is clean."""
    snr: float | None = None
    """Decibels of that."""
    label: Label | None = None
    """It answers a question, and is this."""
    accept: tuple[Label, ...] = ()
    """Every label that counts as right."""
    prompt: str = ""
    """The question that it answers."""
    intent: str | None = None
    """The job that is asked for, where `words` do not tell; names of other bots are left alone."""
    orders: tuple[str, ...] | None = None
    """All order numbers of who speaks; None: not known, so that any number is taken."""

    @property
    def clean(self) -> bool:
        """Nothing but a voice: noise may be mixed in."""
        return self.noise is None and self.snr is None

    @property
    def scored(self) -> bool:
        """There is something to measure it by."""
        return self.words is not None or bool(self.slots or self.entities) or self.label is not None


def load_samples(file: Path, language: str) -> list[Sample]:
    """Read a manifest: JSON lines, or the TOML of fixtures. Rows that name no language are in `language`.

    Raises `UserInputError` (`ManifestError` for TOML) that names file and line.
    """
    if file.suffix == ".toml":
        manifest = load_manifest(file)
        orders = {note.id: dialogue.orders for dialogue in manifest.dialogues for note in dialogue.notes}
        return [_of_note(file, note, orders[note.id]) for note in manifest.notes]
    return [_sample(file, where, data, language) for where, data in read_objects(file, "recordings")]


def _of_note(file: Path, note: Note, orders: tuple[str, ...]) -> Sample:
    where = f"{file}: note '{note.id}'"
    check_opens(where, note.path)
    heard_in = [*([] if note.noise == "none" else [note.noise]), *note.channel]
    noise = "+".join(heard_in) or None
    return Sample(where, note.id, note.path, words=note.words, noise=noise, snr=note.snr_db, orders=orders)


def _sample(file: Path, where: str, data: dict[str, Any], language: str) -> Sample:
    check_keys(where, data, KEYS)
    name = text_of(where, data, "path")
    if name is None:
        raise UserInputError(f"{where} names no recording.", remedy='Give it "path", relative to the file.')
    path = file.parent / name
    check_opens(where, path)
    label = label_of(where, data["label"]) if data.get("label") is not None else None
    said = text_of(where, data, "transcript")
    return Sample(
        where=where,
        id=str(data.get("id", name)),
        path=path,
        language=primary(_language(where, text_of(where, data, "language") or language)),
        words=said if said is not None else text_of(where, data, "text"),
        slots=_slots(where, data.get("slots")),
        entities=_texts(where, data, "entities") or (),
        noise=text_of(where, data, "noise"),
        snr=_snr(where, data.get("snr")),
        label=label,
        accept=tuple(label_of(where, each) for each in _texts(where, data, "accept") or (label,) if each),
        prompt=text_of(where, data, "prompt") or "",
        intent=text_of(where, data, "intent"),
        orders=_texts(where, data, "orders"),
    )


def _language(where: str, code: str) -> str:
    if not is_language(code):
        raise UserInputError(f"{where}: there is no language {code!r}.", remedy="Write its ISO 639-1 code.")
    return code


def _slots(where: str, value: object) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise UserInputError(f"{where}: slots are no object of texts.", remedy='Write {"size": "small"}.')
    return value


def _texts(where: str, data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UserInputError(f"{where}: {key} is no list of texts.", remedy='Write ["…"].')
    return tuple(value)


def _snr(where: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserInputError(f"{where}: snr is no number.", remedy="Write decibels, as 10.")
    return float(value)


def read_kinds(file: Path) -> Iterator[tuple[Path, str]]:
    """Each sound of a noise manifest, and what it is in its own words (`kind`).

    Raises `UserInputError` that names file and line.
    """
    for where, data in read_objects(file, "sounds"):
        name = text_of(where, data, "path")
        if name is None:
            raise UserInputError(f"{where} names no sound.", remedy='Give it "path", relative to the file.')
        check_opens(where, file.parent / name)
        yield file.parent / name, text_of(where, data, "kind") or Path(name).stem
