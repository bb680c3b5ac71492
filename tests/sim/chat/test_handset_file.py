"""A chat that goes on: the handset of before is there again, and WhatsApp knows its messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rehearsing import MONDAY, NOTE
from tests.sim.chat.chats import talk
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event, Released, Where
from wavoice.runtime.model import SECOND
from wavoice.sim.chat.facts import Sent
from wavoice.sim.chat.handset_file import file_beside, in_order
from wavoice.sim.chat.session import ChatSession
from wavoice.sim.chat.views import Screen
from wavoice.sim.clock import VirtualClock


def folded(chat: ChatSession) -> Screen:
    screen = Screen()
    for news in chat.past:
        if isinstance(news, Event):
            screen.take(news)
        else:
            screen.tell(news)
    screen.look_at(chat.contact)
    return screen


async def test_messages_of_before_can_be_tapped_and_played(tmp_path: Path) -> None:
    file, clock = file_beside(tmp_path / "chat.db"), VirtualClock(MONDAY)
    async with talk(tmp_path, clock, handsets=file) as one:
        await one.speaks("Please move my delivery to Friday.")
        before = list(one.chat.phone.messages)
    assert file.stat().st_mode & 0o77 == 0  # nobody else's to read, as what is in it is a customer's
    async with talk(tmp_path, clock, handsets=file) as again:
        assert again.chat.phone.messages == before
        screen = folded(again.chat)
        notes = [bubble for bubble in screen.conversation if bubble.form == "voice"]
        assert [(note.mine, note.playable, bool(note.peaks)) for note in notes] == [
            (True, True, True),
            (False, True, True),
        ]
        assert screen.media(notes[0].id) == NOTE.read_bytes()
        await again.chat.play(notes[1].id)
        assert again.ticks(notes[1].id) == ["played"]
        question = next(message for message in before if message.buttons)
        await again.chat.tap(question.wamid, "Yes")
        await again.chat.idle()
        await again.chat.advance(10 * SECOND)
        assert "committed" in again.kinds()


async def test_a_file_of_something_else_is_refused_and_said(tmp_path: Path) -> None:
    file = tmp_path / "chat.db-phone.json"
    file.write_text('{"version": 9}', encoding="utf-8")
    with pytest.raises(UserInputError, match="does not hold handsets"):
        async with talk(tmp_path, handsets=file):
            raise AssertionError


def test_what_was_written_keeps_its_order_though_the_clock_went_back() -> None:
    def at(moment: int) -> Event:
        return Event(moment, Where("default", "1", "c_1", "t_1"), Released("given back"))

    sent = Sent("wamid.1", "c_1", 7, "text", "hello")
    told = in_order([at(5), at(20), at(10)], [sent])
    assert [news.at for news in told if isinstance(news, Event | Sent)] == [5, 7, 20, 10]
