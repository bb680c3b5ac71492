"""`wavoice chat` without a screen: lines in, lines out, from a pipe and in this process."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cli.commands import Shell, bare_environment, installed, script
from tests.sim.chat.chats import talk
from wavoice.cli.chat_plain import Manner, converse


async def given(*lines: str) -> AsyncIterator[str]:
    for line in lines:
        yield line


@pytest.mark.bulk
def test_the_command_in_a_pipe_moves_an_order(tmp_path: Path) -> None:
    """The real command in an empty folder: what is asked, confirmed, written and told, with settle window."""
    done = script("chat", folder=tmp_path, said="move my delivery to Friday\n/tap Yes\n")
    assert (done.code, done.err.splitlines()[1:]) == (0, [])
    assert "bot  Order 1842: move it to Friday" in done.out
    assert "committed: reschedule_delivery order=1842" in done.out
    assert "bot  Done: order 1842 now comes on Friday" in done.out
    assert list(tmp_path.iterdir()) == []


def test_what_it_cannot_start_with_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (shell.folder / "notes.txt").write_text("no database", encoding="utf-8")
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert "notes.txt cannot be used as a store" in shell.refuses("chat", "--store", "notes.txt")
        assert "other.toml cannot be read" in shell.refuses("chat", "--keys", "other.toml")


def test_lines_need_no_screen(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """What draws is imported for a terminal alone: it takes a while, and a pipe would wait for it."""
    (shell.folder / "notes.txt").write_text("no database", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "textual", None)
    for drawn in ("wavoice.cli.tui.run", "wavoice.cli.tui.early", "wavoice.cli.tui.keymap"):
        monkeypatch.setitem(sys.modules, drawn, None)
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        for option in ("--json", "--no-tui"):
            said = shell.refuses("chat", option, "--store", "notes.txt")
            assert "notes.txt cannot be used as a store" in said


async def test_it_ends_once_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with `| head -1`: the lines behind are not carried out."""
    taken: list[str] = []

    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

        def flush(self) -> None: ...

    async def lines() -> AsyncIterator[str]:
        for line in ("hello", "where is my order?"):
            taken.append(line)
            yield line

    async with talk(tmp_path) as one:
        monkeypatch.setattr(sys, "stdout", Closed())
        with pytest.raises(BrokenPipeError):
            await converse(one.chat, lines(), Manner(as_json=True, waits=True))
        monkeypatch.undo()
    assert taken == ["hello"]


async def test_lines_tell_both_sides_and_what_became_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with talk(tmp_path) as one:
        failed = await converse(
            one.chat, given("where is my order?", "", "/customer username", "hello"), Manner(waits=True)
        )
    out = capsys.readouterr().out.splitlines()
    assert failed is False
    assert out[0] == "15:30:00  you  where is my order?"
    assert any(line.startswith("15:30:00  bot  Order 1842 is packed") for line in out)
    assert "               answered in 0 ms" in out
    assert any(line.startswith("15:30:00  you  (username) hello") for line in out)


async def test_what_cannot_be_done_is_said_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with talk(tmp_path) as one:
        assert await converse(one.chat, given("/tap Yes", "hello"), Manner(waits=True)) is True
    done = capsys.readouterr()
    assert "wavoice: There is no message with buttons number 1" in done.err
    assert "you  hello" in done.out


async def test_nothing_untrusted_steers_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with talk(tmp_path) as one:
        await converse(one.chat, given("\x1b[2J[bold]hi\x07"), Manner(waits=True))
    assert "you  ␛[2J[bold]hi␇" in capsys.readouterr().out


async def test_json_lines_hold_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with talk(tmp_path) as one:
        await converse(one.chat, given("where is my order?", "/help say"), Manner(as_json=True, waits=True))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    facts = [line["fact"] for line in lines if "fact" in line]
    kinds = [line["kind"] for line in lines if "kind" in line and "fact" not in line]
    assert {"sent", "arrived", "ticks", "typing", "exchange", "said"} <= set(facts)
    assert {"received", "read", "decided", "replied", "span", "turn_ended"} <= set(kinds)
    sent = next(line for line in lines if line.get("fact") == "sent")
    assert (sent["kind"], sent["text"], sent["media"]) == ("text", "where is my order?", None)


@pytest.mark.bulk
@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_leaves_the_database_whole(tmp_path: Path) -> None:
    with subprocess.Popen(
        [installed(), "chat", "--store", "kept.db"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=bare_environment(),
        encoding="utf-8",
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write("move my delivery to Friday\n")
        running.stdin.flush()
        said = next(line for line in running.stdout if "  bot  " in line)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr is not None
        assert running.stderr.read().endswith("wavoice: Stopped.\n")
    assert "move it to Friday" in said
    with sqlite3.connect(tmp_path / "kept.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = script("chat", "--store", "kept.db", folder=tmp_path, said="yes\n")
    assert "you  yes" in again.out
    after = again.out.partition("you  yes")[2]
    # Whether the question had been delivered before the signal came is the machine's affair: where it had,
    # the yes is good, once; where it had not, it is asked again.
    once = after.count("committed: reschedule_delivery") == 1 and "Done: order 1842" in after
    assert once or ("Order 1842: move it to Friday" in after and "committed:" not in after)
