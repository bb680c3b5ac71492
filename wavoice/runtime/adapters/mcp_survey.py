"""What servers offer beside what is listed of them: for `wavoice mcp` and `wavoice doctor`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.mcp_tools import McpTools, Opens, changes, opens
from wavoice.runtime.errors import ToolError
from wavoice.runtime.mcp.rules import Hints, ToolSeen, tier_of
from wavoice.runtime.settings_mcp import McpServer, McpTool


@dataclass(frozen=True, slots=True)
class Offered:
    """One tool: as it is listed, as it is offered, or both."""

    server: str
    tool: str
    seen: ToolSeen | None
    """None: the server has no such tool."""
    listed: McpTool | None
    """None: it is not listed, and so never called."""
    tier: str
    """After the rule; of an unlisted one what it would be if nothing else were said."""
    trouble: str | None = None
    """Why it may not be called although it is listed."""

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.trouble is None:
            return ""
        if self.seen is None:
            return (
                f"Take mcp.{self.server}.tools.{self.tool} out of wavoice.toml, or ask who runs the server."
            )
        return f"Look at what changed, then run: wavoice mcp pin {self.server} --write"


@dataclass(frozen=True, slots=True)
class Survey:
    """One server."""

    name: str
    tools: tuple[Offered, ...] = ()
    unreachable: str | None = None

    @property
    def troubles(self) -> Iterator[tuple[str, str]]:
        """What is wrong, and the remedy."""
        if self.unreachable is not None:
            yield f"{self.name} cannot be reached: {self.unreachable}", _REACH
        for one in self.tools:
            if one.trouble is not None:
                yield f"{one.server}.{one.tool} is off: {one.trouble}.", one.remedy


_REACH = "Start it by hand, or check url, headers and env in wavoice.toml."


def survey(servers: Mapping[str, McpServer], opens: Opens = opens) -> list[Survey]:
    """Ask every server for its tools; one that cannot be reached says so. Raises `ConfigError`."""
    return asyncio.run(survey_now(servers, opens))


async def survey_now(servers: Mapping[str, McpServer], opens: Opens = opens) -> list[Survey]:
    """See `survey`."""
    tools = McpTools(servers, SystemClock(), opens, tells=False)
    try:
        return list(await asyncio.gather(*(_one(tools, name, server) for name, server in servers.items())))
    finally:
        await tools.close()


async def _one(tools: McpTools, name: str, server: McpServer) -> Survey:
    try:
        seen = await tools.seen(name)
    except ToolError as error:
        return Survey(name, unreachable=error.message)
    wrong = dict(changes(server, seen))
    names = [*server.tools, *(tool for tool in seen if tool not in server.tools)]
    return Survey(name, tuple(_offered(name, server, tool, seen.get(tool), wrong) for tool in names))


def _offered(
    name: str, server: McpServer, tool: str, seen: ToolSeen | None, wrong: Mapping[str, str]
) -> Offered:
    listed = server.tools.get(tool)
    hints = seen.hints if seen is not None else Hints()
    tier = tier_of(listed.tier if listed else "R0", hints, trusted=server.trusted)
    trouble = wrong.get(tool)
    if trouble is None and listed is not None and listed.job is not None and seen is not None:
        trouble = next(_unfit(listed.arguments, seen.input_schema), None)
    return Offered(name, tool, seen, listed, str(tier), trouble)


def _unfit(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Names of arguments that the tool wants and does not get, or gets and does not know."""
    known, wanted = schema.get("properties"), schema.get("required")
    for name in wanted if isinstance(wanted, list) else ():
        if name not in arguments:
            yield f"it wants the argument {name!r}, and gets none"
    if isinstance(known, Mapping):
        for name in arguments:
            if name not in known:
                yield f"it knows no argument {name!r}"
