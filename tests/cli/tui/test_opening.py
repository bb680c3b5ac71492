"""The screen is there before the shop is: what is typed meanwhile is not lost."""

from __future__ import annotations

import asyncio
import os
import select
import termios
from pathlib import Path

from textual.events import Key

from tests.cli.tui.phones import phone
from wavoice.cli.tui.app import ChatApp
from wavoice.cli.tui.early import typed_early
from wavoice.cli.tui.entry import Field
from wavoice.cli.tui.opening import Opened
from wavoice.runtime.errors import ConfigError


async def test_lines_wait_for_the_shop_in_their_order(tmp_path: Path) -> None:
    opens = asyncio.Event()
    async with phone(tmp_path, shut=opens) as at:
        assert "opening the shop" in at.text()
        for line in ("move my delivery to Friday", "/stop"):
            at.app.query_one(Field).value = line
            await at.pilot.press("enter")
        assert at.app.query_one(Field).value == ""
        assert "then: /stop" in at.text()
        assert at.chat.past == ()
        opens.set()
        await at.rest()
        said = [bubble.text for bubble in at.app.bubbles() if bubble.mine]
        assert said == ["move my delivery to Friday", "STOP"]
        assert "opening the shop" not in at.text()


async def test_lines_that_come_faster_than_they_are_handled_stay_apart(tmp_path: Path) -> None:
    opens = asyncio.Event()
    async with phone(tmp_path, shut=opens) as at:
        for line in ("hello", "/stop", "thanks"):
            for key in (*line, "enter"):  # as a terminal hands them over: none waits for the one before it
                at.app.post_message(Key(key, key if len(key) == 1 else None))
        await at.pilot.pause()
        opens.set()
        await at.rest()
        assert [bubble.text for bubble in at.app.bubbles() if bubble.mine] == ["hello", "STOP", "thanks"]


def test_keys_pressed_before_there_is_a_screen_are_handed_over() -> None:
    ours, terminals = os.openpty()
    before = termios.tcgetattr(terminals)
    os.write(ours, "où est\x1b[A\rma com".encode())
    echoed = b""
    while b"ma com" not in echoed:
        echoed += os.read(ours, 99)
    with typed_early(terminals) as typed:
        assert typed == "où est\nma com"
        os.write(ours, b"mande\r")
        assert os.read(terminals, 99) == b"mande\r"  # for whoever reads next, and not echoed
        assert termios.tcgetattr(terminals) != before
    assert termios.tcgetattr(terminals) == before
    assert select.select([ours], [], [], 0)[0] == []
    for each in (ours, terminals):
        os.close(each)


def test_a_terminal_that_goes_meanwhile_is_no_matter() -> None:
    ours, terminals = os.openpty()
    with typed_early(terminals) as typed:
        os.close(ours)
    assert typed == ""
    os.close(terminals)


async def test_what_was_typed_before_is_said_and_goes_on(tmp_path: Path) -> None:
    async with phone(tmp_path, typed="hello\n\nand th") as at:
        assert [bubble.text for bubble in at.app.bubbles() if bubble.mine] == ["hello"]
        await at.pilot.press("e", "n")
        assert at.app.query_one(Field).value == "and then"


async def test_a_key_waits_as_well(tmp_path: Path) -> None:
    opens = asyncio.Event()
    async with phone(tmp_path, shut=opens) as at:
        await at.pilot.press("ctrl+t")
        assert at.chat.past == ()
        opens.set()
        await at.rest()
        assert [bubble.text for bubble in at.app.bubbles() if bubble.mine] == ["STOP"]


async def test_before_the_shop_is_open_one_can_look_at_the_help_and_leave(tmp_path: Path) -> None:
    async with phone(tmp_path, shut=asyncio.Event()) as at:
        await at.pilot.press("f7", "ctrl+l", "up")
        await at.pilot.press("f1")
        assert "Press a button" in at.text()
        await at.pilot.press("escape", "ctrl+q")
        await at.pilot.pause()
        assert not at.app.is_running
        assert at.app.failure is None


async def test_a_shop_that_cannot_be_opened_ends_the_app_with_the_reason() -> None:
    async def broken() -> Opened:
        raise ConfigError("wavoice.toml: shop.zone: that is no zone.")

    app = ChatApp(broken)
    async with app.run_test() as pilot:
        await pilot.pause()
    assert (app.return_code, str(app.failure)) == (2, "wavoice.toml: shop.zone: that is no zone.")
