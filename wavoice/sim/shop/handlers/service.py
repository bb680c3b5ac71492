"""The actions beyond orders."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.sim.shop.handlers.handler import Handler

HANDLERS: Mapping[str, Handler] = {}
