"""OpenAI's chat protocol on a socket, streaming or not; says what it is told to say, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from wavoice.sim.tcp import serve

KEY = "sk-of-a-test"


@dataclass(slots=True)
class LlmServer:
    """Answers with the next of `says`, in the shape in which it was asked; `instead` goes first."""

    says: deque[str] = field(default_factory=deque)
    instead: deque[Response | None] = field(default_factory=deque)
    """None: no answer at all, until the server is closed."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    function: str = "reading"
    """Which one it calls, where it is offered functions."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Yields the base address."""
        app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])
        async with serve(app) as port:
            try:
                yield f"http://127.0.0.1:{port}/v1"
            finally:
                self.closing.set()

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append({**body, "key": request.headers.get("authorization", "").removeprefix("Bearer ")})
        if self.instead:
            answer = self.instead.popleft()
            if answer is None:
                await self.closing.wait()
            return answer or Response(status_code=503)
        text = self.says.popleft()
        by_tool = "tools" in body
        if body["stream"]:
            pieces = [self._message(text[at : at + 7], by_tool, at) for at in range(0, len(text), 7)]
            return streamed(*({"choices": [{"delta": piece}]} for piece in pieces))
        usage = {"prompt_tokens": 900, "completion_tokens": 30}
        return JSONResponse({"choices": [{"message": self._message(text, by_tool, 0)}], "usage": usage})

    def _message(self, text: str, by_tool: bool, at: int) -> dict[str, Any]:
        if not by_tool:
            return {"role": "assistant", "content": text}
        function = {"name": self.function, "arguments": text} if at == 0 else {"arguments": text}
        return {"tool_calls": [{"index": 0, "type": "function", "function": function}]}


def streamed(*pieces: dict[str, Any], done: bool = True) -> Response:
    """Server-sent events, one a piece."""

    async def events() -> AsyncIterator[str]:
        yield ": keep-alive\n\n"
        for piece in pieces:
            yield f"data: {json.dumps(piece)}\n\n"
        if done:
            yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


def reading(job: str, sure: float = 0.9, **words: str | None) -> str:
    """An answer as it should be."""
    return json.dumps({"job": job, "sure": sure, "words": words})
