"""The hosts of the emulated WhatsApp: Graph with its edges and nodes, the files, and their mirror."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.body_tokens import BodyTokens
from wavoice.sim.emulator.callbacks import Callbacks
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_apps import AppsEdge, parameters
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.graph_identity import IdentityEdge
from wavoice.sim.emulator.graph_media import MediaEdge
from wavoice.sim.emulator.graph_messages import MessagesEdge
from wavoice.sim.emulator.graph_number import NumberEdge
from wavoice.sim.emulator.graph_templates import TemplatesEdge
from wavoice.sim.emulator.media_faults import MediaFaults
from wavoice.sim.emulator.network_faults import NetworkFaults
from wavoice.sim.emulator.tokens import MANAGEMENT, Tokens
from wavoice.sim.emulator.traffic import Traffic
from wavoice.sim.emulator.webhooks import WebhookClient
from wavoice.sim.emulator.wire import encode


class Hosts:
    """ASGI apps, one a host, over what happens on WhatsApp (`traffic`)."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Clock,
        webhook: WebhookClient,
        traffic: Traffic,
        tokens: Tokens,
        faults: NetworkFaults,
    ) -> None:
        self._config = config
        self._traffic = traffic
        access = self._access = Access(config, tokens)
        self._templates = TemplatesEdge(traffic.templates, access)
        callbacks = Callbacks(webhook, traffic.ids)
        self._apps = AppsEdge(traffic.subscriptions, tokens, callbacks, access)
        self.number = NumberEdge(config, traffic.acceptance.registration, access, clock)
        """What Graph tells of the business number."""
        self.identity = IdentityEdge(config, traffic, access)
        """The business's own username, and its contact book."""
        self.media_faults = MediaFaults(clock)
        """What the next downloads meet."""
        self.media = MediaEdge(config, traffic, access, self.media_faults)
        """Files: their ids on Graph, their bytes on the other hosts."""
        refused = {GraphError: self._refuse, HTTPException: self._astray}
        graph = Starlette(
            routes=[
                *MessagesEdge(traffic, access, faults).routes,
                *self.media.routes,
                *self._apps.routes,
                *self._templates.routes,
                *self.identity.routes,
                *self.number.routes,
                Route("/{version}/{node}", self._get_node, methods=["GET"]),
                Route("/{version}/{node}", self._post_node, methods=["POST"]),
                Route("/{version}/{node}", self._delete_node, methods=["DELETE"]),
            ],
            exception_handlers=refused,
        )
        self.graph_app: ASGIApp = BodyTokens(graph)
        self.media_app = Starlette(
            routes=self.media.host_routes, exception_handlers={GraphError: self._refuse}
        )
        self.mirror_app = Starlette(routes=self.media.mirror_routes)
        """Where the media fault `redirect` leads."""

    async def _get_node(self, request: Request) -> Response:
        """Answer `GET /{id}` by what the id is."""
        token = self._access.admit(request)
        node, business = request.path_params["node"], self._config.business
        if node == business.number:
            return self.number.get(request, self._apps.configuration(token, number=True))
        if node == business.waba:
            return self.number.get_account(request, self._apps.configuration(token, number=False))
        if self._traffic.templates.book.has(node):
            return self._templates.get(request)
        return self.media.get(request)

    async def _post_node(self, request: Request) -> Response:
        """Answer `POST /{id}`: what of the number, or of a template, is to change."""
        if self._traffic.templates.book.has(request.path_params["node"]):
            return await self._templates.edit(request)
        token = self._access.admit_to_number(request, MANAGEMENT)
        given = await parameters(request)
        changed = self.number.change(given)
        if "webhook_configuration" in given:
            await self._apps.configure_number(token, given["webhook_configuration"])
        elif not changed:
            raise GraphError(100, "Nothing of the number is to change")
        return JSONResponse({"success": True})

    async def _delete_node(self, request: Request) -> Response:
        """Answer `DELETE /{media-id}`."""
        self._access.admit(request)
        return self.media.delete(request)

    async def _refuse(self, _request: Request, error: Exception) -> Response:
        if not isinstance(error, GraphError):
            raise error
        # In ASCII: what is quoted of a request may hold halves of characters.
        return Response(
            encode(error.body(self._traffic.ids.token())),
            media_type="application/json",
            status_code=error.status,
            headers=dict(error.headers(self._config.business.waba)),
        )

    async def _astray(self, request: Request, error: Exception) -> Response:
        """Refuse a path or method that is not emulated in Graph's own shape, and never as HTTP 404 or 405.

        The same for a body that is no form.
        """
        if not isinstance(error, HTTPException):
            raise error
        path = request.url.path
        if error.status_code == 405:
            refusal = GraphError(100, f"Unsupported {request.method.lower()} request to {path}", subcode=33)
        elif error.status_code == 400:
            refusal = GraphError(100, "The request body is not the form that its Content-Type announces")
        else:
            refusal = GraphError(2500, f"Unknown path components: {path}")
        return await self._refuse(request, refusal)
