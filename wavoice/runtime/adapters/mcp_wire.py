"""One MCP connection over the official SDK, which is imported here and nowhere else.

What a server sends is data: nothing of it is logged, and an answer that does not fit counts as none.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import validator_for
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.mcpserver import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    Implementation,
    InputRequiredResult,
    InputResponses,
    PaginatedRequestParams,
    TextContent,
    Tool,
)
from referencing import Registry

from wavoice.runtime.errors import ToolError
from wavoice.runtime.mcp.calls import Asked, Call, Form, Told
from wavoice.runtime.mcp.plain import from_text
from wavoice.runtime.mcp.rules import NO_HASH, Hints, ToolSeen, definition_hash
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_mcp import McpServer

MOST_TOOLS = 1_000
MOST_PAGES = 50
MOST_BYTES = 4_194_304
"""Of one answer over HTTP."""
_REFUSALS = frozenset({INVALID_PARAMS, METHOD_NOT_FOUND, HEADER_MISMATCH, MISSING_REQUIRED_CLIENT_CAPABILITY})
"""Errors by which a server says that it has not begun; all others leave that open."""


@asynccontextmanager
async def connect(server: McpServer) -> AsyncIterator[Wire]:
    """Open a connection, with the protocol that both sides know. Raises what the SDK and the system raise."""
    async with AsyncExitStack() as stack:
        if server.url is None:
            # What a server writes to its standard error may quote anything; it is nobody's log.
            nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))  # noqa: ASYNC230, SIM115
            transport = stdio_client(_child(server), errlog=nowhere)
        else:
            http = await stack.enter_async_context(_http(server))
            transport = streamable_http_client(server.url, http_client=http)
        yield await stack.enter_async_context(over(transport))


@asynccontextmanager
async def over(other_side: Any, mode: str = "auto") -> AsyncIterator[Wire]:
    """A connection over a transport of the SDK, or with a server in this process; `mode` as in the SDK."""
    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # the SDK logs lines that it cannot read, as they are
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # and each address that it asks
    served: MCPServer | Any = other_side
    info = Implementation(name="wavoice", version=version("wavoice-bot"))
    nobody = _Nobody()
    async with Client(served, mode=mode, cache=None, client_info=info, elicitation_callback=nobody) as client:
        yield Wire(client, nobody)


class _Nobody:
    """A server of before 2026-07-28 asks in the midst of a call: no customer can answer so fast."""

    asked: int = 0

    async def __call__(self, context: object, params: object) -> ElicitResult:  # noqa: ARG002 -- the SDK's
        """Nobody is there."""
        self.asked += 1
        return ElicitResult(action="cancel")


def _child(server: McpServer) -> StdioServerParameters:
    program, *rest = server.command
    env = {name: resolve_secret(value).get_secret_value() for name, value in server.env.items()}
    return StdioServerParameters(command=program, args=rest, env=env)


def _http(server: McpServer) -> httpx2.AsyncClient:
    headers = {name: resolve_secret(value).get_secret_value() for name, value in server.headers.items()}
    seconds = httpx2.Timeout(server.connect_seconds, read=None)  # an answer's time is the call's
    return httpx2.AsyncClient(headers=headers, timeout=seconds, transport=Capped(httpx2.AsyncHTTPTransport()))


class Capped(httpx2.AsyncBaseTransport):
    """Stops reading an answer that is larger than any answer needs to be; events have a cap of the SDK's."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """See `httpx2`."""
        response = await self._inner.handle_async_request(request)
        if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
            response.stream = _CappedStream(response.stream)
        return response

    async def aclose(self) -> None:
        """See `httpx2`."""
        await self._inner.aclose()


class _CappedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        taken = 0
        async for chunk in self._inner:
            taken += len(chunk)
            if taken > MOST_BYTES:
                raise httpx2.ReadError(f"an answer of more than {MOST_BYTES} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class Wire:
    """An open connection. It gives no answer twice and repeats nothing."""

    def __init__(self, client: Client, nobody: _Nobody) -> None:
        self._session = client.session
        self._nobody = nobody

    async def tools(self) -> Mapping[str, ToolSeen]:
        """All tools as they are now, by name. Raises `ToolError` for a list without end."""
        listed: list[Tool] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            listed += page.tools
            cursor = page.next_cursor
            if cursor is None or len(listed) > MOST_TOOLS:
                break
        if cursor is not None or len(listed) > MOST_TOOLS:
            raise ToolError("The list of tools has no end.", sent=False)
        twice = {name for name, count in Counter(tool.name for tool in listed).items() if count > 1}
        return {tool.name: _seen(tool, known=tool.name not in twice) for tool in listed}

    async def call(self, call: Call, seen: ToolSeen) -> Told | Asked:
        """Send it once. Raises `ToolError`; anything else that it raises says nothing of what was done."""
        if (wrong := misfit(call.arguments, seen.input_schema)) is not None:
            raise ToolError(f"{call.server}.{call.tool}: {wrong}", sent=False)
        goes_on, asked_before = call.resumes, self._nobody.asked
        answers: InputResponses | None = None
        if goes_on is not None:
            answers = {
                name: ElicitResult(action="accept", content=dict(content))
                for name, content in goes_on.answers.items()
            }
        try:
            told = await self._session.call_tool(
                call.tool,
                dict(call.arguments),
                input_responses=answers,
                request_state=goes_on.state if goes_on else None,
                allow_input_required=True,
            )
        except MCPError as error:
            if error.code in _REFUSALS:
                return Told(None, failed=True)
            if error.code == CONNECTION_CLOSED:
                raise
            raise ToolError(f"{call.server}.{call.tool}: error {error.code}.", sent=True) from None
        except (
            RuntimeError,
            ValueError,
        ):  # pydantic's and the SDK's: it does not fit the protocol or its schema
            raise ToolError(f"{call.server}.{call.tool}: its answer does not fit.", sent=True) from None
        if isinstance(told, InputRequiredResult):
            return _asked(told)
        # Told that nobody was there, some tools end well and have done nothing.
        return replace(_told(told), failed=True) if self._nobody.asked != asked_before else _told(told)


def _seen(tool: Tool, *, known: bool) -> ToolSeen:
    said = tool.annotations
    hints = Hints(said.read_only_hint, said.destructive_hint) if said else Hints()
    annotations = said.model_dump(mode="json", by_alias=True, exclude_none=True) if said else None
    made = definition_hash(tool.name, tool.input_schema, annotations, tool.output_schema)
    return ToolSeen(made if known else NO_HASH, hints, tool.input_schema)


def _told(result: CallToolResult) -> Told:
    """Structured content, which the SDK has checked; else the first text."""
    if result.structured_content is not None:
        return Told(result.structured_content, failed=bool(result.is_error))
    text = next((part.text for part in result.content if isinstance(part, TextContent)), "")
    return Told(from_text(text), failed=bool(result.is_error))


def _asked(result: InputRequiredResult) -> Asked:
    requests = result.input_requests or {}
    forms = {
        name: Form(request.params.message, request.params.requested_schema)
        for name, request in requests.items()
        if isinstance(request, ElicitRequest) and isinstance(request.params, ElicitRequestFormParams)
    }
    return Asked(result.request_state, forms, answerable=bool(forms) and len(forms) == len(requests))


def misfit(value: Any, schema: Mapping[str, Any]) -> str | None:
    """Why a value does not fit a schema, without quoting it; None if it does. Resolves nothing outside."""
    checks = validator_for(dict(schema))
    try:
        checks.check_schema(dict(schema))
        checks(dict(schema), registry=Registry()).validate(value)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.absolute_path) or "the whole"
        return f"{place} does not fit its schema ({error.validator})"
    except (SchemaError, RecursionError):
        return "its schema is none"
    return None
