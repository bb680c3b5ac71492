"""The JSON body of a Graph call."""

from __future__ import annotations

import json

from starlette.requests import Request

from wavoice.sim.emulator.graph_errors import GraphError


def read_json(body: bytes) -> object:
    """Return what it says. Raises `GraphError` 100 for what is no JSON, or too deep for any message."""
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise GraphError(100, "The request body is not JSON") from error
    return found


async def json_object(request: Request) -> dict[str, object]:
    """Return the JSON object of a call. Raises `GraphError` 100."""
    found = read_json(await request.body())
    if not isinstance(found, dict):
        raise GraphError(100, "The request body must be a JSON object")
    return found
