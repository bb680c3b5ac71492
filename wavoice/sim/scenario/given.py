"""`given`: the shop, the customers and what goes wrong, before the first step."""

from __future__ import annotations

import difflib
import zoneinfo
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from wavoice.runtime.model import Payment
from wavoice.runtime.settings_people import People
from wavoice.sim.emulator.batches import MOST_UPDATES
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.scenario.beyond import Held
from wavoice.sim.scenario.numbers import PolicyError, policy_with
from wavoice.sim.scenario.strict import Phrases, Strict
from wavoice.sim.scenario.values import Amount, Day, Duration, money

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
OrderStatus = Literal["open", "packed", "shipped", "delivered", "cancelled"]


class OrderSpec(Strict):
    """An order of the shop."""

    day: Day = "Thursday"
    """Promised day: a weekday (the next such day after `now`) or an ISO date."""
    status: OrderStatus = "packed"
    """Where it is on its way."""
    address: str = "12 Hill Road"
    """Where it goes."""
    items: Phrases = ()
    """What is in it."""
    paid: Amount | None = None
    """What was paid for it, e.g. `45.00 EUR`; not paid if absent."""
    card: Annotated[str, Field(pattern=r"^[a-z]+ \d{4}$")] = "visa 4242"
    """What it was paid with: brand and last four digits."""
    refunded: Amount | None = None
    """What of it has gone back, in the same currency."""
    customer: str | None = None
    """Whose it is: a name of `customers`, or the `contact` (default)."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        try:
            self.payment()
        except ValueError as error:
            raise PydanticCustomError("money", "{problem}", {"problem": str(error)}) from error
        return self

    def payment(self) -> Payment | None:
        """How it was paid. Raises `ValueError` if that cannot be."""
        back = money(self.refunded) if self.refunded else None
        if self.paid is None:
            if back is not None:
                raise ValueError("what was not paid cannot have gone back")
            return None
        paid, (brand, last4) = money(self.paid), self.card.split()
        if back is not None and back.currency != paid.currency:
            raise ValueError("it goes back in the currency in which it was paid")
        return Payment(paid, brand, last4, back.minor if back else 0)


class CustomerSpec(Strict):
    """A customer record of the shop."""

    name: str | None = None
    """As the shop writes it; the key, capitalised, if absent."""
    phone: str | None = None
    """As the shop writes it; the number of the handset of that name if absent."""
    known: bool = True
    """False: the shop has no record of the person with this handset."""


class WorldSpec(Strict):
    """The shop at the beginning. What is not said is not there."""

    orders: dict[str, OrderSpec] = Field(default_factory=dict)
    """By order number."""
    customers: dict[str, CustomerSpec] = Field(default_factory=dict)
    """By the name that `contact` and `from` use; everybody named in the file is a customer anyway."""
    records: Held | Literal["sample"] = Field(default_factory=dict)
    """What the shop has beyond orders, by kind: `{cards: [{id: card_1, brand: visa, last4: "4242"}]}`, of the
    contact unless `customer` names another; `sample`: what the sample shop sells and has of its customer."""


def _text_or_table(value: object) -> str:
    return "name" if isinstance(value, str) else "table"


World = Annotated[
    Annotated[WorldSpec, Tag("table")] | Annotated[str, Tag("name")], Discriminator(_text_or_table)
]


class ConsentSpec(Strict):
    """What every customer of the scenario has agreed to; `null`: never asked."""

    messages: bool | None = True
    """May be written to."""
    voice_replies: bool | None = True
    """May be answered by voice note."""
    voice_data: bool | None = True
    """What was heard in voice notes may be kept."""
    sensitive: bool | None = None
    """Something sensitive may be dealt with."""
    told: bool = True
    """Has had the first-contact notice; false: a customer who writes for the first time."""


class ChaosSpec(Strict):
    """How badly webhooks are delivered; the same for the same seed."""

    seed: int
    """Never random without one."""
    duplicate: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Probability that a webhook comes twice."""
    delay: Duration = 0
    """Longest time that a webhook is held back."""
    delay_from: Duration = 0
    """Shortest time that a webhook is held back; at most `delay`."""
    reorder: Duration = 0
    """Longest time by which one is overtaken by later ones."""
    drop: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Probability that the first delivery fails and WhatsApp tries again."""
    burst: Duration = 0
    """Webhooks are held back for so long from the first one on, and then come all at once."""
    batch: Annotated[int, Field(ge=0, le=MOST_UPDATES)] = 0
    """Webhooks that come within a second, or in one burst, are merged, up to so many in one request."""
    status_before_response: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Probability that the statuses of a message come before its send is answered."""
    lost_response: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Probability that a message is accepted and shown, and the connection is cut instead of an answer."""

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.delay_from > self.delay:
            raise PydanticCustomError("delay", "delay_from is longer than delay", {})
        return self

    def chaos(self) -> Chaos:
        """The same for the emulator."""
        return Chaos(**self.model_dump())


class FaultSpec(Strict):
    """One thing that goes wrong, by script."""

    system: Literal["orders", "tickets", "ears", "voice", "media", "whatsapp"]
    """Who fails: the shop's system of record, its ticket system, the recogniser, the speech, the note's file
    (`fail`: gone, `garbage`: damaged), or sending on WhatsApp."""
    does: Literal["timeout", "fail", "refuse", "slow", "stale", "lost_response", "garbage"]
    """What it does. `lost_response`: carried out, and nobody is told."""
    at: Literal["read", "write", "look_up"] | None = None
    """At which request of `orders` or `tickets`; default: `write`."""
    step: str | None = None
    """From which step on: its number (from 1) or `id`; default: from the beginning."""
    times: Annotated[int, Field(ge=1)] = 1
    """How often."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        can = _FAULTS[self.system]
        if self.does not in can:
            raise PydanticCustomError(
                "fault",
                "{system} cannot do {does}; it can {can}",
                {"system": self.system, "does": self.does, "can": ", ".join(can)},
            )
        if self.at and self.system not in ("orders", "tickets"):
            raise PydanticCustomError("fault", "`at` is for the systems orders and tickets", {})
        if self.at == "read" and self.system == "tickets":
            raise PydanticCustomError("fault", "tickets are written and looked up, and not read", {})
        return self


_FAULTS: Mapping[str, tuple[str, ...]] = {
    "orders": ("timeout", "fail", "refuse", "slow", "stale", "lost_response", "garbage"),
    "tickets": ("timeout", "fail", "refuse", "slow", "lost_response", "garbage"),
    "ears": ("fail", "timeout"),
    "voice": ("fail", "timeout"),
    "media": ("fail", "garbage"),
    "whatsapp": ("fail", "refuse", "timeout", "slow", "lost_response"),
}


def _is_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, malformed, a folder such as "Europe"
        near = difflib.get_close_matches(name, zoneinfo.available_timezones(), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise PydanticCustomError(
            "zone", "{name} is not an IANA time zone{hint}", {"name": name, "hint": hint}
        ) from error
    return name


def _is_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError(
            "moment", "{text} is not a date and time such as 2026-11-23T10:00:00", {"text": text}
        ) from error
    return text


def _is_policy(changes: dict[str, Any]) -> dict[str, Any]:
    try:
        policy_with(changes)
    except PolicyError as error:
        context = {"problem": str(error), "key": error.name}
        raise PydanticCustomError("policy", "{problem}", context) from error
    return changes


class PeopleSpec(Strict):
    """When people of the shop are there."""

    hours: dict[Weekday, str]
    """Hours of a weekday in the shop's zone, such as `09:00-12:00, 13:00-17:30`; others: nobody is there."""
    holidays: Phrases = ()
    """ISO dates on which nobody is there."""

    @model_validator(mode="after")
    def _are_hours(self) -> Self:
        try:
            self.people()
        except ValidationError as error:
            raise PydanticCustomError("people", "{problem}", {"problem": error.errors()[0]["msg"]}) from error
        return self

    def people(self) -> People:
        """The same as settings. Raises `ValidationError` for what is none."""
        return People.model_validate({"hours": self.hours, "holidays": self.holidays})


class Given(Strict):
    """What holds before the first step."""

    now: Annotated[str, AfterValidator(_is_moment)]
    """Date and time on the shop's wall clock, e.g. `2026-11-23T10:00:00`."""
    zone: Annotated[str, AfterValidator(_is_zone)]
    """The shop's IANA time zone."""
    contact: str = "customer"
    """Who holds the phone: a name."""
    world: World | None = None
    """The shop: here, or the name of a file in `worlds/`; default: the sample shop with order 1842."""
    consent: ConsentSpec = ConsentSpec()
    """Default: all given."""
    language: str = "en"
    """Language of the conversation."""
    policy: Annotated[dict[str, Any], AfterValidator(_is_policy)] = Field(default_factory=dict)
    """Numbers of the runtime's policy that differ, by name; durations with a unit."""
    jobs: dict[str, Literal["off", "shadow", "on"]] = Field(default_factory=dict)
    """How far a job may go, by its name; default: `on`, whatever `wavoice.toml` says."""
    chaos: ChaosSpec | None = None
    """Seeded delivery faults."""
    people: PeopleSpec | None = None
    """When people of the shop are there; default: nobody has said."""
    faults: tuple[FaultSpec, ...] = ()
    """What goes wrong, in this order."""
