"""Makes the small pack of voice notes that the package carries (`wavoice/sim/pack`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import tomlkit
from tomlkit.items import AoT

from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Speech
from wavoice.sim.fixtures import MAX_BYTES, PHONE_COMPLEXITY, BuiltFile, read_built
from wavoice.sim.manifest import Dialogue, Manifest
from wavoice.sim.noise import RATE, Signal, at_level, to_pcm16
from wavoice.sim.studio import Studio

DIALOGUES: Final = (
    "where_is_my_order__street_20db",
    "reschedule_yes__street_10db",
    "yes_no_wait_street",
    "no_wait_after_yes__street_10db",
    "mumbled_yes__street_3db",
    "change_address__wind_10db",
    "reschedule_no__babble_10db",
    "yes_but_saturday__street_10db",
)
"""A question, a yes, one that is taken back in the same breath and one in a second note, a mumble, an
address, a no, and a change of the proposal."""
LARGEST: Final = 300_000
"""Bytes of the whole pack: every installation carries it."""
_LEVEL_DB = -23.0
_HEAD = """\
# Voice notes that every installation of wavoice has. Made from fixtures/audio by `wavoice fixtures pack`:
# do not edit. The files of crowd/ are the voices of [noises.babble], two of its sentences each.
"""


def make_pack(manifest: Manifest, studio: Studio, folder: Path) -> Iterator[tuple[str, int]]:
    """Write the pack into a folder: notes, crowd, manifest and `built.json`; yield each file and its bytes.

    Only the crowd needs voices. Raises `UserInputError` for a dialogue that is not there or a pack that
    is too large, `MissingModelError` that says which voice to install.
    """
    chosen = [_dialogue(manifest, name) for name in DIALOGUES]
    folder.joinpath("crowd").mkdir(parents=True, exist_ok=True)
    total = 0
    for name, data in _files(manifest, chosen, studio):
        total += len(data)
        if total > LARGEST:
            raise UserInputError(f"The pack is larger than {LARGEST} bytes.", remedy="Leave a dialogue out.")
        folder.joinpath(name).write_bytes(data)
        yield name, len(data)


def _files(manifest: Manifest, chosen: list[Dialogue], studio: Studio) -> Iterator[tuple[str, bytes]]:
    source = manifest.folder.joinpath("manifest.toml").read_text(encoding="utf-8")
    yield "manifest.toml", _excerpt(source, chosen, manifest).encode()
    notes = [note for dialogue in chosen for note in dialogue.notes]
    built = read_built(manifest)
    kept = BuiltFile(notes={note.id: built[note.id] for note in notes})
    yield "built.json", kept.model_dump_json(indent=1).encode() + b"\n"
    for note in notes:
        yield note.path.name, note.path.read_bytes()
    crowd = manifest.noises["babble"]
    for number, voice in enumerate(crowd.voices):
        sentences = [crowd.sentences[(number + offset) % len(crowd.sentences)] for offset in (0, 1)]
        said = np.concatenate([studio.say(sentence, voice) for sentence in sentences])
        yield f"crowd/{voice}.ogg", _encoded(at_level(said, _LEVEL_DB), voice)


def _encoded(said: Signal, voice: str) -> bytes:
    pcm = (to_pcm16(said) / np.float32(32768)).astype("<f4").tobytes()
    return to_voice_note(Speech(pcm, RATE, voice), MAX_BYTES, PHONE_COMPLEXITY)


def _excerpt(source: str, chosen: list[Dialogue], manifest: Manifest) -> str:
    """The manifest without the dialogues, voices and noises that the pack does not have."""
    whole = tomlkit.parse(source).unwrap()
    noises = {note.noise for dialogue in chosen for note in dialogue.notes} | {"babble"}
    voices = {note.voice for dialogue in chosen for note in dialogue.notes}
    voices |= set(manifest.noises["babble"].voices)
    names = {dialogue.name for dialogue in chosen}
    excerpt: Mapping[str, Any] = {
        "version": whole["version"],
        "defaults": whole["defaults"],
        "voices": {name: one for name, one in whole["voices"].items() if name in voices},
        "noises": {name: one for name, one in whole["noises"].items() if name in noises},
    }
    document = tomlkit.document()
    document.update(excerpt)
    dialogues = AoT([])
    for one in whole["dialogue"]:
        if one["name"] in names:
            dialogues.append(tomlkit.item(one))
    document["dialogue"] = dialogues
    return _HEAD + tomlkit.dumps(document)


def _dialogue(manifest: Manifest, name: str) -> Dialogue:
    for dialogue in manifest.dialogues:
        if dialogue.name == name:
            return dialogue
    raise UserInputError(f"There is no dialogue {name!r}.", remedy="See: wavoice fixtures list")
