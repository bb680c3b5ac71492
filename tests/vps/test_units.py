"""The unit of a colour is what was reviewed, means something to systemd, and may do little."""

from __future__ import annotations

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from wavoice.deploy.ssh import units
from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.runtime.settings import Store

GOLDEN = Path(__file__).parent / "golden"
RELEASE = "20261130-211500-3fa9c2d1"
CREDENTIALS = ("whatsapp.access_token", "shop.token")
ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = 3.0


def drop_in(layout: Layout) -> str:
    variables = units.variables(layout, Store())
    return units.colour_of(layout, Colour.GREEN, RELEASE, CREDENTIALS, variables)


def test_the_unit_is_the_one_that_was_reviewed() -> None:
    assert units.unit(Layout()) == (GOLDEN / "wavoice@.service").read_text(encoding="utf-8")


def test_the_drop_in_of_a_colour_is_the_one_that_was_reviewed() -> None:
    assert drop_in(Layout()) == (GOLDEN / "release.conf").read_text(encoding="utf-8")


def test_a_relative_folder_of_recordings_goes_to_the_data() -> None:
    variables = units.variables(Layout(), Store(recordings=Path("heard")))
    assert variables["WAVOICE_STORE__RECORDINGS"] == "/srv/wavoice/data/recordings"


def test_two_bots_on_one_machine_have_nothing_in_common() -> None:
    one, other = Layout(), Layout(root="/srv/second", user="second", ports=(19001, 19002))
    assert one.template != other.template
    assert one.site != other.site
    assert "wavoice/" not in units.unit(other).replace("-m wavoice serve", "")


def test_the_colours_share_neither_port_nor_slot() -> None:
    layout = Layout()
    ports = {port for colour in Colour for port in (layout.port(colour), layout.admin_port(colour))}
    assert len(ports) == 4
    assert layout.slot(Colour.BLUE) != layout.slot(Colour.GREEN)


def test_a_command_of_a_release_runs_under_all_that_the_unit_forbids() -> None:
    line = units.one_shot(Layout(), RELEASE, CREDENTIALS, {})
    section = RawConfigParser(strict=False, delimiters=("=",), interpolation=None)
    section.optionxform = str  # type: ignore[method-assign,assignment]
    section.read_string(units.unit(Layout()))
    assert {f"--property={rule}" for rule in units.HARDENING} <= set(line)
    assert {rule.partition("=")[0] for rule in units.HARDENING} <= section["Service"].keys()
    assert f"--property=User={section['Service']['User']}" in line


def prepared(folder: Path) -> Path:
    """A unit whose paths are there, so that whatever systemd finds is about the unit."""
    layout = Layout(root=str(folder / "bot"))
    slot = Path(layout.slot(Colour.GREEN))
    for made in (slot / "environment/bin", slot / "files/bot"):
        made.mkdir(parents=True)
    (slot / "environment/bin/python").symlink_to(sys.executable)
    (folder / layout.template).write_text(units.unit(layout))
    beside = folder / f"{layout.unit(Colour.GREEN)}.d"
    beside.mkdir()
    (beside / "release.conf").write_text(drop_in(layout))
    return folder / layout.unit(Colour.GREEN)


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    line = [str(ANALYZE), "verify", "--man=no", "--recursive-errors=no", str(prepared(tmp_path))]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_calls_it_hardly_exposed(tmp_path: Path) -> None:
    unit = prepared(tmp_path)
    line = [
        str(ANALYZE),
        "security",
        "--offline=yes",
        "--no-pager",
        f"--threshold={MOST_EXPOSED:g}",
        str(unit),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    last = done.stdout.strip().splitlines()[-1]
    assert float(last.partition(":")[2].split()[0]) <= MOST_EXPOSED, last
