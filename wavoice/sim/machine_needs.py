"""Which command adds what this machine lacks, for its system, its package manager and its Python."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

Installer = Literal["pip", "uv pip", "uv add", "uv sync", "uv tool", "pipx"]
"""Who put wavoice into this Python, and so has to put in the rest."""

_MANAGERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Darwin": ("brew",),
    "Windows": ("winget",),
    "Linux": ("apt", "dnf", "pacman", "zypper", "apk", "brew"),
}
"""Package managers by system, the likelier first."""
_INSTALL: Final[Mapping[str, str]] = {
    "apt": "apt install {}",
    "dnf": "dnf install {}",
    "pacman": "pacman -S {}",
    "zypper": "zypper install {}",
    "apk": "apk add {}",
    "brew": "brew install {}",
    "winget": "winget install --id {} -e",
}
_OWN_USER: Final = ("brew", "winget")
"""Managers that are not called as root."""
_PACKAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "portaudio": {
        "apt": "libportaudio2", "dnf": "portaudio", "pacman": "portaudio", "zypper": "libportaudio2",
        "apk": "portaudio", "brew": "portaudio",
    },
    "espeak-ng": {
        "apt": "espeak-ng", "dnf": "espeak-ng", "pacman": "espeak-ng", "zypper": "espeak-ng",
        "apk": "espeak-ng", "brew": "espeak-ng", "winget": "eSpeak-NG.eSpeak-NG",
    },
}  # fmt: skip
"""System packages by package manager. On Windows and macOS sounddevice brings PortAudio along."""
_EXTRAS: Final[Mapping[str, str]] = {
    "sounddevice": "sim", "pydub": "sim", "jiwer": "sim", "textual": "sim", "watchfiles": "sim",
    "tomlkit": "sim", "piper": "piper", "weights": "weights", "embeddings": "embeddings",
}  # fmt: skip
"""Extras of wavoice-bot by what they bring."""
_ADVICE: Final[Mapping[str, Mapping[str, str]]] = {
    "microphone": {
        "": "Plug one in, or type, or say a line with /say.",
        "Darwin": "Plug one in, or allow a Mac's own: System Settings, Privacy & Security, Microphone, your "
        "terminal.",
    },
    "speaker": {"": "Plug one in, or read the replies."},
    "microphone permission": {
        "": "Allow it in the settings of your system.",
        "Darwin": "Allow it: System Settings, Privacy & Security, Microphone, your terminal; then reopen it.",
        "Windows": "Allow it: Settings, Privacy & security, Microphone, Let desktop apps access it.",
        "Linux": "Allow it with: sudo usermod -aG audio $USER; then log in again.",
    },
    "speaker permission": {
        "": "Allow it in the settings of your system.",
        "Linux": "Allow it with: sudo usermod -aG audio $USER; then log in again.",
    },
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides the command."""

    system: str
    """As `platform.system()` says it."""
    has: Callable[[str], bool]
    """True for a program on the path."""
    installer: Installer
    root: bool = False
    """Nobody has to become root: `sudo` would be in the way, or is not there."""

    def remedy(self, need: str) -> str:
        """What helps, as a sentence."""
        command = self.command(need)
        return f"Install it with: {command}" if command else self.advice(need)

    def command(self, need: str) -> str | None:
        """The exact command; None if no command helps."""
        if need in _EXTRAS:
            return self._python(_EXTRAS[need])
        if need == "portaudio" and self.system in ("Darwin", "Windows"):
            return self._python("sim", again="sounddevice")
        packages = _PACKAGES.get(need, {})
        known = [one for one in _MANAGERS.get(self.system, ()) if one in packages]
        if not known:
            return None
        manager = next((one for one in known if self.has(one)), known[0])
        command = _INSTALL[manager].format(packages[manager])
        return command if self.root or manager in _OWN_USER else f"sudo {command}"

    def advice(self, need: str) -> str:
        """What to do where no command helps; empty if nothing is known."""
        advice = _ADVICE.get(need, {})
        return advice.get(self.system) or advice.get("", "")

    def _python(self, extra: str, again: str = "") -> str:
        """Install an extra of wavoice-bot; `again`: a package of it that is broken, anew."""
        what = f'"wavoice-bot[{extra}]"'
        match self.installer:
            case "pip":
                return f"pip install --force-reinstall {again}" if again else f"pip install {what}"
            case "pipx":
                return f"pipx install --force {what}"
            case "uv tool":
                return f"uv tool install --reinstall {what}"
            case "uv sync":
                return f"uv sync --reinstall-package {again}" if again else "uv sync"
            case "uv add":
                return f"uv sync --reinstall-package {again}" if again else f"uv add {what}"
            case "uv pip":
                return f"uv pip install --reinstall {again}" if again else f"uv pip install {what}"


@cache
def this_machine() -> Machine:
    """The machine that this runs on."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return Machine(platform.system(), lambda name: shutil.which(name) is not None, installer(), root)


def installer(prefix: Path | None = None) -> Installer:
    """Who looks after the Python environment of this prefix; of the running one without it.

    uv writes `uv-receipt.toml` into the environment of a tool, pipx `pipx_metadata.json`; a project of uv
    has `uv.lock` beside its environment.
    """
    home = prefix or Path(sys.prefix)
    if (home / "uv-receipt.toml").is_file():
        return "uv tool"
    if (home / "pipx_metadata.json").is_file():
        return "pipx"
    if (home.parent / "uv.lock").is_file():
        return "uv sync" if _is_ours(home.parent / "pyproject.toml") else "uv add"
    return "pip" if find_spec("pip") is not None or shutil.which("uv") is None else "uv pip"


def _is_ours(project: Path) -> bool:
    """True for this repository: its development group brings everything."""
    try:
        name = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {}).get("name")
    except (OSError, ValueError):
        return False
    return bool(name == "wavoice-bot")


def remedy(need: str) -> str:
    """What helps on this machine, as a sentence."""
    return this_machine().remedy(need)
