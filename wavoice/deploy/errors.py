"""What can go wrong between this machine and the one that a bot goes to.

* WavoiceError
  * UserInputError
    * LockedError         somebody else deploys                         exit 2
  * TargetError           the target did not do what it was asked for   exit 1
  * StepFailed            a step of a deploy failed; `step` says which  exit 1
"""

from __future__ import annotations

from wavoice.runtime.errors import Category, UserInputError, WavoiceError


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
    """A step failed. What was undone, and the command that goes on, are in the remedy."""

    category = Category.API
    code = "step_failed"

    def __init__(self, message: str, *, step: str, host: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.step = step
        self.host = host

    def __str__(self) -> str:
        return f"{self.step} on {self.host}: {super().__str__()}"
