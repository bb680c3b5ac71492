"""Puts a recorded voice note into a folder of fixtures: file, manifest entry and its part of `built.json`.

All of it or nothing: whoever is interrupted finds the folder as it was. The manifest is somebody's
handwriting, so what stands in it keeps its order and its comments.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np

from wavoice.runtime.errors import ManifestError, UserInputError
from wavoice.sim import noise as sound
from wavoice.sim.fixtures import Built, built_text, read_built
from wavoice.sim.manifest import Manifest, NoiseKind, Note, Outcome, parse_manifest
from wavoice.sim.manifest_text import ManifestText
from wavoice.sim.sound.notes import QUIET, Around, samples_of
from wavoice.sim.studio import Studio
from wavoice.sim.utterance import seconds, segments
from wavoice.sim.whole_files import replace_all

MANIFEST: Final = "manifest.toml"
_NEW: Final = """\
# Voice notes that this bot is rehearsed with: what is said, and what must come of it. `wavoice replay` plays
# them, `wavoice record NAME` adds to them. A dialogue is one conversation; its notes are sent in this order.
version = 1

[defaults]
phone = "+14155550142"
orders = ["1842"]          # the seeded shop: packed, comes on Thursday
noise = "none"
seed = 0
level_db = -23
lead = "0ms"
tail = "0ms"
max_wer = 0.3

[voices]

[noises]
"""
_NOISE: Final[Mapping[str, str]] = {
    "licence": "Apache-2.0 (wavoice)",
    "provenance": "computed by `wavoice record --noise` (wavoice/sim/noise.py)",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording with everything that the manifest says of it."""

    id: str
    """Stem of its file: small letters, digits, underscores."""
    said: str
    licence: str
    consent: str
    """Who spoke, and that they agreed."""
    provenance: str
    """How it was recorded."""
    expect: Mapping[str, Any] | None = None
    """As in the manifest: `{"outcome": …, "writes": […]}`; None claims nothing."""
    dialogue: str | None = None
    """A dialogue whose next note it is; None: one of its own."""
    after: str | None = None
    """Since the note before it, as `1.2s`; None: as soon as that was answered."""
    about: str = ""
    """Why it matters, where it is a dialogue of its own."""
    around: Around = field(default=QUIET)
    """Noise that was added to it."""

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.id}.ogg"


def check_free(folder: Path, recorded: Recorded, *, force: bool = False) -> None:
    """Say before anybody speaks that this note could not be kept. Raises `UserInputError`."""
    there = next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UserInputError(f"Nothing can be written into {folder}.", remedy="Name another with --folder.")
    name, manifest = recorded.id, _manifest(folder)
    note = _entry(manifest, name) if manifest else None
    if note is not None and manifest is not None and not manifest.is_recorded(note):
        raise UserInputError(
            f"{name} is a note that `wavoice fixtures make` builds.", remedy="Record under another name."
        )
    if (note is not None or (folder / recorded.file).exists()) and not force:
        raise UserInputError(f"{name} is there already in {folder}.", remedy="Replace it with --force.")
    dialogues = {one.name: one for one in manifest.dialogues} if manifest else {}
    if recorded.dialogue is not None and recorded.dialogue not in dialogues:
        names = ", ".join(dialogues) or "none"
        raise UserInputError(
            f"There is no dialogue {recorded.dialogue!r} in {folder}.", remedy=f"There are: {names}."
        )
    if note is not None and recorded.dialogue and note not in dialogues[recorded.dialogue].notes:
        raise UserInputError(f"{name} stands in another dialogue.", remedy="Record under another name.")
    if note is None and recorded.dialogue is None and name in dialogues:
        raise UserInputError(
            f"{name} is the name of a dialogue.", remedy=f"Add to it with --dialogue {name}, or use another."
        )


def keep(folder: Path, recorded: Recorded, ogg: bytes, *, force: bool = False) -> Manifest:
    """Write note, manifest entry and `built.json`; return the manifest as it is now.

    A note that is there is replaced with `force` only, and only one that was recorded as well. Raises
    `UserInputError`, or `ManifestError` if the manifest cannot be read or would be wrong; nothing has
    changed then.
    """
    check_free(folder, recorded, force=force)
    path = folder / MANIFEST
    text = _with_entry(path, recorded)
    manifest = parse_manifest(text, path)
    note = _entry(manifest, recorded.id)
    assert note is not None  # noqa: S101 -- it was just written
    names = {one.id for one in manifest.notes}
    known = {name: entry for name, entry in read_built(manifest).items() if name in names}
    built = built_text(manifest, {**known, note.id: _built(manifest, note, ogg)})
    # The manifest last: what it does not name is not played.
    replace_all({note.path: ogg, folder / "built.json": built.encode(), path: text.encode()})
    return manifest


def _manifest(folder: Path) -> Manifest | None:
    path = folder / MANIFEST
    return parse_manifest(_read(path), path) if path.is_file() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path}: cannot be read: {error}.") from error


def _entry(manifest: Manifest, name: str) -> Note | None:
    return next((note for note in manifest.notes if note.id == name), None)


def _with_entry(path: Path, recorded: Recorded) -> str:
    """The text of the manifest with the entry in it, in place of an earlier one.

    Raises `ManifestError` if anything else would change with it.
    """
    before = _read(path) if path.is_file() else _NEW
    known = _parsed(before, path)
    voices, dialogues = known.setdefault("voices", {}), known.setdefault("dialogue", [])
    voice = recorded.id if _is_free(voices, recorded.id) else f"{recorded.id}_recorded"
    text = ManifestText(before)
    voices[voice] = _voice(recorded)
    text.put_table("voices", voice, voices[voice])
    noise = recorded.around.noise
    if noise != "none" and noise not in known.setdefault("noises", {}):
        known["noises"][noise] = dict(_NOISE)
        text.put_table("noises", noise, _NOISE)
    _put_note(text, dialogues, recorded, voice)
    if _parsed(str(text), path) != known:
        raise ManifestError(f"{path} is written in a way that cannot be added to.", remedy="Edit it by hand.")
    return str(text)


def _put_note(text: ManifestText, dialogues: list[dict[str, Any]], recorded: Recorded, voice: str) -> None:
    """Put the note into the text, and into what is expected to be read from it."""
    for position, dialogue in enumerate(dialogues):
        notes = dialogue["note"]
        numbers = [number for number, one in enumerate(notes) if one["id"] == recorded.id]
        if numbers:
            notes[numbers[0]] = _note(recorded, voice, notes[numbers[0]].get("after"))
            text.put_note(position, numbers[0], notes[numbers[0]])
            return
        if dialogue["name"] == recorded.dialogue:
            notes.append(_note(recorded, voice, "reply"))
            text.put_note(position, None, notes[-1])
            return
    note = _note(recorded, voice)
    values = {"name": recorded.id, "about": recorded.about or recorded.said}
    dialogues.append({**values, "note": [note]})
    text.put_dialogue(values, note)


def _is_free(voices: Mapping[str, Any], name: str) -> bool:
    return name not in voices or voices[name]["engine"] == "recorded"


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: not a TOML file: {error}.") from error


def _voice(recorded: Recorded) -> dict[str, Any]:
    return {
        "engine": "recorded",
        "model": "a recording",
        "licence": recorded.licence,
        "consent": recorded.consent,
        "provenance": recorded.provenance,
    }


def _note(recorded: Recorded, voice: str, after: str | None = None) -> dict[str, Any]:
    around, after = recorded.around, recorded.after or after
    # No channel, whatever its dialogue says: nothing was done to it.
    return {
        "id": recorded.id,
        "text": recorded.said,
        "voice": voice,
        **({"after": after} if after else {}),
        "noise": around.noise,
        **({"snr_db": around.snr_db} if around.noise != "none" else {}),
        "seed": around.seed,
        "channel": [],
        **({"expect": dict(recorded.expect)} if recorded.expect is not None else {}),
    }


def _built(manifest: Manifest, note: Note, ogg: bytes) -> Built:
    samples = samples_of(ogg)
    pcm = np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2")
    peak = float(np.abs(samples).max()) if samples.any() else sound.amplitude(-96)
    return Built(
        recipe_sha256=Studio(manifest, {}).recipe(note),
        pcm_sha256=hashlib.sha256(pcm.tobytes()).hexdigest(),
        seconds=round(samples.size / sound.RATE, 3),
        snr_db=note.snr_db if note.noise != "none" else None,
        peak_db=round(sound.decibels(peak), 2),
        bytes=len(ogg),
        sha256=hashlib.sha256(ogg).hexdigest(),
        said=(),
        tools={},
    )


def read_expectation(outcome: str | None, writes: Sequence[str]) -> dict[str, Any] | None:
    """What `--expect` and `--write` say, as it stands in a manifest. Raises `UserInputError`."""
    if outcome is None:
        if writes:
            raise UserInputError(
                "--write needs --expect.", remedy="Say what comes of it: --expect committed."
            )
        return None
    if outcome not in get_args(Outcome):
        near = get_close_matches(outcome, get_args(Outcome), n=1)
        known = f"Did you mean {near[0]}?" if near else f"Use one of: {', '.join(get_args(Outcome))}."
        raise UserInputError(f"There is no outcome {outcome!r}.", remedy=known)
    written = [_write(one) for one in writes]
    return {"outcome": outcome, **({"writes": written} if written else {})}


def _write(text: str) -> dict[str, str]:
    action, *pairs = text.split() or [""]
    args = [pair.partition("=") for pair in pairs]
    if not action or "=" in action or any(not (key and equals and value) for key, equals, value in args):
        raise UserInputError(
            f"--write {text!r} is no write.",
            remedy='Write it as "reschedule_delivery order=1842 day=Friday".',
        )
    return {"action": action, **{key: value for key, _, value in args}}


def check_words(recorded: Recorded) -> None:
    """Raise `UserInputError` for a name, words or a time that no manifest takes."""
    if not re.fullmatch(r"[a-z0-9_]+", recorded.id):
        raise UserInputError(
            f"{recorded.id!r} is no name for a note.", remedy="Use small letters, digits and underscores."
        )
    if recorded.around.noise not in get_args(NoiseKind):
        kinds = ", ".join(get_args(NoiseKind))
        raise UserInputError(f"There is no noise {recorded.around.noise!r}.", remedy=f"Use one of: {kinds}.")
    try:
        if recorded.said:
            segments(recorded.said)
        if recorded.after not in (None, "reply"):
            seconds(recorded.after)
    except ValueError as error:
        raise UserInputError(f"That cannot stand in a manifest: {error}.") from error
