"""Slots of an author's job, from the annotations of its function: what each holds, how it is asked for."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from typing import Annotated, Any, Literal

from wavoice.runtime.actions import Ask, pick_order
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.links import LINK
from wavoice.runtime.model import NO_CURRENCY, Customer, Facts, Money, Order
from wavoice.runtime.replies import english
from wavoice.runtime.vocabulary import OwnKind, OwnSlot

GIVEN: Mapping[str, type] = {"customer": Customer, "facts": Facts, "today": date}
"""Parameters that are no slots: handed over by name."""


class Kind(StrEnum):
    """What a slot holds."""

    ORDER = "order"
    DAY = "day"
    MONEY = "money"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"


NAMES: Mapping[Kind, str] = {Kind.ORDER: "order", Kind.DAY: "day", Kind.MONEY: "amount"}
"""A message holds one of each, and under this name whatever job it is for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """`Annotated[date, Slot("Which day?")]`: what is asked when the customer has not said it."""

    ask: str
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a choice: further ways to say a value, by value."""
    currency: str | None = None
    """Of money: what a bare number is in, where the amount was asked for (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One slot as it was declared."""

    name: str
    kind: Kind
    ask: str
    values: Mapping[str, object] = field(default_factory=dict)
    """Of a choice: what the function is handed for each value."""
    ways: tuple[tuple[str, tuple[str, ...]], ...] = ()
    currency: str | None = None
    default: object = inspect.Parameter.empty

    @property
    def own(self) -> OwnSlot | None:
        """What is listened for; None: every message is searched for it anyway."""
        kind = {Kind.CHOICE: OwnKind.CHOICE, Kind.TEXT: OwnKind.TEXT, Kind.NUMBER: OwnKind.NUMBER}.get(
            self.kind
        )
        return None if kind is None else OwnSlot(self.name, kind, self.ways)

    def value(self, said: Mapping[str, str], facts: Facts) -> object:
        """What the function is handed; `Ask` or `Refuse` where that cannot be known yet."""
        if self.kind is Kind.ORDER:
            return self._order(said, facts)
        if self.name not in said:
            return self.default if self.has_default else Ask(self.name, self.ask)
        text = said[self.name]
        match self.kind:
            case Kind.DAY:
                return date.fromisoformat(text)
            case Kind.MONEY:
                return self._money(text, said.get("currency", NO_CURRENCY))
            case Kind.NUMBER:
                return int(text)
            case Kind.CHOICE:
                return self.values.get(text, Ask(self.name, self.ask))
            case Kind.TEXT if LINK.search(text):  # a reply reads the text back, and leads nobody anywhere
                return Ask(self.name, f"{english.NO_LINKS} {self.ask}")
            case _:
                return text

    @property
    def has_default(self) -> bool:
        """It is not asked for."""
        return self.default is not inspect.Parameter.empty

    def _order(self, said: Mapping[str, str], facts: Facts) -> object:
        if self.has_default and not {"order", "product"} & said.keys():
            return self.default
        picked = pick_order(said, facts)
        named = {"order", "product"} & said.keys()
        return Ask("order", self.ask) if self.ask and isinstance(picked, Ask) and not named else picked

    def _money(self, text: str, currency: str) -> Money | Ask:
        if currency != NO_CURRENCY:
            return Money(int(text), currency)
        from babel.numbers import get_currency_precision  # noqa: PLC0415 -- for a bare number alone

        if self.currency is None:
            return Ask(self.name, self.ask)
        minor = _minor(text, get_currency_precision(self.currency))
        return Ask(self.name, self.ask) if minor is None else Money(minor, self.currency)


def _minor(text: str, digits: int) -> int | None:
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(digits, "0")) if len(rest) <= digits else None


def canonical(spec: Spec, value: object) -> Iterator[tuple[str, str]]:
    """The value as it is bound and written: text, days as ISO dates, money in minor units."""
    match value:
        case Order():
            yield spec.name, value.id
        case date():
            yield spec.name, value.isoformat()
        case Money():
            yield spec.name, str(value.minor)
            yield "currency", value.currency
        case None:
            return
        case _ if spec.kind is Kind.CHOICE:
            yield spec.name, next(text for text, one in spec.values.items() if one == value)
        case _:
            yield spec.name, str(value)


def specs_of(function: Callable[..., object], given: Mapping[str, object]) -> tuple[list[Spec], list[str]]:
    """The slots of a function, and what is wrong with its parameters; `given` are facts, and no slots."""
    specs, wrong = [], []
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        return [], [f"an annotation cannot be read: {error}"]
    for name, parameter in inspect.signature(function).parameters.items():
        if name in given or name in GIVEN:
            continue
        if name not in hints:
            wrong.append(f"{name} has no annotation, which says what it holds")
            continue
        made = _spec(name, hints[name], parameter.default)
        if isinstance(made, Spec):
            specs.append(made)
        else:
            wrong.append(made)
    return specs, [*wrong, *_together(specs)]


def _together(specs: list[Spec]) -> Iterator[str]:
    """A message holds one day, one amount, one free text; nobody could tell two of them apart."""
    for kind in (Kind.ORDER, Kind.DAY, Kind.MONEY, Kind.NUMBER, Kind.TEXT):
        names = [spec.name for spec in specs if spec.kind is kind]
        if len(names) > 1:
            yield f"{' and '.join(names)} are all of kind {kind}; a message holds one of them"


def _spec(name: str, hint: Any, default: object) -> Spec | str:
    """The slot, or what is wrong with it."""
    marks = [mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Slot)]
    kind, values = _kind(_plain(hint))
    if kind is None:
        known = "Order, date, Money, int, str, a Literal of strings or an Enum"
        return f"{name} is {_shown(hint)}, and a slot is one of {known}"
    if (wanted := NAMES.get(kind, name)) != name:
        return (
            f"{name} holds the {kind}, and is to be called {wanted}: it is heard under that name in every job"
        )
    mark = marks[0] if marks else None
    if mark is None and default is inspect.Parameter.empty and kind is not Kind.ORDER:
        return f'{name} has nothing to ask when it is missing: Annotated[…, Slot("Which {name}?")]'
    ways: dict[str, tuple[str, ...]] = {
        value: (" ".join(words_of(value.replace("_", " "))),) for value in values
    }
    for value, more in (mark.also if mark else {}).items():
        if value not in ways:
            return f"{name}: {value!r} has further ways to say it, and is none of its values"
        ways[value] = (*ways[value], *(" ".join(words_of(way)) for way in more))
    return Spec(
        name=name,
        kind=kind,
        ask=mark.ask if mark else "",
        values=values,
        ways=tuple(ways.items()),
        currency=mark.currency if mark else None,
        default=default,
    )


def _plain(hint: Any) -> Any:
    """Without `Annotated` and `| None`."""
    if typing.get_origin(hint) is Annotated:
        hint = typing.get_args(hint)[0]
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [one for one in typing.get_args(hint) if one is not type(None)]
        return _plain(rest[0]) if len(rest) == 1 else hint
    return hint


def _kind(hint: Any) -> tuple[Kind | None, Mapping[str, object]]:
    if typing.get_origin(hint) is Literal:
        values = typing.get_args(hint)
        return (
            (Kind.CHOICE, {value: value for value in values})
            if all(isinstance(value, str) for value in values)
            else (None, {})
        )
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Kind.CHOICE, {str(one.value): one for one in hint}
    kinds = {Order: Kind.ORDER, date: Kind.DAY, Money: Kind.MONEY, int: Kind.NUMBER, str: Kind.TEXT}
    return kinds.get(hint), {}


def _shown(hint: Any) -> str:
    return getattr(hint, "__name__", None) or str(hint)
