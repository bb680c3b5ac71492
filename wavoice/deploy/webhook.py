"""Where WhatsApp sends the number's messages: look, put, take away; without any target."""

from __future__ import annotations

import httpx

from wavoice.deploy.account import account_of
from wavoice.deploy.callback import callback_url
from wavoice.deploy.meta import Level, Meta, NumberFacts
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Settings, resolve_secret


class Webhook:
    """The callback of one number, or of its account (`deploy.webhook`).

    All raise `AuthError` and `ChannelError`.
    """

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._meta = Meta(settings.whatsapp, http)

    async def look(self) -> dict[str, str | None]:
        """Where messages go."""
        now = (await self._meta.number()).callback
        return {"now": now, "before": now}

    async def put(self) -> dict[str, str | None]:
        """Let them come to `deploy.url`: Meta asks it at once (`hub.challenge`)."""
        return await self._change(callback_url(self._settings))

    async def remove(self) -> dict[str, str | None]:
        """Let them go where the level above says."""
        return await self._change(None)

    async def _change(self, url: str | None) -> dict[str, str | None]:
        settings, meta = self._settings, self._meta
        number = await meta.number()
        if url is not None:
            await subscribed(meta, account_of(settings, number))
        await replace(meta, settings, number, _level(settings), url)
        return {"now": (await meta.number()).callback, "before": number.callback}


async def subscribed(meta: Meta, account: str) -> bool:
    """Let the token's app get the account's webhooks; True if it had not. Nothing comes otherwise."""
    token = await meta.token()
    if token.app in await meta.listeners(account):
        return False
    await meta.listen(account)
    return True


async def replace(meta: Meta, settings: Settings, number: NumberFacts, level: Level, url: str | None) -> None:
    """Set the callback of that level; None: none."""
    token = resolve_secret(settings.whatsapp.verify_token)
    account = account_of(settings, number)
    await meta.register(level, account, url, token)


def _level(settings: Settings) -> Level:
    level = settings.deploy.webhook
    if level == "off":
        raise UserInputError(
            "deploy.webhook is off: the callback is set elsewhere.", remedy='Set it to "number" or "account".'
        )
    return level
