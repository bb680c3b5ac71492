"""Prices as data: WhatsApp's dated rules, which ship with wavoice, and the owner's rates, which cannot."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.seeing.tasks import DAY

_Amount = Annotated[Decimal, Field(ge=0)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Rule(_Data):
    """What WhatsApp charges for from a date on."""

    since: date = Field(alias="from")
    service: Literal["free", "utility"]
    utility_in_window: Literal["free", "utility"]
    free_service_messages: int
    entry_point_hours: int
    certain: bool
    """Read on a page of Meta's own."""
    source: str
    read: date


class _Rules(_Data):
    version: Literal[1]
    rules: tuple[Rule, ...]


class Rates(_Data):
    """An owner's rate card from a date on, in units of his currency a message."""

    since: date = Field(alias="from")
    service: _Amount | None = None
    """A message that is no template, where it is charged at all; absent: the rate of `utility`."""
    utility: _Amount | None = None
    marketing: _Amount | None = None
    source: str
    """Where these numbers are from, and when they were read."""


class Speech(_Data):
    """What hearing and speaking cost."""

    heard_minute: _Amount | None = None
    """A minute of a voice note that is listened to; 0 for recognisers of one's own."""
    spoken_note: _Amount | None = None
    """A voice note that is sent; 0 for voices of one's own."""


class People(_Data):
    """What a hand-off costs."""

    minute: _Amount | None = None
    """A minute of somebody's work."""
    hand_off_minutes: _Amount | None = None
    """Minutes of work a hand-off, as measured where people work: the journal does not see them."""


class Prices(_Data):
    """A file of the owner's prices."""

    version: Literal[1] = 1
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    template_category: Literal["utility", "marketing"] | None = None
    """Category of `whatsapp.template_outside_window` at Meta; absent: not known."""
    rates: tuple[Rates, ...] = ()
    speech: Speech = Speech()
    people: People = People()

    def rate(self, category: str, at: Micros) -> Decimal | None:
        """The rate of a message that is charged then; None: nobody has said."""
        day = day_of(at)
        valid = [one for one in self.rates if one.since <= day]
        if not valid:
            return None
        card = max(valid, key=lambda one: one.since)
        if category == "service":
            return card.utility if card.service is None else card.service
        return card.marketing if category == "marketing" else card.utility


def day_of(at: Micros) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(at // SECOND, UTC).date()


def month_of(at: Micros) -> str:
    """The month in UTC, e.g. `2026-11`."""
    return f"{day_of(at):%Y-%m}"


def reads_from(since: Micros) -> Micros:
    """From when on a journal is read for a review that begins at `since`.

    Two days before, for what was under way then; and the calendar month, whose first messages are free.
    """
    first = datetime.fromtimestamp(since // SECOND, UTC).replace(day=1, hour=0, minute=0, second=0)
    return min(since - 2 * DAY, int(first.timestamp()) * SECOND)


@cache
def rules() -> tuple[Rule, ...]:
    """WhatsApp's rules, the oldest first."""
    text = files("wavoice.runtime.seeing").joinpath("whatsapp_prices.toml").read_text("utf-8")
    found = _Rules.model_validate(tomllib.loads(text)).rules
    return tuple(sorted(found, key=lambda rule: rule.since))


def rule_at(at: Micros) -> Rule:
    """The rule in force then; the oldest for what is older still."""
    day = day_of(at)
    return max(
        (rule for rule in rules() if rule.since <= day), key=lambda rule: rule.since, default=rules()[0]
    )


def read_prices(file: Path) -> Prices:
    """Read an owner's file. Raises `UserInputError`, which names the file and what is wrong."""
    remedy = "docs/observe.md shows one that is whole."
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
        return Prices.model_validate(written)
    except (OSError, UnicodeDecodeError):
        raise UserInputError(f"{file} cannot be read.", remedy=remedy) from None
    except tomllib.TOMLDecodeError as error:
        raise UserInputError(f"{file} is no TOML: {error}.", remedy=remedy) from None
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise UserInputError(f"{file}: {told}.", remedy=remedy) from None
