"""How the jobs about orders are asked for."""

from __future__ import annotations

from wavoice.runtime.interpret.asks import change_address, refund_order, reschedule_delivery, track_order

ASKS = (
    change_address.ASK,
    refund_order.ASK,
    reschedule_delivery.ASK,
    track_order.ASK,
)
