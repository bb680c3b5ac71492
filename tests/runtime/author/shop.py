"""A bot of an author's, with a job of each kind, and a desk at which it works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Annotated, Literal

from tests.rehearsing import Desk, desk
from wavoice import (
    IMPOSSIBLE,
    RESTORE,
    App,
    Ask,
    Change,
    Customer,
    Fact,
    Money,
    Order,
    Outcome,
    Refuse,
    Slot,
    Write,
    WriteResult,
    job,
)
from wavoice.runtime.build import Parts
from wavoice.runtime.settings import JobSettings, Runtime


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


async def read_points(customer: Customer) -> int:
    assert customer.id == "cus_1"
    return 40


@job(tier="R0", asks=("how many points do I have",), reads={"points": Fact(read=read_points, sample=120)})
def points(points: int, customer: Customer) -> str:
    """Tell you how many points you have."""
    return f"{customer.name}: {points} points."


@job(
    tier="R2",
    asks=("gift wrap my order", "wrap order {order} in {paper}"),
    read_back={"en": "Order {order}: wrap it in {paper}?", "de": "Bestellung {order}: in {paper} einpacken?"},
    done="order {order} is wrapped in {paper}",
    still="order {order} is not wrapped",
    compensation="unwrap",
)
def gift_wrap(
    order: Order,
    paper: Annotated[Literal["red", "gold"], Slot("Red or gold?", also={"red": ("scarlet",)})],
) -> Change | Refuse:
    """Wrap an order as a gift."""
    return Change() if paper and order.status == "packed" else Refuse(f"Order {order.id} is {order.status}.")


@job(
    tier="R2",
    asks=("take the wrap off",),
    read_back="Order {order}: take the wrap off?",
    done="order {order} is not wrapped",
    still="order {order} stays wrapped",
    compensation=IMPOSSIBLE,
)
def unwrap(order: Order) -> Change:
    """Take the wrap off."""
    return Change(before={"order": order.id})


@job(
    tier="R2",
    asks=("a note for the driver", "tell the driver {note}"),
    read_back="Order {order}: tell the driver “{note}”?",
    done="the driver of order {order} is told",
    still="the driver of order {order} is told nothing",
    compensation=IMPOSSIBLE,
)
def driver_note(order: Order, note: Annotated[str, Slot("What should the driver know?")]) -> Change:
    """Leave a note for the driver."""
    return Change(before={"note": note, "order": order.id})


def no_crowds(guests: int) -> str | None:
    return "We have eight chairs." if guests > 8 else None


@job(
    tier="R1",
    asks=("book a tasting", "book a table for {guests} on {day}"),
    read_back="A tasting for {guests} on {day}, {price} each?",
    done="your tasting on {day} is booked",
    still="nothing is booked",
    compensation=RESTORE,
    permit=no_crowds,
    shows=("price",),
)
def tasting(
    day: Annotated[date, Slot("Which day?")], guests: Annotated[int, Slot("How many are you?")] = 2
) -> Change | Ask:
    """Book a tasting."""
    if day.weekday() == 6:
        return Ask("day", "We rest on Sundays. Which day?")
    return Change(shows={"price": f"{10 * guests} euros"})


@job(
    tier="R3",
    asks=("claim a voucher", "pay me {amount}"),
    read_back="Order {order}: pay {amount} to {payee}?",
    done="{amount} went to {payee}",
    still="nothing is paid for order {order}",
    compensation=IMPOSSIBLE,
)
def voucher(order: Order, amount: Annotated[Money, Slot("How much?", currency="INR")]) -> Change | Refuse:
    """Pay a voucher out."""
    if order.payment is None or amount.minor > 500_00:
        return Refuse("A voucher is worth 500 rupees at most.")
    return Change(payee=order.payment.payee)


@dataclass(slots=True)
class Club:
    """A system of the author's own: answers as it is told to."""

    does: str = "done"
    written: dict[str, Write] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def commit(self, write: Write) -> WriteResult:
        if self.does == "refuses":
            return WriteResult(Outcome.REFUSED, reason="full")
        self.written[write.key] = write
        if self.does in ("breaks", "forgets"):
            raise RuntimeError("the line went dead")
        if self.does == "nonsense":
            return None  # type: ignore[return-value]
        return WriteResult(Outcome.DONE, reference="member-1")

    async def look_up(self, key: str) -> WriteResult | None:
        self.asked.append(key)
        if self.does == "forgets":
            return WriteResult(Outcome.UNKNOWN)
        return WriteResult(Outcome.DONE, reference="member-1") if key in self.written else None


def club_job(club: Club) -> App:
    """A bot with one job that is carried out by the club."""

    @job(
        tier="R2",
        asks=("join the club", "join as {size}"),
        read_back="Join the club, {size}?",
        done="you are a member",
        still="you are no member",
        compensation=IMPOSSIBLE,
        commit=club.commit,
        look_up=club.look_up,
    )
    def join_club(size: Annotated[Size, Slot("Small or large?")]) -> Change:
        """Make you a member."""
        assert isinstance(size, Size)
        return Change()

    return App(join_club)


BOT = App(points, gift_wrap, unwrap, driver_note, tasting, voucher)


@asynccontextmanager
async def open_desk(
    app: App = BOT, modes: Mapping[str, str] | None = None, *, rehearsal: bool = True
) -> AsyncIterator[Desk]:
    """A desk with this bot; without `rehearsal` the author's own functions are called."""
    jobs = {name: JobSettings.model_validate({"mode": mode}) for name, mode in (modes or {}).items()}
    sections = {"jobs": jobs, "runtime": Runtime(rehearsal=rehearsal)}
    async with desk(parts=Parts(app=app), voice=False, sections=sections) as at:
        yield at


async def after_yes(at: Desk, *said: str) -> list[str]:
    """Say these, and yes at last; what came of it."""
    for words in said:
        await at.types(words)
    await at.types("yes")
    return await at.wait(5)


def without(app: App, name: str) -> App:
    """The same bot without one of its jobs."""
    return App(*(each for each in app.jobs if each.own is not None and each.name != name))


def to_a_card() -> App:
    """A bot that pays out; one of its values has the name of what placed orders are paid with."""

    @job(
        tier="R3",
        asks=("claim a voucher",),
        read_back="Pay {amount} for your {card} card to {payee}?",
        done="{amount} went to {payee}",
        still="nothing is paid",
        compensation=IMPOSSIBLE,
    )
    def voucher(
        card: Annotated[Literal["gold", "red"], Slot("Gold or red?")],
        amount: Annotated[Money, Slot("How much?", currency="INR")],
    ) -> Change:
        """Pay a voucher out."""
        return Change(money=amount, payee="visa 4242")

    return App(voucher)


def generous() -> App:
    """A bot that would pay whatever it is asked for."""

    @job(
        tier="R3",
        asks=("claim a voucher",),
        read_back="Pay {amount} to {payee}?",
        done="{amount} went to {payee}",
        still="nothing is paid",
        compensation=IMPOSSIBLE,
    )
    def voucher(amount: Annotated[Money, Slot("How much?", currency="INR")]) -> Change:
        """Pay a voucher out."""
        return Change(money=amount, payee="visa 4242")

    return App(voucher)
