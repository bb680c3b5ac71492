"""`given.world.records`: what the shop has beyond orders, as a scenario file writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Annotated, Any, Literal, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from wavoice.runtime.model import KINDS, Money, Record
from wavoice.sim.scenario.values import dated, money
from wavoice.sim.shop import RecordBook
from wavoice.sim.shop.sample import sample_records

Kind = Literal[
    "products",
    "charges",
    "invoices",
    "cards",
    "appointments",
    "slots",
    "subscriptions",
    "tickets",
    "contact",
]
Rows = tuple[dict[str, Any], ...]
_SOME_DAY = date(2026, 1, 1)
_OWNER = "customer"
"""Key of a row that is somebody else's than the contact's."""


def record_of(kind: str, row: Mapping[str, Any], today: date, zone: str) -> Record:
    """The record that a row means: money as `45.00 EUR`, days as weekdays or dates, times of the shop's zone.

    Raises `ValueError` that says what is wrong.
    """
    shape = KINDS[kind]
    hints = get_type_hints(shape)
    given = {key: value for key, value in row.items() if key != _OWNER}
    if unknown := given.keys() - hints.keys():
        raise ValueError(f"{kind} have no {', '.join(sorted(unknown))}; they have {', '.join(hints)}")
    needed = {one.name for one in fields(shape) if one.default is MISSING} - given.keys() - {"version"}
    if needed:
        raise ValueError(f"{kind} need {', '.join(sorted(needed))}")
    values = {key: _value(hints[key], value, today, zone) for key, value in given.items()}
    if "version" in hints:
        values.setdefault("version", "v1")
    try:
        return TypeAdapter(shape).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _value(hint: object, value: object, today: date, zone: str) -> object:
    if hint is Money and isinstance(value, str):
        return money(value)
    if hint is datetime and isinstance(value, str):
        day, _, hour = value.replace("T", " ").partition(" ")
        moment = datetime.fromisoformat(f"{dated(day, today)} {hour or '12:00'}")
        return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return dated(value, today)


def _are_records(held: Mapping[Kind, Rows]) -> Mapping[Kind, Rows]:
    for kind, rows in held.items():
        for row in rows:
            try:
                record_of(kind, row, _SOME_DAY, "UTC")
            except ValueError as error:
                raise PydanticCustomError("records", "{problem}", {"problem": str(error)}) from error
    return held


Held = Annotated[dict[Kind, Rows], AfterValidator(_are_records)]
"""Records by kind."""


def book_of(
    held: Mapping[Kind, Rows] | Literal["sample"], contact: str, today: date, zone: str
) -> RecordBook:
    """The records of the shop; `contact` owns what names nobody else."""
    if held == "sample":
        return sample_records(today, f"cus_{contact}")
    book = RecordBook()
    for owner, record in _owned(held, contact, today, zone):
        book.put(record, f"cus_{owner}")
    return book


def _owned(held: Mapping[Kind, Rows], contact: str, today: date, zone: str) -> Iterator[tuple[str, Record]]:
    for kind, rows in held.items():
        for row in rows:
            yield str(row.get(_OWNER, contact)), record_of(kind, row, today, zone)
