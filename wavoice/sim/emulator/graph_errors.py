"""Refusals as the Graph API words them: code, HTTP status and title of each code that we play.

Codes and statuses: Cloud API error reference (v24.0) and Meta's OpenAPI description.
"""

from __future__ import annotations

from typing import Any

CODES: dict[int, tuple[int, str]] = {
    1: (400, "API Unknown"),
    10: (403, "Application does not have permission for this action"),
    15: (400, "This method must be called with an app access_token"),
    33: (400, "Object does not exist"),
    100: (400, "Invalid parameter"),
    104: (401, "An access token is required to request this resource"),
    190: (401, "Invalid OAuth access token"),
    200: (403, "Permissions error"),
    2200: (400, "Callback verification failed"),
    131000: (500, "Something went wrong"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131026: (400, "Message undeliverable"),
    131047: (400, "Re-engagement message"),
    131051: (400, "Unsupported message type"),
    131053: (400, "Media upload error"),
}


class GraphError(Exception):
    """A call is refused with this code; `details` names the field and the limit."""

    def __init__(self, code: int, details: str, *, subcode: int | None = None) -> None:
        super().__init__(f"(#{code}) {details}")
        self.code = code
        self.details = details
        self.subcode = subcode
        self.status, self.title = CODES[code]

    def body(self, trace: str) -> dict[str, Any]:
        """Return the JSON answer of a synchronous refusal."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": trace,
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error}

    def in_status(self) -> dict[str, Any]:
        """Return the item of `statuses[].errors` for a message that fails after it was accepted."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }


def unknown_object(name: str) -> GraphError:
    """Return the refusal for an id that does not exist, has expired or belongs to somebody else."""
    return GraphError(100, f"Object with ID '{name}' does not exist or is not yours", subcode=33)
