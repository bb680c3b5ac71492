"""A bot whose jobs are tools of the counter, and desks at which it works."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.mcp.counter import Till, counter
from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.mcp_tools import McpTools
from wavoice.runtime.adapters.mcp_wire import Wire, over
from wavoice.runtime.build import Parts
from wavoice.runtime.settings import Runtime
from wavoice.runtime.settings_mcp import McpServer

READ_ONLY = {"read_only": True}
HARMLESS = {"read_only": False, "destructive": False}

VERIFY: Mapping[str, Any] = {
    "tool": "list_refunds",
    "arguments": {"order": "{order}"},
    "items": "refunds",
    "match": {"note": "wavoice {key}"},
    "reference": "id",
}
STATUS: Mapping[str, Any] = {
    "hints": READ_ONLY,
    "job": "counter_status",
    "tier": "R0",
    "can": "look into the counter's books",
    "asks": ["what do the books say"],
    "slots": {"order": {"kind": "order"}},
    "arguments": {"order": "{order}"},
    "answer": "The books say: order {order} is {status}.",
    "fields": {"status": {"path": "status", "sample": "open"}},
}
REFUND: Mapping[str, Any] = {
    "hints": HARMLESS,
    "job": "counter_refund",
    "tier": "R3",
    "can": "pay back at the counter",
    "asks": ["pay back {amount} at the counter", "counter refund"],
    "slots": {
        "order": {"kind": "order"},
        "amount": {"kind": "money", "ask": "How much?", "currency": "INR"},
    },
    "arguments": {"order": "{order}", "amount": "{amount}", "note": "wavoice {key}"},
    "read_back": "Order {order}: pay {amount} of {total} back to {payee}?",
    "done": "{amount} of order {order} went to {payee}",
    "still": "nothing of order {order} is paid back",
    "compensation": "impossible",
    "payee": "order",
    "max_amount": {"INR": 50_000},
    "idempotency": "marker",
    "reference": "id",
    "before": {
        "tool": "get_order",
        "arguments": {"order": "{order}"},
        "version": "updated_at",
        "fields": {"total": {"path": "total", "sample": "20 rupees"}},
        "only_if": {"status": ["on its way", "open"]},
    },
    "verify": VERIFY,
}
CLOSE: Mapping[str, Any] = {
    "hints": HARMLESS,
    "job": "close_books",
    "tier": "R2",
    "can": "close the books of an order",
    "asks": ["close the books of my order"],
    "slots": {"order": {"kind": "order"}},
    "arguments": {"order": "{order}", "note": "wavoice {key}"},
    "read_back": "Order {order}: close its books?",
    "done": "the books of order {order} are closed",
    "still": "the books of order {order} stay open",
    "compensation": "impossible",
    "idempotency": "marker",
    "verify": VERIFY,
    "elicitation": {
        "read_back": "Closing the books of {order}, the shop asks: {question} Close them?",
        "answers": {"confirm": True},
    },
}
HELPERS: Mapping[str, Any] = {"get_order": {"hints": READ_ONLY}, "list_refunds": {"hints": READ_ONLY}}
TOOLS: Mapping[str, Any] = {
    **HELPERS,
    "get_order": STATUS,
    "create_refund": REFUND,
    "close_account": CLOSE,
}
_hashes: dict[str, str] = {}


async def hashes() -> Mapping[str, str]:
    """What `wavoice mcp pin` would write, of the counter as it is."""
    if not _hashes:
        async with over(counter(Till())) as wire:
            _hashes.update({name: seen.hash for name, seen in (await wire.tools()).items()})
    return _hashes


async def server(
    tools: Mapping[str, Any] = TOOLS, how: Mapping[str, Any] | None = None, **changes: Mapping[str, Any]
) -> McpServer:
    """The counter as it is configured, all tools pinned; `changes`: what differs, by tool."""
    pins = await hashes()
    listed = {name: {"hash": pins.get(name), **tool, **changes.get(name, {})} for name, tool in tools.items()}
    where = how or {"command": ["counter"]}
    return McpServer.model_validate({"trusted": True, "call_seconds": 5, **where, "tools": listed})


def stdio(file: Path) -> Mapping[str, Any]:
    """The counter as a process of its own."""
    return {"command": [sys.executable, "-m", "tests.mcp.counter", str(file)]}


Opens = Callable[[McpServer], AbstractAsyncContextManager[Wire]]


@asynccontextmanager
async def open_shop(
    served: McpServer, till: Till | None = None, opens: Opens | None = None, **more: Any
) -> AsyncIterator[Desk]:
    """A desk with the counter beside the sample shop; with a `till` the counter is in this process."""
    if till is not None:
        other = counter(till)
        opens = lambda _: over(other)  # noqa: E731
    tools = McpTools({"counter": served}, SystemClock(), *((opens,) if opens else ()))
    sections = {"mcp": {"counter": served}, "runtime": Runtime(rehearsal=False), **more.pop("sections", {})}
    try:
        async with desk(parts=replace(Parts(), tools=tools), voice=False, sections=sections, **more) as at:
            yield at
    finally:
        await tools.close()
