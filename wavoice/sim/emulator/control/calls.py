"""A call of the control API: method, path and a handler whose annotations say what goes in and out.

A parameter of the handler that stands in the path is read from there; `body` and `query` are pydantic
models. The same annotations make the reference in docs/emulator.md, so that it cannot lie.
"""

from __future__ import annotations

import base64
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wavoice.sim.emulator.control.problems import LISTING, ControlError, malformed

ROOT = "/control/v1"

Handler = Callable[..., Awaitable[BaseModel | Response]]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be asked for."""

    method: str
    path: str
    """Below `ROOT`, with `{names}`."""
    handler: Handler
    hints: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hints", get_type_hints(self.handler))

    @property
    def about(self) -> str:
        """What it does, in one paragraph."""
        return " ".join((inspect.getdoc(self.handler) or "").split())

    @property
    def body(self) -> type[BaseModel] | None:
        """Model of the request body."""
        return self.hints.get("body")

    @property
    def query(self) -> type[BaseModel] | None:
        """Model of the query."""
        return self.hints.get("query")

    @property
    def answer(self) -> Any:
        """Model of the answer, or `Response` for bytes."""
        return self.hints["return"]

    def route(self) -> Route:
        """Return the route that serves it."""
        return Route(ROOT + self.path, self._serve, methods=[self.method])

    async def _serve(self, request: Request) -> Response:
        given: dict[str, Any] = {}
        for name in re.findall(r"\{(\w+)", self.path):
            given[name] = _checked(self.hints[name], request.path_params[name], f"{{{name}}}")
        if self.query is not None:
            given["query"] = _checked(self.query, dict(request.query_params), "query")
        if self.body is not None:
            given["body"] = _checked(self.body, await _body(request), "body")
        answer = await self.handler(**given)
        if isinstance(answer, Response):
            return answer
        return Response(answer.model_dump_json(), media_type="application/json")


def _checked(kind: Any, value: object, where: str) -> Any:
    try:
        if isinstance(value, bytes):
            return TypeAdapter(kind).validate_json(value)
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise malformed(error, where) from error


async def _body(request: Request) -> object:
    """JSON; or a file, which becomes the key `data`: the other keys then stand in the query."""
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return content or b"{}"
    if not content and not kind:
        return {}
    if kind.partition("/")[0] in {"audio", "image", "video"} or kind == "application/octet-stream":
        if not content:
            raise ControlError("The file is empty.", remedy="Is there such a file? Send its bytes.")
        return {**request.query_params, "data": base64.b64encode(content)}
    # A page in a browser can send a form or plain text to this port without asking; JSON it cannot.
    raise ControlError(
        f"A body of type {kind or 'unknown'} is not understood.",
        remedy=f"Send JSON with Content-Type: application/json. {LISTING}",
        status=415,
    )
