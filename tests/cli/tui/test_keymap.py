"""The file of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from wavoice.cli.tui.actions import ALL
from wavoice.cli.tui.keymap import checked, read_keymap
from wavoice.runtime.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    file = folder / "keys.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_keys_are_read(tmp_path: Path) -> None:
    file = written(tmp_path, 'version = 1\n[keys]\nrecord = "ctrl+k"\n"bubble.quote" = "a,z"\n')
    assert read_keymap(file) == {"record": "ctrl+k", "bubble.quote": "a,z"}


def test_our_own_keys_do_not_clash() -> None:
    assert checked({}, "keys.toml") == {}
    assert len(ALL) == len({action.id for action in ALL.values()})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[keys]\nrecrd = "f2"', "Did you mean record"),
        ("[keys]\nrecord = 3", "is no key"),
        ('[keys]\nrecord = "ctrl+k,,"', "is no key"),
        ('[keys]\nrecord = "r"', "letters are typed"),
        ('[keys]\nrecord = "ctrl+p"', "ctrl\\+p is for record and palette"),
        ('[keys]\nrecord = "f1"', "f1 is for record and help"),
        ("version = 2\n[keys]", "no file of keys"),
        ('[colors]\nrecord = "f1"', "no file of keys"),
        ("keys = 3", "no file of keys"),
        ("[keys", "no TOML"),
        ("\x00", "no TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read_keymap(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_keymap(tmp_path / "none.toml")


def test_swapping_two_keys_is_no_clash() -> None:
    assert checked({"record": "f1", "help": "ctrl+r"}, "keys.toml") == {"record": "f1", "help": "ctrl+r"}
