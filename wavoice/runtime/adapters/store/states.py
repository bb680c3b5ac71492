"""Rows by the state that they are in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, or_

from wavoice.runtime.model import ProposalState

UNDER_WAY: Final = (ProposalState.SETTLING, ProposalState.COMMITTING, ProposalState.UNKNOWN)
"""Of a proposal that has its yes, and whose outcome is not known yet."""


def is_one_of(column: ColumnElement[Any], states: Iterable[str]) -> ColumnElement[bool]:
    """True for a row in one of these states."""
    return or_(*(column == str(state) for state in states))
