"""Make the committed voice notes, and check that they are what the manifest says.

A note is said, shaped (pauses, quiet parts), set in noise, sent through a bad microphone and encoded as
WhatsApp does: Ogg Opus, mono, 16 kbit/s. `built.json` beside the manifest records what came out and with
which tools. The same tools on the same machine give the same samples; elsewhere length and SNR agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import ManifestError, MediaError, MissingModelError, UserInputError
from wavoice.runtime.model import Speech
from wavoice.sim import noise as sound
from wavoice.sim.manifest import Manifest, Note
from wavoice.sim.noise import RATE
from wavoice.sim.studio import Rendered, Said, Studio
from wavoice.sim.wer import word_error_rate

PHONE_COMPLEXITY = 5
"""Of the phone that records, not of the bot that answers: its notes stay the same when replies get faster."""
MAX_BYTES = 64 * 1024
"""Largest committed note; 12 s take about 24 KiB."""
MIN_SECONDS, MAX_SECONDS = 1.0, 12.0
"""How long a committed note may be."""
MAX_RECORDED = 300.0
"""Longest recorded one."""

_SECONDS_TOLERANCE = 0.25
_SNR_TOLERANCE_DB = 0.5
_CODEC_PADDING = 0.08  # seconds that an Opus stream may differ from the samples put in

Ears = Callable[[bytes], str]
"""A recogniser: the bytes of a voice note to its words."""


class Built(BaseModel):
    """What one note came out as."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe_sha256: str
    """Of everything in the manifest that decides the sound."""
    pcm_sha256: str
    """Of the 16-bit samples at 16 kHz before encoding."""
    seconds: float
    snr_db: float | None
    """As measured after mixing, before the channel; None without noise."""
    peak_db: float
    """Loudest sample in dB of full scale."""
    bytes: int
    sha256: str
    """Of the committed file."""
    said: tuple[Said, ...]
    tools: Mapping[str, str]


class BuiltFile(BaseModel):
    """The whole of `built.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    notes: Mapping[str, Built] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of checking one note: what is wrong, and what could not be checked here."""

    note: str
    problems: tuple[str, ...]
    not_run: tuple[str, ...] = ()


def select(manifest: Manifest, names: Sequence[str]) -> tuple[Note, ...]:
    """Notes of these ids or dialogues, all without names. Raises `UserInputError` for an unknown one."""
    groups = {dialogue.name: dialogue.notes for dialogue in manifest.dialogues}
    groups |= {note.id: (note,) for note in manifest.notes if note.id not in groups}
    for name in names:
        if name not in groups:
            near = get_close_matches(name, groups, n=1)
            hint = f"Did you mean {near[0]}?" if near else "See: wavoice fixtures list"
            raise UserInputError(f"There is no note or dialogue {name!r}.", remedy=hint)
    return tuple({note.id: note for name in names or groups for note in groups[name]}.values())


def make(manifest: Manifest, notes: Sequence[Note], studio: Studio) -> Iterator[tuple[Note, Built]]:
    """Build these notes one by one, writing file and `built.json` entry of each before it is yielded.

    Recordings are left as they are. Raises `ManifestError` for a note of less than 1 s or more than 12 s,
    and what the speakers raise.
    """
    names = {note.id for note in manifest.notes}
    for note in notes:
        if manifest.is_recorded(note):
            continue
        rendered = studio.render(note)
        if not MIN_SECONDS <= rendered.seconds <= MAX_SECONDS:
            raise ManifestError(
                f"note '{note.id}' lasts {rendered.seconds:.1f} s.",
                remedy=f"Notes last {MIN_SECONDS:g} to {MAX_SECONDS:g} s: change `text`, `lead` or `tail`.",
            )
        pcm = (rendered.pcm / np.float32(32768)).astype("<f4").tobytes()
        data = to_voice_note(Speech(pcm, RATE, note.voice), MAX_BYTES, PHONE_COMPLEXITY)
        note.path.write_bytes(data)
        built = _built(note, rendered, data, studio)
        known = {name: entry for name, entry in read_built(manifest).items() if name in names}
        _write_built(manifest, known | {note.id: built})
        yield note, built


def check(
    manifest: Manifest, notes: Sequence[Note], studio: Studio, ears: Ears | None = None
) -> Iterator[Finding]:
    """Compare files with manifest and `built.json`, rebuild them, and listen where there are ears.

    A voice or a recogniser that is not installed is reported as not run, never as a problem.
    """
    record = read_built(manifest)
    for note in notes:
        built = record.get(note.id)
        if built is None or not note.path.is_file():
            yield Finding(note.id, ("is not built: run `wavoice fixtures make`",))
            continue
        recorded = manifest.is_recorded(note)
        problems = [*_file_problems(note, built, studio, MAX_RECORDED if recorded else MAX_SECONDS)]
        not_run = ["not rebuilt: a person said it"] if recorded else []
        try:
            problems += () if recorded else _rebuild_problems(note, built, studio)
        except MissingModelError as missing:
            not_run.append(f"not rebuilt: {missing}")
        try:
            problems += _hearing_problems(note, ears) if ears else ()
        except MissingModelError as missing:
            not_run.append(f"not listened to: {missing}")
        yield Finding(note.id, tuple(problems), tuple(not_run))


def read_built(manifest: Manifest) -> Mapping[str, Built]:
    """What `built.json` records, by note; empty before the first build. Raises `ManifestError`."""
    path = manifest.folder / "built.json"
    if not path.is_file():
        return {}
    try:
        return BuiltFile.model_validate_json(path.read_text(encoding="utf-8")).notes
    except ValidationError as error:
        raise ManifestError(
            f"{path}: {error.errors()[0]['msg']}.", remedy="Run `wavoice fixtures make`."
        ) from error


def _built(note: Note, rendered: Rendered, data: bytes, studio: Studio) -> Built:
    peak = float(np.abs(rendered.pcm.astype(np.float64)).max())
    return Built(
        recipe_sha256=studio.recipe(note),
        pcm_sha256=rendered.sha256,
        seconds=round(rendered.seconds, 3),
        snr_db=rendered.snr_db,
        peak_db=round(sound.decibels(peak / 32767), 2),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        said=rendered.said,
        tools=studio.tools(note),
    )


def built_text(manifest: Manifest, notes: Mapping[str, Built]) -> str:
    """The whole of `built.json`, in the order of the manifest."""
    order = [note.id for note in manifest.notes if note.id in notes]
    return BuiltFile(notes={name: notes[name] for name in order}).model_dump_json(indent=1) + "\n"


def _write_built(manifest: Manifest, notes: Mapping[str, Built]) -> None:
    (manifest.folder / "built.json").write_text(built_text(manifest, notes), encoding="utf-8")


def _file_problems(note: Note, built: Built, studio: Studio, longest: float) -> Iterator[str]:
    data = note.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != built.sha256:
        yield "the file is not the one that was built"
    if studio.recipe(note) != built.recipe_sha256:
        yield "the manifest has changed since it was built"
    try:
        audio = decode_note(data, longest + _CODEC_PADDING)
    except MediaError as error:
        yield f"the file cannot be played: {error}"
        return
    if audio.codec != "opus":
        yield "the file is no voice note: Ogg with Opus"
    if audio.channels != 1:
        yield "the file is not mono"
    if abs(audio.seconds - built.seconds) > _CODEC_PADDING:
        yield f"the file lasts {audio.seconds:.2f} s, built were {built.seconds:.2f} s"


def _rebuild_problems(note: Note, built: Built, studio: Studio) -> Iterator[str]:
    again = studio.render(note)
    if studio.tools(note) == built.tools and again.sha256 != built.pcm_sha256:
        yield "the same tools make other samples than they did"
    if abs(again.seconds - built.seconds) > _SECONDS_TOLERANCE:
        yield f"a rebuild lasts {again.seconds:.2f} s, built were {built.seconds:.2f} s"
    if abs((again.snr_db or 0.0) - (built.snr_db or 0.0)) > _SNR_TOLERANCE_DB:
        yield f"a rebuild has {again.snr_db} dB of SNR, built were {built.snr_db} dB"


def _hearing_problems(note: Note, ears: Ears) -> Iterator[str]:
    heard = ears(note.path.read_bytes())
    wer = word_error_rate(note.words, heard)
    if note.max_wer < 1 and wer > note.max_wer:
        yield f"heard {heard!r}: word error rate {wer:.2f}, allowed {note.max_wer:.2f}"
