"""Access tokens: who holds them, what they may do, and until when.

Source: Cloud API access tokens guide; Graph API, "Debug-Token" and "Access Tokens" (app access tokens).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.subscriptions import App, Subscriptions

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"
Kind = Literal["SYSTEM_USER", "USER", "APP"]
_EXPIRED = 463


class Token(BaseModel, defer_build=True):
    """One access token."""

    value: str = Field(repr=False)
    app: str
    """Id of the app that it was made for."""
    kind: Kind = "SYSTEM_USER"
    scopes: tuple[str, ...] = (MESSAGING, MANAGEMENT)
    """Permissions."""
    targets: tuple[str, ...] | None = None
    """Business accounts that it may touch (`granular_scopes[].target_ids`); None: all."""
    issued_at: Micros = 0
    expires_at: Micros | None = None
    """None: never."""
    revoked: bool = False


class TokensState(BaseModel, defer_build=True):
    """All tokens but those of apps, oldest first."""

    tokens: list[Token] = Field(default_factory=list)


class Tokens:
    """The registry of tokens. An app's own token, `APPID|APPSECRET`, needs no entry."""

    def __init__(self, subscriptions: Subscriptions, clock: Clock) -> None:
        self._subscriptions = subscriptions
        self._clock = clock
        self._known: dict[str, Token] = {}

    @property
    def state(self) -> TokensState:
        """All that must survive."""
        return TokensState(tokens=list(self._known.values()))

    def load(self, state: TokensState) -> None:
        """Take these over."""
        self._known = {token.value: token for token in state.tokens}

    def add(self, token: Token) -> None:
        """Make a token valid; one of the same value is replaced."""
        self._known[token.value] = token

    def expire(self, value: str) -> bool:
        """Let a token's time be over now; False if there is none of that value."""
        token = self._known.get(value)
        if token is not None:
            token.expires_at = self._clock.now()
        return token is not None

    def revoke(self, value: str) -> bool:
        """Take a token back, as a password change does; False if there is none of that value."""
        token = self._known.get(value)
        if token is not None:
            token.revoked = True
        return token is not None

    def check(self, value: str) -> Token:
        """Return a valid token. Raises `GraphError` 190, with subcode 463 for one that has expired."""
        if (token := self._find(value)) is None or token.revoked:
            raise GraphError(190, "The access token is not the one of this business")
        if token.expires_at is not None and token.expires_at <= self._clock.now():
            raise GraphError(190, "Error validating access token: Session has expired", subcode=_EXPIRED)
        return token

    def describe(self, value: str) -> dict[str, Any]:
        """Return `data` of `GET /debug_token`; an invalid token is described, not refused."""
        token = self._find(value)
        if token is None:
            return {"is_valid": False, "error": _problem(190, "Malformed access token"), "scopes": []}
        app = self._subscriptions.app(token.app)
        data: dict[str, Any] = {
            "app_id": token.app,
            "type": token.kind,
            "application": app.name if app else "",
            "expires_at": 0 if token.expires_at is None else token.expires_at // SECOND,
            "issued_at": token.issued_at // SECOND,
            "is_valid": True,
            "scopes": list(token.scopes),
        }
        if token.targets is not None:
            data["granular_scopes"] = [
                {"scope": scope, "target_ids": list(token.targets)} for scope in token.scopes
            ]
        try:
            self.check(value)
        except GraphError as error:
            data |= {"is_valid": False, "error": _problem(error.code, error.details, error.subcode)}
        return data

    def app_token(self, app: App) -> str:
        """Return what `GET /oauth/access_token` hands out, and `APPID|APPSECRET` says."""
        return f"{app.id}|{app.secret}"

    def _find(self, value: str) -> Token | None:
        if (known := self._known.get(value)) is not None:
            return known
        app = self._subscriptions.app(value.partition("|")[0])
        if app is None or value != self.app_token(app):
            return None
        return Token(value=value, app=app.id, kind="APP", scopes=())


def _problem(code: int, message: str, subcode: int | None = None) -> dict[str, Any]:
    return {"code": code, "message": message} | ({} if subcode is None else {"subcode": subcode})
