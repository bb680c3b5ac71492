"""How long a reply waits after WhatsApp's rate limits refused it: alone, or with all others of the app.

Three limits, three reaches (Cloud API error codes and throughput pages). One customer gets a message in
six seconds (131056): only replies to that customer wait, 4^n seconds, n = 0, 1, 2, … The business
number and the app as a whole (130429, 80007, 4) share a limit: then nobody is sent anything for a while.
WhatsApp's own `Retry-After` is never undercut. All waits are due moments; nothing sleeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from wavoice.runtime.errors import AuthError, ChannelError, WavoiceError
from wavoice.runtime.model import SECOND, Micros, OutboxGroup

log = structlog.get_logger("wavoice")
PAIR_LIMIT: Final = 131056
"""Too many messages to one customer; others are not concerned."""
SHARED_LIMITS: Final = frozenset({4, 80007, 130429})
"""The app's calls, the account's calls, the number's messages in a second."""
LONGEST_SHARED: Final[Micros] = 60 * SECOND
SPACING: Final[Micros] = SECOND // 80
"""After a shared pause replies go one by one, no faster than a business number may send (80 a second)."""


def limit_wait(error: WavoiceError, refused: int) -> Micros | None:
    """How long to wait after a rate limit, or the token, refused it; None for another error.

    `refused`: how often before. A refused token is nobody's reply's fault: one try a minute tells when it
    is mended, and no storm of tries makes it worse.
    """
    if isinstance(error, AuthError):
        return LONGEST_SHARED
    if not isinstance(error, ChannelError) or not error.retryable:
        return None
    if error.graph_code == PAIR_LIMIT:
        return max(SECOND << 2 * refused, error.retry_after)
    if error.graph_code in SHARED_LIMITS:
        return max(min(SECOND << refused, LONGEST_SHARED), error.retry_after)
    return error.retry_after or None


def behind(others: Iterable[OutboxGroup], now: Micros) -> Micros | None:
    """When a reply may be tried that comes after these to the same customer; None if none of them waits.

    Just after the last of them, and never at once: their own wakes come first.
    """
    waiting = [one.not_before for one in others if one.not_before is not None]
    return max(now, *waiting) + 1 if waiting else None


@dataclass(slots=True)
class Throttle:
    """The pause that a shared limit imposes. It dies with the process: WhatsApp then says it again."""

    token_refused: bool = False
    """WhatsApp has refused the access token, and nothing was accepted since."""
    unsaid: bool = False
    """That has changed, and is not in the store yet."""
    _until: Micros = 0
    _next: Micros = 0

    def refused(self, error: WavoiceError, now: Micros, wait: Micros | None) -> None:
        """Note a refusal; only a shared limit, or a refused token, makes others wait."""
        token = isinstance(error, AuthError)
        if token and not self.token_refused:
            log.error("access_token_refused")
            self.token_refused = self.unsaid = True
        shared = isinstance(error, ChannelError) and error.graph_code in SHARED_LIMITS
        if wait is not None and (token or shared):
            self._until = max(self._until, now + wait)

    def accepted(self) -> None:
        """Note that WhatsApp took something."""
        if self.token_refused:
            log.info("access_token_accepted")
            self.token_refused, self.unsaid = False, True
            self._until = 0

    def quiet(self, now: Micros) -> bool:
        """True while nothing may be sent."""
        return now < self._until

    def turn(self, now: Micros) -> Micros | None:
        """When one more reply may be tried; None: now. Those that have to wait are spread out."""
        if not self.quiet(now):
            if self.token_refused:  # one tries for all
                self._until = now + LONGEST_SHARED
            return None
        self._next = max(self._next + SPACING, self._until)
        return self._next
