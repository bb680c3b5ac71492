"""Apps over the Graph API: their subscriptions, whom they listen to, overrides, and their tokens.

Source: Cloud API, "Webhooks" (endpoint, overrides) and "Subscribed Apps"; Graph API, "Subscriptions" and
"Debug-Token".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.sim.emulator.access import Access
from wavoice.sim.emulator.callbacks import Callbacks
from wavoice.sim.emulator.graph_body import read_json
from wavoice.sim.emulator.graph_errors import GraphError, unknown_object
from wavoice.sim.emulator.subscriptions import FIELDS, OBJECT, App, Subscriptions, configuration
from wavoice.sim.emulator.tokens import Token, Tokens

_DONE = {"success": True}


async def parameters(request: Request) -> dict[str, Any]:
    """Return the parameters of a call: of its query, and of its form or JSON body, which wins.

    Raises `GraphError` 100 for a body that is announced as JSON and is no JSON object.
    """
    found: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        async with request.form() as form:
            return found | {key: value for key, value in form.items() if not isinstance(value, UploadFile)}
    raw = await request.body()
    if not raw:
        return found
    body = read_json(raw)
    if body in ("", None):
        return found
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object")
    return found | body


class AppsEdge:
    """What a developer sets up before the first webhook comes."""

    def __init__(
        self, subscriptions: Subscriptions, tokens: Tokens, callbacks: Callbacks, access: Access
    ) -> None:
        self._subscriptions = subscriptions
        self._tokens = tokens
        self._callbacks = callbacks
        self._access = access
        both = ("/{version}", "")
        self.routes = [
            Route("/{version}/{node}/subscriptions", self._subscriptions_of, methods=["GET"]),
            Route("/{version}/{node}/subscriptions", self._subscribe, methods=["POST"]),
            Route("/{version}/{node}/subscriptions", self._unsubscribe, methods=["DELETE"]),
            Route("/{version}/{node}/subscribed_apps", self._installed, methods=["GET"]),
            Route("/{version}/{node}/subscribed_apps", self._install, methods=["POST"]),
            Route("/{version}/{node}/subscribed_apps", self._uninstall, methods=["DELETE"]),
            *(Route(f"{at}/oauth/access_token", self._app_token, methods=["GET", "POST"]) for at in both),
            *(Route(f"{at}/debug_token", self._debug, methods=["GET"]) for at in both),
        ]

    async def configure_number(self, token: Token, wanted: object) -> None:
        """Set or remove the number's override: `webhook_configuration` of `POST /{phone-number-id}`.

        Raises `GraphError` if it is malformed, not verified, or the app does not listen to the account.
        """
        if not isinstance(wanted, Mapping):
            raise GraphError(100, "Param webhook_configuration must be an object")
        app = self._app_of(token)
        url = await self._override(app, wanted)
        self._subscriptions.change(app, number_override=url)

    def configuration(self, token: Token, *, number: bool) -> dict[str, str]:
        """Return `webhook_configuration` as the number's node (or the account's) shows it to this token."""
        return configuration(self._app_of(token), number=number)

    async def _subscribe(self, request: Request) -> Response:
        app, given = self._own_app(request), await parameters(request)
        if given.get("object") != OBJECT:
            raise GraphError(100, f"Param object must be '{OBJECT}'")
        fields = _fields(given.get("fields"))
        url = _text(given, "callback_url")
        await self._callbacks.verify(url, _text(given, "verify_token"))
        self._subscriptions.change(app, callback_url=url, fields=fields)
        return JSONResponse(_DONE)

    async def _subscriptions_of(self, request: Request) -> Response:
        app = self._own_app(request)
        if app.callback_url is None:
            return JSONResponse({"data": []})
        version = request.path_params["version"]
        shown = {
            "object": OBJECT,
            "callback_url": app.callback_url,
            "active": True,
            "fields": [{"name": name, "version": version} for name in app.fields],
        }
        return JSONResponse({"data": [shown]})

    async def _unsubscribe(self, request: Request) -> Response:
        app, given = self._own_app(request), await parameters(request)
        if given.get("object") not in (None, OBJECT):
            raise GraphError(100, f"Param object must be '{OBJECT}'")
        gone = set(_fields(given["fields"])) if "fields" in given else set(app.fields)
        left = tuple(name for name in app.fields if name not in gone)
        self._subscriptions.change(app, fields=left, callback_url=app.callback_url if left else None)
        return JSONResponse(_DONE)

    async def _install(self, request: Request) -> Response:
        app, given = self._app_of(self._access.admit_to_account(request)), await parameters(request)
        if given.get("override_callback_uri"):
            self._subscriptions.change(app, account_override=await self._override(app, given))
        else:
            self._subscriptions.change(app, installed=True, account_override=None)
        return JSONResponse(_DONE)

    async def _installed(self, request: Request) -> Response:
        self._access.admit_to_account(request)
        apps = [app for app in self._subscriptions.state.apps if app.installed]
        return JSONResponse({"data": [_shown(app) for app in apps]})

    async def _uninstall(self, request: Request) -> Response:
        app = self._app_of(self._access.admit_to_account(request))
        self._subscriptions.change(app, installed=False, account_override=None, number_override=None)
        return JSONResponse(_DONE)

    async def _app_token(self, request: Request) -> Response:
        given = await parameters(request)
        if given.get("grant_type") != "client_credentials":
            raise GraphError(100, "Param grant_type must be 'client_credentials'")
        app = self._subscriptions.app(str(given.get("client_id")))
        if app is None:
            raise GraphError(100, "Error validating application: no app has this client_id")
        if given.get("client_secret") != app.secret:
            raise GraphError(1, "Error validating client secret")
        return JSONResponse({"access_token": self._tokens.app_token(app), "token_type": "bearer"})

    async def _debug(self, request: Request) -> Response:
        self._access.check_token(request)
        asked = request.query_params.get("input_token")
        if not asked:
            raise GraphError(100, "Param input_token is required")
        return JSONResponse({"data": self._tokens.describe(asked)})

    async def _override(self, app: App, wanted: Mapping[str, Any]) -> str | None:
        """Return the verified URL; None if the override is to go."""
        url = wanted.get("override_callback_uri")
        if not url:
            return None
        if not app.installed:
            raise GraphError(
                100,
                "Before override the current callback uri, your app must be subscribed to receive messages "
                "for WhatsApp Business Account",
            )
        await self._callbacks.verify(str(url), _text(wanted, "verify_token"))
        return str(url)

    def _own_app(self, request: Request) -> App:
        """The app of the path. Raises `GraphError` unless the token is the app's own."""
        token, node = self._access.admit(request), request.path_params["node"]
        app = self._subscriptions.app(node)
        if app is None or token.app != app.id:
            raise unknown_object(node)
        if token.kind != "APP":
            raise GraphError(15, "This method must be called with an app access_token.")
        return app

    def _app_of(self, token: Token) -> App:
        app = self._subscriptions.app(token.app)
        if app is None:
            raise unknown_object(token.app)
        return app


def _fields(given: object) -> tuple[str, ...]:
    """Names of fields, with commas between or as a list."""
    names = given.split(",") if isinstance(given, str) else given
    if not isinstance(names, list) or not names:
        raise GraphError(100, "Param fields must name at least one field")
    found = tuple(dict.fromkeys(str(name).strip() for name in names))
    if wrong := [name for name in found if name not in FIELDS]:
        raise GraphError(100, f"Param fields must be one of {{{', '.join(FIELDS)}}}, not {', '.join(wrong)}")
    return found


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise GraphError(100, f"Param {name} is required")
    return value


def _shown(app: App) -> dict[str, Any]:
    link = f"https://www.facebook.com/games/?app_id={app.id}"
    shown: dict[str, Any] = {"whatsapp_business_api_data": {"id": app.id, "name": app.name, "link": link}}
    if app.account_override is not None:
        shown["override_callback_uri"] = app.account_override
    return shown
