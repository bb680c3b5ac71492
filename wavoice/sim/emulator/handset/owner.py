"""What changes about the owner of a handset: username, number, key, wishes."""

from __future__ import annotations

import re
from dataclasses import replace

from wavoice.runtime.errors import UserInputError
from wavoice.sim.emulator.handset.base import Handset, Wish

_USERNAME = re.compile(r"@[a-z0-9._]{3,35}")


class Owner(Handset):
    """Being somebody."""

    def takes_username(self, username: str | None) -> None:
        """Take a username with its `@`, another one, or none (None). Number and user id stay.

        From now on the number is hidden from the business unless `IdentityRules` say otherwise.
        Raises `UserInputError` for what is no username.
        """
        if username is not None and not _USERNAME.fullmatch(username):
            raise UserInputError(
                f"{username!r} is no username.",
                remedy="Write @ and 3 to 35 small letters, digits, periods or underscores.",
            )
        self.person = replace(self.person, username=username)

    async def changes_number(self, digits: str, *, before_user_ids: bool = False) -> str:
        """Move to another phone number; return the wamid of the system message.

        The user id is another one from now on, and the business gets the field `user_id_update` too.
        `before_user_ids`: the message as it was before April 2026, and no such field.
        """
        return await self.network.moved(self, digits, before_user_ids=before_user_ids)

    async def changes_key(self, key: str) -> str:
        """Get another identity key, as with a new handset or owner; return the wamid of the system message.

        Businesses that check identities see it beside every message from now on.
        """
        self.identity = key
        return await self.network.key_changed(self, key)

    async def wants_marketing(self, wish: Wish) -> None:
        """Stop or resume the business's marketing in the chat's settings, or sign up by a link."""
        await self.network.wished(self, wish)
