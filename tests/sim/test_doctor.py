"""`wavoice doctor`: what is missing, what it would add, and the exact command for this system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Shell
from wavoice.sim import machine_needs
from wavoice.sim.clock import VirtualClock
from wavoice.sim.doctor import examine
from wavoice.sim.flaws import flaws_of
from wavoice.sim.machine_needs import Installer, Machine, installer
from wavoice.sim.sound.open import open_sound
from wavoice.sim.sound.scripted import ScriptedSound


def machine(system: str, *programs: str, python: Installer = "pip", root: bool = False) -> Machine:
    return Machine(system, lambda name: name in programs, python, root)


class TestCommands:
    @pytest.mark.parametrize(
        ("system", "program", "portaudio", "espeak"),
        [
            ("Linux", "apt", "sudo apt install libportaudio2", "sudo apt install espeak-ng"),
            ("Linux", "dnf", "sudo dnf install portaudio", "sudo dnf install espeak-ng"),
            ("Linux", "pacman", "sudo pacman -S portaudio", "sudo pacman -S espeak-ng"),
            ("Linux", "brew", "brew install portaudio", "brew install espeak-ng"),
            ("Darwin", "brew", "pip install --force-reinstall sounddevice", "brew install espeak-ng"),
            (
                "Windows",
                "winget",
                "pip install --force-reinstall sounddevice",
                "winget install --id eSpeak-NG.eSpeak-NG -e",
            ),
        ],
    )
    def test_system_packages(self, system: str, program: str, portaudio: str, espeak: str) -> None:
        here = machine(system, program)
        assert (here.command("portaudio"), here.command("espeak-ng")) == (portaudio, espeak)

    @pytest.mark.parametrize(
        ("python", "command"),
        [
            ("pip", 'pip install "wavoice-bot[weights]"'),
            ("uv pip", 'uv pip install "wavoice-bot[weights]"'),
            ("uv add", 'uv add "wavoice-bot[weights]"'),
            ("uv sync", "uv sync"),
            ("uv tool", 'uv tool install --reinstall "wavoice-bot[weights]"'),
            ("pipx", 'pipx install --force "wavoice-bot[weights]"'),
        ],
    )
    def test_python_packages(self, python: Installer, command: str) -> None:
        assert machine("Linux", python=python).command("weights") == command

    def test_root_needs_no_sudo(self) -> None:
        assert machine("Linux", "apt", root=True).command("portaudio") == "apt install libportaudio2"

    def test_a_manager_that_is_there_goes_before_one_that_may_be(self) -> None:
        assert machine("Linux", "dnf", "brew").command("espeak-ng") == "sudo dnf install espeak-ng"
        assert machine("Linux").command("espeak-ng") == "sudo apt install espeak-ng"
        assert machine("Plan9").command("espeak-ng") is None

    def test_where_no_command_helps_words_do(self) -> None:
        assert "Plug one in" in machine("Linux").remedy("microphone")
        assert "Privacy & Security, Microphone" in machine("Darwin").remedy("microphone permission")
        assert "Let desktop apps access it" in machine("Windows").remedy("microphone permission")
        assert "usermod -aG audio" in machine("Linux").remedy("speaker permission")

    def test_who_installs_is_seen_from_the_environment(self, tmp_path: Path) -> None:
        home = tmp_path / ".venv"
        home.mkdir()
        (tmp_path / "uv.lock").touch()
        assert installer(home) == "uv add"
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "wavoice-bot"\n')
        assert installer(home) == "uv sync"
        (home / "pipx_metadata.json").touch()
        assert installer(home) == "pipx"
        (home / "uv-receipt.toml").touch()
        assert installer(home) == "uv tool"


class TestFindings:
    def test_a_machine_with_everything_names_its_devices(self) -> None:
        found = {
            one.name: one for one in examine(machine("Linux"), open_sound(VirtualClock(0), ScriptedSound()))
        }
        assert found["microphone"].ok
        assert found["microphone"].detail == "Headset (ALSA, 44100 Hz) and 1 more"
        assert found["speaker"].detail == "Headset (ALSA, 44100 Hz)"
        assert found["speaker"].command is None

    def test_a_machine_without_sound_says_what_it_would_add_and_how(self) -> None:
        here = machine("Linux", "apt")
        found = {one.name: one for one in examine(here, open_sound(VirtualClock(0), "It is not there."))}
        for name, adds in (("microphone", "wavoice record"), ("speaker", "hearing replies")):
            assert not found[name].ok
            assert adds in found[name].adds
            assert found[name].command == "sudo apt install libportaudio2"
        unplugged = {one.name: one for one in examine(here, open_sound(VirtualClock(0), ScriptedSound([])))}
        assert unplugged["microphone"].detail == "This machine has no microphone"
        assert unplugged["microphone"].command is None
        assert unplugged["microphone"].remedy.startswith("Plug one in")

    def test_every_missing_thing_has_a_remedy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        monkeypatch.setattr("wavoice.runtime.adapters.weights.find_spec", lambda name: None)
        monkeypatch.setattr("wavoice.runtime.adapters.piper_voice.find_spec", lambda name: None)
        here = machine("Darwin", "brew", python="uv pip")
        found = {one.name: one for one in examine(here, open_sound(VirtualClock(0), "None."))}
        assert found["weights"].command == 'uv pip install "wavoice-bot[weights]"'
        assert found["piper"].command == 'uv pip install "wavoice-bot[piper]"'
        assert [one.name for one in found.values() if not one.ok and not one.remedy] == []


def test_json_holds_the_same_as_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        machine_needs, "this_machine", lambda: Machine("Linux", lambda _: False, "pip", root=False)
    )
    monkeypatch.setattr("wavoice.sim.sound.open.find_library", lambda: "None.")
    monkeypatch.setattr("wavoice.sim.doctor.this_machine", machine_needs.this_machine)
    shell = Shell(tmp_path, monkeypatch, capsys)
    lines = shell("doctor")
    rows = json.loads(shell("doctor", "--json").out)
    assert lines.code == 0
    assert {"name", "ok", "adds", "detail", "command", "remedy", "needed"} == set(rows[0])
    for row in rows:
        assert row["name"] in lines.out
        assert row["adds"] in lines.out
        assert row["ok"] or row["remedy"] in lines.out
    microphone = next(row for row in rows if row["name"] == "microphone")
    assert microphone["command"] == "sudo apt install libportaudio2"


class TestFlaws:
    @pytest.mark.parametrize(
        ("version", "names"),
        [
            ("8.0.1", ["CVE-2026-40962"]),
            ("n4.1", ["CVE-2026-40962"]),
            ("8.1", []),
            ("8.1.2", []),
            ("4.0.6", []),
            ("git-2026-01-01-abcdef", []),
        ],
    )
    def test_a_release_is_known_by_its_flaws(self, version: str, names: list[str]) -> None:
        assert [one.name for one in flaws_of(version)] == names

    def test_doctor_refuses_a_decoder_with_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("av.ffmpeg_version_info", "8.0.1")
        (decoder,) = [
            one
            for one in examine(machine("Linux"), open_sound(VirtualClock(0), ScriptedSound()))
            if one.name == "decoder"
        ]
        assert (decoder.ok, decoder.needed) == (False, True)
        assert "FFmpeg 8.0.1" in decoder.detail
        assert decoder.remedy.endswith("FFmpeg 8.1 or newer.")
