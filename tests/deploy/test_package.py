"""What a release holds: the bot's files, settings without secrets, and hashes that say so."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.deploy.scripted_target import ScriptedTarget
from tests.deploy.stage import TOKEN, project
from tests.rehearsing import MONDAY
from wavoice.deploy.credentials import travelling
from wavoice.deploy.package import digest_of, pack, project_digest
from wavoice.deploy.project import matcher, project_files
from wavoice.deploy.release import MANIFEST, SETTINGS, Release
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return project(tmp_path / "bot")


async def packed(settings: Settings, again: dict[str, str] | None = None) -> Release:
    return (await pack(settings, ScriptedTarget(), MONDAY, again or {}))[0]


def added(settings: Settings, path: str, text: str = "x") -> None:
    file = settings.config.parent / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def committed(root: Path) -> None:
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "bot.py"], ["commit", "-qm", "a"]):
        subprocess.run([*git, *words], check=True, capture_output=True)


class TestFiles:
    def test_the_starter_bot(self, settings: Settings) -> None:
        assert [path.as_posix() for path in project_files(settings)] == ["README.md", "bot.py", "faq.toml"]

    def test_what_never_travels(self, settings: Settings) -> None:
        for path in (
            ".env.toml",
            ".venv/lib/a.py",
            "venv/pyvenv.cfg",
            "venv/lib/b.py",
            "__pycache__/c.py",
            "wavoice.db.json",
            "tests/test_bot.py",
            "scenarios/more.toml",
        ):
            added(settings, path)
        added(settings, "jobs/refunds.py")
        (settings.config.parent / "link.py").symlink_to("/etc/hostname")
        names = {path.as_posix() for path in project_files(settings)}
        assert names == {"README.md", "bot.py", "faq.toml", "jobs/refunds.py", "wavoice.db.json"}

    def test_a_file_of_a_secret_does_not(self, settings: Settings) -> None:
        added(settings, "shop.txt", "secret")
        text = settings.config.read_text()
        settings.config.write_text(
            text.replace("[deploy]", f'[tickets]\ntoken = "file:{settings.config.parent}/shop.txt"\n[deploy]')
        )
        travels = travelling(Settings.load(settings.config))
        assert Path("shop.txt") not in project_files(settings, travels.files)
        assert Path("shop.txt") in project_files(settings)

    def test_what_the_settings_name_does(self, settings: Settings) -> None:
        added(settings, "notes/hello.ogg")
        changed = settings.deploy.model_copy(update={"canary_note": Path("notes/hello.ogg")})
        named = settings.model_copy(update={"deploy": changed})
        assert Path("notes/hello.ogg") in project_files(named)
        (settings.config.parent / "notes/hello.ogg").unlink()
        with pytest.raises(ConfigError, match=r"names notes/hello\.ogg, which is no file"):
            project_files(named)

    @pytest.mark.parametrize(
        ("pattern", "fits", "not_so"),
        [
            ("*.md", "a.md", "b/a.md"),
            ("**/*.py", "a.py", "a.pyc"),
            ("**/*.py", "a/b/c.py", "a/b/c.toml"),
            ("tests/**", "tests/a/b", "atests/a"),
            ("a?.txt", "ab.txt", "a/.txt"),
        ],
    )
    def test_patterns(self, pattern: str, fits: str, not_so: str) -> None:
        assert (matcher([pattern])(fits), matcher([pattern])(not_so)) == (True, False)


class TestSecrets:
    def test_the_settings_travel_without_them(self, settings: Settings) -> None:
        travels = travelling(settings)
        written = tomllib.loads(travels.text)
        assert written["whatsapp"]["access_token"] == "cred:whatsapp.access_token"
        assert written["bot"] == {"app": "bot:app"}
        assert travels.secrets()["whatsapp.access_token"].get_secret_value() == TOKEN
        assert TOKEN not in repr(travels)

    def test_those_of_tables_and_servers_too(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("A_KEY", "k-1")
        with settings.config.open("a") as file:
            file.write(
                '\n[mcp.shop]\nurl = "https://shop.example.com/mcp"\nheaders = { "X Key" = "env:A_KEY" }\n'
            )
        travels = travelling(Settings.load(settings.config))
        assert tomllib.loads(travels.text)["mcp"]["shop"]["headers"] == {
            "X Key": "cred:mcp.shop.headers.X_Key"
        }
        assert travels.secrets()["mcp.shop.headers.X_Key"].get_secret_value() == "k-1"

    def test_the_needed_ones_travel_unwritten(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines = settings.config.read_text().splitlines()
        settings.config.write_text("\n".join(line for line in lines if not line.startswith("access_token")))
        monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAJother")
        travels = travelling(Settings.load(settings.config))
        assert tomllib.loads(travels.text)["whatsapp"]["access_token"] == "cred:whatsapp.access_token"
        assert travels.secrets()["whatsapp.access_token"].get_secret_value() == "EAAJother"

    def test_without_a_settings_file_nothing_is_deployed(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="a bot is deployed with its settings"):
            travelling(Settings(config=tmp_path / "wavoice.toml"))


class TestRelease:
    async def test_every_file_is_hashed(self, settings: Settings) -> None:
        release = await packed(settings)
        found = {
            path.relative_to(release.folder).as_posix()
            for path in release.folder.rglob("*")
            if path.is_file()
        }
        assert found == {*release.files, MANIFEST}
        assert {"bot/bot.py", SETTINGS, "wheels/some-1-py3-none-any.whl"} <= found
        for name, digest in release.files.items():
            assert hashlib.sha256((release.folder / name).read_bytes()).hexdigest() == digest
        manifest = json.loads((release.folder / MANIFEST).read_text())
        assert manifest["files"] == release.files
        assert manifest["digest"] == release.digest == digest_of(release.files)
        assert release.id == f"20261123-100000-{release.digest[:8]}"

    async def test_the_same_bot_is_the_same_release(self, settings: Settings) -> None:
        first = await packed(settings)
        again = await packed(settings, {first.digest: first.id + "-before"})
        assert (again.digest, again.id) == (first.digest, first.id + "-before")
        added(settings, "bot.py", "app = None")
        assert (await packed(settings)).digest != first.digest

    async def test_nothing_packed_is_packed_again(self, settings: Settings) -> None:
        await packed(settings)
        assert [path for path in (await packed(settings)).files if ".wavoice" in path] == []

    @pytest.mark.bulk
    async def test_it_knows_its_commit(self, settings: Settings) -> None:
        root = settings.config.parent
        assert (await packed(settings)).commit == ""
        committed(root)
        (root / ".gitignore").write_text("*\n")
        clean = (await packed(settings)).commit
        assert len(clean) == 12
        (root / "bot.py").write_text("app = None")
        assert (await packed(settings)).commit == f"{clean}+"

    async def test_what_scenarios_judged_is_known_again(self, settings: Settings) -> None:
        scenario = settings.config.parent / "scenarios" / "wraps_after_a_yes.yaml"
        before = project_digest(settings, [scenario])
        assert project_digest(settings, [scenario]) == before
        scenario.write_text(scenario.read_text() + "\n")
        assert project_digest(settings, [scenario]) != before
