"""Looks at this machine: what is there, what it would add, how to get it."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, version
from importlib.util import find_spec

from wavoice.runtime.errors import MissingModelError


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    needed: bool = False
    """Without it a replay cannot run."""


def examine() -> list[Finding]:
    """Look for everything that wavoice can use; loads no models."""
    return list(_findings())


def _findings() -> Iterator[Finding]:
    yield Finding("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _decoder()
    yield _weights()
    yield _voice("piper", "a natural English voice", 'pip install "wavoice-bot[piper]"')
    yield _program(
        "espeak-ng", "a robotic voice in many languages, and fixture voices", "apt install espeak-ng"
    )
    yield _package("pydub", "building fixtures", 'pip install "wavoice-bot[sim]"')
    yield _package("jiwer", "word error rates in replays", 'pip install "wavoice-bot[sim]"', needed=True)
    yield _backends()
    yield _microphone()
    yield _other_wavoice()


def _decoder() -> Finding:
    import av  # noqa: PLC0415 -- 50 ms to import

    libraries = ", ".join(
        f"{name} {'.'.join(map(str, numbers))}" for name, numbers in sorted(av.library_versions.items())
    )
    return Finding("decoder", True, f"PyAV {version('av')} ({libraries})", needed=True)


def _weights() -> Finding:
    from wavoice.runtime.adapters.weights import located  # noqa: PLC0415

    try:
        with located("base"):
            pass
    except MissingModelError as error:
        return Finding("ears", False, error.message, error.remedy, needed=True)
    return Finding("ears", True, "Whisper base, weights installed", needed=True)


def _voice(name: str, adds: str, remedy: str) -> Finding:
    from wavoice.runtime.adapters import piper_voice  # noqa: PLC0415

    reason = piper_voice.unavailable()
    return Finding(name, reason is None, adds, "" if reason is None else remedy)


def _backends() -> Finding:
    from wavoice.runtime.adapters.backends import EARS, VOICES, names  # noqa: PLC0415

    ears, voices = names(EARS), names(VOICES)
    found = f"ears: {', '.join(ears)}; voices: {', '.join(voices)}"
    missing = not ears or not voices
    return Finding("backends", not missing, found, "install wavoice-bot anew" if missing else "", needed=True)


def _program(name: str, adds: str, remedy: str) -> Finding:
    found = shutil.which(name)
    return Finding(name, found is not None, adds, "" if found else remedy)


def _package(name: str, adds: str, remedy: str, *, needed: bool = False) -> Finding:
    try:
        return Finding(name, True, f"{version(name)}: {adds}", needed=needed)
    except PackageNotFoundError:
        return Finding(name, False, adds, remedy, needed=needed)


def _microphone() -> Finding:
    adds = "microphone and speaker"
    if find_spec("sounddevice") is None:
        return Finding("sounddevice", False, adds, 'pip install "wavoice-bot[sim]"')
    try:
        import sounddevice  # noqa: PLC0415 -- loads PortAudio
    except OSError:
        return Finding("sounddevice", False, adds, "apt install libportaudio2")
    devices = len(sounddevice.query_devices())
    return Finding("sounddevice", devices > 0, f"{adds}: {devices} devices", "" if devices else "plug one in")


def _other_wavoice() -> Finding:
    """The name is taken on the package index by a project for WhatsApp calls."""
    others = [dist.metadata["Name"] for dist in distributions() if dist.metadata["Name"] == "wavoice"]
    if others:
        return Finding(
            "wavoice", False, "another package named wavoice has a command of the same name",
            f"{sys.executable} -m pip uninstall wavoice", needed=True,
        )  # fmt: skip
    return Finding("wavoice", True, "no other package of that name", needed=True)
