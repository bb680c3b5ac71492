"""A whole webhook body: the envelope, and which value belongs to which field.

Source: webhooks overview and the reference page of each field.
"""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import ConfigDict, Field, model_validator

from wavoice.sim.emulator.wire.shapes import account as accounts
from wavoice.sim.emulator.wire.shapes import numbers, people, templates
from wavoice.sim.emulator.wire.shapes.app import (
    AutomaticEventsValue,
    EchoesValue,
    HandoversValue,
    HistoryValue,
    StateSyncValue,
)
from wavoice.sim.emulator.wire.shapes.base import Digits, Shape
from wavoice.sim.emulator.wire.shapes.calls import CallsValue, GroupsValue
from wavoice.sim.emulator.wire.shapes.values import MessagesValue, StandbyValue

Name = TypeVar("Name")
Value = TypeVar("Value", bound=Shape)


class Change(Shape, Generic[Name, Value]):
    """What happened."""

    # No docstrings: pydantic would look for them anew for every kind, in all modules that are loaded.
    model_config = ConfigDict(use_attribute_docstrings=False)

    field: Name = Field(description="What an app subscribes to.")
    value: Value = Field(description="The facts.")


Groups = Literal[
    "group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update"
]
Usernames = Literal["business_username_update", "business_username_updates"]
"""Both spellings occur in Meta's pages."""
OfNumber = (
    Change[Literal["messages"], MessagesValue]
    | Change[Literal["standby"], StandbyValue]
    | Change[Literal["user_preferences"], people.UserPreferences]
    | Change[Literal["user_id_update"], people.UserIdUpdates]
    | Change[Literal["smb_message_echoes"], EchoesValue]
    | Change[Literal["smb_app_state_sync"], StateSyncValue]
    | Change[Literal["history"], HistoryValue]
    | Change[Literal["calls"], CallsValue]
    | Change[Groups, GroupsValue]
    | Change[Literal["automatic_events"], AutomaticEventsValue]
    | Change[Literal["messaging_handovers"], HandoversValue]
)
"""These have metadata, and their items their own times."""
OfAccount = (
    Change[Literal["message_template_status_update"], templates.TemplateStatus]
    | Change[Literal["message_template_quality_update"], templates.TemplateQuality]
    | Change[Literal["message_template_components_update"], templates.TemplateComponents]
    | Change[Literal["template_category_update"], templates.TemplateCategory]
    | Change[Literal["phone_number_quality_update"], numbers.NumberQuality]
    | Change[Literal["phone_number_name_update"], numbers.NumberName]
    | Change[Literal["security"], numbers.Security]
    | Change[Usernames, numbers.BusinessUsername]
    | Change[Literal["business_capability_update"], accounts.BusinessCapability]
    | Change[Literal["account_update"], accounts.AccountUpdate]
    | Change[Literal["account_offboarded", "account_reconnected"], accounts.AccountUpdate]
    | Change[Literal["account_alerts"], accounts.AccountAlert]
    | Change[Literal["account_review_update"], accounts.AccountReview]
    | Change[Literal["partner_solutions"], accounts.PartnerSolution]
    | Change[Literal["payment_configuration_update"], accounts.PaymentConfiguration]
    | Change[Literal["flows"], accounts.FlowEvent]
)
"""These have no metadata; `entry.time` is their time."""


class Entry(Shape):
    """What happened to one account."""

    id: Digits
    """The WhatsApp Business Account, never a number."""
    time: int | None = None
    """Unix seconds as a number; only of fields that concern the account."""
    changes: Annotated[
        list[Annotated[OfNumber | OfAccount, Field(discriminator="field")]], Field(min_length=1)
    ]
    """What happened; up to 1,000 updates a webhook."""

    @model_validator(mode="after")
    def _only_account_fields_are_dated(self) -> Entry:
        of_number = any(isinstance(change.value, people.NumberValue) for change in self.changes)
        if of_number == (self.time is not None):
            raise ValueError("entry.time belongs to fields of the account, always and only")
        return self


class Webhook(Shape):
    """The body of a POST."""

    object: Literal["whatsapp_business_account"]
    """Always the same."""
    entry: Annotated[list[Entry], Field(min_length=1)]
    """One or more accounts."""
