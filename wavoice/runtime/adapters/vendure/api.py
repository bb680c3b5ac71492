"""Vendure's admin API: GraphQL with a key, or with a login that is made when it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar

from pydantic import BaseModel, Field, SecretStr, TypeAdapter, ValidationError

from wavoice.runtime.adapters.careful import Api
from wavoice.runtime.errors import DeclinedError, SystemOfRecordError

T = TypeVar("T", bound=BaseModel)

LOGIN: Final = """mutation ($user: String!, $password: String!) {
  login(username: $user, password: $password) { __typename }
}"""
NOT_LOGGED_IN: Final = "FORBIDDEN"
_NOT_CARRIED_OUT = frozenset(
    {NOT_LOGGED_IN, "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "USER_INPUT_ERROR"}
)
"""Codes by which Apollo or Vendure say that nothing was executed; of any other nobody knows."""


class _Extensions(BaseModel):
    code: str = ""


class _Error(BaseModel):
    extensions: _Extensions = _Extensions()


class _Answer(BaseModel):
    data: dict[str, Any] | None = None
    errors: list[_Error] = Field(default_factory=list)


class _Typed(BaseModel):
    typename: str = Field(alias="__typename")
    error_code: str | None = Field(default=None, alias="errorCode")


_ANSWER = TypeAdapter(_Answer)


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks: a login, or a key that Vendure calls an API key."""

    secret: SecretStr | None
    user: str | None


class VendureApi:
    """Sends operations and understands answers, or raises."""

    def __init__(self, api: Api, access: Access) -> None:
        self._api = api
        self._access = access
        self._session: str | None = None
        self._login = asyncio.Lock()

    async def ask(self, operation: str, shape: type[T], **variables: object) -> T:
        """Its data. Raises `DeclinedError` if nothing was executed, else `SystemOfRecordError`.

        A session that has ended is begun anew, once: who is refused at the door has executed nothing.
        """
        session = await self._session_now()
        data, code = await self._send(operation, variables, session)
        if code == NOT_LOGGED_IN and self._access.user is not None:
            if self._session == session:
                self._session = None
            data, code = await self._send(operation, variables, await self._session_now())
        if code is not None:
            told = f"{self._api.vendor} refused an operation ({code})."
            raise DeclinedError(told, reason=code) if code in _NOT_CARRIED_OUT else SystemOfRecordError(told)
        return self._shaped(data, shape)

    async def change(
        self, operation: str, field: str, expected: str, **variables: object
    ) -> Mapping[str, Any]:
        """What a mutation returns in `field`, if it is of the type that success has.

        Raises `DeclinedError` with Vendure's own error code where it returned an error result.
        """
        data = await self.ask(operation, _Anything, **variables)
        value = data.model_extra.get(field) if data.model_extra else None
        try:
            typed = _Typed.model_validate(value)
        except ValidationError:
            raise SystemOfRecordError(f"The answer of {self._api.vendor} is not understood.") from None
        if typed.typename == expected and isinstance(value, dict):
            return value
        if typed.error_code is None:
            raise SystemOfRecordError(f"{self._api.vendor} answered with a {typed.typename}.")
        raise DeclinedError(f"{self._api.vendor} declined.", reason=typed.error_code)

    def _shaped(self, data: dict[str, Any] | None, shape: type[T]) -> T:
        try:
            return shape.model_validate(data)
        except ValidationError:
            raise SystemOfRecordError(f"The answer of {self._api.vendor} is not understood.") from None

    async def _send(
        self, operation: str, variables: Mapping[str, object], session: str | None
    ) -> tuple[dict[str, Any] | None, str | None]:
        """The data, or the code of the first error."""
        reply = await self._api.call(
            "POST", headers=self._headers(session), json={"query": operation, "variables": variables}
        )
        if reply.status != HTTPStatus.BAD_REQUEST:  # Apollo's status of an operation that is not executed
            reply.succeeded()
        answer = reply.read(_ANSWER)
        if answer.errors:
            return None, answer.errors[0].extensions.code or "no code"
        reply.succeeded()
        return answer.data, None

    def _headers(self, session: str | None) -> dict[str, str]:
        if session is not None:
            return {"Authorization": f"Bearer {session}"}
        if self._access.user is None and self._access.secret is not None:
            return {"vendure-api-key": self._access.secret.get_secret_value()}
        return {}

    async def _session_now(self) -> str | None:
        if self._access.user is None or self._access.secret is None:
            return None
        async with self._login:
            if self._session is None:
                self._session = await self._log_in(self._access.user, self._access.secret)
            return self._session

    async def _log_in(self, user: str, password: SecretStr) -> str:
        variables = {"user": user, "password": password.get_secret_value()}
        reply = await self._api.call("POST", headers={}, json={"query": LOGIN, "variables": variables})
        session = reply.succeeded().headers.get("vendure-auth-token")
        if reply.read(_ANSWER).errors or not session:
            raise DeclinedError(f"{self._api.vendor} refused the login.", reason="login")
        return str(session)


class _Anything(BaseModel, extra="allow"):
    """Data whose fields are looked at one by one."""
