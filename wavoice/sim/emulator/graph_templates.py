"""Templates over the Graph API: submit, list, edit, delete, unpause.

Source: Cloud API, "Template management" (v24.0).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.graph_body import json_object
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.templates.book import MOST_TEMPLATES
from wavoice.sim.emulator.templates.life import Templates
from wavoice.sim.emulator.templates.shapes import Template
from wavoice.sim.emulator.tokens import MANAGEMENT

PAGE = 25
"""How many a page has unless `limit` says otherwise."""
_PATH = "/{version}/{node}/message_templates"
_STANDARD = ("name", "parameter_format", "components", "language", "status", "category", "id")
_MORE = ("quality_score", "rejected_reason", "previous_category", "message_send_ttl_seconds", "sub_category")
_EMPTY = (
    *("correct_category", "cta_url_link_tracking_opted_out", "degrees_of_freedom_spec"),
    *("library_template_name", "last_updated_time", "is_primary_device_delivery_only"),
)
"""Fields of Graph that no template has here; asking for them is fine."""
_FIELDS = frozenset({*_STANDARD, *_MORE, *_EMPTY})


class TemplatesEdge:
    """What a business does with its templates, and what it can read of them."""

    def __init__(self, templates: Templates, access: Access) -> None:
        self._templates = templates
        self._access = access
        self.routes = [
            Route(_PATH, self._list, methods=["GET"]),
            Route(_PATH, self._create, methods=["POST"]),
            Route(_PATH, self._delete, methods=["DELETE"]),
            Route("/{version}/{node}/unpause", self._unpause, methods=["POST"]),
        ]

    def get(self, request: Request) -> Response:
        """Answer `GET /{template-id}`."""
        self._access.admit(request, MANAGEMENT)
        return JSONResponse(_told(self._templates.book.get(request.path_params["node"]), _fields(request)))

    async def edit(self, request: Request) -> Response:
        """Answer `POST /{template-id}`."""
        self._access.admit(request, MANAGEMENT)
        self._templates.edit(request.path_params["node"], await json_object(request))
        return JSONResponse({"success": True})

    async def _create(self, request: Request) -> Response:
        self._access.admit_to_account(request)
        made = self._templates.book.create(await json_object(request))
        return JSONResponse({"id": made.id, "status": made.status, "category": made.category})

    async def _list(self, request: Request) -> Response:
        self._access.admit_to_account(request)
        fields = _fields(request)
        every = self._templates.state.templates
        found = [one for one in every if _fits(one, request)]
        page, paging = _page(request, found)
        answer: dict[str, Any] = {"data": [_told(one, fields) for one in page], "paging": paging}
        if (asked := request.query_params.get("summary")) is not None:
            answer["summary"] = _summary(asked, len(found), len(every))
        return JSONResponse(answer)

    async def _delete(self, request: Request) -> Response:
        self._access.admit_to_account(request)
        name = request.query_params.get("name")
        if name is None:
            raise GraphError(100, "Param name is required")
        self._templates.delete(name, request.query_params.get("hsm_id"))
        return JSONResponse({"success": True})

    async def _unpause(self, request: Request) -> Response:
        self._access.admit(request, MANAGEMENT)
        template = self._templates.book.get(request.path_params["node"])
        await self._templates.unpause(template.id)
        return JSONResponse({"success": True})


def _fields(request: Request) -> Sequence[str]:
    asked = request.query_params.get("fields")
    if asked is None:
        return _STANDARD
    fields = [name.strip() for name in asked.split(",")]
    for name in fields:
        if name not in _FIELDS:
            raise GraphError(100, f"Tried accessing nonexisting field ({name}) on a message template")
    return [*fields, *([] if "id" in fields else ["id"])]


def _told(template: Template, fields: Sequence[str]) -> Mapping[str, Any]:
    node = template.model_dump(mode="json", exclude_unset=True) | {"status": template.status}
    node["parameter_format"] = template.parameter_format
    node["quality_score"] = {"score": template.quality, "date": template.quality_at // SECOND}
    node["rejected_reason"] = template.rejected_reason
    return {name: node[name] for name in fields if node.get(name) is not None}


def _summary(asked: str, found: int, every: int) -> Mapping[str, Any]:
    """Return the counts that were asked for, over all pages."""
    known = {
        "total_count": found,
        "message_template_count": every,
        "message_template_limit": MOST_TEMPLATES,
        "are_translations_complete": True,
    }
    return {name: known[name] for name in asked.split(",") if name in known}


def _fits(template: Template, request: Request) -> bool:
    query = request.query_params
    return all(
        query.get(key) is None or getattr(template, key).casefold() == query[key].casefold()
        for key in ("name", "status", "category", "language")
    )


def _page(request: Request, found: Sequence[Template]) -> tuple[Sequence[Template], Mapping[str, Any]]:
    """Return one page, and how to go on: `next` only where there is more."""
    query = request.query_params
    limit = query.get("limit", str(PAGE))
    if not limit.isdecimal() or int(limit) < 1:
        raise GraphError(100, "Param limit must be a positive integer")
    start = 0
    if (after := query.get("after")) is not None:
        ids = [one.id for one in found]
        at = _uncursor(after)
        if at not in ids:
            raise GraphError(131059, "Param after is not a cursor of this list")
        start = ids.index(at) + 1
    page = found[start : start + int(limit)]
    if not page:
        return page, {}
    paging: dict[str, Any] = {"cursors": {"before": _cursor(page[0]), "after": _cursor(page[-1])}}
    if start + len(page) < len(found):
        paging["next"] = str(request.url.include_query_params(after=_cursor(page[-1])))
    return page, paging


def _cursor(template: Template) -> str:
    return base64.urlsafe_b64encode(template.id.encode()).decode()


def _uncursor(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor).decode()
    except ValueError:
        return ""
