"""Names and texts of systems of record as a reply may say them: they lead nobody anywhere. Pure.

Whoever can name a product, a ticket or an address can write a link there, or signs that nobody sees and
that turn a line around. Both are gone before a job looks at the record: what is read back is what is bound.
Ids, versions and amounts stay as they came.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import fields, replace
from functools import cache
from typing import Any, Final, TypeVar

from wavoice.runtime.links import LINK, with_known_links
from wavoice.runtime.model import Order, Record, Records
from wavoice.runtime.policy import Policy

T = TypeVar("T", bound=Order | Record)

UNNAMED: Final = "(no name)"
"""Of what has a name in which nothing can be said."""
_TEXTS: Final = frozenset(
    {"title", "service", "product", "subject", "name", "addresses", "items", "delivery_address"}
)
"""Fields that hold words of somebody. `Product.text` is quoted sentence by sentence, without its links."""
_JOINS: Final = "\u200c\u200d"
"""Invisible, and part of how some scripts and pictures are written."""
_MARKUP: Final = re.compile(r"[<>{}`]|\(\s*\)")
_HIDDEN: Final = frozenset({"Cf", "Co", "Cs"})


def sayable(text: str) -> str:
    """The text without links, unseen signs and markup; the same object where there is nothing of that."""
    if text.isalnum():
        return text
    seen = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text if not _is_hidden(one))
    plain = _MARKUP.sub("", " ".join(word for word in seen.split(" ") if not LINK.search(word)))
    if plain == text:
        return text
    return " ".join(plain.split()) or UNNAMED


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in _HIDDEN and sign not in _JOINS


def orders_as_said(orders: Iterable[Order]) -> list[Order]:
    """The orders with names and addresses that can be said."""
    return [_plain(order) for order in orders]


def records_as_said(records: Records, policy: Policy) -> Records:
    """The records with names that can be said, and with links to pages alone that the owner has named."""
    changed: dict[str, Any] = {}
    for kind in records.kinds:
        held = getattr(records, kind)
        plain = tuple(_plain(one) for one in held)
        if any(new is not old for new, old in zip(plain, held, strict=True)):
            changed[kind] = plain
    return with_known_links(replace(records, **changed) if changed else records, policy)


@cache
def _texts_of(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name in _TEXTS)


def _plain(record: T) -> T:
    changed: dict[str, Any] = {}
    kind: type = type(record)
    for name in _texts_of(kind):
        value = getattr(record, name)
        said = sayable(value) if isinstance(value, str) else tuple(sayable(one) for one in value)
        if said != value:
            changed[name] = said
    return replace(record, **changed) if changed else record
