"""What hosted ears and voices share: an OpenAI-compatible API, asked with care.

No answer is believed further than its shape, none may be large, nothing of it is repeated in an error
(it may quote a key or a customer), and no redirect is followed: a key goes to one host.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from wavoice.runtime.adapters.tls import tls
from wavoice.runtime.errors import ConfigError, SpeechError, UnsupportedLanguageError
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_speech import Ears, Voice

LAST_RESORT_SECONDS: Final = 60.0
"""A chain of backends stops waiting long before."""
KEPT_ALIVE_SECONDS: Final = 60.0
"""An idle connection is kept so long: a new one costs two or three round trips, with TLS."""


MOST_MODELS_BYTES: Final = 8 * 1024 * 1024
MOST_REFUSAL_BYTES: Final = 1024 * 1024
_KEY_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class _Error(BaseModel):
    message: str = ""
    code: str | int | None = None
    param: str | None = None


class _Refusal(BaseModel):
    """OpenAI's error object, `{"error": {"message", "type", "param", "code"}}`; some leave out `error`."""

    error: _Error | None = None
    message: str = ""


class HostedApi:
    """One API, one key, one pool of connections."""

    def __init__(self, base_url: str, key: SecretStr | None, http: httpx.AsyncClient | None = None) -> None:
        """`http` is for tests; it is closed like an own one."""
        self.host = host_of(base_url)
        self._base_url = base_url.rstrip("/")
        # Unpacked bytes could be far larger than those counted: none may be packed.
        self._headers = {"Accept-Encoding": "identity"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key.get_secret_value()}"
        self._http = http or httpx.AsyncClient(
            verify=tls(),
            timeout=LAST_RESORT_SECONDS,
            limits=httpx.Limits(keepalive_expiry=KEPT_ALIVE_SECONDS),
            follow_redirects=False,
        )

    @classmethod
    def of(cls, settings: Ears | Voice, section: str) -> HostedApi:
        """The API that the settings name. Raises `ConfigError`."""
        if settings.base_url is None:
            raise ConfigError(
                f"{section}.base_url: the backend `openai` needs an address.",
                remedy="Write for example https://api.openai.com/v1.",
            )
        return cls(settings.base_url, resolve_secret(settings.api_key) if settings.api_key else None)

    async def warm(self) -> None:
        """Open a connection and show the key. Raises `SpeechError` if nobody answers or the key is refused.

        Not every server lists its models, so any other answer is good enough.
        """
        request = self._http.build_request("GET", self._url("models"), headers=self._headers)
        status, _ = await self._call(request, MOST_MODELS_BYTES)
        if status in _KEY_REFUSED:
            raise self._refused(status, b"")

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def post(self, path: str, *, most_bytes: int, **content: Any) -> bytes:
        """The body of a 200. Raises `SpeechError`, `UnsupportedLanguageError` if that was the reason.

        Sent once more where a connection broke: nothing is done twice by that, only said twice.
        """
        return b"".join([chunk async for chunk in self.stream(path, most_bytes=most_bytes, **content)])

    async def stream(self, path: str, *, most_bytes: int, **content: Any) -> AsyncGenerator[bytes, None]:
        """What `post` returns, as it comes. Raises what `post` raises; close it where it is left early."""
        request = self._http.build_request("POST", self._url(path), headers=self._headers, **content)
        response = await self._send(request)
        try:
            if response.status_code != HTTPStatus.OK:
                body = b"".join([chunk async for chunk in self._chunks(response, MOST_REFUSAL_BYTES)])
                raise self._refused(response.status_code, body)
            async for chunk in self._chunks(response, most_bytes):
                yield chunk
        finally:
            await response.aclose()

    async def _call(self, request: httpx.Request, most_bytes: int) -> tuple[int, bytes]:
        response = await self._send(request)
        try:
            chunks = [chunk async for chunk in self._chunks(response, most_bytes)]
            return response.status_code, b"".join(chunks)
        finally:
            await response.aclose()

    def _url(self, path: str) -> str:
        return f"{self._base_url}/{path}"

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            try:
                return await self._http.send(request, stream=True)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                # The server may have closed a connection that was kept alive.
                return await self._http.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SpeechError(f"{self.host} did not answer ({type(error).__name__}).") from error

    async def _chunks(self, response: httpx.Response, most_bytes: int) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > most_bytes:
                    raise SpeechError(f"{self.host} answered with more than {most_bytes} bytes.")
                yield chunk
        except httpx.HTTPError as error:
            raise SpeechError(f"{self.host} broke off its answer ({type(error).__name__}).") from error

    def _refused(self, status: int, body: bytes) -> SpeechError:
        if status in _KEY_REFUSED:
            return SpeechError(f"{self.host} refused the key (HTTP {status}).", remedy="Check api_key.")
        if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) and _about_language(body):
            return UnsupportedLanguageError(f"{self.host} does not know that language.")
        return SpeechError(f"{self.host} answered HTTP {status}.")


def _about_language(body: bytes) -> bool:
    try:
        refusal = _Refusal.model_validate_json(body)
    except ValidationError:
        return False  # a proxy's page: judged by its status alone
    error = refusal.error or _Error(message=refusal.message)
    return "language" in f"{error.message} {error.code} {error.param}".casefold()


def host_of(base_url: str | None) -> str:
    """Host and port of an address, for a line that says who hears or speaks."""
    return urlsplit(base_url or "").netloc
