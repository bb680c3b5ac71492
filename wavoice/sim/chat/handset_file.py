"""What handsets and WhatsApp know, in a file beside the store: old messages can be tapped and played."""

from __future__ import annotations

import asyncio
import heapq
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.sim.chat.facts import Arrived, Fact, Sent, Ticks

if TYPE_CHECKING:
    from wavoice.sim.chat.chatting import ChatSession
    from wavoice.sim.emulator.emulator import Emulator

PATIENCE = 1.0
"""Seconds that a chat which ends waits for what is under way; after that nothing new is kept."""


class Handsets(BaseModel, defer_build=True):
    """Everything that is kept. Texts and notes of customers are in it, as in the store."""

    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    version: Literal[1] = 1
    world: dict[str, Any]
    """As `Emulator.export` returns it."""
    sent: list[Sent]
    """What customers have sent, oldest first."""
    heights: dict[str, tuple[float, tuple[float, ...]]]
    """Length and loudness of the bot's notes, by wamid, as in `Arrived`."""

    def facts(self, emulator: Emulator, contacts: Mapping[str, str]) -> Iterator[Fact]:
        """What the handsets show, oldest first; `contacts` are the runtime's ids by BSUID."""
        yield from self.sent
        for phone in emulator.phones:
            contact = contacts.get(phone.person.bsuid)
            if contact is None:
                continue
            for message in phone.messages:
                seconds, peaks = self.heights.get(message.wamid, (0.0, ()))
                yield Arrived(contact, message, peaks, seconds)
            yield from (Ticks(contact, wamid, "read") for wamid in phone.seen)


def file_beside(store: Path) -> Path:
    """The file that goes with a store."""
    return store.with_name(f"{store.name}-phone.json")


def read_handsets(file: Path) -> Handsets | None:
    """None: there is no such file. Raises `UserInputError` for what is none."""
    try:
        return Handsets.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserInputError(f"{file} cannot be read: {error.strerror}.", remedy="Correct it.") from error
    except ValidationError:
        # Not chained: the validation error would quote the customer's words.
        raise UserInputError(
            f"{file} does not hold handsets that this wavoice reads.",
            remedy="Delete it: messages of before can then be read, but not tapped or played.",
        ) from None


async def keep_handsets(chat: ChatSession, file: Path) -> None:
    """Write the file anew, whole or not at all; what never comes to rest is not waited for."""
    try:
        async with asyncio.timeout(PATIENCE):
            world = await chat.emulator.export()
    except TimeoutError:
        return
    arrived = [news for news in chat.past if isinstance(news, Arrived)]
    kept = Handsets(
        world=world,
        sent=[news for news in chat.past if isinstance(news, Sent)],
        heights={news.message.wamid: (news.seconds, news.peaks) for news in arrived if news.peaks},
    )
    beside = file.with_name(f"{file.name}.new")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(kept.model_dump_json())
    beside.replace(file)


def in_order(events: Sequence[Event], facts: Iterable[Fact]) -> list[Event | Fact]:
    """Facts among the events, by their times; what has none comes last. Events stay as they were written:
    a clock that was advanced in one session goes back with the next.
    """
    return list(heapq.merge(events, sorted(facts, key=_at), key=_at))


def _at(news: Event | Fact) -> float:
    match news:
        case Event(at=at) | Sent(at=at):
            return at
        case Arrived(message=message):
            return message.at
        case _:
            return float("inf")
