"""The real command in a real terminal: what a user types, and what stands on the screen then."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from benchmarks.terminals import Terminal, missing, terminal

pytestmark = [
    pytest.mark.bulk,
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]
WAVOICE = Path(sys.executable).with_name("wavoice")
READY = "Type a message"


def asks(at: Terminal) -> None:
    """Have the bot ask whether it may."""
    at.waits_for(READY)
    at.types("move my delivery to Friday")
    at.keys("Enter")
    at.waits_for("Reply yes or no")


def test_a_job_from_the_first_key_to_a_whole_terminal(tmp_path: Path) -> None:
    with terminal(tmp_path, f"{WAVOICE} chat --store chat.db", (120, 36)) as at:
        asks(at)
        at.waits_for("Proposal")
        at.keys("Up", "1")  # the newest message, and its first button: yes
        screen = at.waits_for("Done: order 1842")
        assert "answered" in screen  # the waterfall beside it
        at.resize(80, 24)
        at.waits_for("Chat  Turn  Heard")
        at.waits_for("Done: order 1842")
        at.keys("F1")
        at.waits_for("Record a voice note")
        at.keys("Escape", "C-q")
        left = at.waits_for("ended 0")
    assert READY not in left  # the screen of before is back
    with sqlite3.connect(tmp_path / "chat.db") as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_conversation_is_there_again(tmp_path: Path) -> None:
    with terminal(tmp_path, f"{WAVOICE} chat --store chat.db; {WAVOICE} chat --store chat.db") as at:
        asks(at)
        at.keys("C-q")
        at.waits_for("loading", gone=True)
        screen = at.waits_for("Reply yes or no")
        assert "move my delivery to Friday" in screen


def test_keys_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('[keys]\nquit = "f12"\nunsend = "ctrl+q"\n', encoding="utf-8")
    with terminal(tmp_path, f"{WAVOICE} chat --keys keys.toml --theme light", (80, 24)) as at:
        at.waits_for(READY)
        at.keys("C-q")
        at.waits_for("There is no message of yours")
        at.keys("F12")
        at.waits_for("ended 0")


def test_a_wrong_key_is_said_before_the_screen(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text('[keys]\nquitt = "f12"\n', encoding="utf-8")
    with terminal(tmp_path, f"{WAVOICE} chat --keys keys.toml") as at:
        assert "Did you mean quit?" in at.waits_for("ended 2")


def test_who_types_before_there_is_a_screen_loses_nothing(tmp_path: Path) -> None:
    with terminal(tmp_path, f"{WAVOICE} chat") as at:
        at.types("where is my order")
        at.keys("Enter")
        at.types("and th")
        at.waits_for("Order 1842")
        at.types("en")
        at.waits_for("and then")


@pytest.mark.parametrize(("name", "code"), [("TERM", 143), ("HUP", 129)])
def test_a_signal_leaves_everything_whole(tmp_path: Path, name: str, code: int) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "shop"
    for each in (kept, folder):
        each.mkdir()
    command = f"sh -c 'echo $$ > {tmp_path}/number; exec {WAVOICE} chat'"
    with terminal(folder, command, environment={"TMPDIR": str(kept)}) as at:
        asks(at)
        assert [file.name for file in kept.glob("wavoice-chat-*/*.db")] == ["chat.db"]
        os.kill(int((tmp_path / "number").read_text()), getattr(signal, f"SIG{name}"))
        left = at.waits_for(f"ended {code}")
        assert READY not in left  # the screen of before is back
        at.types("echoed")
        at.waits_for("echoed")
    assert list(kept.glob("wavoice-*")) == []


def test_a_terminal_that_cannot_be_drawn_on_gets_lines(tmp_path: Path) -> None:
    with terminal(tmp_path, f"TERM=dumb {WAVOICE} chat") as at:
        at.waits_for("holds the phone")
        at.types("where is my order")
        at.keys("Enter")
        at.waits_for("bot  Order 1842")
        at.keys("C-d")
        assert READY not in at.waits_for("ended 0")
