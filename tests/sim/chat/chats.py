"""A chat for tests: scripted ears, a silent voice, a clock that moves when it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.rehearsing import MONDAY, NOTE, warm_decoder
from wavoice.runtime.journal import Event
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings, Shop, WhatsApp
from wavoice.sim.chat.facts import Arrived, Sent, Ticks
from wavoice.sim.chat.session import ChatOptions, ChatSession, open_chat
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice

T = TypeVar("T")


@dataclass(slots=True, repr=False)
class Talk:
    """One chat, and what was told while it was under way."""

    chat: ChatSession
    ears: ScriptedEars
    news: list[object]

    async def speaks(self, text: str, **line: object) -> str:
        """Send a note that is heard as `text`; return its wamid once all is done."""
        self.ears.lines.append(Line(text, **line))  # type: ignore[arg-type]
        wamid = await self.chat.note(NOTE.read_bytes(), said=text)
        await self.chat.idle()
        return wamid

    async def types(self, text: str) -> str:
        wamid = await self.chat.text(text)
        await self.chat.idle()
        return wamid

    def of(self, kind: type[T]) -> list[T]:
        return [one for one in self.news if isinstance(one, kind)]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.of(Event)]

    def shown(self) -> list[str]:
        return [one.message.text or "(voice)" for one in self.of(Arrived)]

    def ticks(self, wamid: str) -> list[str]:
        return [one.state for one in self.of(Ticks) if one.wamid == wamid]

    def sent(self) -> Iterator[tuple[str, str]]:
        yield from ((one.kind, one.text) for one in self.of(Sent))


def plain_settings(zone: str = "Asia/Kolkata") -> Settings:
    """Settings of nobody: neither file nor environment is read."""
    return Settings.model_construct(whatsapp=WhatsApp(), shop=Shop(zone=zone))


@asynccontextmanager
async def talk(folder: Path, clock: Clock | None = None, **more: object) -> AsyncIterator[Talk]:
    ears = ScriptedEars()
    parts = {
        "settings": plain_settings(),
        "store": folder / "chat.db",
        "folder": folder,
        "clock": clock or VirtualClock(MONDAY),
        "ids": CountingIds(),
        "ears": ears,
        "voice": ToneVoice(),
        "decoder": warm_decoder(),
    }
    options = ChatOptions(**{**parts, **more})  # type: ignore[arg-type]
    async with open_chat(options) as chat:
        one = Talk(chat, ears, [])
        chat.listen(one.news.append)
        yield one
