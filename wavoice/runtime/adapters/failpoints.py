"""Named places where a test kills the process; nothing happens anywhere else."""

from __future__ import annotations

import os
import signal

VARIABLE = "WAVOICE_FAILPOINT"
"""`name` or `name:n`: die with SIGKILL when `name` is reached for the n-th time (default 1)."""


class NoFailpoints:
    """`ports.Failpoints` of production."""

    def reach(self, name: str) -> None:
        """Do nothing."""


class KillAt:
    """`ports.Failpoints` that sends SIGKILL to its own process."""

    def __init__(self, name: str, passes: int) -> None:
        self._name, self._left = name, passes

    def reach(self, name: str) -> None:
        """Die if this is the place and the time."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def from_environment() -> NoFailpoints | KillAt:
    """Read `WAVOICE_FAILPOINT`."""
    name, _, passes = os.environ.get(VARIABLE, "").partition(":")
    return KillAt(name, int(passes or 1)) if name else NoFailpoints()
