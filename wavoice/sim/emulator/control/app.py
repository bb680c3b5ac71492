"""The control API as an ASGI app: who may call it, and every call that there is."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from wavoice.runtime.errors import WavoiceError
from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.acts import ActsDesk
from wavoice.sim.emulator.control.calls import ROOT, Call
from wavoice.sim.emulator.control.owners import OwnersDesk
from wavoice.sim.emulator.control.problems import (
    ControlError,
    answer_problem,
    answer_unknown,
    answer_wrong_method,
    as_answer,
)
from wavoice.sim.emulator.control.templates import TemplatesDesk
from wavoice.sim.emulator.control.users import UsersDesk
from wavoice.sim.emulator.control.voice import NoteSource
from wavoice.sim.emulator.control.webhooks import WebhooksDesk
from wavoice.sim.emulator.control.world import WorldDesk
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.live import Live


def every_call(live: Live, notes: NoteSource) -> list[Call]:
    """Return all calls, in the order of the reference."""
    desks = (
        UsersDesk(live),
        ActsDesk(live, notes),
        OwnersDesk(live),
        WebhooksDesk(live),
        TemplatesDesk(live),
        WorldDesk(live),
    )
    return [call for desk in desks for call in desk.calls()]


def control_app(calls: Sequence[Call], token: str | None) -> ASGIApp:
    """Return the app. With a `token`, every call has to bring it as a bearer token."""
    listing = m.Listing(
        version=1,
        calls=[m.CallLine(method=call.method, path=ROOT + call.path, about=call.about) for call in calls],
    )

    async def calls_there_are() -> m.Listing:
        """List every call."""
        return listing

    routes: list[Route] = [call.route() for call in (Call("GET", "", calls_there_are), *calls)]
    app = Starlette(
        routes=routes,
        exception_handlers={
            WavoiceError: answer_problem,
            GraphError: answer_problem,
            404: answer_unknown,
            405: answer_wrong_method,
        },
    )
    return Guard(app, token)


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets in who brings the token; without a token, who calls this machine by a local name.

    Names are checked because a page in a browser can call this port as it is, or as `http://some.name:8082`
    with a name that its owner lets point here.
    """

    app: ASGIApp
    token: str | None = field(repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        problem = self._problem(Request(scope))
        await (as_answer(problem) if problem else self.app)(scope, receive, send)

    def _problem(self, request: Request) -> ControlError | None:
        if self.token is None:
            stranger = _stranger(request)
            if stranger is None:
                return None
            return ControlError(
                f"{stranger} is not a local name.",
                remedy="Call 127.0.0.1 or localhost, or start with --control-token.",
                status=403,
            )
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if hmac.compare_digest(given.encode(), self.token.encode()):
            return None
        return ControlError(
            "The control token is missing or wrong.",
            remedy="Send the one of --control-token as Authorization: Bearer.",
            status=401,
        )


def _stranger(request: Request) -> str | None:
    """Return the name, of those that a call goes to and comes from, that is not of this machine."""
    origin = request.headers.get("origin")
    names = [request.url.hostname or "", *([] if origin is None else [_host_of(origin)])]
    return next((name for name in names if not is_local(name)), None)


def _host_of(origin: str) -> str:
    """The name in an origin; one that cannot be read is nobody's name."""
    try:
        return urlsplit(origin).hostname or origin
    except ValueError:
        return origin


def is_local(host: str) -> bool:
    """True for a name or address that only this machine can mean."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
