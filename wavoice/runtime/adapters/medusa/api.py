"""Medusa's admin API: JSON with a secret key, or with a login that is made when it is needed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter

from wavoice.runtime.adapters.careful import Api, Reply

T = TypeVar("T", bound=BaseModel)
LOGIN: Final = "/auth/user/emailpass"


class _Session(BaseModel):
    model_config = ConfigDict(frozen=True)

    token: str


_SESSION = TypeAdapter(_Session)


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks: a login, or a secret API key."""

    secret: SecretStr
    user: str | None


class MedusaApi:
    """Sends requests and understands answers, or raises `SystemOfRecordError`, `DeclinedError` for a no."""

    def __init__(self, api: Api, access: Access) -> None:
        self._api = api
        self._access = access
        self._token: str | None = None
        self._login = asyncio.Lock()

    async def read(self, path: str, shape: type[T], **params: str) -> T:
        """What stands there."""
        reply = await self._call("GET", path, params=params)
        return reply.succeeded().read(TypeAdapter(shape))

    async def change(self, path: str, shape: type[T], body: Mapping[str, object]) -> T:
        """What it is after that; sent once, but for a session that has ended."""
        reply = await self._call("POST", path, body=body)
        return reply.succeeded().read(TypeAdapter(shape))

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Reply:
        token = await self._session()
        reply = await self._api.call(method, path, headers=self._headers(token), params=params, json=body)
        if reply.status != HTTPStatus.UNAUTHORIZED or self._access.user is None:
            return reply
        if self._token == token:  # who is refused at the door has done nothing
            self._token = None
        token = await self._session()
        return await self._api.call(method, path, headers=self._headers(token), params=params, json=body)

    def _headers(self, token: str | None) -> dict[str, str]:
        if token is not None:
            return {"Authorization": f"Bearer {token}"}
        pair = f"{self._access.secret.get_secret_value()}:".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    async def _session(self) -> str | None:
        if self._access.user is None:
            return None
        async with self._login:
            if self._token is None:
                body = {"email": self._access.user, "password": self._access.secret.get_secret_value()}
                reply = await self._api.call("POST", LOGIN, headers={}, json=body)
                self._token = reply.succeeded().read(_SESSION).token
            return self._token
