"""Change the delivery address of an order (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Ask, Job, Offer, Prepared, Refuse, Words, pick_order
from wavoice.runtime.actions.areas import outside
from wavoice.runtime.model import Facts, Order, Tier
from wavoice.runtime.replies import english

CHANGEABLE = ("open", "packed")


def _current(order: Order) -> Mapping[str, str]:
    return {"order": order.id, "address": order.delivery_address}


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    order = pick_order(slots, facts)
    if not isinstance(order, Order):
        return order
    if order.status not in CHANGEABLE:
        return Refuse(f"{english.order_status(order, today)} Its address cannot be changed any more.")
    unread = slots.get("told") == "unread"
    address = slots.get("address") or (None if unread else _other_saved(order, facts))
    if not address:
        return Ask("address", english.ADDRESS_UNREAD if unread else english.WHICH_ADDRESS)
    if address.casefold() == order.delivery_address.casefold():
        return Refuse(f"Order {order.id} goes to {order.delivery_address} already.")
    if (elsewhere := outside(address, facts.rules)) is not None:
        return elsewhere
    return Offer(
        order=order,
        args={"order": order.id, "address": address},
        before=_current(order),
    )


def _other_saved(order: Order, facts: Facts) -> str | None:
    """The saved address that is asked for first: nobody has to say again what the shop knows."""
    saved = (address for contact in facts.records.contact for address in contact.addresses)
    return next((one for one in saved if one.casefold() != order.delivery_address.casefold()), None)


JOB = Job(
    name="change_address",
    can="change its address",
    slots=("order", "address"),
    shown="Order {order}: send it to {address}?",
    tier=Tier.R2,
    prepare=_prepare,
    current=_current,
    words=Words(
        question=lambda p: f"{english.of_order(p.args['order'])} send it to {p.args['address']}?",
        still=lambda p: f"order {p.args['order']} still goes to {p.before['address']}",
        done=lambda p: f"Done: order {p.args['order']} now goes to {p.args['address']}.",
        already=lambda p: f"Order {p.args['order']} is already set to {p.args['address']}.",
    ),
    uses=("contact",),
)
