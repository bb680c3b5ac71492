"""Every error code that the Graph API knows of messages, with its HTTP status and title.

Statuses and titles: Cloud API error reference (v24.0, Nov 2025) and Meta's OpenAPI description;
131062 and later as in pywa 4.5; calling, flows, block list and usernames by their own pages. Where
no page tells a status it is 400.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Retry = Literal["no", "once", "later", "backoff"]
"""What a client should do: fix it first; try once more; wait for minutes or hours; back off and repeat."""


class Known(NamedTuple):
    """What is fixed about a code."""

    status: int
    """HTTP status of a synchronous refusal."""
    title: str
    """Comes after `(#code)` in `message`, and alone in webhooks."""
    retry: Retry = "no"
    details: str = ""
    """What `error_data.details` says when nobody says more; empty: the title."""


_AUTH = {
    0: Known(401, "AuthException", details="We were unable to authenticate the app user"),
    3: Known(500, "API Method", details="Capability or permissions issue"),
    10: Known(403, "Permission Denied", details="Permission is either not granted or has been removed"),
    104: Known(401, "An access token is required to request this resource"),
    190: Known(401, "Invalid OAuth access token", details="Your access token has expired"),
    **{code: Known(403, "API Permission", details="Permission is not granted") for code in range(200, 300)},
}
_GENERAL = {
    1: Known(400, "API Unknown", "once", "Invalid request or possible server error"),
    2: Known(503, "API Service", "backoff", "Temporary due to downtime or due to being overloaded"),
    4: Known(400, "API Too Many Calls", "later", "The app has reached its API call rate limit"),
    15: Known(400, "This method must be called with an app access_token"),
    17: Known(400, "User request limit reached", "later"),
    33: Known(400, "Parameter value is not valid", details="The business phone number has been deleted"),
    100: Known(400, "Invalid parameter"),
    368: Known(403, "Temporarily blocked for policies violations"),
    613: Known(400, "Calls to this API have exceeded the rate limit", "later"),
    2200: Known(400, "Callback verification failed"),
    2500: Known(400, "Unknown path components"),
    80007: Known(400, "Rate limit issues", "later", "The business account has reached its rate limit"),
    80008: Known(400, "Rate limit issues", "later", "Too many calls to this WhatsApp Business account"),
}
_SENDING = {
    130429: Known(400, "Rate limit hit", "backoff", "Cloud API message throughput has been reached"),
    130472: Known(400, "User's number is part of an experiment"),
    130497: Known(403, "Business account is restricted from messaging users in this country"),
    130501: Known(400, "Message type is not supported in groups"),
    131000: Known(500, "Something went wrong", "backoff", "Message failed to send due to an unknown error"),
    131005: Known(403, "Access denied", details="Permission is either not granted or has been removed"),
    131008: Known(400, "Required parameter is missing"),
    131009: Known(400, "Parameter value is not valid"),
    131016: Known(500, "Service unavailable", "backoff", "A service is temporarily unavailable"),
    131020: Known(400, "Bad group"),
    131021: Known(400, "Recipient cannot be sender"),
    131026: Known(400, "Message undeliverable", details="Unable to deliver message"),
    131030: Known(400, "Recipient phone number not in allowed list"),
    131031: Known(403, "Account has been locked"),
    131037: Known(400, "WhatsApp provided number needs display name approval before message can be sent"),
    131041: Known(400, "Unknown group"),
    131042: Known(400, "Business eligibility payment issue"),
    131044: Known(400, "Business eligibility payment issue"),
    131045: Known(500, "Incorrect certificate", details="Phone number registration error"),
    131047: Known(
        400, "Re-engagement message", details="More than 24 hours have passed since the user last replied"
    ),
    131048: Known(400, "Spam rate limit hit", "later"),
    131049: Known(
        400,
        "Meta chose not to deliver",
        "later",
        "This message was not delivered to maintain healthy ecosystem engagement",
    ),
    131050: Known(400, "User has stopped receipt of marketing messages"),
    131051: Known(400, "Unsupported message type"),
    131052: Known(400, "Media download error", details="Unable to download the media sent by the user"),
    131053: Known(400, "Media upload error", details="Unable to upload the media used in the message"),
    131055: Known(400, "Method not allowed"),
    131056: Known(
        400,
        "(Business Account, Consumer Account) pair rate limit hit",
        "backoff",
        "Too many messages sent to the same recipient in a short period of time",
    ),
    131057: Known(500, "Account in maintenance mode", "backoff"),
    131059: Known(400, "Invalid cursor"),
    131062: Known(400, "Business-scoped user ID recipients are not supported for this message"),
    131063: Known(400, "Marketing templates are disabled for Cloud API"),
    131064: Known(400, "Message failed to reach messaging limit"),
}
_TEMPLATES = {
    132000: Known(400, "Number of parameters does not match the expected number of params"),
    132001: Known(404, "Template name does not exist in the translation"),
    132005: Known(400, "Template hydrated text too long"),
    132007: Known(400, "Template format character policy violated"),
    132008: Known(400, "Template parameter value is not valid"),
    132012: Known(400, "Parameter format does not match format in the created template"),
    132015: Known(400, "Template is paused", "later"),
    132016: Known(400, "Template is disabled"),
    132018: Known(400, "Template parameter details are not valid"),
    132068: Known(400, "Flow is blocked"),
    132069: Known(400, "Flow is throttled", "later", "10 messages with this flow were sent in the last hour"),
}
_NUMBER = {
    133000: Known(500, "Incomplete deregistration"),
    133004: Known(503, "Server temporarily unavailable", "backoff"),
    133005: Known(400, "Two step verification PIN mismatch"),
    133006: Known(400, "Phone number re-verification needed"),
    133008: Known(400, "Too many two step verification PIN guesses", "later"),
    133009: Known(400, "Two step verification PIN guessed too fast", "later"),
    133010: Known(400, "Phone number not registered"),
    133015: Known(400, "Please wait a few minutes before attempting to register this phone number", "later"),
    133016: Known(400, "Account register deregister rate limit exceeded", "later"),
    134011: Known(400, "WhatsApp Payments terms of service has not been accepted"),
    134100: Known(400, "Only marketing messages supported"),
    134101: Known(400, "Your template is still syncing", "later"),
    134102: Known(500, "Template unavailable for use"),
    135000: Known(400, "Generic user error"),
    137000: Known(400, "Recipient identity key hash mismatch"),
}
_CALLS = {
    138000: Known(400, "Calling not enabled"),
    138001: Known(400, "Receiver uncallable"),
    138002: Known(400, "Concurrent calls limit reached", "later"),
    138003: Known(400, "Duplicate call", "later"),
    138004: Known(400, "Call connection error", "once"),
    138005: Known(400, "Call rate limit exceeded", "later"),
    138006: Known(400, "No approved call permission from the recipient"),
    138007: Known(400, "Call connection timeout"),
    138009: Known(400, "Call permission request limit reached", "later"),
    138012: Known(400, "Business initiated calls limit reached", "later"),
    138013: Known(400, "Call permission status request limit reached", "later"),
    138018: Known(400, "Calling cannot be enabled"),
}
_REST = {
    139000: Known(400, "Flow blocked by integrity"),
    139001: Known(400, "Flow failed to update"),
    139002: Known(400, "Flow failed to publish"),
    139003: Known(400, "Flow failed to deprecate"),
    139004: Known(400, "Flow failed to delete"),
    139100: Known(400, "Failed to block/unblock users"),
    139101: Known(400, "Blocklist limit reached"),
    139102: Known(400, "Blocklist concurrent update", "once"),
    139103: Known(400, "Internal error", "once"),
    147001: Known(400, "Username is not available"),
    147002: Known(400, "Account is not eligible to request a username"),
    147003: Known(400, "Facebook account is not linked"),
    147004: Known(400, "Instagram account is not linked"),
    147005: Known(400, "Username transfer required"),
}

CODES = _AUTH | _GENERAL | _SENDING | _TEMPLATES | _NUMBER | _CALLS | _REST
"""By code; 200 to 299 are all API permissions."""
TRANSIENT = frozenset({4, 17, 80007, *(code for code, known in CODES.items() if known.retry == "backoff")})
"""Codes whose bodies carry `is_transient: true`."""
THROTTLED = frozenset({4, 17, 613, 80007, 80008, 130429, 131048, 131056, 133016})
"""Codes of limits on calls or messages; their answers say when to come back."""
