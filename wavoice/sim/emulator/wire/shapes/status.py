"""Items of `statuses` (status messages webhook reference, business-scoped user id pages)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

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

Category = Literal[
    "service",
    "utility",
    "marketing",
    "authentication",
    "authentication-international",
    "authentication_international",
    "marketing_lite",
    "referral_conversion",
    "general_purpose_ai",
    "group_service",
    "group_utility",
    "group_marketing",
]


class Pricing(Shape):
    """What a message costs; on `sent` and on one of `delivered` and `read`."""

    billable: bool | None = None
    """Whether it is charged; deprecated."""
    pricing_model: Literal["PMP", "CBP"]
    """Per message, or per conversation (before July 2025)."""
    type: Literal["regular", "free_customer_service", "free_entry_point"] | None = None
    """Why it is free, or that it is not; absent with CBP."""
    category: Category
    """The rate."""


class Origin(Shape):
    """How a conversation began."""

    type: Category
    """Its category."""


class Conversation(Shape):
    """The conversation of a message: up to v23, and in free entry points since."""

    id: Text
    """Its id."""
    expiration_timestamp: Seconds | None = None
    """When it ends; only on `sent`."""
    origin: Origin | None = None
    """How it began."""


class AnyStatus(Shape):
    """What all statuses have."""

    id: Wamid
    """The message."""
    timestamp: Seconds
    """When it happened."""
    recipient_id: Digits | None = None
    """Phone number of the customer; absent for who hides it. Of a group, its id."""
    recipient_user_id: Bsuid | None = None
    """The customer; absent from `failed` if the message went to a phone number."""
    recipient_parent_user_id: ParentBsuid | None = None
    """Only for enterprises that Meta enrolled."""


class Status(AnyStatus):
    """What happened to a message of the business."""

    status: Literal["sent", "delivered", "read", "played", "failed"]
    """With WhatsApp, on the handset, shown, played for the first time (notes only), or given up."""
    recipient_type: Literal["group"] | None = None
    """Only of group messages."""
    recipient_participant_id: Digits | None = None
    """Who in the group."""
    recipient_participant_user_id: Bsuid | None = None
    """The same as user id."""
    recipient_participant_parent_user_id: ParentBsuid | None = None
    """The same as parent id."""
    recipient_identity_key_hash: Text | None = None
    """Only where the business has the identity check switched on."""
    biz_opaque_callback_data: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    """As the business sent it."""
    conversation: Conversation | None = None
    """Absent since v24, but for free entry points."""
    pricing: Pricing | None = None
    """Absent from `played` and `failed`."""
    errors: Annotated[list[WireError], Field(min_length=1)] | None = None
    """Why; of `failed` and nothing else."""

    @model_validator(mode="after")
    def _failed_has_errors_and_no_price(self) -> Status:
        failed = self.status == "failed"
        if failed != (self.errors is not None):
            raise ValueError("errors belong to `failed`, always and only")
        if self.pricing is not None and self.status in {"failed", "played"}:
            raise ValueError(f"`{self.status}` has no pricing")
        return self


class Amount(Shape):
    """Money."""

    value: int
    """Amount times `offset`."""
    offset: int
    """100 for currencies with two decimals."""


class PaymentMethod(Shape):
    """How it was paid."""

    type: Text
    """`upi`, `card` …"""


class PaymentError(Shape):
    """Why a payment failed."""

    code: Text
    """The gateway's code."""
    reason: Text
    """In words."""


class Transaction(Shape):
    """What a payment gateway says."""

    id: Text
    """WhatsApp's id of the transaction."""
    pg_transaction_id: Text | None = None
    """The gateway's id."""
    type: Text
    """The gateway."""
    status: Literal["success", "pending", "failed"]
    """What became of it."""
    method: PaymentMethod | None = None
    """How it was paid."""
    created_timestamp: int | None = None
    """Unix seconds, as a number."""
    updated_timestamp: int | None = None
    """Unix seconds, as a number."""
    error: PaymentError | None = None
    """Why it failed."""


class Payment(Shape):
    """A payment of an order."""

    reference_id: Annotated[str, Field(min_length=1, max_length=35)]
    """The business's own id of the order."""
    amount: Amount
    """How much."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217."""
    transaction: Transaction
    """What the gateway says."""


class PaymentStatus(AnyStatus):
    """What happened to a payment (payments in India, payment gateways)."""

    type: Literal["payment"]
    """Tells it from the status of a message."""
    status: Literal["pending", "captured", "failed"]
    """What became of it."""
    payment: Payment
    """The payment."""


class CallStatus(Shape):
    """What happened to a call of the business."""

    id: Text
    """`wacid.` and more."""
    type: Literal["call"]
    """Tells it from the status of a message."""
    status: Literal["RINGING", "ACCEPTED", "REJECTED"]
    """What happened."""
    timestamp: Seconds
    """When."""
    recipient_id: Digits | None = None
    """Phone number of the customer; absent for who hides it."""
    recipient_user_id: Bsuid | None = None
    """The customer."""
    biz_opaque_callback_data: Text | None = None
    """As the business sent it."""
