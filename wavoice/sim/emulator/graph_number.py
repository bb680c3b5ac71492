"""The business number as a node of the Graph API."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from wavoice.sim.emulator.config import EmulatorConfig


class NumberEdge:
    """What Graph tells of the number."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config

    def get(self, request: Request, webhooks: Mapping[str, str]) -> Response:
        """Answer `GET /{phone-number-id}`; `webhooks` is its `webhook_configuration`."""
        business = self._config.business
        known = {
            "display_phone_number": f"+{business.display_phone}",
            "verified_name": business.name,
            "status": "CONNECTED",
            "webhook_configuration": dict(webhooks),
        }
        asked = request.query_params.get("fields", "display_phone_number,verified_name").split(",")
        return JSONResponse({key: known[key] for key in asked if key in known} | {"id": business.number})

    def get_account(self, request: Request, webhooks: Mapping[str, str]) -> Response:
        """Answer `GET /{waba-id}`; `webhooks` is its `webhook_configuration`."""
        business = self._config.business
        known = {"name": business.name, "webhook_configuration": dict(webhooks)}
        asked = request.query_params.get("fields", "name").split(",")
        return JSONResponse({key: known[key] for key in asked if key in known} | {"id": business.waba})
