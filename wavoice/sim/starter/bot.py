"""What this bot can do besides the jobs that ship with wavoice: one function a job."""

from __future__ import annotations

from typing import Annotated, Literal

from wavoice import IMPOSSIBLE, App, Change, Customer, Fact, Order, Refuse, Slot, job

WRAPPABLE = ("open", "packed")
MOST_IN_GOLD = 4
"""Things that fit into the larger sheet."""


async def read_points(customer: Customer) -> int:
    """Ask your own system; rehearsals never call this, and take the sample below."""
    raise NotImplementedError(f"Read the points of {customer.id} from your system here.")


@job(
    tier="R0",
    asks=("how many points do I have", "what is my points balance"),
    reads={"points": Fact(read=read_points, sample=120)},
)
def loyalty_points(points: int) -> str:
    """Tell you how many points you have."""
    return f"You have {points} points."


@job(
    tier="R2",
    asks=("gift wrap my order", "wrap order {order} in {paper} paper"),
    read_back="Order {order}: gift wrap it in {paper} paper?",
    done="order {order} will be wrapped in {paper} paper",
    still="order {order} is not wrapped",
    compensation="unwrap",
)
def gift_wrap(
    order: Order,
    paper: Annotated[Literal["red", "gold"], Slot("Red or gold paper?", also={"gold": ("golden",)})],
) -> Change | Refuse:
    """Wrap an order as a gift."""
    if order.status not in WRAPPABLE:
        return Refuse(f"Order {order.id} is {order.status}. It cannot be wrapped any more.")
    if paper == "gold" and len(order.items) > MOST_IN_GOLD:
        return Refuse(f"Order {order.id} is too large for our gold paper. It can be red.")
    return Change()


@job(
    tier="R2",
    asks=("take the gift wrap off", "unwrap my order"),
    read_back="Order {order}: send it without gift wrap?",
    done="order {order} goes without gift wrap",
    still="the gift wrap of order {order} stays",
    compensation=IMPOSSIBLE,
)
def unwrap(order: Order) -> Change | Refuse:
    """Take the gift wrap off."""
    if order.status not in WRAPPABLE:
        return Refuse(f"Order {order.id} is {order.status}. Its wrap stays.")
    return Change()


app = App(loyalty_points, gift_wrap, unwrap)
