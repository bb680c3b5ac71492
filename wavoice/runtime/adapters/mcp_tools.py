"""MCP servers as `mcp.calls.Tools`: one connection a server, kept open, opened again when it is gone.

Nothing is sent to a tool that is not listed in wavoice.toml, or whose definition is not the pinned one.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import structlog

from wavoice.runtime.errors import ConfigError, ToolError
from wavoice.runtime.mcp.calls import Asked, Call, Told
from wavoice.runtime.mcp.rules import ToolSeen, floor, pinned_hints, tier_of
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings_mcp import McpServer, McpTool

if TYPE_CHECKING:
    from wavoice.runtime.adapters.mcp_wire import Wire

Opens = Callable[[McpServer], AbstractAsyncContextManager["Wire"]]
CLOSING_SECONDS = 8.0
"""Longest wait for a server that is left; the SDK gives a child six of them before it is killed."""
LISTED_FOR = 60 * SECOND
"""A list of tools is looked at again after that; before a write always."""

log = structlog.get_logger("wavoice")


def opens(server: McpServer) -> AbstractAsyncContextManager[Wire]:
    """The real thing."""
    from wavoice.runtime.adapters.mcp_wire import connect  # noqa: PLC0415 -- half a second to import

    return connect(server)


def sdk_is_there() -> bool:
    """The extra is installed."""
    return importlib.util.find_spec("mcp") is not None


class McpTools:
    """See `mcp.calls.Tools`. Raises `ConfigError` where there are servers and no SDK."""

    def __init__(
        self, servers: Mapping[str, McpServer], clock: Clock, opens: Opens = opens, *, tells: bool = True
    ) -> None:
        if servers and not sdk_is_there():
            raise ConfigError(
                "[mcp] names servers, and the package mcp is not installed.",
                remedy='Install it with: pip install "wavoice-bot[mcp]"',
            )
        self._lines = {name: _Line(name, server, clock, opens, tells) for name, server in servers.items()}

    async def call(self, call: Call) -> Told | Asked:
        """See `Tools.call`."""
        line = self._lines.get(call.server)
        if line is None:
            raise ToolError(f"There is no MCP server {call.server}.", sent=False)
        return await line.call(call)

    def is_off(self, server: str, tool: str) -> bool:
        """See `Tools.is_off`."""
        line = self._lines.get(server)
        return line is not None and tool in line.changed

    async def seen(self, server: str) -> Mapping[str, ToolSeen]:
        """All tools of a server as they are now, listed or not. Raises `ToolError`."""
        return await self._lines[server].look()

    async def look(self) -> None:
        """Open all connections; what cannot be reached is left for later."""
        await asyncio.gather(*(line.look() for line in self._lines.values()), return_exceptions=True)

    async def close(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(line.close() for line in self._lines.values()))


@dataclass(slots=True, eq=False)
class _Open:
    """A connection, and the task that holds it: the SDK wants it entered and left in one task."""

    wire: asyncio.Future[Wire]
    leave: asyncio.Event
    holder: asyncio.Task[None] | None = None


@dataclass(slots=True, eq=False)
class _Line:
    """One server."""

    name: str
    server: McpServer
    clock: Clock
    opens: Opens
    tells: bool
    """What is not as pinned is logged; else whoever asks says it."""
    changed: set[str] = field(default_factory=set)
    """Listed tools that are not, or no longer, what was pinned."""
    _open: _Open | None = None
    _left: set[asyncio.Task[None]] = field(default_factory=set)
    _seen: Mapping[str, ToolSeen] = field(default_factory=dict)
    _seen_at: Micros | None = None

    async def call(self, call: Call) -> Told | Asked:
        """See `Tools.call`."""
        listed, where = self.server.tools.get(call.tool), f"{self.name}.{call.tool}"
        if listed is None:
            raise ToolError(f"{where} is not listed in wavoice.toml.", sent=False)
        tools = await self.look(0 if call.writes else LISTED_FOR)
        if call.tool in self.changed:
            remedy = f"Look at it, then: wavoice mcp pin {self.name}"
            raise ToolError(f"{where} is not what was pinned.", sent=False, remedy=remedy)
        wire = await self._wire()
        try:
            async with asyncio.timeout(self.server.call_seconds):
                return await wire.call(call, tools[call.tool])
        except ToolError:
            raise
        except TimeoutError:
            raise ToolError(f"{where} gave no answer in time.", sent=True) from None
        except Exception as error:  # noqa: BLE001 -- an SDK's and a stranger's: its words are not repeated
            self._drop()
            raise ToolError(f"{where}: {type(error).__name__}.", sent=True) from None

    async def look(self, at_most: Micros = 0) -> Mapping[str, ToolSeen]:
        """The tools of this server, looked at within that time. Raises `ToolError`, nothing sent."""
        now, old = self.clock.ticks(), self._open is not None
        if self._seen_at is not None and old and now - self._seen_at < at_most:
            return self._seen
        try:
            self._seen = await self._list()
        except ToolError:
            if not old:
                raise
            self._seen = (
                await self._list()
            )  # the connection of before was gone; a list may be asked for again
        self._seen_at = now
        self._compare()
        return self._seen

    async def _list(self) -> Mapping[str, ToolSeen]:
        wire = await self._wire()
        try:
            async with asyncio.timeout(self.server.call_seconds):
                return await wire.tools()
        except Exception as error:  # noqa: BLE001 -- an SDK's and a stranger's: its words are not repeated
            self._drop()
            raise ToolError(f"{self.name}: no list of tools ({_kind(error)}).", sent=False) from None

    def _compare(self) -> None:
        before = self.changed
        self.changed = {name for name, _ in changes(self.server, self._seen)}
        for name in sorted(self.changed - before) if self.tells else ():
            log.warning("mcp_tool_changed", server=self.name, tool=name)

    async def _wire(self) -> Wire:
        """The connection; a new one where there is none. Whoever waits no longer leaves it to the next."""
        if self._open is None:
            made = _Open(asyncio.get_running_loop().create_future(), asyncio.Event())
            made.wire.add_done_callback(_looked_at)
            made.holder = asyncio.create_task(self._hold(made))
            self._open = made
        return await asyncio.shield(self._open.wire)

    async def _hold(self, made: _Open) -> None:
        """Open it, keep it, and close it when asked to; all in this task."""
        opening = self.opens(self.server)  # imports the SDK, before the time is taken
        scope = anyio.CancelScope()
        scope.deadline = anyio.current_time() + self.server.connect_seconds
        why = "no connection in time"
        with scope:
            try:
                async with opening as wire:
                    scope.deadline = float("inf")
                    if not made.wire.done():
                        made.wire.set_result(wire)
                    await made.leave.wait()
                    scope.deadline = anyio.current_time() + CLOSING_SECONDS
            except ConfigError as error:
                why = error.message.rstrip(".")
            except Exception as error:  # noqa: BLE001 -- an SDK's and the system's: a kind is all that is told
                why = _kind(error)
        if self._open is made:
            self._open = None
        if not made.wire.done():
            made.wire.set_exception(ToolError(f"{self.name}: {why}.", sent=False))

    def _drop(self) -> None:
        """It may be broken: the next call opens another one."""
        if self._open is not None:
            made, self._open = self._open, None
            made.leave.set()
            self._leave(made)

    def _leave(self, made: _Open) -> None:
        if made.holder is not None:
            self._left.add(made.holder)
            made.holder.add_done_callback(self._left.discard)

    async def close(self) -> None:
        """Leave nothing running."""
        self._drop()
        await asyncio.gather(*self._left, return_exceptions=True)


def _looked_at(wire: asyncio.Future[Wire]) -> None:
    """Nobody waits for it any more, and Python would say so."""
    if not wire.cancelled():
        wire.exception()


def _kind(error: BaseException) -> str:
    """What went wrong, by its kind: groups of one are what is in them."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return type(error).__name__


def changes(server: McpServer, seen: Mapping[str, ToolSeen]) -> Iterable[tuple[str, str]]:
    """Listed tools that may not be called, and why."""
    for name, listed in server.tools.items():
        why = _change(listed, seen.get(name), trusted=server.trusted)
        if why is not None:
            yield name, why


def _change(listed: McpTool, now: ToolSeen | None, *, trusted: bool) -> str | None:
    if now is None:
        return "the server has no such tool"
    if listed.hash is None:
        return "it is not pinned"
    if not now.hash:
        return "its definition cannot be pinned: it is listed twice, or is no plain JSON"
    if now.hash != listed.hash:
        return "its definition is not the pinned one"
    if floor(now.hints, trusted=trusted) > tier_of(listed.tier, pinned_hints(listed), trusted=trusted):
        return f"its own word asks for {floor(now.hints, trusted=trusted)}, and hints were changed by hand"
    return None
