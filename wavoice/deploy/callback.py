"""The bot's public address, asked as Meta asks it: the handshake, and whose signature it takes.

Source: Cloud API, "Create a webhook endpoint".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from wavoice.deploy.target import Finding
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Settings, resolve_secret
from wavoice.runtime.settings_deploy import LONGEST_CALLBACK
from wavoice.sim.emulator.wire import encode, sign

_NOTHING = encode({"object": "whatsapp_business_account", "entry": []})
"""A webhook in which nothing happened: whoever takes it has checked its signature, and stores nothing."""
_HANDSHAKE, _SIGNATURE = "handshake", "signature"


def callback_url(settings: Settings) -> str:
    """Where WhatsApp is to send webhooks. Raises `ConfigError` if the bot has no public address."""
    if settings.deploy.url is None:
        raise ConfigError(
            "The bot has no public address.",
            remedy='Set deploy.url in wavoice.toml, e.g. "https://bot.example.com", or give --url.',
        )
    url = f"{settings.deploy.url}{PATH}"
    if len(url) > LONGEST_CALLBACK:
        raise ConfigError(f"deploy.url is too long: WhatsApp takes {LONGEST_CALLBACK} characters in all.")
    return url


@dataclass(frozen=True, slots=True)
class Callback:
    """A bot's webhook as the outside sees it."""

    url: str
    http: httpx.AsyncClient
    verify_token: SecretStr
    app_secret: SecretStr
    challenge: str
    """Digits that the bot has to repeat; others every time."""

    async def check(self) -> Sequence[Finding]:
        """Ask for the handshake with the right and a wrong word, and post with the right and a wrong
        signature. The body brings nothing: no customer, no row, no reply.
        """
        try:
            return [await self._handshake(), await self._signature()]
        except httpx.HTTPError as error:
            return [_unreachable(self.url, error)]

    async def _handshake(self) -> Finding:
        right = await self._ask(self.verify_token.get_secret_value())
        if right.status_code != httpx.codes.OK:
            return _bad(
                _HANDSHAKE,
                f"HTTP {right.status_code} to the verify token of these settings",
                "Is it this bot that answers there, with the same whatsapp.verify_token?",
            )
        if right.text != self.challenge:
            return _bad(_HANDSHAKE, "it answers, and not with the challenge", _ELSE)
        wrong = await self._ask(f"{self.verify_token.get_secret_value()}-")
        if wrong.status_code == httpx.codes.OK:
            return _bad(_HANDSHAKE, "it takes any verify token", _ELSE)
        return Finding(_HANDSHAKE, ok=True, told="the challenge came back, a wrong word was refused")

    async def _signature(self) -> Finding:
        secret = self.app_secret.get_secret_value()
        right = await self._post(sign(_NOTHING, secret))
        if right != httpx.codes.OK:
            return _bad(
                _SIGNATURE,
                f"HTTP {right} to a webhook signed with the app secret of these settings",
                "Give the bot the same whatsapp.app_secret (App settings, Basic, in Meta's dashboard).",
            )
        wrong = await self._post(sign(_NOTHING, f"{secret}-"))
        if wrong == httpx.codes.OK:
            return _bad(_SIGNATURE, "it takes webhooks that Meta has not signed", _ELSE)
        return Finding(_SIGNATURE, ok=True, told="a signed webhook was taken, a forged one refused")

    async def _ask(self, word: str) -> httpx.Response:
        query = {"hub.mode": "subscribe", "hub.challenge": self.challenge, "hub.verify_token": word}
        return await self.http.get(self.url, params=query, follow_redirects=False)

    async def _post(self, signature: str) -> int:
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
        answer = await self.http.post(self.url, content=_NOTHING, headers=headers, follow_redirects=False)
        return answer.status_code


_ELSE = "Something else than wavoice answers at this address: look at the proxy or tunnel before it."


def callback_of(settings: Settings, http: httpx.AsyncClient, challenge: str) -> Callback:
    """The webhook that these settings mean. Raises `ConfigError`."""
    whatsapp = settings.whatsapp
    return Callback(
        callback_url(settings),
        http,
        resolve_secret(whatsapp.verify_token),
        resolve_secret(whatsapp.app_secret),
        challenge,
    )


def _bad(name: str, told: str, remedy: str) -> Finding:
    return Finding(name, ok=False, told=told, remedy=remedy)


def _unreachable(url: str, error: httpx.HTTPError) -> Finding:
    """What httpx says of a certificate or a name helps, and holds nothing secret: the address is ours."""
    why = str(error).partition("\n")[0][:160] or type(error).__name__
    return _bad(
        _HANDSHAKE,
        f"{url} does not answer: {why}",
        "Check that the name leads to the bot, that ports 80 and 443 are open, and that its certificate is "
        "valid for that name.",
    )
