"""How the jobs beyond orders are asked for."""

from __future__ import annotations

from wavoice.runtime.interpret.asks.ask import Ask

ASKS: tuple[Ask, ...] = ()
