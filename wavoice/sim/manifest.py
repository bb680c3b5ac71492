"""The fixture manifest: which voice notes exist, how each is made, and what should come of it.

A TOML file, written by hand. Values of `[defaults]` hold for every dialogue and note, those of a
`[[dialogue]]` for its notes, and a `[[dialogue.note]]` may override them. In `text`, `[pause 2.5s]` is a
silence and `[level -25dB]` makes what follows quieter than the rest of the note.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from wavoice.runtime.errors import ManifestError
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.utterance import Segment, seconds, segments

VERSION = 1

Outcome = Literal[
    "answered", "proposed", "settled", "committed", "overtaken", "held", "cancelled", "superseded",
    "reprompted", "unclear",
]  # fmt: skip
"""What a turn comes to. `overtaken` is a yes that a veto reached inside its settle window."""

Channel = Literal["cheap_microphone", "muffled", "clipping"]
NoiseKind = Literal["none", "street", "babble", "wind"]


def _after(value: object) -> Micros | None:
    return None if value == "reply" else round(seconds(value) * SECOND)


Seconds = Annotated[float, BeforeValidator(seconds)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Write(_Entry):
    """A business write that must be in the ledger; in the file `{action = "…", order = "…", …}`."""

    action: str
    args: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, value: object) -> object:
        if not isinstance(value, dict) or "action" not in value:
            raise ValueError('a write needs its action: {action = "…", order = "…"}')
        return {"action": value["action"], "args": {k: v for k, v in value.items() if k != "action"}}


class Expect(_Entry):
    """What must come of a note. `writes` is exact: an empty one means that nothing is written."""

    outcome: Outcome
    writes: tuple[Write, ...] = ()


class Voice(_Entry):
    """Somebody who speaks."""

    engine: Literal["espeak-ng", "kokoro", "recorded"]
    """`recorded`: a person, with `wavoice record`; nothing is built of it."""
    model: str
    """The engine's own name of the voice."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    licence: str
    provenance: str
    consent: str = ""
    """Recorded: who spoke, and that they agreed to its use."""

    @model_validator(mode="after")
    def _agreed(self) -> Self:
        if self.engine == "recorded" and not self.consent:
            raise ValueError("a recorded voice needs its consent: who spoke, and that they agreed")
        return self


class Noise(_Entry):
    """Where a noise comes from. Babble also says who talks and what about."""

    licence: str
    provenance: str
    voices: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


class Note(_Entry):
    """One voice note: how it is made, and what must come of it."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    """Stem of its file."""
    text: str = Field(min_length=1)
    after: Annotated[Micros | None, BeforeValidator(_after)] = None
    """Microseconds since the previous note was sent; None: as soon as that was answered."""
    expect: Expect | None = None
    """None claims nothing; only a recorded note may."""

    voice: str
    noise: NoiseKind
    snr_db: float | None = Field(default=None, ge=-10, le=60)
    """Active speech over noise, before the channel; needed where there is noise."""
    seed: int
    channel: tuple[Channel, ...] = ()
    level_db: float = Field(default=-23.0, ge=-60, le=-12)
    """Active speech level in dB of full scale."""
    lead: Seconds
    """Noise before the first word, in seconds."""
    tail: Seconds
    """Noise after the last word, in seconds."""
    max_wer: float = Field(ge=0, le=1)
    """Word error rate that a recogniser may reach; 1 claims nothing."""

    _folder: Path = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        """Remember where the manifest lies."""
        self._folder = context["folder"]

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        segments(self.text)
        if self.noise != "none" and self.snr_db is None:
            raise ValueError(f"noise '{self.noise}' needs its snr_db")
        return self

    @property
    def path(self) -> Path:
        """The committed voice note."""
        return self._folder / f"{self.id}.ogg"

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What is said, breath by breath."""
        return segments(self.text)

    @property
    def words(self) -> str:
        """What is said, without marks."""
        return " ".join(segment.text for segment in self.segments)


class Dialogue(_Entry):
    """Notes that one customer sends in one condition."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    about: str
    """One sentence: why it matters."""
    phone: str = Field(pattern=r"^\+\d{7,15}$")
    orders: tuple[str, ...]
    """Orders of the seeded shop that it is about."""
    notes: Annotated[tuple[Note, ...], Field(alias="note", min_length=1)]


class Manifest(_Entry):
    """Everything in `manifest.toml`, defaults applied."""

    version: Literal[1]
    voices: Mapping[str, Voice]
    noises: Mapping[str, Noise]
    dialogues: Annotated[tuple[Dialogue, ...], Field(alias="dialogue")]

    _folder: Path = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        """Remember where the manifest lies."""
        self._folder = context["folder"]

    @property
    def folder(self) -> Path:
        """Where manifest and notes lie."""
        return self._folder

    @property
    def notes(self) -> tuple[Note, ...]:
        """All notes, in order of the file."""
        return tuple(note for dialogue in self.dialogues for note in dialogue.notes)

    def is_recorded(self, note: Note) -> bool:
        """True if a person spoke it: there is no recipe to build it by."""
        return self.voices[note.voice].engine == "recorded"

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for name, count in Counter(note.id for note in self.notes).items():
            if count > 1:
                raise ValueError(f"note '{name}' is there {count} times; an id names one file")
        for name, count in Counter(dialogue.name for dialogue in self.dialogues).items():
            if count > 1:
                raise ValueError(f"dialogue '{name}' is there {count} times")
        for note in self.notes:
            _known("voice", note.voice, self.voices, f"note '{note.id}'")
            if note.expect is None and not self.is_recorded(note):
                raise ValueError(f"note '{note.id}': 'expect' is missing")
            if note.noise != "none":
                _known("noise", note.noise, self.noises, f"note '{note.id}'")
        for name, noise in self.noises.items():
            for voice in noise.voices:
                _known("voice", voice, self.voices, f"noise '{name}'")
        return self


_SOUND = frozenset(Note.model_fields) - {"id", "text", "after", "expect"}
_DEFAULTS = _SOUND | {"phone", "orders"}
_KEYS: Mapping[str, frozenset[str]] = {
    "defaults": _DEFAULTS,
    "dialogue": frozenset(spec.alias or name for name, spec in Dialogue.model_fields.items()) | _SOUND,
    "note": frozenset(Note.model_fields),
    "expect": frozenset(Expect.model_fields),
    "voices": frozenset(Voice.model_fields),
    "noises": frozenset(Noise.model_fields),
}
_TOP = frozenset({"version", "defaults", "voices", "noises", "dialogue"})


def load_manifest(path: Path) -> Manifest:
    """Read a manifest. Raises `ManifestError` that names file, entry and key."""
    try:
        return parse_manifest(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        raise ManifestError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ManifestError(f"{path}: not a TOML file: {error}.") from error


def parse_manifest(text: str, path: Path) -> Manifest:
    """A manifest that is, or will be, the text of that file. Raises `ManifestError` as `load_manifest`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: not a TOML file: {error}.") from error
    version = raw.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ManifestError(
            f"{path}: version {version} is newer than {VERSION}.",
            remedy="Upgrade wavoice to read this manifest.",
        )
    try:
        return Manifest.model_validate(_with_defaults(raw, path), context={"folder": path.parent})
    except ValidationError as error:
        raise ManifestError(" ".join(f"{path}: {line}" for line in _problems(error, raw))) from error


def _with_defaults(raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Hand defaults down. What has the wrong shape is left as it is: validation says so better."""
    defaults = raw.get("defaults", {})
    if not isinstance(defaults, dict):
        raise ManifestError(f"{path}: defaults: write [defaults] once, and its keys below.")
    for key in defaults.keys() - _DEFAULTS:
        raise ManifestError(f"{path}: defaults: unknown key '{key}'{_nearest(key, _DEFAULTS)}")
    dialogues = raw.get("dialogue", [])
    merged = [_cascade(defaults, one) for one in dialogues] if isinstance(dialogues, list) else dialogues
    return {**{key: value for key, value in raw.items() if key != "defaults"}, "dialogue": merged}


def _cascade(defaults: Mapping[str, Any], dialogue: Any) -> Any:
    if not isinstance(dialogue, dict) or not isinstance(dialogue.get("note"), list):
        return dialogue
    sound = {key: value for key, value in {**defaults, **dialogue}.items() if key in _SOUND}
    own = {key: value for key, value in dialogue.items() if key not in _SOUND}
    shared = {key: value for key, value in defaults.items() if key not in _SOUND}
    notes = [{**sound, **note} if isinstance(note, dict) else note for note in dialogue["note"]]
    return {**shared, **own, "note": notes}


def _known(kind: str, name: str, names: Mapping[str, object], where: str) -> None:
    if name not in names:
        raise ValueError(f"{where}: {kind} '{name}' is not declared{_nearest(name, frozenset(names))}")


def _problems(error: ValidationError, raw: Mapping[str, Any]) -> Iterator[str]:
    for problem in error.errors():
        *parents, key = problem["loc"] or ("",)
        if problem["type"] == "extra_forbidden":
            section = next((str(part) for part in reversed(parents) if part in _KEYS), "")
            yield f"{_entry(parents, raw)}unknown key '{key}'{_nearest(str(key), _KEYS.get(section, _TOP))}"
        elif problem["type"] == "missing":
            yield f"{_entry(parents, raw)}'{key}' is missing."
        else:
            yield f"{_entry(problem['loc'], raw)}{problem['msg'].removeprefix('Value error, ')}."


def _entry(loc: Sequence[int | str], raw: Any) -> str:
    """Name the place in the words of the file: the id or name of an entry, not its index."""
    names: list[str] = []
    for part in loc:
        if isinstance(part, int):
            raw = raw[part] if isinstance(raw, list) else None
            name = raw.get("id", raw.get("name")) if isinstance(raw, dict) else None
            names[-1] += f" '{name}'" if name else f" {part + 1}"
        else:
            raw = raw.get(part) if isinstance(raw, dict) else None
            names.append(part)
    return f"{', '.join(names)}: " if names else ""


def _nearest(word: str, words: frozenset[str]) -> str:
    near = get_close_matches(word, sorted(words), n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(sorted(words))}."
