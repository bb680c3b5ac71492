"""What stands behind a slash command, read. All raise `UserInputError` with the remedy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wavoice.runtime.errors import UserInputError
from wavoice.sim.scenario.values import duration

if TYPE_CHECKING:  # as in `commands`
    from wavoice.runtime.model import Micros
    from wavoice.sim.emulator.handset.message import PhoneMessage

_NUMBERED = re.compile(r"(?:(\d{1,3})\s+)?(.*)", re.DOTALL)


def moment(text: str) -> Micros:
    """A length of time, as in `1.5s`."""
    try:
        return duration(text)
    except ValueError as error:
        raise UserInputError(f"{error}.") from error


def decibels(text: str) -> float:
    """A ratio, as in `5` or `5dB`."""
    try:
        return float(text.strip().lower().removesuffix("db"))
    except ValueError as error:
        raise UserInputError(f"{text!r} is no number of decibels.", remedy="As in --snr 5.") from error


def numbered(rest: str) -> tuple[int | None, str]:
    """The number that it begins with, if it does, and the rest."""
    found = _NUMBERED.fullmatch(rest)
    number, text = found.groups() if found else (None, rest)
    return None if number is None else int(number), text.strip()


def nth(shown: Sequence[PhoneMessage], number: int | None, what: str) -> PhoneMessage:
    """The n-th newest, from 1."""
    place = 1 if number is None else number
    if not 1 <= place <= len(shown):
        there = f"there are {len(shown)}" if shown else "there is none yet"
        raise UserInputError(f"There is no {what} number {place}: {there}.", remedy="1 is the newest.")
    return shown[-place]


def button_of(shown: PhoneMessage, title: str) -> str | None:
    """The id of the button of that title, or of that id; None: there is none."""
    wanted = title.casefold()
    return next((one.id for one in shown.buttons if wanted == one.title.casefold() or title == one.id), None)
