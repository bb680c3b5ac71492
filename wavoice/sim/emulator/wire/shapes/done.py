"""Messages that do something to another one, or tell what happened: taps, reactions, edits, system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wavoice.sim.emulator.wire.shapes.base import (
    Bsuid,
    Digits,
    ParentBsuid,
    Seconds,
    Shape,
    Text,
    Wamid,
    WireError,
)
from wavoice.sim.emulator.wire.shapes.media import Captioned
from wavoice.sim.emulator.wire.shapes.message import Context, Message
from wavoice.sim.emulator.wire.shapes.replies import Interactive, TemplateTap
from wavoice.sim.emulator.wire.shapes.said import TextBody


class InteractiveMessage(Message):
    """A tap or a form; answers what `context` names."""

    type: Literal["interactive"]
    """Kind of message."""
    interactive: Interactive | None = None
    """The answer; absent where `value.errors` says that WhatsApp could not write it (131000)."""


class ButtonMessage(Message):
    """A tap on a quick reply of a template; `context` is usual and may be absent."""

    type: Literal["button"]
    """Kind of message."""
    button: TemplateTap
    """The button."""


class Reaction(Shape):
    """A reaction."""

    message_id: Wamid
    """To which message."""
    emoji: str | None = None
    """Empty or absent when a reaction is taken back; both occur."""


class ReactionMessage(Message):
    """A reaction, or its removal."""

    type: Literal["reaction"]
    """Kind of message."""
    reaction: Reaction
    """The reaction."""


class System(Shape):
    """What changed about a user."""

    type: Literal["user_changed_number", "user_changed_user_id", "customer_identity_changed"]
    """The new number is told, only the new user id is, or the identity key is another."""
    body: Text
    """The same in a sentence."""
    wa_id: Digits | None = None
    """New phone number, if it may be told."""
    user_id: Bsuid | None = None
    """New user id."""
    parent_user_id: ParentBsuid | None = None
    """New parent id."""


class Identity(Shape):
    """A user's new identity key."""

    acknowledged: bool
    """Whether messages go on without the business's consent."""
    created_timestamp: Seconds
    """Since when."""
    hash: Text
    """The key's hash."""


class SystemMessage(Message):
    """WhatsApp speaks; of the three types only an identity change comes with `contacts`."""

    type: Literal["system"]
    """Kind of message."""
    from_user_id: Bsuid | None = None  # type: ignore[assignment]  # the one type that may lack it
    """The user as they were; absent before April 2026."""
    system: System
    """What changed."""
    identity: Identity | None = None
    """With `customer_identity_changed`."""


class UnsupportedType(Shape):
    """What the API could not show."""

    type: Text
    """`edit`, `poll_creation` …"""


class UnsupportedMessage(Message):
    """Something that the API does not show: a type it lacks (131051), media over 100 MB (131052)."""

    type: Literal["unsupported", "unknown"]
    """Kind of message; `unknown` is in Meta's description, and rare."""
    errors: Annotated[list[WireError], Field(min_length=1)]
    """Why."""
    unsupported: UnsupportedType | None = None
    """What, since November 2025 and not always."""


class EditedText(Shape):
    """The new words of a text."""

    type: Literal["text"]
    """Kind of message."""
    text: TextBody
    """The words."""
    context: Context | None = None
    """What the edited message answered."""


class EditedImage(Shape):
    """A picture with another caption."""

    type: Literal["image"]
    """Kind of message."""
    image: Captioned
    """The file."""
    context: Context | None = None
    """What the edited message answered."""


class EditedVideo(Shape):
    """A video with another caption."""

    type: Literal["video"]
    """Kind of message."""
    video: Captioned
    """The file."""
    context: Context | None = None
    """What the edited message answered."""


class Edit(Shape):
    """A message as it reads from now on."""

    original_message_id: Wamid
    """Which message."""
    message: Annotated[EditedText | EditedImage | EditedVideo, Field(discriminator="type")]
    """What it says now."""


class EditMessage(Message):
    """A message was changed (numbers shared with the business's app)."""

    type: Literal["edit"]
    """Kind of message."""
    edit: Edit
    """The change."""


class Revoke(Shape):
    """A message that is gone."""

    original_message_id: Wamid
    """Which message."""


class RevokeMessage(Message):
    """A message was deleted for everyone (numbers shared with the business's app)."""

    type: Literal["revoke"]
    """Kind of message."""
    revoke: Revoke
    """The deletion."""
