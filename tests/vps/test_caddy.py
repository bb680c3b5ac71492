"""Caddy's file of the bot is what was reviewed, is Caddy's language, and tells which colour is live."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from wavoice.deploy.ssh import caddy
from wavoice.deploy.ssh.layout import Colour, Layout

GOLDEN = Path(__file__).parent / "golden"
RELEASE = "20261130-211500-3fa9c2d1"
CADDY = shutil.which("caddy")


def site(*, own: bool = False) -> str:
    return caddy.site(Layout(), "https://bot.example.com", Colour.GREEN, RELEASE, own_authority=own)


@pytest.mark.parametrize(("own", "file"), [(False, "public.caddy"), (True, "own.caddy")])
def test_the_site_is_the_one_that_was_reviewed(*, own: bool, file: str) -> None:
    assert site(own=own) == (GOLDEN / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("own", [False, True])
def test_blocks_are_closed_and_indented_as_caddy_writes_them(*, own: bool) -> None:
    depth = 0
    for line in site(own=own).splitlines():
        depth -= line.strip() == "}"
        assert line == "\t" * depth + line.strip()
        depth += line.endswith("{")
    assert depth == 0


@pytest.mark.skipif(CADDY is None, reason="caddy is not installed")
@pytest.mark.parametrize("own", [False, True])
def test_caddy_can_read_it(*, own: bool, tmp_path: Path) -> None:
    file = tmp_path / "bot.caddy"
    file.write_text(site(own=own))
    line = [str(CADDY), "adapt", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1:18082" in done.stdout


@pytest.mark.parametrize("colour", list(Colour))
def test_what_is_live_is_read_back(colour: Colour) -> None:
    text = caddy.site(Layout(), "https://bot.example.com:8443", colour, RELEASE)
    assert caddy.live(text) == (RELEASE, colour)


@pytest.mark.parametrize("text", ["", "bot.example.com {\n\treverse_proxy 127.0.0.1:8080\n}\n"])
def test_a_file_of_somebody_else_says_nothing_of_a_release(text: str) -> None:
    assert caddy.live(text) is None
