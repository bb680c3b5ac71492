"""The part of the composition root that knows MCP servers; costs nothing where there are none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from wavoice.runtime.author.mcp_jobs import NOBODY
from wavoice.runtime.author.mcp_questions import StoredQuestions
from wavoice.runtime.author.mcp_tool import Desk
from wavoice.runtime.ending import stop_task
from wavoice.runtime.mcp.calls import Tools
from wavoice.runtime.ports import Clock, Ids, Store
from wavoice.runtime.settings import Settings


def desk_for(
    settings: Settings, tools: Tools | None, store: Store, clock: Clock, ids: Ids, stack: AsyncExitStack
) -> Desk:
    """Where the tools of the configured servers are called, by `tools` if there are any; nobody is asked in
    rehearsals. What is opened here is opened in the background, and closed at the end.

    Raises `ConfigError` where servers are configured and the SDK is not installed.
    """
    if not settings.mcp or settings.runtime.rehearsal:
        return NOBODY
    return Desk(
        tools=tools or _opened(settings, clock, stack),
        questions=StoredQuestions(store, clock, settings.bot.tenant),
        now=clock.now,
        new=ids.new,
        fits=_fits,
    )


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    from wavoice.runtime.adapters.mcp_wire import misfit  # noqa: PLC0415 -- half a second to import

    return misfit(value, schema) is None


def _opened(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Tools:
    from wavoice.runtime.adapters.mcp_tools import McpTools  # noqa: PLC0415 -- most bots have no server

    tools = McpTools(settings.mcp, clock)
    looking = asyncio.create_task(tools.look())
    stack.push_async_callback(tools.close)
    stack.push_async_callback(stop_task, looking)
    return tools
