"""An emulator of WhatsApp: the Graph API on one side, handsets on the other, state in between.

Two ASGI apps, because production has two hosts: `graph_app` answers the Cloud API, `media_app`
serves bytes. In process both are reached without sockets, which costs a fraction of a millisecond a
call, hands over an answer only when it is complete (nothing streams) and ignores time-outs; or over
TCP with `sim.tcp.serve`. Bodies and signatures are the same either way.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable

import httpx
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from wavoice.runtime.ports import Clock
from wavoice.sim.graph_errors import GraphError, unknown_object
from wavoice.sim.in_process import InProcess
from wavoice.sim.media import MEDIA_PATH, UPLOAD_LIFETIME, check_upload
from wavoice.sim.messages import Receipt, Send, read_request
from wavoice.sim.network_faults import NetworkFault, NetworkFaults
from wavoice.sim.phone import Phone
from wavoice.sim.traffic import EmulatorConfig, Traffic, bare_digits
from wavoice.sim.webhooks import WebhookClient
from wavoice.sim.wire import Person

__all__ = ["Emulator", "EmulatorConfig"]


class Emulator:
    """WhatsApp for one business number: stateful, and the same for the same seed and clock.

    `webhook` is the client that reaches the bot; its time-outs are WhatsApp's patience. An
    exception of a bot in process surfaces where its webhook was posted: in the verb of a handset,
    or in `idle` and `close` for statuses and whatever was held back.
    """

    def __init__(self, config: EmulatorConfig, clock: Clock, webhook: WebhookClient) -> None:
        self._config = config
        self._traffic = Traffic(config, clock, webhook)
        self._faults = NetworkFaults(clock)
        refused = {GraphError: self._refuse}
        routes = [
            Route("/{version}/{node}/messages", self._post_message, methods=["POST"]),
            Route("/{version}/{node}/media", self._post_media, methods=["POST"]),
            Route("/{version}/{node}", self._get_node, methods=["GET"]),
        ]
        self.graph_app = Starlette(routes=routes, exception_handlers=refused)
        routes = [Route(MEDIA_PATH, self._get_bytes, methods=["GET"])]
        self.media_app = Starlette(routes=routes, exception_handlers=refused)

    def phone(
        self, name: str, digits: str | None, bsuid: str | None = None, username: str | None = None
    ) -> Phone:
        """Connect a customer. `digits` is None for one who hides the number; an absent BSUID is made up."""
        bsuid = bsuid or f"US.{self._traffic.ids.digits()}"
        return self._traffic.add_phone(Person(name, bsuid, digits, username))

    def client(self, patience: Callable[[], Awaitable[object]] | None = None) -> httpx.AsyncClient:
        """Return a client that reaches both apps in process by their configured hosts, and nothing else.

        `patience`: what passes before it gives up waiting for an answer; None: nothing.
        """
        return httpx.AsyncClient(
            transport=httpx.MockTransport(_no_host),
            mounts={
                self._config.graph_host: InProcess(self.graph_app, patience),
                self._config.media_host: InProcess(self.media_app, patience),
            },
        )

    def serve_media_at(self, host: str) -> None:
        """Hand out media URLs of this host from now on, e.g. of a port that was chosen late."""
        self._traffic.shelf.host = host

    async def staff_says(self, phone: Phone, text: str) -> str:
        """Answer a customer from the business's phone app, as a person; return the wamid.

        The message appears on the customer's handset; the bot gets it as `smb_message_echoes`, and
        no status. Returns once that webhook was tried.
        """
        return await self._traffic.staff_says(phone, text)

    def fault(self, does: NetworkFault, times: int = 1) -> None:
        """Script what the next `times` messages of the business meet; faults are used in this order.

        Receipts, typing and malformed requests do not count.

        * `fail`: HTTP 500 with 131000; nothing is accepted.
        * `refuse`: HTTP 400 with 131047, the service window is closed; nothing is accepted.
        * `timeout`: nothing is accepted and no answer ever comes.
        * `lost_response`: accepted and delivered; the connection breaks inside the answer.
        * `slow`: accepted and delivered at once; the answer comes `network_faults.SLOW` later.
        """
        self._faults.add(does, times)

    @property
    def posted(self) -> tuple[bytes, ...]:
        """Every webhook body, in the order in which they were first tried."""
        return self._traffic.webhooks.posted

    async def redeliver(self, body: bytes) -> None:
        """Send exactly these bytes once more, signed, whatever the answer."""
        await self._traffic.webhooks.again(body)

    async def flush(self) -> None:
        """Bring the `reordered` messages that still wait for a next one; return once all were tried."""
        await self._traffic.flush()

    @property
    def dropped(self) -> tuple[bytes, ...]:
        """Webhook bodies given up after a week without a 200, oldest first."""
        return tuple(self._traffic.webhooks.dropped)

    async def idle(self) -> None:
        """Return when no webhook is under way and none is due before the clock moves.

        Raises an `ExceptionGroup` of what failed in the background since the last call.
        """
        await self._traffic.background.idle()

    async def close(self) -> None:
        """Stop all deliveries, redeliveries included; then raise as `idle` does."""
        await self._traffic.background.close()

    async def _post_message(self, request: Request) -> ASGIApp:
        self._admit_to_number(request)
        try:
            body = json.loads(await request.body())
        except ValueError as error:
            raise GraphError(100, "The request body is not JSON") from error
        match read_request(body):
            case Receipt() as receipt:
                self._traffic.mark_read(receipt)
                return JSONResponse({"success": True})
            case Send() as send:
                return await self._faults.serve(lambda: self._accepted(send))

    def _accepted(self, send: Send) -> Response:
        sent = self._traffic.accept(send)
        contact = (
            {"input": send.recipient, "user_id": send.recipient}
            if send.to is None
            else {"input": send.to, "wa_id": bare_digits(send.to)}
        )
        return JSONResponse(
            {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": sent.wamid}]}
        )

    async def _post_media(self, request: Request) -> Response:
        self._admit_to_number(request)
        async with request.form() as form:
            if form.get("messaging_product") != "whatsapp":
                raise GraphError(100, "Param messaging_product must be 'whatsapp'")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise GraphError(100, "Param file is required")
            data, mime_type = await file.read(), file.content_type or str(form.get("type"))
        check_upload(data, mime_type)
        return JSONResponse({"id": self._traffic.shelf.put(data, mime_type, UPLOAD_LIFETIME).id})

    async def _get_node(self, request: Request) -> Response:
        self._admit(request)
        if request.path_params["node"] == self._config.business.number:
            return self._number(request)
        return self._media(request)

    def _number(self, request: Request) -> Response:
        business = self._config.business
        known = {
            "display_phone_number": f"+{business.display_phone}",
            "verified_name": business.name,
            "status": "CONNECTED",
        }
        asked = request.query_params.get("fields", "display_phone_number,verified_name").split(",")
        return JSONResponse({key: known[key] for key in asked if key in known} | {"id": business.number})

    def _media(self, request: Request) -> Response:
        node, number = request.path_params["node"], self._config.business.number
        if request.query_params.get("phone_number_id", number) != number:
            raise unknown_object(node)
        stored = self._traffic.shelf.get(node)
        digest = hashlib.sha256(stored.data).digest()
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": self._traffic.shelf.url(stored),
                "mime_type": stored.mime_type,
                "sha256": digest.hex() if self._config.hex_sha256 else base64.b64encode(digest).decode(),
                "file_size": len(stored.data),
                "id": stored.id,
            }
        )

    async def _get_bytes(self, request: Request) -> Response:
        self._check_token(request)
        stored = self._traffic.shelf.open(request.query_params.get("hash", ""))
        if stored is None:
            return Response(status_code=404)
        return Response(stored.data, media_type=stored.mime_type)

    def _admit_to_number(self, request: Request) -> None:
        self._admit(request)
        node = request.path_params["node"]
        if node != self._config.business.number:
            raise unknown_object(node)

    def _admit(self, request: Request) -> None:
        self._check_token(request)
        if not re.fullmatch(r"v\d+\.\d+", request.path_params["version"]):
            raise GraphError(100, "The path must begin with a version such as v24.0")

    def _check_token(self, request: Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise GraphError(104, "Send the access token as an Authorization: Bearer header")
        if token != self._config.access_token:
            raise GraphError(190, "The access token is not the one of this business")

    async def _refuse(self, _request: Request, error: Exception) -> Response:
        if not isinstance(error, GraphError):
            raise error
        return JSONResponse(error.body(self._traffic.ids.token()), status_code=error.status)


def _no_host(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"there is no {request.url.host} on the emulated network", request=request)
