"""The actions about orders."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.sim.shop.handlers import change_address, refund_order, reschedule_delivery
from wavoice.sim.shop.handlers.handler import Handler

HANDLERS: Mapping[str, Handler] = {
    "change_address": change_address.HANDLER,
    "refund_order": refund_order.HANDLER,
    "reschedule_delivery": reschedule_delivery.HANDLER,
}
