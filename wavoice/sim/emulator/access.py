"""Who may call the Graph API: the token, the version in the path, the node that is ours."""

from __future__ import annotations

import re

from starlette.requests import Request

from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object


class Access:
    """Checks what every Graph call has to bring. All methods raise `GraphError`."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config

    def admit(self, request: Request) -> None:
        """Check token and version."""
        self.check_token(request)
        if not re.fullmatch(r"v\d+\.\d+", request.path_params["version"]):
            raise GraphError(100, "The path must begin with a version such as v24.0")

    def admit_to_number(self, request: Request) -> None:
        """Check token and version, and that the node is the business number."""
        self.admit(request)
        node = request.path_params["node"]
        if node != self._config.business.number:
            raise unknown_object(node)

    def check_token(self, request: Request) -> None:
        """Check the bearer token alone."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise GraphError(104, "Send the access token as an Authorization: Bearer header")
        if token != self._config.access_token:
            raise GraphError(190, "The access token is not the one of this business")
