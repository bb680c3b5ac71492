"""Interactive messages that ask for a choice: reply buttons and lists.

Limits: Cloud API message reference (v24.0), counted in characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from wavoice.runtime.model import Button
from wavoice.sim.emulator.sending.content import Content, Row
from wavoice.sim.emulator.sending.parts import FooterNode, Interactive, TextHeader, around
from wavoice.sim.emulator.sending.shape import Label, LongBody, Shape, Shown, wrong

MAX_BUTTONS = 3
MAX_BUTTON_ID = 256
MAX_SECTIONS = 10
MAX_ROWS = 10
MAX_ROW_ID = 200
MAX_ROW_TITLE = 24
MAX_ROW_DESCRIPTION = 72


class Reply(Shape):
    """`reply` of a button."""

    id: Annotated[str, Field(min_length=1, max_length=MAX_BUTTON_ID)]
    """Comes back when it is tapped."""
    title: Label


class ReplyButton(Shape):
    """`action.buttons[]`."""

    type: Literal["reply"]
    reply: Reply


class ButtonsAction(Shape):
    """`action` with reply buttons."""

    buttons: tuple[ReplyButton, ...]

    @model_validator(mode="after")
    def _few_and_different(self) -> ButtonsAction:
        if not 1 <= len(self.buttons) <= MAX_BUTTONS:
            raise wrong(f"must hold 1 to {MAX_BUTTONS} buttons")
        for field in ("id", "title"):
            if not _unique(getattr(button.reply, field) for button in self.buttons):
                raise wrong(f"has two buttons of one {field}: every {field} must be unique")
        return self


class ReplyButtons(Interactive):
    """`interactive.type: button`: one to three buttons below a message."""

    action: ButtonsAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows."""
        buttons = tuple(Button(one.reply.id, one.reply.title) for one in self.action.buttons)
        return around("buttons", self, node, buttons=buttons)


class ListRow(Shape):
    """`action.sections[].rows[]`."""

    id: Annotated[str, Field(min_length=1, max_length=MAX_ROW_ID)]
    """Comes back when it is chosen."""
    title: Annotated[str, Field(min_length=1, max_length=MAX_ROW_TITLE)]
    description: Annotated[str, Field(max_length=MAX_ROW_DESCRIPTION)] | None = None


class Section(Shape):
    """`action.sections[]`."""

    title: Annotated[str, Field(max_length=MAX_ROW_TITLE)] | None = None
    """Required when there are several."""
    rows: Annotated[tuple[ListRow, ...], Field(min_length=1)]


class ListAction(Shape):
    """`action` of a list: at most ten rows, over all sections together."""

    button: Label
    """Opens the list."""
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=MAX_SECTIONS)]

    @model_validator(mode="after")
    def _few_and_different(self) -> ListAction:
        rows = [row for section in self.sections for row in section.rows]
        if len(rows) > MAX_ROWS:
            raise wrong(f"must hold at most {MAX_ROWS} rows in all its sections")
        if not _unique(row.id for row in rows):
            raise wrong("has two rows of one id: every id must be unique")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise wrong("must have a title in each of its sections: it is required", 131008)
        return self


class LongBodyNode(Shape):
    """`body` of a list, four times as long as others."""

    text: LongBody


class List(Shown):
    """`interactive.type: list`: a button that opens up to ten rows."""

    type: str
    header: TextHeader | None = None
    body: LongBodyNode
    footer: FooterNode | None = None
    action: ListAction

    def content(self, node: Mapping[str, Any]) -> Content:
        """Return what the handset shows, the rows included."""
        rows = tuple(
            Row(row.id, row.title, row.description, section.title)
            for section in self.action.sections
            for row in section.rows
        )
        return Content(
            "list",
            text=self.body.text,
            header=None if self.header is None else self.header.text,
            footer=None if self.footer is None else self.footer.text,
            menu=self.action.button,
            rows=rows,
            node=node,
        )


def _unique(values: Iterable[str]) -> bool:
    found = list(values)
    return len(set(found)) == len(found)
