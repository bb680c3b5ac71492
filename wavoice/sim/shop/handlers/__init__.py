"""What the sample shop can carry out, by action: a file each."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.sim.shop.handlers import orders, service
from wavoice.sim.shop.handlers.handler import Done, Handler, OnBooks, OnOrder

__all__ = ["HANDLERS", "Done", "Handler", "OnBooks", "OnOrder"]

HANDLERS: Mapping[str, Handler] = {**orders.HANDLERS, **service.HANDLERS}
