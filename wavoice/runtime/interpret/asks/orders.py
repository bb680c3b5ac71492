"""How the jobs about orders are asked for."""

from __future__ import annotations

from wavoice.runtime.interpret.asks import (
    cancel_order,
    change_address,
    confirm_cod,
    delivery_estimate,
    place_order,
    refund_order,
    reorder,
    reschedule_delivery,
    track_order,
)

ASKS = (
    cancel_order.ASK,
    change_address.ASK,
    confirm_cod.ASK,
    delivery_estimate.ASK,
    place_order.ASK,
    place_order.BY_VERB,
    refund_order.ASK,
    reorder.ASK,
    reschedule_delivery.ASK,
    track_order.ASK,
)
