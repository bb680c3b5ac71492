"""A chat in plain lines: what is typed or piped goes to the bot, what happens is printed."""

from __future__ import annotations

import asyncio
import codecs
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from wavoice.runtime.errors import WavoiceError

if TYPE_CHECKING:
    from wavoice.runtime.journal import Event
    from wavoice.sim.chat.facts import Fact
    from wavoice.sim.chat.session import ChatSession

    _Show = Callable[[Event | Fact], None]
    _Put = Callable[[str | None], None]

_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Manner:
    """How it is printed, and at which pace lines are taken."""

    as_json: bool = False
    waits: bool = False
    """Each line waits until the one before it is answered: nobody types them."""


@dataclass(slots=True)
class Out:
    """Standard output, which its reader may close. A listener prints, and cannot end the chat itself."""

    _gone: bool = False

    def put(self, line: str) -> None:
        """Print at once, also into a pipe: whoever reads it waits for it."""
        try:
            if not self._gone:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
        except BrokenPipeError:
            self._gone = True

    def check(self) -> None:
        """Raises `BrokenPipeError` once nobody reads any more."""
        if self._gone:
            raise BrokenPipeError


async def converse(chat: ChatSession, lines: AsyncIterator[str], manner: Manner) -> bool:
    """Carry out every line; True if one could not be. A refusal is one line on standard error.

    Raises `BrokenPipeError` after the line on which standard output was found closed.
    """
    from wavoice.sim.chat.commands import run  # noqa: PLC0415

    out = show_all(chat, manner)
    if not manner.as_json:
        typer.echo(f"{chat.customer.name} holds the phone. /help lists commands, Ctrl-D ends.", err=True)
    failed = False
    async for line in lines:
        if not line.strip():
            continue
        try:
            said = await run(chat, line.strip())
        except WavoiceError as error:
            typer.echo(f"wavoice: {error}", err=True)
            failed = True
            continue
        if said is not None:
            _answer(said, as_json=manner.as_json)
        if manner.waits:
            await chat.idle()
        out.check()
    if manner.waits:
        await chat.finish()
    out.check()
    return failed


def show_all(chat: ChatSession, manner: Manner) -> Out:
    """Print what has happened, and from now on what happens."""
    out = Out()
    show = _json_printer(out) if manner.as_json else _line_printer(chat, out)
    for news in chat.past:
        show(news)
    chat.listen(show)
    return out


def _answer(said: str, *, as_json: bool) -> None:
    typer.echo(json.dumps({"fact": "said", "text": said}, ensure_ascii=False) if as_json else said)


def _json_printer(out: Out) -> _Show:
    from wavoice.cli.chat_lines import to_json_line  # noqa: PLC0415

    return lambda news: out.put(to_json_line(news))


def _line_printer(chat: ChatSession, out: Out) -> _Show:
    from wavoice.cli.chat_lines import Lines  # noqa: PLC0415

    others = [caller.key for caller in chat.customers[1:]]
    lines = Lines(chat.settings.shop.zone, {chat.contacts[key]: key for key in others})

    def show(news: Event | Fact) -> None:
        for line in lines.of(news):
            out.put(line)

    return show


def standard_input() -> AsyncIterator[str]:
    """The lines of standard input as they come, from now on.

    A thread reads the file descriptor itself: Python's own `stdin` holds a lock while it waits, which ends
    the interpreter badly, and the loop cannot wait for plain files.
    """
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def put(line: str | None) -> None:
        loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=_read, args=(sys.stdin.fileno(), put), daemon=True, name="stdin").start()
    return _each(lines)


async def _each(lines: asyncio.Queue[str | None]) -> AsyncIterator[str]:
    while (line := await lines.get()) is not None:
        yield line


def _read(descriptor: int, put: _Put) -> None:
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    try:
        while chunk := os.read(descriptor, _CHUNK):
            *whole, rest = (rest + decoder.decode(chunk)).split("\n")
            for line in whole:
                put(line)
        if rest:
            put(rest)
        put(None)
    except RuntimeError:
        return  # the loop is closed: nobody listens any more
