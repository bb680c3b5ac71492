"""Parts that interactive messages share: header, body, footer, and what a handset shows of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import model_validator

from wavoice.sim.emulator.sending.content import Content, Kind
from wavoice.sim.emulator.sending.plain import Captioned, File, Named
from wavoice.sim.emulator.sending.shape import Body, Shape, Short, Shown, wrong


class Header(Shape):
    """`header`: a text of at most 60 characters, or a file."""

    type: Literal["text", "image", "video", "document"]
    text: Short | None = None
    image: Captioned | None = None
    video: Captioned | None = None
    document: Named | None = None

    @model_validator(mode="after")
    def _own_object(self) -> Header:
        if getattr(self, self.type) is None:
            raise wrong(f"must have {self.type}: it is required", 131008)
        return self

    @property
    def file(self) -> File | None:
        """The file above the message, if its header is one."""
        return self.image or self.video or self.document


class TextHeader(Header):
    """`header` where only text is allowed."""

    type: Literal["text"]


class BodyNode(Shape):
    """`body`."""

    text: Body


class FooterNode(Shape):
    """`footer`."""

    text: Short


class Interactive(Shown):
    """What most interactive messages have around their `action`."""

    type: str
    header: Header | None = None
    body: BodyNode
    footer: FooterNode | None = None


def around(kind: Kind, message: Interactive, node: Mapping[str, Any], **more: Any) -> Content:
    """Return what the handset shows of header, body and footer, with `more` fields of `Content`."""
    file = None if message.header is None else message.header.file
    return Content(
        kind,
        text=message.body.text,
        header=None if message.header is None else message.header.text,
        footer=None if message.footer is None else message.footer.text,
        media=None if file is None else file.id,
        link=None if file is None else file.link,
        filename=file.filename if isinstance(file, Named) else None,
        node=node,
        **more,
    )
