"""Names over the Graph API: the business's username, and the contact book of its customers.

Source: business-scoped user id pages (2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.sim.emulator import wire
from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_body import json_object
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.tokens import MANAGEMENT
from wavoice.sim.emulator.traffic import Traffic

_USERNAME = re.compile(r"(?=.*[a-z])(?!www)(?!.*\.\.)[a-z0-9_][a-z0-9._]{1,33}[a-z0-9_]")
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
TRANSFER_REQUIRED = 147005


class UsernameState(BaseModel, defer_build=True):
    """The username of the business number."""

    username: str | None = None
    """Without `@`; None: it has none."""
    status: Literal["approved", "reserved"] = "approved"


class IdentityEdge:
    """Usernames and the contact book."""

    def __init__(self, config: EmulatorConfig, traffic: Traffic, access: Access) -> None:
        self.state = UsernameState()
        self._config = config
        self._traffic = traffic
        self._access = access
        name, book = "/{version}/{node}/username", "/{version}/{node}/contact_book"
        self.routes = [
            Route(name, self._get, methods=["GET"]),
            Route(name, self._set, methods=["POST"]),
            Route(name, self._delete, methods=["DELETE"]),
            Route("/{version}/{node}/username_suggestions", self._suggest, methods=["GET"]),
            Route(book, self._forget, methods=["DELETE"]),
        ]

    def load(self, state: UsernameState) -> None:
        """Take this over."""
        self.state = state

    async def _get(self, request: Request) -> Response:
        self._access.admit_to_number(request, MANAGEMENT)
        if self.state.username is None:
            return JSONResponse({})
        return JSONResponse(self.state.model_dump())

    async def _set(self, request: Request) -> Response:
        """Take a username. `EmulatorConfig.usernames` says which are refused, and with what code."""
        self._access.admit_to_number(request, MANAGEMENT)
        given = await json_object(request)
        username = given.get("username")
        if not isinstance(username, str):
            raise GraphError(100, "Param username is required and must be a string")
        if not _USERNAME.fullmatch(username):
            raise GraphError(
                147001, "A username has 3 to 35 small letters, digits, periods or underscores, and a letter"
            )
        refused = self._config.usernames.get(username)
        forced = given.get("transfer_action") == "force_transfer"
        if refused is not None and not (refused == TRANSFER_REQUIRED and forced):
            raise GraphError(refused)
        self.state = UsernameState(username=username)
        await self._tell({"username": username, "status": "approved"})
        return JSONResponse({"success": True, "status": "approved"})

    async def _delete(self, request: Request) -> Response:
        self._access.admit_to_number(request, MANAGEMENT)
        if self.state.username is not None:
            self.state = UsernameState()
            await self._tell({"status": "deleted"})
        return JSONResponse({"success": True})

    async def _suggest(self, request: Request) -> Response:
        """Names that are free, made of the business's own."""
        self._access.admit_to_number(request, MANAGEMENT)
        words = re.findall(r"[a-z0-9]+", self._config.business.name.lower())
        names = ["".join(words), ".".join(words), "_".join(words), "".join(words) + "_official"]
        free = [name for name in dict.fromkeys(names) if name not in self._config.usernames]
        return JSONResponse({"data": [{"username_suggestions": free}]})

    async def _forget(self, request: Request) -> Response:
        """Strike a user from the contact book; the 30 days since the last exchange run on."""
        self._access.admit_to_number(request, MANAGEMENT)
        if request.query_params.get("messaging_product") != "whatsapp":
            raise GraphError(100, "Param messaging_product must be 'whatsapp'")
        bsuid = request.query_params.get("bsuid", "")
        if not _BSUID.fullmatch(bsuid):
            raise GraphError(
                100, "Param bsuid must be a business-scoped user id; parent ids are not supported"
            )
        deleted = self._traffic.customers.rules.forget(bsuid)
        return JSONResponse({"messaging_product": "whatsapp", "success": True, "deleted": deleted})

    async def _tell(self, news: Mapping[str, str]) -> None:
        business = self._config.business
        value = {"display_phone_number": business.display_phone, **news}
        await self._traffic.webhooks.post(
            wire.account_envelope(business, "business_username_update", value, self._traffic.now())
        )
