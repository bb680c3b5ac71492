"""Fields that concern the account: no metadata, and a date of their own (`entry.time`).

Shapes: webhook reference of each field (October 2025 to August 2026).
"""

from __future__ import annotations

from typing import Literal

from wavoice.sim.emulator.wire.shapes.base import Shape, Text


class ViolationInfo(Shape):
    """Of ACCOUNT_VIOLATION."""

    violation_type: Text
    """`SPAM`, `SCAM`, `ADULT` …"""
    remediation: Text | None = None
    """What to do about it."""


class RestrictionInfo(Shape):
    """Of ACCOUNT_RESTRICTION."""

    restriction_type: Text
    """What is not allowed, e.g. `RESTRICTED_BIZ_INITIATED_MESSAGING`."""
    expiration: int | None = None
    """Unix seconds until when; absent for ever."""
    remediation: Text | None = None
    """What to do about it."""


class BanInfo(Shape):
    """Of DISABLED_UPDATE."""

    waba_ban_state: Literal["DISABLE", "REINSTATE", "SCHEDULE_FOR_DISABLE"] | list[str]
    """What happens."""
    waba_ban_date: Text
    """When, in words."""


class WabaInfo(Shape):
    """Which account, of events about partners and ads."""

    waba_id: Text
    """The account."""
    owner_business_id: Text
    """Its owner."""
    solution_id: Text | None = None
    """The multi-partner solution."""
    solution_partner_business_ids: list[str] | None = None
    """Its partners."""
    partner_app_id: Text | None = None
    """The partner's app."""
    ad_account_linked: Text | None = None
    """The ad account."""


class Disconnection(Shape):
    """Why a number of the business's app left."""

    reason: Text
    """`PRIMARY_INACTIVITY` …"""
    initiated_by: Literal["SYSTEM", "USER"]
    """Who did it."""


class CountryStart(Shape):
    """A country with a date of its own."""

    country_code: Text
    """ISO 3166-1 alpha-2."""
    start_time: int
    """Unix seconds."""


class InternationalRates(Shape):
    """Of AUTH_INTL_PRICE_ELIGIBILITY_UPDATE."""

    start_time: int
    """Unix seconds from when international rates apply."""
    exception_countries: list[CountryStart] | None = None
    """Where they apply from another date."""


class Tier(Shape):
    """Of VOLUME_BASED_PRICING_TIER_UPDATE."""

    tier_update_time: int
    """Unix seconds."""
    pricing_category: Text
    """`UTILITY` or `AUTHENTICATION`."""
    tier: Text
    """Messages from and to, e.g. `25000001:50000000`."""
    effective_month: Text
    """`YYYY-MM`."""
    region: Text
    """The market."""


class Certification(Shape):
    """Of PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE."""

    client_business_id: Text
    """The business."""
    status: Text
    """`APPROVED`, `REJECTED` …"""
    rejection_reasons: list[str] | None = None
    """Why not, or `NONE`."""


class AccountUpdate(Shape):
    """`account_update`: what the account may do, and who works with it."""

    event: Text
    """What happened; each event has its own of the keys below, or none."""
    violation_info: ViolationInfo | None = None
    """Of ACCOUNT_VIOLATION."""
    restriction_info: list[RestrictionInfo] | None = None
    """Of ACCOUNT_RESTRICTION."""
    ban_info: BanInfo | None = None
    """Of DISABLED_UPDATE."""
    waba_info: WabaInfo | None = None
    """Of PARTNER_*, AD_ACCOUNT_LINKED, MM_LITE_TERMS_SIGNED."""
    disconnection_info: Disconnection | None = None
    """Of PARTNER_REMOVED, where a number left."""
    country: Text | None = None
    """Of BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE."""
    volume_tier_info: Tier | None = None
    """Of VOLUME_BASED_PRICING_TIER_UPDATE."""
    auth_international_rate_eligibility: InternationalRates | None = None
    """Of AUTH_INTL_PRICE_ELIGIBILITY_UPDATE."""
    partner_client_certification_info: Certification | None = None
    """Of PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE."""


class AlertInfo(Shape):
    """What is to be known."""

    alert_severity: Literal["CRITICAL", "WARNING", "INFORMATIONAL"]
    """How much it matters."""
    alert_status: Literal["ACTIVE", "NONE"]
    """Whether it still stands."""
    alert_type: Text
    """What it is about."""
    alert_description: Text
    """The same in words."""


class AccountAlert(Shape):
    """`account_alerts`: limits, profile and official status."""

    entity_type: Literal["BUSINESS", "PHONE_NUMBER", "CURRENT_STATUS_ID"]
    """What it concerns."""
    entity_id: Text
    """Its id."""
    alert_info: AlertInfo
    """The alert."""


class AccountReview(Shape):
    """`account_review_update`: what a review of the account came to."""

    decision: Literal["APPROVED", "REJECTED", "PENDING", "DEFERRED"]
    """The decision."""


class BusinessCapability(Shape):
    """`business_capability_update`: how much the business may send and own."""

    max_daily_conversations_per_business: int | None = None
    """Since v24; -1 is no limit."""
    max_daily_conversation_per_phone: int | None = None
    """Up to v23."""
    max_phone_numbers_per_business: int | None = None
    """Before it is verified."""
    max_phone_numbers_per_waba: int | None = None
    """Once it is verified."""


class PartnerSolution(Shape):
    """`partner_solutions`: a multi-partner solution changed."""

    event: Literal["SOLUTION_CREATED", "SOLUTION_UPDATED"]
    """What happened."""
    solution_id: Text
    """Which."""
    solution_status: Literal[
        "ACTIVE", "DEACTIVATED", "DRAFT", "INITIATED", "PENDING_DEACTIVATION", "REJECTED"
    ]
    """Where it stands."""


class PaymentConfiguration(Shape):
    """`payment_configuration_update`: a payment gateway was connected, left or is ready."""

    configuration_name: Text
    """As order messages name it."""
    provider_name: Literal["billdesk", "payu", "razorpay", "zaakpay"]
    """The gateway."""
    provider_mid: Text
    """The business's account there."""
    status: Literal["Active", "Needs Connecting", "Needs Testing"]
    """Where it stands."""
    created_timestamp: int
    """Unix seconds, as a number."""
    updated_timestamp: int
    """Unix seconds, as a number."""


class FlowError(Shape):
    """A kind of error of a flow."""

    error_type: Text
    """Which."""
    error_rate: float
    """Per cent of requests."""
    error_count: int
    """How many."""


class FlowEvent(Shape):
    """`flows`: a flow changed its status, or its endpoint does badly."""

    event: Literal[
        "FLOW_STATUS_CHANGE",
        "CLIENT_ERROR_RATE",
        "ENDPOINT_ERROR_RATE",
        "ENDPOINT_LATENCY",
        "ENDPOINT_AVAILABILITY",
        "FLOW_VERSION_EXPIRY_WARNING",
    ]
    """What happened."""
    message: Text
    """The same in words."""
    flow_id: Text | None = None
    """Which flow."""
    old_status: Text | None = None
    """Of FLOW_STATUS_CHANGE."""
    new_status: Text | None = None
    """Of FLOW_STATUS_CHANGE."""
    error_rate: float | None = None
    """Per cent, of the error rates."""
    errors: list[FlowError] | None = None
    """Which errors, of the error rates."""
    threshold: int | None = None
    """What was passed."""
    alert_state: Literal["ACTIVATED", "DEACTIVATED"] | None = None
    """Whether it still stands."""
    p50_latency: int | None = None
    """Milliseconds, of ENDPOINT_LATENCY."""
    p90_latency: int | None = None
    """Milliseconds, of ENDPOINT_LATENCY."""
    requests_count: int | None = None
    """How many were measured."""
    availability: int | None = None
    """Per cent, of ENDPOINT_AVAILABILITY."""
    warning: Text | None = None
    """Of FLOW_VERSION_EXPIRY_WARNING."""
