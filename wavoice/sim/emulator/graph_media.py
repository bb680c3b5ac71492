"""Media over the Graph API: upload, the description of an id, and bytes from another host."""

from __future__ import annotations

import base64
import hashlib

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.byte_ranges import ranged
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.media import MEDIA_PATH, UPLOAD_LIFETIME
from wavoice.sim.emulator.media_faults import MediaFaults
from wavoice.sim.emulator.media_rules import check_upload
from wavoice.sim.emulator.traffic import Traffic


class MediaEdge:
    """Files of the business and of its customers."""

    def __init__(self, config: EmulatorConfig, traffic: Traffic, access: Access, faults: MediaFaults) -> None:
        self._config = config
        self._traffic = traffic
        self._access = access
        self._faults = faults
        self.mirror = config.mirror_host
        """Scheme and host to which a download is redirected by fault."""
        self.leaks: list[str] = []
        """Paths at which the mirror was shown an access token, oldest first."""
        self.routes = [Route("/{version}/{node}/media", self._post, methods=["POST"])]
        self.host_routes = [Route(MEDIA_PATH, self._get_bytes, methods=["GET"])]
        """Of the other host, which serves bytes."""
        self.mirror_routes = [Route(MEDIA_PATH, self._get_mirrored, methods=["GET"])]
        """Of a third one, to which a download may be redirected, and which must see no token."""

    def get(self, request: Request) -> Response:
        """Answer `GET /{media-id}`."""
        stored = self._traffic.shelf.get(self._own(request))
        digest = hashlib.sha256(stored.data).digest()
        size = len(stored.data)
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": self._traffic.shelf.url(stored),
                "mime_type": stored.mime_type,
                "sha256": digest.hex() if self._config.hex_sha256 else base64.b64encode(digest).decode(),
                "file_size": str(size) if self._config.file_size_as_string else size,
                "id": stored.id,
            }
        )

    def delete(self, request: Request) -> Response:
        """Answer `DELETE /{media-id}`."""
        self._traffic.shelf.delete(self._own(request))
        return JSONResponse({"success": True})

    def _own(self, request: Request) -> str:
        """The id, unless it is asked for in the name of another number."""
        node: str = request.path_params["node"]
        number = self._config.business.number
        if request.query_params.get("phone_number_id", number) != number:
            raise unknown_object(node)
        return node

    async def _post(self, request: Request) -> Response:
        self._access.admit_to_number(request)
        async with request.form() as form:
            if form.get("messaging_product") != "whatsapp":
                raise GraphError(100, "Param messaging_product must be 'whatsapp'")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise GraphError(100, "Param file is required")
            data, mime_type = await file.read(), file.content_type or str(form.get("type"))
        check_upload(data, mime_type, file.filename)
        return JSONResponse({"id": self._traffic.shelf.put(data, mime_type, UPLOAD_LIFETIME).id})

    async def _get_bytes(self, request: Request) -> ASGIApp:
        self._access.check_token(request)
        stored = self._traffic.shelf.open(request.query_params.get("hash", ""))
        if stored is None:
            return Response(status_code=404)
        elsewhere = f"{self.mirror}{MEDIA_PATH}?{request.url.query}"
        return self._faults.serve(stored, elsewhere) or ranged(
            stored.data, stored.mime_type, request.headers.get("Range")
        )

    async def _get_mirrored(self, request: Request) -> Response:
        if "Authorization" in request.headers:
            self.leaks.append(request.url.path)
        stored = self._traffic.shelf.open(request.query_params.get("hash", ""))
        if stored is None:
            return Response(status_code=404)
        return ranged(stored.data, stored.mime_type, request.headers.get("Range"))
