"""Models of users and of what their phones show."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from wavoice.runtime.model import PromptState
from wavoice.sim.emulator.control.models.base import Model
from wavoice.sim.scenario.values import Duration

Reach = Annotated[
    PromptState,
    WithJsonSchema({"enum": ["failed", "sent", "delivered", "read", "played"]}, mode="validation"),
]
"""How far messages of the business get on a phone."""


class NewUser(Model):
    """A WhatsApp user. The four identity shapes come from which keys are given.

    Phone and BSUID: `phone`. With username: `phone` and `username`. Without phone: `username` alone.
    With parent BSUID: also `parent_bsuid`.
    """

    name: Annotated[str, Field(min_length=1)]
    """Profile name, and the name in the paths of this API; unique. Who has a slash in it is found by BSUID
    or phone."""
    phone: Annotated[str, Field(pattern=r"^[0-9]{5,15}$")] | None = None
    """Digits with country code; absent: the user hides it."""
    bsuid: Annotated[str, Field(pattern=r"^[A-Z]{2}\.[A-Za-z0-9]{1,128}$")] | None = None
    """Business-scoped user id; absent: made up from the seed."""
    username: str | None = None
    """Username, with its `@`."""
    parent_bsuid: Annotated[str, Field(pattern=r"^[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}$")] | None = None
    """User id for all portfolios of an enterprise."""
    wrote: Duration | None = None
    """How long ago the user last wrote: the business may write freely for 24 h after that; absent: never."""


class ChangeUser(Model):
    """What to change of a user; absent keys stay as they are."""

    reach: Reach | None = None
    """How far messages of the business get: `failed` (undeliverable), `sent` (phone off: they wait),
    `delivered`, `read` (opened at once), `played` (voice notes are played, too)."""
    identity_key_hash: str | None = None
    """WhatsApp's identity key hash; set it to switch the identity check on."""
    username: str | None = None
    """Another username, with its `@`; the empty string: none."""
    ahead: Duration | None = None
    """How far in the future the user's messages are dated."""


class User(Model):
    """A user and the state of the phone."""

    name: str
    """Profile name."""
    phone: str | None
    """Digits; null: hidden."""
    bsuid: str
    """Business-scoped user id."""
    username: str | None
    """Username."""
    parent_bsuid: str | None
    """User id for all portfolios of an enterprise."""
    reach: PromptState
    """How far messages of the business get."""
    sees_typing: bool
    """The business is shown as typing now."""
    blue_ticks: list[str]
    """wamids of own messages that the business has marked as read."""
    received: int
    """Messages of the business on this phone."""


class Users(Model):
    """All users."""

    users: list[User]
    """In the order in which they were made."""


class ShownButton(Model):
    """A button."""

    id: str
    """What the tap's webhook names."""
    title: str
    """What it says."""


class Media(Model):
    """A file in a message."""

    path: str | None
    """Where this API has the bytes; null: the business named a link."""
    link: str | None
    """The link, if the business named one."""
    mime_type: str | None
    """Its type."""
    filename: str | None
    """Name of a document."""
    size: int | None
    """Bytes."""
    sha256: str | None
    """Hash, in hex."""


class ShownRow(Model):
    """A row of a list."""

    id: str
    """What the tap's webhook names."""
    title: str
    """What it says."""
    description: str | None
    """What stands under it."""
    section: str | None
    """Title of its section."""


class ShownLink(Model):
    """A button that leads elsewhere."""

    kind: str
    """`url`, `phone_number`, `copy_code`, `flow`, `catalog` …"""
    label: str
    """What it says."""
    target: str | None
    """Where it leads to."""


class Message(Model):
    """A message of the business as the phone shows it."""

    wamid: str
    """Id, as the send call returned it."""
    kind: str
    """What it is; `voice` plays as a voice note, `audio` is a file."""
    at: int
    """When it appeared, in microseconds since the epoch."""
    text: str | None
    """Body, caption or emoji."""
    header: str | None
    """Words above it."""
    footer: str | None
    """Words under it."""
    buttons: list[ShownButton]
    """What can be tapped."""
    menu: str | None
    """Label that opens the list of `rows`."""
    rows: list[ShownRow]
    """Rows that can be tapped."""
    links: list[ShownLink]
    """Buttons that lead elsewhere."""
    media: Media | None
    """Its file."""
    quotes: str | None
    """wamid of the message that it answers."""
    about: str | None
    """wamid of the message that a reaction is put on."""
    download_icon: bool
    """A voice note above 512 KB, which has to be fetched by hand."""
    typing_before: bool
    """The business was shown as typing when it appeared."""
    node: dict[str, Any]
    """The object of its type, as the business sent it."""


class Received(Model):
    """What the phone shows of the business."""

    messages: list[Message]
    """Oldest first."""
    next: int
    """What `after` has to be to ask for what comes next."""
