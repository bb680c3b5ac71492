"""The actions about orders."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.sim.shop.handlers import (
    cancel_order,
    change_address,
    confirm_cod,
    place_order,
    refund_order,
    reschedule_delivery,
)
from wavoice.sim.shop.handlers.handler import Handler

HANDLERS: Mapping[str, Handler] = {
    "cancel_order": cancel_order.HANDLER,
    "change_address": change_address.HANDLER,
    "confirm_cod": confirm_cod.HANDLER,
    "place_order": place_order.HANDLER,
    "refund_order": refund_order.HANDLER,
    "reorder": place_order.HANDLER,
    "reschedule_delivery": reschedule_delivery.HANDLER,
}
