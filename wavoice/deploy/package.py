"""Puts a release together on this machine: the bot's files, what the target adds, and their hashes."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from wavoice import __version__
from wavoice.deploy.credentials import Travelling, travelling
from wavoice.deploy.project import project_files
from wavoice.deploy.release import BOT, MANIFEST, SETTINGS, Release
from wavoice.deploy.target import Target
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.settings import Settings

STAGING = Path(".wavoice") / "deploy"
"""Beside the settings: releases as they were packed here. Hidden, so that none is packed into the next."""
WHEELS = Path(".wavoice") / "wheels"
"""Beside the settings: wheels that this machine keeps for the next release."""
_SHORT = 8


async def pack(
    settings: Settings, target: Target, now: Micros, again: Mapping[str, str]
) -> tuple[Release, str]:
    """Put a release together; return it, and in words what is in it.

    `again`: ids by digest that a release keeps when it is packed once more. Raises `ConfigError`,
    `TargetError`.
    """
    staging = settings.config.parent.resolve() / STAGING
    building = staging / "building"
    travels = travelling(settings)
    secrets = travels.secrets()
    chosen = project_files(settings, travels.files)
    _begin(staging, building)
    copy_bot(settings, chosen, travels, building)
    added = await target.pack(building)
    files = await asyncio.to_thread(hashes, building)  # hundreds of megabytes
    digest = digest_of(files)
    name = again.get(digest) or release_id(now, digest)
    commit = await _commit(settings.config.parent)
    told = {
        "version": 1,
        "id": name,
        "wavoice": __version__,
        "commit": commit,
        "digest": digest,
        "files": files,
    }
    (building / MANIFEST).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    folder = staging / name
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    release = Release(name, folder, digest, files, __version__, commit, secrets)
    return release, f"{len(chosen) + 1} files of the bot, {added}; sha256 {digest[:_SHORT]}"


def release_id(now: Micros, digest: str) -> str:
    """See `Release.id`."""
    at = datetime.fromtimestamp(now // SECOND, UTC)
    return f"{at:%Y%m%d-%H%M%S}-{digest[:_SHORT]}"


def digest_of(files: Mapping[str, str]) -> str:
    """See `Release.digest`: the hash of lines as `sha256sum` writes them."""
    lines = "".join(f"{files[path]}  {path}\n" for path in sorted(files))
    return hashlib.sha256(lines.encode()).hexdigest()


def project_digest(settings: Settings, more: Sequence[Path] = ()) -> str:
    """What a scenario gate has judged: the bot's files and settings as they stand here, and `more` files."""
    root = settings.config.parent.resolve()
    named = [root / path for path in project_files(settings)]
    every = [*named, settings.config.resolve(), *(path.resolve() for path in more)]
    return digest_of({str(file): _hash(file) for file in every} | {"wavoice": __version__})


def _begin(staging: Path, building: Path) -> None:
    staging.mkdir(parents=True, exist_ok=True)
    (staging / ".gitignore").write_text("*\n", encoding="utf-8")
    for old in staging.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    building.mkdir(parents=True)


def copy_bot(settings: Settings, chosen: Sequence[Path], travels: Travelling, into: Path) -> None:
    """Put the bot's files and the settings that travel into a folder."""
    root = settings.config.parent.resolve()
    for path in chosen:
        target = into / BOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, target)
    (into / SETTINGS).parent.mkdir(parents=True, exist_ok=True)
    (into / SETTINGS).write_text(travels.text, encoding="utf-8")


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 in hex of every file, by its path within the folder."""
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _hash(path) for path in every}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


async def _commit(folder: Path) -> str:
    """See `Release.commit`."""
    head = await _git(folder, "rev-parse", "--short=12", "HEAD")
    if not head:
        return ""
    return f"{head}+" if await _git(folder, "status", "--porcelain", "--", ".") else head


async def _git(folder: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    asked = await asyncio.create_subprocess_exec(
        git, *arguments, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await asked.communicate()
    return out.decode("utf-8", "replace").strip() if asked.returncode == 0 else ""
