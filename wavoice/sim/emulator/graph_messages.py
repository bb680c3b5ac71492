"""`POST /{phone-number-id}/messages`: sends, receipts and typing."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.graph_body import read_json
from wavoice.sim.emulator.network_faults import Accepted, NetworkFaults
from wavoice.sim.emulator.sending.content import Receipt, Send
from wavoice.sim.emulator.traffic import Traffic


class MessagesEdge:
    """Takes what the business sends."""

    def __init__(self, traffic: Traffic, access: Access, faults: NetworkFaults) -> None:
        self._traffic = traffic
        self._access = access
        self._faults = faults
        self.routes = [Route("/{version}/{node}/messages", self._post, methods=["POST"])]

    async def _post(self, request: Request) -> ASGIApp:
        self._access.admit_to_number(request)
        body = read_json(await request.body())
        # A hundred shapes, an eighth of the emulator's start.
        from wavoice.sim.emulator.sending.read import read_request  # noqa: PLC0415

        match read_request(body):
            case Receipt() as receipt:
                self._traffic.mark_read(receipt)
                return JSONResponse({"success": True})
            case Send() as send:
                if send.unknown:
                    _warn(send.unknown)
                return await self._faults.serve(lambda: self._accepted(send))

    def _accepted(self, send: Send) -> Accepted:
        sent = self._traffic.accept(send)
        contact = (
            {"input": send.recipient, "user_id": send.recipient}
            if send.to is None
            else {"input": send.to, "wa_id": sent.to.phone}
        )
        message = {"id": sent.wamid}
        if send.content.kind == "template":
            message["message_status"] = "accepted"
        answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
        return Accepted(sent.wamid, JSONResponse(answer))


def _warn(keys: Sequence[str]) -> None:
    import structlog  # noqa: PLC0415 -- rarely needed, and a tenth of a second of the start

    structlog.get_logger("wavoice").warning("emulator.unknown_keys", keys=keys)
