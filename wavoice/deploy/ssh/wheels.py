"""What a release needs besides the author's files: wheels for the Python of the machine, with hashes.

uv resolves for the other machine (markers included), and pip, which uv brings, downloads: wheels only, each
compared with the hash that was resolved. Nothing is built or downloaded on the machine itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from wavoice.deploy.errors import TargetError
from wavoice.deploy.ssh.python import Python
from wavoice.runtime.errors import UserInputError

DISTRIBUTION = "wavoice-bot"
WHEELS = "wheels"
"""Folder of the third-party wheels in a release."""
OWN = "wavoice"
"""Folder of wavoice's own wheel in a release: a program of every release, not of the environment."""
LOCK = "requirements.lock"
"""What is installed, with hashes."""
DESCRIPTION = "environment.json"
"""Names the environment that a release needs: `key` and `python`."""
_RESOLVE_SECONDS, _DOWNLOAD_SECONDS = 300.0, 1800.0
_KEPT = 4
"""Sets of wheels that this machine keeps."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is packed for whom."""

    python: Python
    extras: Sequence[str]
    packages: Sequence[str]
    """Requirements of the author's own code."""


class Packer:
    """Packs wheels into a release, and keeps those it has downloaded in `cache` for the next one."""

    def __init__(self, cache: Path, host: str) -> None:
        """`host` is named in errors."""
        self._cache = cache
        self._host = host

    def pack(self, folder: Path, wanted: Wanted) -> str:
        """Blocks. Add `wheels/`, `wavoice/`, `requirements.lock` and `environment.json` to `folder`.

        Return in words what that was. Raises `UserInputError` if uv is not installed, `TargetError` if there
        are no wheels for that machine.
        """
        own = self._own(folder / OWN)
        lock, changed = self._resolve(own, wanted)
        (folder / LOCK).write_text(lock, encoding="utf-8")
        key = hashlib.sha256(f"{wanted.python}\n{lock}".encode()).hexdigest()[:16]
        wheels = self._wheels(key, folder / LOCK, wanted.python)
        _share(wheels, folder / WHEELS)
        described = {"version": 1, "key": key, "python": wanted.python.path}
        (folder / DESCRIPTION).write_text(json.dumps(described) + "\n", encoding="utf-8")
        count = sum(1 for _ in wheels.iterdir())
        size = sum(wheel.stat().st_size for wheel in wheels.iterdir()) / 1e6
        other = f"; {changed} packages have other versions than here" if changed else ""
        return f"{count} wheels ({size:.0f} MB) for {wanted.python}{other}"

    def _own(self, into: Path) -> Path:
        """Wavoice as it runs here: built from its source, or the same version from the package index."""
        into.mkdir(parents=True)
        source = _source()
        if source is not None:
            self._uv(
                ["build", "--quiet", "--wheel", "--out-dir", str(into), str(source)],
                "wavoice's own wheel cannot be built",
            )
            for extra in (each for each in into.iterdir() if each.suffix != ".whl"):
                extra.unlink()  # uv leaves a .gitignore
        else:
            exact = f"{DISTRIBUTION}=={distribution(DISTRIBUTION).version}"
            self._pip(["--dest", str(into), exact], f"{exact} cannot be downloaded")
        return next(into.glob("*.whl"))

    def _resolve(self, own: Path, wanted: Wanted) -> tuple[str, int]:
        """Requirements with hashes, and how many are of another version than the one that is used here."""
        asked = f"{DISTRIBUTION}[{','.join(wanted.extras)}] @ {own.as_uri()}"
        asked = "\n".join([asked, *wanted.packages, ""])
        with tempfile.TemporaryDirectory(prefix="wavoice-pack-") as temporary:
            tested = Path(temporary) / "tested.txt"
            tested.write_text(
                "".join(f"{name}=={version}\n" for name, version in _installed()), encoding="utf-8"
            )
            command = _compile(wanted.python)
            with suppress(TargetError):  # a version that is used here may have no wheel for that machine
                return self._uv([*command, "--constraints", str(tested)], "", given=asked), 0
            lock = self._uv(command, f"there are no wheels for {wanted.python}", given=asked)
        return lock, _differing(lock)

    def _wheels(self, key: str, lock: Path, python: Python) -> Path:
        """The folder in the cache that holds exactly what `lock` says."""
        kept = self._cache / key
        if kept.is_dir():
            os.utime(kept)
            return kept
        self._cache.mkdir(parents=True, exist_ok=True)
        (self._cache / ".gitignore").write_text("*\n", encoding="utf-8")
        with tempfile.TemporaryDirectory(dir=self._cache, prefix="part-") as temporary:
            whole = Path(temporary) / "wheels"
            self._pip(
                [*_tags(python), "--no-deps", "--require-hashes", "--dest", str(whole), "-r", str(lock)],
                "the wheels cannot be downloaded",
            )
            with suppress(OSError):  # another deploy was faster
                whole.rename(kept)
        self._forget()
        return kept

    def _forget(self) -> None:
        """Keep the sets that were used last."""
        entries = (entry for entry in self._cache.iterdir() if entry.is_dir())
        sets = [entry for entry in entries if not entry.name.startswith("part-")]
        for old in sorted(sets, key=lambda entry: entry.stat().st_mtime)[:-_KEPT]:
            shutil.rmtree(old)

    def _pip(self, arguments: Sequence[str], what: str) -> None:
        line = ["tool", "run", "--quiet", "pip", "download", "--quiet", "--only-binary=:all:", *arguments]
        self._uv(line, what, seconds=_DOWNLOAD_SECONDS)

    def _uv(
        self, arguments: Sequence[str], what: str, *, given: str = "", seconds: float = _RESOLVE_SECONDS
    ) -> str:
        try:
            done = subprocess.run(  # noqa: S603 -- uv, without a shell
                [_uv_program(), *arguments],
                input=given,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise TargetError(f"{what}: no end after {seconds:g} s", host=self._host) from error
        if done.returncode:
            told = " ".join(line.strip() for line in done.stderr.splitlines())
            raise TargetError(f"{what}: {told[-600:]}", host=self._host)
        return done.stdout


def _compile(python: Python) -> list[str]:
    return [
        *("pip", "compile", "-", "--quiet", "--no-header", "--no-annotate", "--generate-hashes"),
        *("--only-binary", ":all:", "--no-emit-package", DISTRIBUTION),
        *("--python-version", python.number, "--python-platform", python.resolves_as()),
    ]


def _tags(python: Python) -> Iterable[str]:
    yield from ("--implementation", "cp", "--python-version", python.number)
    for abi in python.abis:
        yield from ("--abi", abi)
    for platform in python.platforms:
        yield from ("--platform", platform)


def _uv_program() -> str:
    """The uv beside this Python, or the one on the path."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise UserInputError(
            "uv is not installed; it finds wheels for other machines.", remedy="pip install uv"
        )
    return found


def _source() -> Path | None:
    """Where wavoice's source lies, if this one runs from it."""
    try:
        told = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError as error:
        raise UserInputError(
            f"{DISTRIBUTION} is not installed here.",
            remedy=f"Run it from an environment with {DISTRIBUTION}.",
        ) from error
    origin = json.loads(told) if told else {}
    if "dir_info" not in origin:
        return None
    return Path(url2pathname(urlsplit(origin["url"]).path))


def _installed() -> list[tuple[str, str]]:
    """Every package of this environment with its version: what the scenarios passed with."""
    found = {each.name: each.version for each in distributions() if each.name and each.name != DISTRIBUTION}
    return sorted(found.items())


def _differing(lock: str) -> int:
    """Packages of a lock that are here in another version."""
    here = {name.lower().replace("_", "-"): version for name, version in _installed()}
    pins = [line.split()[0].split(";")[0].partition("==") for line in lock.splitlines() if "==" in line]
    return sum(1 for name, _, version in pins if here.get(name, version) != version)


def _share(wheels: Path, into: Path) -> None:
    """Further names of the same files, or copies on another disk."""
    into.mkdir()
    for wheel in wheels.iterdir():
        try:
            os.link(wheel, into / wheel.name)
        except OSError:
            shutil.copyfile(wheel, into / wheel.name)
