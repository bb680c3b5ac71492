"""Fields about calls and groups (Cloud API calling and groups webhook references)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wavoice.sim.emulator.wire.shapes.base import Bsuid, Digits, ParentBsuid, Seconds, Shape, Text, WireError
from wavoice.sim.emulator.wire.shapes.contacts import Contact
from wavoice.sim.emulator.wire.shapes.people import NumberValue
from wavoice.sim.emulator.wire.shapes.status import CallStatus


class Session(Shape):
    """Half of a WebRTC handshake."""

    sdp_type: Literal["offer", "answer"]
    """Which half."""
    sdp: Text
    """RFC 8866."""


class Call(Shape):
    """An item of `calls`."""

    id: Annotated[str, Field(pattern=r"^wacid\.")]
    """The call."""
    from_: Digits | None = Field(None, alias="from")
    """Who calls; absent for a customer who hides the number."""
    from_user_id: Bsuid | None = None
    """The same as user id, if a customer calls."""
    from_parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    to: Digits | None = None
    """Who is called; absent for a customer who hides the number."""
    to_user_id: Bsuid | None = None
    """The same as user id, if a customer is called."""
    to_parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""
    event: Literal["connect", "terminate"]
    """It rings, or has ended."""
    timestamp: Seconds
    """When."""
    direction: Literal["USER_INITIATED", "BUSINESS_INITIATED"]
    """Who began it."""
    session: Session | None = None
    """Of `connect`."""
    status: Literal["COMPLETED", "FAILED"] | None = None
    """Of `terminate`."""
    start_time: Seconds | None = None
    """Of `terminate`, if it was answered."""
    end_time: Seconds | None = None
    """Of `terminate`, if it was answered."""
    duration: int | None = None
    """Seconds, of `terminate`, if it was answered."""
    biz_opaque_callback_data: Text | None = None
    """As the business sent it."""


class CallsValue(NumberValue):
    """`calls`: calls begin, ring and end."""

    contacts: list[Contact] | None = None
    """The customers."""
    calls: list[Call] | None = None
    """What happened to calls."""
    statuses: list[CallStatus] | None = None
    """What happened to calls of the business before they were answered."""
    errors: list[WireError] | None = None
    """Why a call failed."""


class Participant(Shape):
    """Somebody in a group."""

    input: Text | int | None = None
    """As the business named them."""
    wa_id: Digits | int | None = None
    """Phone number; a number in Meta's own examples."""
    user_id: Bsuid | None = None
    """User id."""
    parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""


class GroupPicture(Shape):
    """A group's picture."""

    mime_type: Text
    """Its type."""
    sha256: Text
    """Its hash."""


class Group(Shape):
    """An item of `groups`."""

    timestamp: Seconds
    """When."""
    group_id: Text
    """The group."""
    type: Text
    """`group_create`, `group_delete`, `group_participants_add`, `group_settings_update`, `group_suspend` …"""
    request_id: Text | None = None
    """The call of the business that brought it about."""
    subject: Text | None = None
    """Its name."""
    description: Text | None = None
    """What it is about."""
    invite_link: Text | None = None
    """How to join."""
    reason: Text | None = None
    """Why somebody came."""
    profile_picture: GroupPicture | None = None
    """Its picture."""
    added_participants: list[Participant] | None = None
    """Who came."""
    removed_participants: list[Participant] | None = None
    """Who went."""
    errors: list[WireError] | None = None
    """Why it did not work."""


class GroupsValue(NumberValue):
    """`group_*`: groups are made, settled, joined and left."""

    groups: list[Group]
    """What happened."""
