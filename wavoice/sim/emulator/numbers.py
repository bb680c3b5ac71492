"""Phone numbers as businesses write them and as WhatsApp knows them: not always the same digits.

Sources: Cloud API, "Sending messages" (formats; the business's own country code is put before numbers
without `+`) and the known second forms of Brazilian and Mexican mobile numbers.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wavoice.sim.emulator.graph_errors import GraphError

_MARKS = re.compile(r"[+\s()\u2010-\u2015.-]")
_DIGITS = re.compile(r"\d{5,17}")
_BRAZIL = re.compile(r"(55\d{2})(9?)(\d{8})")
"""Country, area, the ninth digit that all mobiles got by 2016, and the old number."""
_KEEPS_NINTH = 30
"""Area codes up to this have the ninth digit in WhatsApp's id too; above, ids are older than the digit."""
_MEXICO = re.compile(r"(52)(1?)(\d{10})")
"""Country, the mobile 1 that was dialled until 2019 and that ids still have, and the number."""


def bare_digits(address: str) -> str:
    """Return the number behind `+1 (555) 010-0100`; all of these marks are allowed on the wire."""
    return _MARKS.sub("", address)


@lru_cache(maxsize=4096)
def spellings(address: str, own: str) -> tuple[str, ...]:
    """Return the digits by which its owner may be known, the likeliest first.

    `own` is the business's number: its country code may be missing from numbers without `+`.
    Raises `GraphError` 131009 for what is no phone number.
    """
    digits = bare_digits(address)
    if not _DIGITS.fullmatch(digits):
        raise GraphError(131009, "Param to must be a phone number with its country code")
    found = [digits, *_other_forms(digits)]
    if not address.strip().startswith("+"):
        found += [home + digits for home in _country(own)]
    return tuple(dict.fromkeys(found))


def wa_id(digits: str) -> str:
    """Return the id under which WhatsApp knows a number of which nothing else is known."""
    if (brazil := _BRAZIL.fullmatch(digits)) is not None:
        keeps = int(brazil[1][2:]) <= _KEEPS_NINTH
        return brazil[1] + (brazil[2] if keeps else "") + brazil[3]
    if (mexico := _MEXICO.fullmatch(digits)) is not None:
        return f"521{mexico[3]}"
    return digits


def _other_forms(digits: str) -> list[str]:
    if (brazil := _BRAZIL.fullmatch(digits)) is not None:
        return [brazil[1] + ("" if brazil[2] else "9") + brazil[3]]
    if (mexico := _MEXICO.fullmatch(digits)) is not None:
        return [mexico[1] + ("" if mexico[2] else "1") + mexico[3]]
    return []


@lru_cache(maxsize=64)
def _country(own: str) -> tuple[str, ...]:
    """The country code of a number, if it is one."""
    import phonenumbers  # noqa: PLC0415 -- its tables are large, and most numbers are written with a +

    try:
        return (str(phonenumbers.parse(f"+{own}").country_code),)
    except phonenumbers.NumberParseException:
        return ()
