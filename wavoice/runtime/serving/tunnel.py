"""Somebody else's program that makes this bot reachable from the internet: found by asking what it prints.

Every tunnel program prints its public address among other addresses, each in a format of its own. So each
address without a path is asked for `/healthz`, and the one that answers as this bot is the one.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import httpx
import structlog

from wavoice.runtime.adapters.tls import tls
from wavoice.runtime.ending import end_process
from wavoice.runtime.errors import UserInputError

log = structlog.get_logger("wavoice")

_ORIGIN: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?=/?(?:[\s\"'<>|,)\]]|$))")
_REMEDY: Final = 'Give the whole command, as in --tunnel "cloudflared tunnel --url {url}".'
ASK_EVERY: Final = 1.0
"""Seconds between two rounds of questions: an address may be printed before it leads anywhere."""
END_SECONDS: Final = 5.0
"""How long the program has to end."""


def words_of(command: str, url: str) -> list[str]:
    """The command as it is started: no shell; `{url}` is where the bot listens, `{port}` its port.

    Raises `UserInputError` for an empty one, or one with an open quote.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UserInputError(f"--tunnel: {error}.", remedy=_REMEDY) from error
    if not words:
        raise UserInputError("--tunnel names no program.", remedy=_REMEDY)
    port = url.rpartition(":")[2]
    return [word.replace("{url}", url).replace("{port}", port) for word in words]


@dataclass(slots=True)
class _Printed:
    """Addresses that the program has printed, oldest first."""

    origins: dict[str, None] = field(default_factory=dict)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self, line: str) -> None:
        for origin in _ORIGIN.findall(line):
            self.origins[origin] = None
            self.more.set()


@asynccontextmanager
async def tunnel(
    command: str, url: str, found: Callable[[str], None], http: httpx.AsyncClient | None = None
) -> AsyncIterator[None]:
    """Run the program while the context lasts; `found` gets the public address once it leads here.

    `http` asks the addresses; None: one of its own, which follows no redirect.

    A program that ends meanwhile is logged, and the bot serves on. Raises `UserInputError` if it cannot be
    started.
    """
    words = words_of(command, url)
    try:
        # A session of its own: Ctrl-C is for the bot, which then ends the program.
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
    except OSError as error:
        raise UserInputError(
            f"--tunnel: {words[0]} cannot be started: {error.strerror}.", remedy=_REMEDY
        ) from error
    printed = _Printed()
    asking = http or httpx.AsyncClient(timeout=5, verify=tls(), follow_redirects=False)
    tasks = [
        asyncio.create_task(_watch(process, printed)),
        asyncio.create_task(_find(asking, printed, found)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await end_process(process, END_SECONDS)
        if http is None:
            await asking.aclose()


async def _watch(process: Process, printed: _Printed) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    last = ""
    while line := await process.stdout.readline():
        last = line.decode("utf-8", "replace").strip() or last
        printed.read(last)
        log.debug("tunnel", printed=last)
    log.error("tunnel_ended", code=await process.wait(), last=last)


async def _find(http: httpx.AsyncClient, printed: _Printed, found: Callable[[str], None]) -> None:
    while True:
        await printed.more.wait()
        for origin in list(printed.origins):
            if await _is_us(http, origin):
                found(origin)
                return
        printed.more.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(printed.more.wait(), ASK_EVERY)
        printed.more.set()


async def _is_us(http: httpx.AsyncClient, origin: str) -> bool:
    try:
        answer = await http.get(f"{origin}/healthz")
        body = answer.json()
    except (httpx.HTTPError, ValueError):
        return False  # not yet, or somebody else's
    return isinstance(body, dict) and body.get("status") == "ok" and "version" in body
