"""How each built-in job is asked for: a file per job, tried by rank."""

from __future__ import annotations

from wavoice.runtime.interpret.asks import orders, service

ASKS = tuple(sorted((*orders.ASKS, *service.ASKS), key=lambda ask: ask.rank))
"""All of them, the first to be tried first."""
