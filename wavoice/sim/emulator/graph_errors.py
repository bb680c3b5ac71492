"""Refusals as the Graph API words them, at once or later in a status.

Shape: Graph API error handling and the Cloud API error reference (v24.0).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from wavoice.sim.emulator.error_codes import CODES, THROTTLED, TRANSIENT

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    """A call is refused with this code; `details` names the field and the limit.

    Without `details` it says what the code says in general. Raises `KeyError` for a code that
    `error_codes.CODES` does not know.
    """

    def __init__(
        self,
        code: int,
        details: str | None = None,
        *,
        subcode: int | None = None,
        told: tuple[str, str] | None = None,
        wait: int | None = None,
    ) -> None:
        self.code = code
        known = CODES[code]
        self.status, self.title = known.status, known.title
        self.details = details or known.details or known.title
        self.subcode = subcode
        self.told = told
        """`error_user_title` and `error_user_msg`, which refused templates carry."""
        self.wait = wait
        """Seconds until the same call may succeed, if that is known."""
        super().__init__(f"(#{code}) {self.details}")

    def body(self, trace: str) -> dict[str, Any]:
        """Return the JSON answer of a synchronous refusal."""
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in TRANSIENT:
            error["is_transient"] = True
        if self.told is not None:
            error["error_user_title"], error["error_user_msg"] = self.told
        return {"error": {**error, "fbtrace_id": trace}}

    def headers(self, account: str) -> Mapping[str, str]:
        """Return the headers of a synchronous refusal: those of throttling, for limits only.

        `X-Business-Use-Case-Usage` counts minutes, `Retry-After` seconds; the latter comes only when
        `wait` is known.
        """
        if self.code not in THROTTLED:
            return {}
        usage = {
            "type": "whatsapp",
            "call_count": 100,
            "total_cputime": 0,
            "total_time": 0,
            "estimated_time_to_regain_access": -(-(self.wait or 60) // 60),
        }
        headers = {"X-Business-Use-Case-Usage": json.dumps({account: [usage]}, separators=(",", ":"))}
        return headers if self.wait is None else {**headers, "Retry-After": str(self.wait)}

    def in_status(self) -> dict[str, Any]:
        """Return the item of `statuses[].errors` for a message that fails after it was accepted."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.title,
            "error_data": {"details": self.details},
            "href": HREF,
        }


def unknown_object(name: str) -> GraphError:
    """Return the refusal for an id that does not exist, has expired or belongs to somebody else."""
    return GraphError(100, f"Object with ID '{name}' does not exist or is not yours", subcode=33)
