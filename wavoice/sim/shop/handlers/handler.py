"""How the shop carries out a write of one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wavoice.sim.shop.books import Books
from wavoice.sim.shop.wire import ShopOrder, Write


@dataclass(frozen=True, slots=True)
class Done:
    """It is carried out."""

    reference: str
    """What people of the shop find it by."""
    version: str = ""
    """Of the record that was changed, now."""


@dataclass(frozen=True, slots=True)
class OnOrder:
    """Changes one order, which the argument `order` names and `if_version` dates."""

    change: Callable[[Mapping[str, str], ShopOrder, Books], Mapping[str, object] | str]
    """The fields that change, or why the shop's rules forbid it. Records beyond are changed in the books."""
    closed_too: bool = False
    """True: also if the order is shipped, delivered or cancelled."""


@dataclass(frozen=True, slots=True)
class OnBooks:
    """Changes anything else. `if_version` may be `ANY_VERSION`."""

    carry_out: Callable[[Books, Write], Done | str]
    """Changes the books and answers, or changes nothing and says why the shop's rules forbid it; "version"
    says that the record has changed since."""


Handler = OnOrder | OnBooks
