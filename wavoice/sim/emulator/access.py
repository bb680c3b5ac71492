"""Who may call the Graph API: the token, the version in the path, the node that is ours."""

from __future__ import annotations

import re

from starlette.requests import Request

from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.tokens import MANAGEMENT, MESSAGING, Token, Tokens

_LACKS = {MESSAGING: 10, MANAGEMENT: 200}
"""Codes for a missing permission: 10 to send, 200 to manage (error reference: 10, 200-299)."""


class Access:
    """Checks what every Graph call has to bring. All methods raise `GraphError`."""

    def __init__(self, config: EmulatorConfig, tokens: Tokens) -> None:
        self._config = config
        self._tokens = tokens

    def admit(self, request: Request, scope: str | None = None) -> Token:
        """Check token and version, and that the token may do that; return it."""
        token = self.check_token(request)
        if not re.fullmatch(r"v\d+\.\d+", request.path_params["version"]):
            raise GraphError(100, "The path must begin with a version such as v24.0")
        if scope is not None:
            self.require(token, scope)
        return token

    def admit_to_number(self, request: Request, scope: str = MESSAGING) -> Token:
        """As `admit`, and check that the node is the business number."""
        token = self.admit(request)
        node = request.path_params["node"]
        if node != self._config.business.number:
            raise unknown_object(node)
        self.require(token, scope)
        return token

    def admit_to_account(self, request: Request) -> Token:
        """As `admit` for management, and check that the node is the business account."""
        token = self.admit(request)
        node = request.path_params["node"]
        if node != self._config.business.waba:
            raise unknown_object(node)
        self.require(token, MANAGEMENT)
        return token

    def require(self, token: Token, scope: str) -> None:
        """Check that a token may do that with this account: 10 or 200 without the permission."""
        if scope not in token.scopes:
            raise GraphError(_LACKS[scope], f"The access token lacks the permission {scope}")
        if token.targets is not None and self._config.business.waba not in token.targets:
            raise GraphError(200, "The access token may not touch this WhatsApp Business Account")

    def check_token(self, request: Request) -> Token:
        """Check the token alone: the bearer's, or the query's `access_token`."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not value:
            value = request.query_params.get("access_token", "")
        if not value:
            raise GraphError(104, "Send the access token as an Authorization: Bearer header")
        return self._tokens.check(value)
