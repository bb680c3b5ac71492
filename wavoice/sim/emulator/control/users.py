"""Users and what has reached their phones."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import asdict
from urllib.parse import quote

from starlette.responses import Response

from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.calls import ROOT, Call
from wavoice.sim.emulator.control.problems import ControlError, not_there
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.phone import Phone, PhoneMessage

LONGEST_WAIT = 60 * SECOND


def find_phone(live: Live, user: str) -> Phone:
    """Return the phone of a user by name, BSUID or digits. Raises `ControlError` 404."""
    for phone in live.emulator.phones:
        person = phone.person
        if user in {person.name, person.bsuid, person.phone}:
            return phone
    known = ", ".join(phone.person.name for phone in live.emulator.phones) or "none"
    raise not_there(f"user {user!r}", f"Known users: {known}. Make one with POST {ROOT}/users.")


class UsersDesk:
    """Calls about users."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def calls(self) -> list[Call]:
        """What can be asked for here."""
        return [
            Call("POST", "/users", self.create),
            Call("GET", "/users", self.every),
            Call("GET", "/users/{user}", self.one),
            Call("PATCH", "/users/{user}", self.change),
            Call("GET", "/users/{user}/messages", self.messages),
            Call("GET", "/users/{user}/messages/{number}/media", self.media),
        ]

    async def create(self, body: m.NewUser) -> m.User:
        """Make a WhatsApp user with a phone that is on and in the business's reach."""
        for phone in self._live.emulator.phones:
            person = phone.person
            taken = {person.name, person.bsuid, person.phone} & {body.name, body.bsuid, body.phone} - {None}
            if taken:
                raise ControlError(
                    f"There is a user {sorted(map(str, taken))[0]!r} already.",
                    remedy="Choose another name, phone and BSUID.",
                    status=409,
                )
        wrote_at = None if body.wrote is None else self._live.clock.now() - body.wrote
        return as_user(
            self._live.emulator.phone(
                body.name, body.phone, body.bsuid, body.username, body.parent_bsuid, wrote_at=wrote_at
            )
        )

    async def every(self) -> m.Users:
        """List the users."""
        return m.Users(users=[as_user(phone) for phone in self._live.emulator.phones])

    async def one(self, user: str) -> m.User:
        """Show a user; here and below `{user}` is a name, a BSUID or a phone."""
        return as_user(find_phone(self._live, user))

    async def change(self, user: str, body: m.ChangeUser) -> m.User:
        """Change a user or the phone."""
        phone = find_phone(self._live, user)
        if body.reach is not None:
            phone.reach = body.reach
        if body.identity_key_hash is not None:
            phone.identity = body.identity_key_hash
        if body.username is not None:
            phone.takes_username(body.username or None)
        if body.ahead is not None:
            phone.ahead = body.ahead
        return as_user(phone)

    async def messages(self, user: str, query: m.Poll) -> m.Received:
        """List what the phone shows of the business, oldest first; `after` and `wait` make it a long poll."""
        phone = find_phone(self._live, user)
        if len(phone.messages) <= query.after and query.wait:
            try:
                async with asyncio.timeout(min(query.wait, LONGEST_WAIT) / SECOND):
                    await phone.hears(query.after)
            except TimeoutError:
                pass  # the answer says that nothing has come
        shown = list(enumerate(phone.messages))[query.after :]
        return m.Received(
            messages=[as_message(user, number, message) for number, message in shown],
            next=len(phone.messages),
        )

    async def media(self, user: str, number: int) -> Response:
        """Return the bytes of the file in message `number` (from 0), e.g. of the bot's voice note."""
        phone = find_phone(self._live, user)
        message = phone.messages[number] if 0 <= number < len(phone.messages) else None
        if message is None or message.media is None:
            raise not_there(
                f"file in message {number} of {phone.person.name}",
                f"GET {ROOT}/users/{user}/messages says which messages have one: `media` is not null.",
            )
        return Response(message.media, media_type=message.mime_type or "application/octet-stream")


def as_user(phone: Phone) -> m.User:
    """Return what the API shows of a user."""
    person = phone.person
    return m.User(
        name=person.name,
        phone=person.phone,
        bsuid=person.bsuid,
        username=person.username,
        parent_bsuid=person.parent_bsuid,
        reach=phone.reach,
        sees_typing=phone.typing,
        blue_ticks=phone.seen,
        received=len(phone.messages),
    )


def as_message(user: str, number: int, message: PhoneMessage) -> m.Message:
    """Return what the API shows of a message of the business."""
    return m.Message(
        wamid=message.wamid,
        kind=message.kind,
        at=message.at,
        text=message.text,
        header=message.header,
        footer=message.footer,
        buttons=[m.ShownButton(id=button.id, title=button.title) for button in message.buttons],
        menu=message.menu,
        rows=[m.ShownRow(**asdict(row)) for row in message.rows],
        links=[m.ShownLink(**asdict(link)) for link in message.links],
        media=_as_media(f"{ROOT}/users/{quote(user, safe='')}/messages/{number}/media", message),
        quotes=message.quotes,
        about=message.about,
        download_icon=message.download_icon,
        typing_before=message.typing,
        node=dict(message.node),
    )


def _as_media(path: str, message: PhoneMessage) -> m.Media | None:
    data = message.media
    if data is None and message.link is None:
        return None
    return m.Media(
        path=None if data is None else path,
        link=message.link,
        mime_type=message.mime_type,
        filename=message.filename,
        size=None if data is None else len(data),
        sha256=None if data is None else hashlib.sha256(data).hexdigest(),
    )
