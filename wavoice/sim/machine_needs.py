"""Which command adds what this machine lacks, for its system and its package manager."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_MANAGERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Darwin": ("brew",),
    "Windows": ("winget",),
    "Linux": ("apt", "dnf", "pacman", "zypper", "apk", "brew"),
}
"""Package managers by system, the likelier first."""

_INSTALL: Final[Mapping[str, str]] = {
    "apt": "sudo apt install {}",
    "dnf": "sudo dnf install {}",
    "pacman": "sudo pacman -S {}",
    "zypper": "sudo zypper install {}",
    "apk": "sudo apk add {}",
    "brew": "brew install {}",
    "winget": "winget install --id {} -e",
}

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
"""System packages by package manager. On Windows and macOS sounddevice brings PortAudio itself."""

_EXTRAS: Final[Mapping[str, str]] = {
    "sounddevice": "sim", "pydub": "sim", "jiwer": "sim", "textual": "sim", "watchfiles": "sim",
    "piper": "piper", "weights": "weights",
}  # fmt: skip
"""Extras of wavoice-bot by what they bring."""


@dataclass(frozen=True)
class Machine:
    """What decides the command: the system, its programs, and who installs into this Python."""

    system: str = field(default_factory=platform.system)
    has: Callable[[str], bool] = lambda program: shutil.which(program) is not None
    has_pip: bool = field(default_factory=lambda: find_spec("pip") is not None)
    project: bool = field(default_factory=lambda: Path(sys.prefix).parent.joinpath("uv.lock").is_file())
    """This Python is the environment of a project that uv looks after."""

    def remedy(self, need: str) -> str:
        """The remedy as a sentence: a command after "Install it with:", or what to do."""
        command = self.command(need)
        return f"Install it with: {command}" if command else self._advice(need)

    def command(self, need: str) -> str | None:
        """The exact command for this machine; None if no command helps."""
        if need in _EXTRAS:
            return self._python(f"wavoice-bot[{_EXTRAS[need]}]")
        packages = _PACKAGES.get(need)
        if packages is None:
            return None
        if need == "portaudio" and self.system in ("Darwin", "Windows"):
            return self._python("--force-reinstall sounddevice")
        manager = self._manager(packages)
        return _INSTALL[manager].format(packages[manager]) if manager else None

    def _manager(self, packages: Mapping[str, str]) -> str | None:
        known = [one for one in _MANAGERS.get(self.system, ()) if one in packages]
        return next((one for one in known if self.has(one)), known[0] if known else None)

    def _python(self, what: str) -> str:
        quoted = f'"{what}"' if "[" in what else what
        if self.has_pip or not self.has("uv"):
            return f"pip install {quoted}"
        if self.project and "--" not in what:
            return f"uv add {quoted}"
        return f"uv pip install {quoted.replace('--force-reinstall', '--reinstall')}"

    def _advice(self, need: str) -> str:
        advice = _ADVICE.get(need, {})
        return advice.get(self.system) or advice.get("", "")


_ADVICE: Final[Mapping[str, Mapping[str, str]]] = {
    "microphone": {
        "": "Plug one in, or type, or say a line with /say.",
        "Darwin": "Plug one in; of a Mac's own, allow it: "
        "System Settings, Privacy & Security, Microphone, your terminal.",
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
}  # fmt: skip


def remedy(need: str) -> str:
    """What helps on this machine, as a sentence."""
    return Machine().remedy(need)
