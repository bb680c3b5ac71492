"""`value` of the field `messages`: what customers send, and what becomes of what was sent to them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from wavoice.sim.emulator.wire.shapes.base import Seconds, Shape, Text, WireError
from wavoice.sim.emulator.wire.shapes.contacts import Contact
from wavoice.sim.emulator.wire.shapes.done import SystemMessage
from wavoice.sim.emulator.wire.shapes.messages import AnyMessage
from wavoice.sim.emulator.wire.shapes.people import NumberValue
from wavoice.sim.emulator.wire.shapes.status import PaymentStatus, Status


def _kind(status: Any) -> str:
    named = status.get("type") if isinstance(status, dict) else getattr(status, "type", None)
    return "payment" if named == "payment" else "message"


StatusItem = Annotated[
    Annotated[Status, Tag("message")] | Annotated[PaymentStatus, Tag("payment")], Discriminator(_kind)
]


class LinkClick(Shape):
    """A link of a marketing message was opened."""

    tracking_token: Text | None = None
    """Of the link."""
    click_id: Text | None = None
    """Of the click."""


class UserAction(Shape):
    """An item of `user_actions`; Meta documents no other action (seen in production)."""

    action_type: Text
    """`marketing_messages_link_click`, and others that are undocumented."""
    timestamp: Seconds
    """When."""
    marketing_messages_link_click_data: LinkClick | None = None
    """Of a click."""


class MessagesValue(NumberValue):
    """`messages`: any of messages, statuses, errors and user actions; `contacts` beside most."""

    contacts: Annotated[list[Contact], Field(min_length=1)] | None = None
    """Who the messages are from, or who the statuses are about."""
    messages: Annotated[list[AnyMessage], Field(min_length=1)] | None = None
    """What customers sent."""
    statuses: Annotated[list[StatusItem], Field(min_length=1)] | None = None
    """What became of messages of the business."""
    errors: Annotated[list[WireError], Field(min_length=1)] | None = None
    """What went wrong with the number, or with a message beside it."""
    user_actions: Annotated[list[UserAction], Field(min_length=1)] | None = None
    """What customers did with messages."""

    @model_validator(mode="after")
    def _contacts_stand_where_they_belong(self) -> MessagesValue:
        named = self.contacts is not None
        for message in self.messages or ():
            moved = isinstance(message, SystemMessage) and message.identity is None
            if moved == named:
                raise ValueError("every message comes with contacts, but a system message of a move")
        for status in self.statuses or ():
            if (status.status != "failed" or isinstance(status, PaymentStatus)) != named:
                raise ValueError("every status comes with contacts, but `failed`")
        if named and not self.messages and not self.statuses:
            raise ValueError("contacts of nothing")
        return self


class StandbyValue(NumberValue):
    """`standby`: the same while another agent has the chat; never to be answered."""

    contacts: list[Contact] | None = None
    """Who wrote."""
    messages: list[AnyMessage] | None = None
    """What they wrote."""
    statuses: list[StatusItem] | None = None
    """What became of messages of the other agent."""
