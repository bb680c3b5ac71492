"""All types of inbound messages, told apart by `type`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wavoice.sim.emulator.wire.shapes.done import (
    ButtonMessage,
    EditMessage,
    InteractiveMessage,
    ReactionMessage,
    RevokeMessage,
    SystemMessage,
    UnsupportedMessage,
)
from wavoice.sim.emulator.wire.shapes.said import (
    AudioMessage,
    ContactsMessage,
    DocumentMessage,
    ImageMessage,
    LocationMessage,
    OrderMessage,
    StickerMessage,
    TextMessage,
    VideoMessage,
)

AnyMessage = Annotated[
    TextMessage
    | AudioMessage
    | ImageMessage
    | VideoMessage
    | DocumentMessage
    | StickerMessage
    | LocationMessage
    | ContactsMessage
    | InteractiveMessage
    | ButtonMessage
    | ReactionMessage
    | OrderMessage
    | SystemMessage
    | UnsupportedMessage
    | EditMessage
    | RevokeMessage,
    Field(discriminator="type"),
]
