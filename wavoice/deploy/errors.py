"""What can go wrong between this machine and the one that a bot goes to.

* WavoiceError
  * UserInputError
    * LockedError         somebody else deploys                         exit 2
  * TargetError           the target did not do what it was asked for   exit 1
  * StepFailed            a step of a deploy found what must not be     exit 1
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wavoice.runtime.errors import Category, UserInputError, WavoiceError

if TYPE_CHECKING:
    from wavoice.deploy.target import Finding


class TargetError(WavoiceError):
    """A target did not answer, or could not do what it was asked for; `host` says which one.

    `message` and `remedy` are shown as they are, and kept in the target's audit: they never hold a secret,
    a phone number or what a customer said.
    """

    category = Category.NETWORK
    code = "target"

    def __init__(self, message: str, *, host: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.host = host


class LockedError(UserInputError):
    """Somebody else is deploying to this target, or has locked it."""

    code = "locked"


class StepFailed(WavoiceError):  # noqa: N818 -- it is what happened to a step
    """A step found what a release must not go on with; whoever runs the steps says which one it was."""

    category = Category.API
    code = "step_failed"

    def __init__(self, message: str, *, remedy: str = "", findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, remedy=remedy)
        self.findings = tuple(findings)
