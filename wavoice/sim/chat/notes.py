"""Voice notes that can be sent by name: the project's own, and those that come with the package."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wavoice.runtime.errors import ManifestError, UserInputError
from wavoice.sim.manifest import load_manifest
from wavoice.sim.pack import pack_folder

OWN = Path("fixtures/audio")
"""Where a project keeps its notes."""
MANIFEST = "manifest.toml"


@dataclass(frozen=True, slots=True)
class Fixture:
    """One voice note that is there to be sent."""

    name: str
    ogg: bytes
    said: str | None = None
    """What is said in it, where a manifest tells."""
    own: bool = True
    """False: it came with the package."""


def fixtures(folder: Path) -> Sequence[Fixture]:
    """All that can be named, the project's own first; of two of one name the project's own."""
    with pack_folder() as pack:
        found = [*_in(folder / OWN, own=True), *_in(pack, own=False)]
    return list({fixture.name: fixture for fixture in reversed(found)}.values())[::-1]


def find_fixture(folder: Path, wanted: str) -> Fixture:
    """The note of that name, or in that file. Raises `UserInputError` that names the nearest."""
    file = Path(wanted) if Path(wanted).is_absolute() else folder / wanted
    if file.suffix == ".ogg" and file.is_file():
        return Fixture(file.stem, file.read_bytes())
    known = {fixture.name: fixture for fixture in fixtures(folder)}
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.4) or list(known)[:3]
        raise UserInputError(f"There is no note {wanted!r}.", remedy=f"There are {', '.join(near)}, …")
    return known[wanted]


def _in(folder: Path, *, own: bool) -> Iterator[Fixture]:
    said = _words(folder / MANIFEST)
    for file in sorted(folder.glob("*.ogg")):
        yield Fixture(file.stem, file.read_bytes(), said.get(file.stem), own)


def _words(manifest: Path) -> dict[str, str]:
    """What is said, by name; a manifest that is missing or wrong tells nothing, and the notes still play."""
    if not manifest.is_file():
        return {}
    try:
        return {note.id: note.words for note in load_manifest(manifest).notes}
    except ManifestError:
        return {}
