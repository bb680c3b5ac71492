"""Meta's side of a deploy, over the Graph API: the token, the number, templates, and where webhooks go.

Source: Cloud API, "Webhook overrides", "Subscribed Apps", "Phone Numbers", "Message Templates"; Graph API,
"Debug-Token". Answers are read leniently: what Graph leaves out is absent here, and no error.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from wavoice.runtime.adapters.graph_errors import answer, network_errors
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.settings import WhatsApp, resolve_secret

MESSAGING = "whatsapp_business_messaging"
MANAGEMENT = "whatsapp_business_management"
SCOPES = (MESSAGING, MANAGEMENT)
"""Without the first nothing is sent, without the second no webhook is registered."""
_NUMBER_FIELDS = (
    "display_phone_number,verified_name,status,code_verification_status,quality_rating,throughput,"
    "webhook_configuration,health_status,whatsapp_business_manager_messaging_limit"
)
Level = Literal["number", "account"]
_LEVELS: Mapping[Level, str] = {"number": "phone_number", "account": "whatsapp_business_account"}
"""Keys of `webhook_configuration`."""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What Graph says of the access token."""

    valid: bool
    app: str
    scopes: tuple[str, ...]
    expires_at: Micros | None
    """None: never."""
    kind: str
    """`SYSTEM_USER`, `USER`, …"""
    trouble: str = ""
    """Why it is not valid, in a few words of ours."""


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What Graph says of the business number."""

    id: str
    status: str
    """`CONNECTED`, or why nothing can be sent."""
    name: str
    verification: str
    quality: str
    limit: str
    """Customers a day that may be written to first, e.g. `TIER_250`."""
    can_send: str
    """`AVAILABLE`, `LIMITED`, `BLOCKED`, or empty where Graph does not say."""
    account: str | None
    """Id of its business account, where Graph says it."""
    callbacks: Mapping[str, str]
    """Where `messages` go, by level: `phone_number`, `whatsapp_business_account` or `application`."""

    @property
    def callback(self) -> str | None:
        """Where its `messages` go."""
        order = (*_LEVELS.values(), "application")
        return next((self.callbacks[level] for level in order if level in self.callbacks), None)

    def override(self, level: Level) -> str | None:
        """What is set at that level, if anything is."""
        return self.callbacks.get(_LEVELS[level])


class Meta:
    """The management side of one business number.

    Calls raise `AuthError` for a refused token, `ChannelError` for any other refusal or a silent network.
    Neither quotes the token.
    """

    def __init__(self, whatsapp: WhatsApp, http: httpx.AsyncClient) -> None:
        """Raises `ConfigError` if the number or the token is missing."""
        if whatsapp.phone_number_id is None:
            raise ConfigError(
                "No business number is configured.", remedy="Set whatsapp.phone_number_id in wavoice.toml."
            )
        self.number_id = whatsapp.phone_number_id
        self.number_ids = (whatsapp.phone_number_id, *whatsapp.further_number_ids)
        """All numbers that the bot answers."""
        self._token = resolve_secret(whatsapp.access_token)
        self._root = f"{whatsapp.graph_base_url.rstrip('/')}/{whatsapp.graph_version}"
        self._http = http

    @property
    def host(self) -> str:
        """Who answers."""
        return urlsplit(self._root).netloc

    async def token(self) -> TokenFacts:
        """What the token may do, and until when."""
        with _unlogged():  # Graph wants it in the address
            found = await self._call("GET", "debug_token", params={"input_token": _shown(self._token)})
        data = _table(found.get("data"))
        trouble = _table(data.get("error"))
        expires = data.get("expires_at")
        return TokenFacts(
            valid=data.get("is_valid") is True,
            app=str(data.get("app_id", "")),
            scopes=tuple(str(scope) for scope in data.get("scopes") or ()),
            expires_at=expires * SECOND if isinstance(expires, int) and expires > 0 else None,
            kind=str(data.get("type", "")),
            trouble=f"code {trouble['code']}" if "code" in trouble else "",
        )

    async def number(self, number: str | None = None) -> NumberFacts:
        """What a number (the first one if none is named) is, whether it may send, where its webhooks go."""
        named = number or self.number_id
        found = await self._call("GET", named, params={"fields": _NUMBER_FIELDS})
        health, callbacks = _table(found.get("health_status")), _table(found.get("webhook_configuration"))
        return NumberFacts(
            id=named,
            status=str(found.get("status", "")),
            name=str(found.get("verified_name", "")),
            verification=str(found.get("code_verification_status", "")),
            quality=str(found.get("quality_rating", "")),
            limit=str(found.get("whatsapp_business_manager_messaging_limit", "")),
            can_send=str(health.get("can_send_message", "")),
            account=_account(health.get("entities")),
            callbacks={level: str(url) for level, url in callbacks.items() if url},
        )

    async def listeners(self, account: str) -> Sequence[str]:
        """Ids of the apps that get webhooks of that business account."""
        found = await self._call("GET", f"{account}/subscribed_apps")
        told = [_table(_table(one).get("whatsapp_business_api_data")) for one in found.get("data") or ()]
        return [str(app["id"]) for app in told if "id" in app]

    async def listen(self, account: str) -> None:
        """Let the token's app get webhooks of that account. An override of the account is lost by it: ask
        `listeners` first.
        """
        await self._call("POST", f"{account}/subscribed_apps")

    async def register(self, level: Level, node: str, url: str | None, verify_token: SecretStr) -> None:
        """Let `messages` of `node`, a number or an account, go to `url`; None: where the level above says.

        Meta asks `url` at once whether it wants them (`hub.challenge`); a refusal is a `ChannelError`.
        """
        override = {"override_callback_uri": url or ""}
        if url is not None:
            override["verify_token"] = _shown(verify_token)
        if level == "account":
            await self._call("POST", f"{node}/subscribed_apps", json=override if url else {})
        else:
            await self._call("POST", node, json={"webhook_configuration": override})

    async def template(self, account: str, name: str, language: str) -> str | None:
        """`APPROVED`, or the state in which that template cannot be sent; None: there is none."""
        asked = {"name": name, "fields": "name,language,status", "limit": "100"}
        found = await self._call("GET", f"{account}/message_templates", params=asked)
        rows = [_table(one) for one in found.get("data") or ()]
        exact = (one for one in rows if (one.get("name"), one.get("language")) == (name, language))
        return next((str(one.get("status", "")) for one in exact), None)

    async def delete(self, media: str) -> None:
        """Take an uploaded file back."""
        await self._call("DELETE", media, params={"phone_number_id": self.number_id})

    async def date(self) -> str:
        """The `Date` header of an answer: Meta's clock, to the second."""
        return str((await self._ask("GET", self.number_id)).headers.get("Date", ""))

    async def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        return answer(await self._ask(method, path, **content))

    async def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {_shown(self._token)}"}
        with network_errors():
            return await self._http.request(
                method, f"{self._root}/{path}", headers=headers, follow_redirects=False, **content
            )


def _shown(secret: SecretStr) -> str:
    return secret.get_secret_value()


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _account(entities: object) -> str | None:
    """The business account among the things that have to do with sending."""
    rows = entities if isinstance(entities, list) else []
    named = (one for one in map(_table, rows) if one.get("entity_type") == "WABA")
    return next((str(one["id"]) for one in named if "id" in one), None)


@contextmanager
def _unlogged() -> Iterator[None]:
    """The address is kept out of the log of httpx, which writes every one at INFO."""
    log = logging.getLogger("httpx")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)
