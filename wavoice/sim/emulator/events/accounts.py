"""What happens to the account, its templates and its numbers, by name.

Shapes: webhook reference pages of each field (Cloud API, October 2025 to August 2026).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wavoice.sim.emulator.events.kinds import EventContext, EventKind, account
from wavoice.sim.emulator.wire import seconds

_TEMPLATE = {
    "message_template_id": 1689556908129832,
    "message_template_name": "order_moved",
    "message_template_language": "en_US",
}


def _template(doc: str, event: str, reason: str | None = "NONE", **more: Any) -> EventKind:
    value = {"event": event, **_TEMPLATE, "reason": reason, "message_template_category": "UTILITY", **more}
    return account(doc, "message_template_status_update", lambda _: value)


def _fixed(doc: str, field: str, **value: Any) -> EventKind:
    return account(doc, field, lambda _: value)


def _update(doc: str, event: str, **more: Any) -> EventKind:
    return _fixed(doc, "account_update", event=event, **more)


def _about_number(doc: str, field: str, **more: Any) -> EventKind:
    def value(context: EventContext) -> dict[str, Any]:
        return {"display_phone_number": context.business.display_phone, **more}

    return account(doc, field, value)


def _dated(make: Callable[[int], dict[str, Any]]) -> Callable[[EventContext], dict[str, Any]]:
    return lambda context: make(int(seconds(context.now)))


_TEMPLATES = {
    "template.approved": _template("A template may be sent.", "APPROVED"),
    "template.rejected": _template(
        "A template was turned down; the reason in words.",
        "REJECTED",
        "INVALID_FORMAT",
        rejection_info={
            "reason": "Your template has parameters placed next to each other.",
            "recommendation": "Separate parameters with descriptive text.",
        },
    ),
    "template.pending": _template("A template waits for review.", "PENDING"),
    "template.paused": _template(
        "A template is paused for its quality, the first time for 3 hours.",
        "PAUSED",
        other_info={
            "title": "FIRST_PAUSE",
            "description": "Your WhatsApp message template has been paused for 3 hours.",
        },
    ),
    "template.disabled": _template(
        "A template may not be used any more.", "DISABLED", disable_info={"disable_date": "1796028000"}
    ),
    "template.pending_deletion": _template(
        "A template will be deleted: the one event whose `reason` is null.", "PENDING_DELETION", None
    ),
    "template.quality": _fixed(
        "The quality of a template falls.",
        "message_template_quality_update",
        previous_quality_score="GREEN",
        new_quality_score="YELLOW",
        **_TEMPLATE,
    ),
    "template.category": _fixed(
        "A template was put into another category.",
        "template_category_update",
        **_TEMPLATE,
        previous_category="UTILITY",
        new_category="MARKETING",
    ),
    "template.components": _fixed(
        "The words of a template were changed.",
        "message_template_components_update",
        **_TEMPLATE,
        message_template_element="Order {{1}} now comes on {{2}}.",
        message_template_title="Your order",
        message_template_footer="Corner Shop",
        message_template_buttons=[
            {
                "message_template_button_type": "QUICK_REPLY",
                "message_template_button_text": "Fine",
            }
        ],
    ),
}

_NUMBERS = {
    "number.throughput": _about_number(
        "The number may send 1,000 messages a second.",
        "phone_number_quality_update",
        event="THROUGHPUT_UPGRADE",
        current_limit="TIER_UNLIMITED",
    ),
    "number.name": _about_number(
        "A new display name was decided on.",
        "phone_number_name_update",
        decision="APPROVED",
        requested_verified_name="Corner Shop Delivery",
        rejection_reason=None,
    ),
    "number.pin_changed": _about_number(
        "Somebody changed the PIN of two-step verification.",
        "security",
        event="PIN_CHANGED",
        requester="61555822107539",
    ),
    "business.username": _about_number(
        "The username of the business was approved.",
        "business_username_update",
        username="cornershop",
        status="approved",
    ),
    "business.capability": _fixed(
        "Limits of the business rise.",
        "business_capability_update",
        max_daily_conversations_per_business=2000,
        max_phone_numbers_per_business=25,
    ),
}

_ACCOUNT = {
    "account.restricted": account(
        "The account may not start conversations for some days.",
        "account_update",
        _dated(
            lambda now: {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [
                    {
                        "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                        "expiration": now + 7 * 24 * 3600,
                    }
                ],
            }
        ),
    ),
    "account.violation": _update(
        "The account broke a policy.", "ACCOUNT_VIOLATION", violation_info={"violation_type": "SPAM"}
    ),
    "account.disabled": _update(
        "The account was banned.",
        "DISABLED_UPDATE",
        ban_info={"waba_ban_state": "DISABLE", "waba_ban_date": "November 30, 2026"},
    ),
    "account.deleted": _update("The account was deleted.", "ACCOUNT_DELETED"),
    "account.offboarded": _update("The business app left the API (another device).", "ACCOUNT_OFFBOARDED"),
    "account.reconnected": _update("The business app is back on the API.", "ACCOUNT_RECONNECTED"),
    "account.alert": _fixed(
        "A higher messaging limit was put off.",
        "account_alerts",
        entity_type="BUSINESS",
        entity_id="506914307656634",
        alert_info={
            "alert_severity": "WARNING",
            "alert_status": "ACTIVE",
            "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
            "alert_description": "Limits cannot be increased for your business.",
        },
    ),
    "account.review": _fixed("The account was reviewed.", "account_review_update", decision="APPROVED"),
    "account.partner_removed": account(
        "A partner no longer manages the account.",
        "account_update",
        lambda c: {
            "event": "PARTNER_REMOVED",
            "waba_info": {"waba_id": c.business.waba, "owner_business_id": "2329417887457253"},
        },
    ),
    "account.pricing_tier": account(
        "A cheaper volume tier was reached.",
        "account_update",
        _dated(
            lambda now: {
                "event": "VOLUME_BASED_PRICING_TIER_UPDATE",
                "volume_tier_info": {
                    "tier_update_time": now,
                    "pricing_category": "UTILITY",
                    "tier": "25000001:50000000",
                    "effective_month": "2026-11",
                    "region": "India",
                },
            }
        ),
    ),
    "partner.solution": _fixed(
        "A multi-partner solution was offered.",
        "partner_solutions",
        event="SOLUTION_CREATED",
        solution_id="774485461512159",
        solution_status="INITIATED",
    ),
    "payment.configuration": account(
        "A payment gateway was connected and needs a test.",
        "payment_configuration_update",
        _dated(
            lambda now: {
                "configuration_name": "shop-prod",
                "provider_name": "razorpay",
                "provider_mid": "acc_GP4lfNA0iIMn5B",
                "status": "Needs Testing",
                "created_timestamp": now,
                "updated_timestamp": now,
            }
        ),
    ),
    "flow.status": _fixed(
        "A flow went from draft to published.",
        "flows",
        event="FLOW_STATUS_CHANGE",
        message="Flow feedback changed status from DRAFT to PUBLISHED",
        flow_id="6627390910605886",
        old_status="DRAFT",
        new_status="PUBLISHED",
    ),
    "unknown.field": _fixed(
        "A field that nobody has documented yet: answer 200, and log it.",
        "holographic_presence_update",
        event="ENABLED",
    ),
}

ACCOUNTS: Mapping[str, EventKind] = {**_TEMPLATES, **_NUMBERS, **_ACCOUNT}
