"""Where WhatsApp sends the number's messages: look, put, take away; without any target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from wavoice.deploy.account import account_of
from wavoice.deploy.callback import callback_url
from wavoice.deploy.meta import Level, Meta
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Settings, resolve_secret


class Webhook:
    """The callback of the bot's numbers, or of their account (`deploy.webhook`).

    All raise `AuthError` and `ChannelError`.
    """

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._meta = Meta(settings.whatsapp, http)

    async def look(self) -> Sequence[Moved]:
        """Where messages go."""
        numbers = [await self._meta.number(each) for each in self._meta.number_ids]
        return [Moved(number.id, number.callback, number.callback) for number in numbers]

    async def put(self) -> Sequence[Moved]:
        """Let them come to `deploy.url`: Meta asks it at once (`hub.challenge`)."""
        return await self._change(callback_url(self._settings))

    async def remove(self) -> Sequence[Moved]:
        """Let them go where the level above says."""
        return await self._change(None)

    async def _change(self, url: str | None) -> Sequence[Moved]:
        settings, meta, level = self._settings, self._meta, level_of(self._settings)
        before = await self.look()
        if url is not None:
            await subscribed(meta, account_of(settings, await meta.number()))
        for node in await nodes(meta, settings, level):
            await replace(meta, settings, level, node, url)
        return [Moved(was.number, (await meta.number(was.number)).callback, was.before) for was in before]


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the messages of one number go."""

    number: str
    now: str | None
    before: str | None


async def nodes(meta: Meta, settings: Settings, level: Level) -> Sequence[str]:
    """Whose callback is meant: every number's, or their account's."""
    return meta.number_ids if level == "number" else (account_of(settings, await meta.number()),)


async def overridden(meta: Meta, level: Level, node: str) -> str | None:
    """What is set for that node, if anything is."""
    return (await meta.number(node if level == "number" else None)).override(level)


async def subscribed(meta: Meta, account: str) -> bool:
    """Let the token's app get the account's webhooks; True if it had not. Nothing comes otherwise."""
    token = await meta.token()
    if token.app in await meta.listeners(account):
        return False
    await meta.listen(account)
    return True


async def replace(meta: Meta, settings: Settings, level: Level, node: str, url: str | None) -> None:
    """Set the callback of that node; None: none."""
    await meta.register(level, node, url, resolve_secret(settings.whatsapp.verify_token))


def level_of(settings: Settings) -> Level:
    """Whose callback a deploy sets. Raises `UserInputError` where it sets none."""
    level = settings.deploy.webhook
    if level == "off":
        raise UserInputError(
            "deploy.webhook is off: the callback is set elsewhere.", remedy='Set it to "number" or "account".'
        )
    return level
