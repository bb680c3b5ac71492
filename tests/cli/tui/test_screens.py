"""What the screen looks like, state by state; `pytest tests/cli/tui --snapshot-update` draws it anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.keys import _character_to_key as key

from tests.cli.tui.phones import Phone, phone

DIALOGS = {
    "f1": "help", "f2": "customer", "f6": "noise", "f8": "advance", "ctrl+p": "palette", "ctrl+g": "press",
}  # fmt: skip


def later(value: object) -> ParameterSet:
    """CI looks at it, a developer need not."""
    return pytest.param(value, marks=pytest.mark.bulk)


def sizes(first: str) -> pytest.MarkDecorator:
    """Every size; a developer looks at the first alone."""
    all_of_them = {"80x24": (80, 24), "120x36": (120, 36), "200x60": (200, 60)}
    return pytest.mark.parametrize(
        "size",
        [
            pytest.param(size, id=name, marks=[] if name == first else [pytest.mark.bulk])
            for name, size in all_of_them.items()
        ],
    )


class Picture(SingleFileSnapshotExtension):
    """A text: what has changed in it can be read."""

    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def same(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Picture)


async def asked(at: Phone) -> None:
    """The bot has asked whether it may."""
    await at.says("move my delivery to Friday")
    await at.waits(3)


@sizes("200x60")
async def test_done(tmp_path: Path, size: tuple[int, int], same: SnapshotAssertion) -> None:
    async with phone(tmp_path, size) as at:
        await asked(at)
        await at.says("yes")
        await at.waits(5)
        assert await at.picture() == same


@sizes("80x24")
async def test_settling(tmp_path: Path, size: tuple[int, int], same: SnapshotAssertion) -> None:
    async with phone(tmp_path, size, theme="light") as at:
        await asked(at)
        await at.says("yes")
        if size == (80, 24):
            await at.press("ctrl+n", "ctrl+n", "ctrl+n")
        assert await at.picture() == same


class TestWithoutAnything:
    async def test_first_minute(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (80, 24)) as at:
            assert await at.picture() == same

    async def test_models_load_behind(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (80, 24), warm=False) as at:
            await at.types("where is my order")
            assert await at.picture() == same


class TestPanes:
    async def test_alone(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (80, 24)) as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.waits(5)
            for pane in ("turn", "heard", "session", "ledger", "journal", "http"):
                at.app.face.choose(pane)
                await at.rest()
                assert await at.picture() == same(name=pane)


class TestLine:
    @pytest.mark.parametrize(
        "line", ["/fault st", later("/"), later("/noise")], ids=["faults", "commands", "one"]
    )
    async def test_completion(self, tmp_path: Path, line: str, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (80, 24)) as at:
            await at.press(*(key(letter) for letter in line))
            assert await at.picture() == same

    @pytest.mark.bulk
    async def test_refused(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (80, 24)) as at:
            await at.types("/fault sttlow")
            await at.types("/advance")
            assert await at.picture() == same

    async def test_words_of_others_are_no_markup(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (80, 24)) as at:
            await at.types("[bold red]yes[/] [@click=app.exit]no[/] \x1b[2J\x07 \u202egnp")
            assert await at.picture() == same


class TestMessages:
    @pytest.mark.bulk
    async def test_selected(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path) as at:
            await asked(at)
            await at.press("up", "up")
            assert await at.picture() == same

    async def test_menu(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path) as at:
            await asked(at)
            await at.press("up", "up", "enter")
            assert await at.picture() == same

    @pytest.mark.bulk
    async def test_old_button_quote_and_reaction(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path) as at:
            await asked(at)
            await at.types("to Saturday, please")
            question = at.app.bubbles()[1]
            at.app.stage.chat.select(question.id)
            await at.press("r", "enter", "2")
            at.app.stage.chat.select(question.id)
            await at.press("q")
            await at.types("not this one")
            assert await at.picture() == same

    async def test_edited_and_unsent(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path) as at:
            await at.types("where is my ordr")
            await at.press("f11")
            await at.types("where is my order")
            await at.types("hello?")
            await at.press("f12")
            assert await at.picture() == same


class TestDialogs:
    async def test_dialog(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        """One after the other over one conversation; one of them by day."""
        (tmp_path / "day").mkdir()
        async with phone(tmp_path, (80, 24)) as at:
            await at.types("move my delivery to Friday")
            for action, name in DIALOGS.items():
                await at.press(action)
                assert await at.picture() == same(name=name)
                await at.press("escape")
        async with phone(tmp_path / "day", (80, 24), theme="light") as at:
            await at.types("move my delivery to Friday")
            await at.press("f7")
            assert await at.picture() == same(name="fault")


class TestWorld:
    @pytest.mark.bulk
    async def test_another_customer_later_in_noise(self, tmp_path: Path, same: SnapshotAssertion) -> None:
        async with phone(tmp_path, (100, 30)) as at:
            await at.types("where is my order")
            for line in ("/customer unknown", "/noise street 5", "/advance 26h", "/voice off", "where is it"):
                await at.types(line)
            assert await at.picture() == same
