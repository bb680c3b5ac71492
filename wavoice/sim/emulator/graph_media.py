"""Media over the Graph API: upload, the description of an id, and bytes from another host."""

from __future__ import annotations

import base64
import hashlib

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.media import MEDIA_PATH, UPLOAD_LIFETIME, check_upload
from wavoice.sim.emulator.traffic import Traffic


class MediaEdge:
    """Files of the business and of its customers."""

    def __init__(self, config: EmulatorConfig, traffic: Traffic, access: Access) -> None:
        self._config = config
        self._traffic = traffic
        self._access = access
        self.routes = [Route("/{version}/{node}/media", self._post, methods=["POST"])]
        self.host_routes = [Route(MEDIA_PATH, self._get_bytes, methods=["GET"])]
        """Of the other host, which serves bytes."""

    def get(self, request: Request) -> Response:
        """Answer `GET /{media-id}`."""
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

    async def _post(self, request: Request) -> Response:
        self._access.admit_to_number(request)
        async with request.form() as form:
            if form.get("messaging_product") != "whatsapp":
                raise GraphError(100, "Param messaging_product must be 'whatsapp'")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise GraphError(100, "Param file is required")
            data, mime_type = await file.read(), file.content_type or str(form.get("type"))
        check_upload(data, mime_type)
        return JSONResponse({"id": self._traffic.shelf.put(data, mime_type, UPLOAD_LIFETIME).id})

    async def _get_bytes(self, request: Request) -> Response:
        self._access.check_token(request)
        stored = self._traffic.shelf.open(request.query_params.get("hash", ""))
        if stored is None:
            return Response(status_code=404)
        return Response(stored.data, media_type=stored.mime_type)
